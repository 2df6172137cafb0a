"""A hand-over before a real browser: arranged step by step, previewed, signed by both sides, moved, undone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from guanxi.crm.handover import preparing, services
from guanxi.crm.handover.models import Handover
from guanxi.crm.party.models import Party

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {
        "hand": "移交客户", "next": "下一步", "preview": "预览", "why": "请填写原因", "put": "提交签字",
        "waits": "待签字", "reason": "岗位调整",
        "sign": "签字", "moved": "已移交 24 户", "undo": "撤销移交", "back": "已转回 24 户",
        "choose": "请选择接收人",
    },
    "en": {
        "hand": "Hand over customers", "next": "Go on", "preview": "Preview", "why": "Say why", "put": "to signature",
        "waits": "Waits for signatures", "reason": "Changes desk", "sign": "Sign", "moved": "24 customers have moved",
        "undo": "Undo the hand-over", "back": "24 customers have gone back", "choose": "Choose who receives",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda handover_id: None)
    monkeypatch.setattr(preparing, "_defer", lambda handover_id: None)


def look(page, name: str) -> None:
    """Keeps a picture where one is wanted, to be looked at."""
    folder = os.environ.get("GUANXI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(page) -> None:
    """Nothing makes the page wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "phone")])
def test_hand_over_with_undo(open_page, check_access, site, monkeypatch, language, theme, screen):
    monkeypatch.setattr(preparing, "AT_ONCE", 10)  # so that the worker makes the preview
    words = WORDS[language]
    options = {"language": language, "theme": theme, "screen": screen}
    page = open_page(site.cast.bo, "/team/", **options)
    check_access(page)
    look(page, f"team-{language}")
    page.goto(f"{site.url}/hand-overs/new/?giver=1111")
    expect(page.locator("input[name=giver][value='1111']")).to_be_checked()
    check_access(page)
    look(page, f"who-{language}")
    page.get_by_role("button", name=words["next"]).click()
    page.wait_for_url("**/what/")
    page.locator("input[name=mode][value=some]").check()
    look(page, f"what-{language}")
    check_access(page)
    page.locator("input[name=mode][value=all]").check()
    page.get_by_role("button", name=words["next"]).click()
    page.wait_for_url("**/to/")
    page.get_by_role("button", name=words["preview"]).click()
    expect(page.locator(".gx-field-error").first).to_contain_text(words["choose"])
    page.locator("input[name=receiver][value='1112']").check()
    page.locator("input[name=reason]").fill(words["reason"])
    page.locator("input[name=rule][value=tier]").check()
    look(page, f"to-{language}")
    check_access(page)
    fits(page)
    page.locator("input[name=rule][value=evenly]").check()
    page.get_by_role("button", name=words["preview"]).click()
    page.wait_for_url("**/preview/")
    expect(page.locator("#preparing")).to_contain_text("24")
    look(page, f"preparing-{language}")
    check_access(page)
    fits(page)
    assert preparing.make_asked_of(Handover.objects.get().pk)
    expect(page.locator(".gx-moves")).to_contain_text("24")
    look(page, f"preview-{language}")
    check_access(page)
    fits(page)
    page.get_by_role("button", name=words["put"]).click()
    expect(page.locator("#handover")).to_contain_text(words["waits"])
    address = page.url
    look(page, f"waits-{language}")

    for person in (site.cast.ai, site.cast.qian):
        theirs = open_page(person, "/", **options)
        if screen == "desktop":
            expect(theirs.locator(".gx-rail .gx-waiting")).to_contain_text("1")
        theirs.goto(f"{site.url}/hand-overs/")
        look(theirs, f"inbox-{person.id}-{language}")
        theirs.locator(".gx-lines a").first.click()
        check_access(theirs)
        look(theirs, f"sign-{person.id}-{language}")
        theirs.get_by_role("button", name=words["sign"], exact=True).click()
        theirs.wait_for_url(address)
        fits(theirs)
    page.reload()
    services.carry_out(handover_id=Handover.objects.get().pk)
    expect(page.locator("#handover")).to_contain_text(words["moved"])
    page.reload()
    check_access(page)
    look(page, f"done-{language}")
    assert Party.objects.filter(manager_id="1112").count() == 32
    theirs.goto(f"{site.url}/customers/P00001/")
    expect(theirs.locator("h1").first).to_be_visible()
    page.get_by_role("button", name=words["undo"]).click()
    page.wait_for_url(address)
    look(page, f"undoing-{language}")
    services.carry_out(handover_id=Handover.objects.get().pk)
    expect(page.locator("#handover")).to_contain_text(words["back"])
    page.reload()
    check_access(page)
    look(page, f"undone-{language}")
    assert Party.objects.filter(manager_id="1111").count() == 24


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "dark", "desktop"), ("en", "light", "phone")])
def test_the_pool_is_set_up_and_a_customer_claimed(open_page, check_access, site, language, theme, screen):
    options = {"language": language, "theme": theme, "screen": screen}
    page = open_page(site.cast.bo, "/pool/rules/?institution=B1&line=retail", **options)
    page.locator("input[name=capacity]").fill("300")
    page.locator("input[name=claims_at_once]").check()
    check_access(page)
    fits(page)
    look(page, f"pool-rules-{language}")
    page.locator(".gx-next button").click()
    expect(page.locator(".gx-sides li")).to_have_count(1)
    theirs = open_page(site.cast.qian, "/pool/", **options)
    check_access(theirs)
    fits(theirs)
    look(theirs, f"pool-{language}")
    expect(theirs.locator("tbody tr")).to_have_count(2)
    theirs.locator("tbody tr button").first.click()
    expect(theirs.locator("tbody tr")).to_have_count(1)
    assert Party.objects.filter(manager_id="1112").count() == 9
