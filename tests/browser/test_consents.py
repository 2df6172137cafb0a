"""Consents in a real browser: recorded and withdrawn, on the desktop and on the phone, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "record": "Record",
        "given": "Given",
        "withdrawn": "Withdrawn",
        "phone": "Phone",
        "done": "It holds everywhere from now on",
        "evidence": "Evidence",
        "ban": "No marketing by Phone",
    },
    "zh-hans": {
        "record": "登记",
        "given": "同意",
        "withdrawn": "撤回",
        "phone": "电话",
        "done": "即时在全行生效",
        "evidence": "凭证",
        "ban": "电话",
    },
}


@pytest.mark.parametrize(
    ("language", "screen", "theme"),
    [
        ("zh-hans", "desktop", "light"),
        ("zh-hans", "phone", "dark"),
        ("en", "desktop", "dark"),
        ("en", "phone", "light"),
    ],
)
def test_consent_is_recorded_and_withdrawn(site, open_page, check_access, language, screen, theme):
    words, who = WORDS[language], site.cast.person.id
    page = open_page(site.cast.ai, f"/customers/{who}/consents/", screen=screen, language=language, theme=theme)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    form = page.locator(".gc-form")
    form.get_by_label(words["phone"], exact=True).check()
    form.get_by_label(words["evidence"]).fill("F-2026-0815")
    form.get_by_role("button", name=words["record"]).click()
    expect(page.locator(".gx-message")).to_contain_text(words["done"])
    expect(page.locator(".gc-yes")).to_have_count(1)
    form.locator(".gc-decision span", has_text=words["withdrawn"]).click()
    form.get_by_label(words["phone"], exact=True).check()
    form.get_by_role("button", name=words["record"]).click()
    expect(page.locator(".gc-yes")).to_have_count(0)
    expect(page.locator(".gc-ban")).to_contain_text(words["ban"])
    expect(page.locator(".gc-history li")).to_have_count(2)
    check_access(page)


def test_what_is_missing_is_said_beside_its_field(site, open_page, check_access):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/consents/", screen="phone", language="en")
    page.locator(".gc-form").get_by_role("button", name="Record").click()
    expect(page.locator(".gc-wrong")).to_be_visible()
    expect(page.locator(".gx-field-error")).to_have_count(2)
    check_access(page)
