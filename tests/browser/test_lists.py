"""Home, the customer list and search before a real browser: accessible, quick to the keyboard, kept in the address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "theme", "screen"),
    [
        ("zh-hans", "light", "desktop"),
        ("en", "dark", "desktop"),
        ("zh-hans", "dark", "phone"),
        ("en", "light", "phone"),
    ],
)
def test_every_page_is_accessible_and_fits(open_page, check_access, site, language, theme, screen):
    pages = [(site.cast.he, "/"), (site.cast.he, "/customers/?tier=vip&assets_min=1000000")]
    if (language, screen) == ("zh-hans", "desktop"):
        pages += [(site.cast.ai, "/search/?q=王"), (site.cast.ai, "/preferences/"), (site.cast.guan, "/")]
    for staff, path in pages:
        page = open_page(staff, path, screen=screen, language=language, theme=theme)
        check_access(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels wider than the screen"


def test_errors_are_accessible(open_page, check_access, site):
    page = open_page(site.cast.ai, "/nowhere/", expect=404)
    check_access(page)
    page = open_page(site.cast.yu, "/customers/", expect=403)
    check_access(page)


def test_a_list_is_narrowed_sorted_and_turned_and_back_works(open_page, site):
    page = open_page(site.cast.he, "/customers/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    page.locator("[data-page=next]").click()
    expect(rows).to_have_count(10)
    page.go_back()
    expect(rows).to_have_count(50)
    page.locator("#filter-tier summary").click()
    page.locator("#filter-tier input[value=core]").check()
    page.wait_for_url("**/customers/?tier=core")
    expect(page.locator("#filter-tier")).to_have_attribute("open", "")
    page.locator("#filter-tier input[value=restricted]").check()
    page.wait_for_url("**/customers/?tier=core&tier=restricted")
    page.keyboard.press("Escape")
    expect(page.locator("#filter-tier")).not_to_have_attribute("open", "")
    page.locator("th[data-column=contribution] a").click()
    page.wait_for_url("**sort=-contribution")
    expect(page.locator("th[data-column=contribution]")).to_have_attribute("aria-sort", "descending")
    page.reload()
    expect(page.locator("th[data-column=contribution]")).to_have_attribute("aria-sort", "descending")
    page.locator(".gx-chip-clear").click()
    page.wait_for_url(re.compile(r"customers/\?sort=-contribution$"))
    expect(rows).to_have_count(50)


def test_the_lists_search_answers_while_one_types(open_page, site):
    page = open_page(site.cast.he, "/customers/")
    box = page.locator("#list-words")
    box.click()
    box.press_sequentially("wxy", delay=40)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(box).to_be_focused()
    expect(box).to_have_value("wxy")
    box.press_sequentially("zzz", delay=40)
    expect(page.locator(".gx-state-title")).to_be_visible()


def test_an_institution_is_picked_from_the_tree(open_page, site):
    page = open_page(site.cast.he, "/customers/?tier=vip")
    page.locator("#filter-institution summary").click()
    page.locator("#filter-institution [data-pick-words]").fill("滨江")
    expect(page.locator(".gx-pick-list li:visible")).to_have_count(1)
    page.locator(".gx-pick-list li:visible a").click()
    page.wait_for_url("**/customers/?tier=vip&institution=B12")
    expect(page.locator(".gx-chips")).to_contain_text("滨江支行")


def test_j_and_enter_open_a_customer(open_page, site):
    page = open_page(site.cast.ai, "/customers/")
    for key in "jjk":
        page.keyboard.press(key)
    name = page.locator("tr.gx-here th a").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/P\d+/$"))
    expect(page.locator("h1")).to_contain_text(name)


def test_the_top_search_is_worked_by_keys_alone(open_page, site):
    page = open_page(site.cast.ai, "/")
    page.keyboard.press("/")
    page.keyboard.type("公司", delay=30)
    expect(page.locator("#gx-suggestions")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#gx-suggestions [aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(page.locator("#gx-search")).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/P\d+/$"))


def test_columns_are_chosen_and_stay(open_page, site):
    page = open_page(site.cast.ai, "/customers/")
    page.locator("#list-columns summary").click()
    page.locator("#list-columns-form input[value=overdue]").check()
    page.locator("#list-columns-form input[value=wealth]").uncheck()
    page.locator("#list-columns-form .btn-primary").click()
    expect(page.locator("th[data-column=overdue]")).to_be_visible()
    expect(page.locator("th[data-column=wealth]")).to_have_count(0)
    head = page.locator("th[data-column=assets]")
    before = head.bounding_box()["width"]
    grip = head.locator(".gx-grip").bounding_box()
    page.mouse.move(grip["x"] + 3, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 83, grip["y"] + 10, steps=4)
    with page.expect_response("**/lists/customers/columns/"):
        page.mouse.up()
    page.reload()
    assert page.locator("th[data-column=assets]").bounding_box()["width"] > before + 60


def test_the_unit_is_switched_where_one_stands(open_page, site):
    page = open_page(site.cast.ai, "/customers/?tier=vip")
    before = page.locator("td.c-assets").first.inner_text()
    page.locator(".gx-top .gx-unit button[value=one]").click()
    page.wait_for_url("**/customers/?tier=vip")
    after = page.locator("td.c-assets").first.inner_text()
    assert len(after) > len(before)


def test_the_phone_has_five_places_below_and_oneself_in_a_sheet(open_page, site):
    page = open_page(site.cast.ai, "/", screen="phone")
    expect(page.locator(".gx-bottom").locator("a, button")).to_have_count(5)
    page.locator(".gx-bottom button").click()
    expect(page.locator("#gx-sheet")).to_be_visible()
    page.locator("#gx-sheet button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_charts_are_loaded_only_where_they_are_seen(open_page, site):
    page = open_page(site.cast.ai, "/")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
        ".map(e => [e.name, e.encodedBodySize])"
    )
    assert not any("echarts" in name for name, _size in sizes), "charts are loaded when they are seen"
