"""The customer's pages and the catalogue, seen by a real browser: tabs, charts, the graph, formulas, the phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SECTIONS = ("", "holdings/", "value/", "value/r12/", "events/", "relations/", "group/", "tiers/", "identity/")


def drawn(page: Page, name: str) -> None:
    """Waits until a chart has been drawn."""
    expect(page.locator(f"#chart-{name}")).to_have_attribute("data-state", "drawn", timeout=20_000)


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize(
    "look",
    [
        {"language": "zh-hans", "theme": "light", "screen": "desktop"},
        {"language": "en", "theme": "dark", "screen": "desktop"},
        {"language": "en", "theme": "light", "screen": "phone"},
    ],
    ids=lambda look: "-".join(look.values()),
)
def test_every_section_is_accessible_and_fits(open_page, check_access, site, look):
    page = open_page(site.cast.ai, f"/customers/{site.cast.company.id}/", **look)
    for section in SECTIONS:
        page.goto(f"{site.url}/customers/{site.cast.company.id}/{section}")
        page.wait_for_load_state("networkidle")
        assert overflow(page) <= 0, section
        check_access(page)


def test_tabs_have_addresses_and_the_back_button_works(open_page, site):
    start = f"/customers/{site.cast.person.id}/"
    page = open_page(site.cast.ai, start, language="en")
    heading = page.locator("h1").element_handle()
    for name, address in (("Holdings", "holdings/"), ("Value", "value/"), ("Events", "events/")):
        page.get_by_role("navigation", name="About this customer").get_by_role("link", name=name).click()
        page.wait_for_url(f"{site.url}{start}{address}")
        expect(page.locator('.gx-tabs [aria-current="page"]')).to_have_text(name)
    assert heading.evaluate("node => node.isConnected"), "the head was drawn again"
    page.go_back()
    page.wait_for_url(f"{site.url}{start}value/")
    expect(page.locator('.gx-tabs [aria-current="page"]')).to_have_text("Value")
    page.reload()
    drawn(page, "balances")


def test_a_chart_is_drawn_when_seen_and_stands_beside_its_table_and_image(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/value/", language="en")
    drawn(page, "balances")
    figure = page.locator("#chart-balances")
    expect(figure.locator("[data-chart-plot] svg")).to_be_visible()
    expect(figure.locator("h3")).to_have_text(re.compile(r"Assets (up|down) [\d.]+% since"))
    figure.get_by_role("button", name="Show as table").click()
    table = figure.locator("table")
    expect(table).to_be_visible()
    points = page.evaluate("JSON.parse(document.querySelector('#chart-balances script').textContent)")
    assert table.locator("tbody tr").count() == len(points["at"])
    newest = table.locator("tbody tr").first.locator("td").all_inner_texts()
    plain = [text.replace(",", "").replace("CNY ", "") for text in newest]
    assert plain == [series["values"][-1] for series in points["series"]]
    figure.get_by_role("button", name="Show as table").click()
    expect(figure.locator("[data-chart-plot]")).to_be_visible()
    with page.expect_download() as download:
        figure.get_by_role("button", name="Download image").click()
    assert download.value.suggested_filename == "chart-balances.png"
    assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_hovering_gives_exact_figures(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/value/", language="en")
    drawn(page, "balances")
    box = page.locator("#chart-balances [data-chart-plot]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#chart-balances [data-chart-plot] svg")).to_contain_text(re.compile(r"CNY [\d,]+\.\d\d"))


def test_charts_follow_the_theme(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/value/", language="en")
    drawn(page, "balances")
    strokes = (
        "() => [...new Set([...document.querySelectorAll('#chart-balances path')].map(p => p.getAttribute('stroke')))]"
    )
    light = page.evaluate(strokes)
    page.get_by_role("button", name="Light or dark").first.click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.wait_for_function(f"before => ({strokes})().join() !== before", arg=",".join(map(str, light)))


def test_a_figure_opens_down_to_its_formula(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/", language="en")
    page.locator(".gx-key-figure a").click()
    page.wait_for_url("**/value/r12/")
    expect(page.locator(".gx-agrees")).to_contain_text("= sum of all agreements")
    page.locator(".gx-lines tbody a").first.click()
    page.wait_for_url("**/value/r12/A*/")
    page.locator(".gx-lines tbody a").first.click()
    page.wait_for_url("**/value/2026-11/A*/")
    expect(page.locator(".gx-formulas")).to_contain_text("Sum of daily balances")
    expect(page.locator(".gx-agrees")).to_contain_text("Each formula gives the published figure")
    page.go_back()
    page.wait_for_url("**/value/r12/A*/")


def test_the_graph_and_its_list(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.company.id}/relations/", language="en")
    drawn(page, "network")
    svg = page.locator("#chart-network [data-chart-plot] svg")
    expect(svg).to_contain_text("Another customer")
    expect(svg).to_contain_text("Shareholder 35% +1")
    assert site.cast.outside.name not in page.content()
    first = page.locator("[data-network-list] a").first
    first.focus()
    name = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


def test_events_are_filtered_in_place_and_the_filter_has_an_address(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/events/", language="en")
    page.get_by_label("Direction").select_option(label="Out")
    page.wait_for_url(re.compile(r"direction=D"))
    expect(page.locator("#events tbody tr .gx-in")).to_have_count(0)
    rows = page.locator("#events tbody tr").count()
    page.reload()
    assert page.locator("#events tbody tr").count() == rows
    page.get_by_role("button", name="Excel").click()
    page.wait_for_url(re.compile(r"/exports/new/events/.*direction=D"))
    expect(page.locator("select[name=purpose]")).to_be_visible()


def test_on_the_phone_one_tap_asks_for_the_number_and_sections_are_cards(open_page, site):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/", language="en", screen="phone")
    call = page.locator(".gx-call")
    # One tap asks for the number's reveal; the call itself waits for it (tests/browser/test_privacy.py).
    expect(call).to_have_attribute("href", f"/customers/{site.cast.person.id}/reveal/contact/mobile-1/")
    assert call.bounding_box()["height"] >= 44
    expect(page.locator(".gx-o-next")).to_be_in_viewport()
    page.locator(".gx-tabs a[href$='/events/']").tap()
    page.wait_for_url("**/events/")
    expect(page.get_by_label("Channel")).to_be_hidden()
    page.locator(".gx-filter-toggle").tap()
    expect(page.get_by_label("Channel")).to_be_visible()
    assert overflow(page) <= 0


@pytest.mark.parametrize(("language", "screen"), [("zh-hans", "desktop"), ("en", "phone")])
def test_the_catalogue(open_page, check_access, site, language, screen):
    page = open_page(site.cast.ai, "/products/", language=language, screen=screen)
    check_access(page)
    assert overflow(page) <= 0
    page.locator(".gx-choices a", has_text="贷款" if language == "zh-hans" else "Loan").first.click()
    page.wait_for_url(re.compile("kind=loan"))
    page.locator(".gx-products a").first.click()
    page.wait_for_url("**/products/L*/")
    expect(page.locator(".gx-holders strong")).to_be_visible()
    drawn(page, "rates")
    check_access(page)
    assert overflow(page) <= 0
