"""The frame of every page, seen by a real browser: sign-in, keys, search, theme, phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", ["desktop", "phone"])
@pytest.mark.parametrize(("language", "word"), [("zh-hans", "员工号"), ("en", "Staff number")])
def test_somebody_signs_in(open_page, check_access, site, screen, language, word):
    page = open_page(path="/sign-in/", screen=screen, language=language)
    check_access(page)
    page.get_by_label(word).fill("1111")
    page.locator("input[type=password]").fill(site.cast.password)
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url(site.url + "/")
    expect(page.locator("h1")).to_be_visible()


def test_keys_search_help_and_go(open_page, site):
    page = open_page(site.cast.ai, "/")
    page.keyboard.press("/")
    expect(page.locator("#gx-search")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#gx-search").blur()
    page.keyboard.press("?")
    expect(page.locator("#gx-keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url(site.url + "/customers/")


def test_light_and_dark_stay_chosen(open_page, site):
    page = open_page(site.cast.ai, "/")
    assert page.locator("html").get_attribute("data-bs-theme") == "light"
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="浅色或深色").first.click()
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
