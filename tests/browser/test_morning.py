"""The morning list in a real browser: at the desk by the keyboard, on the phone by the thumb, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guanxi.crm.contact.models import Mark, Task
from tests.web.contact.test_tasks import task_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {"done": "Done", "undo": "Undo"},
    "zh-hans": {"done": "已完成", "undo": "撤销"},
}
SCREENS = [
    ("zh-hans", "desktop", "light"),
    ("zh-hans", "phone", "dark"),
    ("en", "desktop", "dark"),
    ("en", "phone", "light"),
]


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_a_row_is_dealt_with_and_taken_back_without_leaving_the_page(
    site, open_page, check_access, language, screen, theme
):
    words = WORDS[language]
    task_for(site.cast.person, site.cast.ai, "Keep the promise", 0, source="promise")
    page = open_page(site.cast.ai, "/", screen=screen, language=language, theme=theme)
    rows = page.locator("[data-morning-row]")
    expect(rows).to_have_count(6)
    expect(rows.first.locator(".gm-name")).to_be_in_viewport()
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    first = rows.first.locator(".gm-name").inner_text()
    rows.first.get_by_role("button", name=words["done"]).click()
    expect(rows.first.locator(".gm-name")).not_to_have_text(first)
    page.get_by_role("button", name=words["undo"]).click()
    expect(rows.first.locator(".gm-name")).to_have_text(first)
    assert (Mark.objects.count(), Task.objects.get().state) == (0, "open")
    rows.first.locator(".gm-terms > summary").click()
    expect(rows.first.locator(".gm-terms table")).to_be_visible()
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    rows.first.locator(".gm-snooze > summary").click()
    expect(rows.first.locator(".gm-terms table")).to_be_hidden()
    rows.first.locator(".gm-snooze button").first.click()
    expect(rows.first.locator(".gm-name")).not_to_have_text(first)
    assert set(Mark.objects.values_list("verdict", flat=True)) == {"snoozed"}


def test_the_keyboard_deals_with_rows(site, open_page):
    page = open_page(site.cast.ai, "/morning/", language="en")
    rows = page.locator("[data-morning-row]")
    names = page.locator(".gm-name")
    before = names.all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("e")
    expect(names.first).to_have_text(before[1])
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("z")
    expect(names.first).to_have_text(before[0])
    page.keyboard.press("s")
    expect(rows.nth(0).locator(".gm-snooze button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(names.first).to_have_text(before[1])
    page.keyboard.press("x")
    expect(names.first).to_have_text(before[2])
    assert sorted(Mark.objects.values_list("verdict", flat=True).distinct()) == ["snoozed", "useless"]
    page.keyboard.press("w")
    expect(rows.first.locator(".gm-terms table")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.locator(".br h1")).to_have_text(before[2])


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_the_brief_is_a_sheet_of_paper(site, open_page, check_access, language, screen, theme):
    address = f"/customers/{site.cast.company.id}/brief/"
    page = open_page(site.cast.ai, address, screen=screen, language=language, theme=theme)
    expect(page.locator(".br h1")).to_have_text(site.cast.company.name)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.emulate_media(media="print")
    expect(page.locator(".gx-top")).to_be_hidden()
    expect(page.locator(".br h1")).to_be_visible()
