"""The auditor in a real browser: finds who looked at a customer, opens an entry, proves the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.web.audit.conftest import fill

pytestmark = pytest.mark.browser


@pytest.fixture
def log(site, settings, tmp_path) -> Any:
    """The log of a day."""
    settings.AUDIT_HEADS = tmp_path / "heads"
    fill()
    return site


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_the_customer_to_who_looked_to_the_entry(log, open_page, check_access, language, tmp_path):
    cast = log.cast
    page = open_page(cast.shen, reverse("customer", args=["P00001"]), language=language)
    page.click(".gx-looked")
    page.wait_for_load_state("networkidle")
    assert page.locator(".gq-sticky tbody tr").count() == 4  # three, and the auditor
    check_access(page)
    page.screenshot(path=str(tmp_path / f"customer-{language}.png"))
    page.get_by_role("row", name="薄文").get_by_role("link").nth(1).click()
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-row]").count() == 2
    page.locator("[data-row]").first.locator("a").first.click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".gq-good").count() == 1
    check_access(page)
    page.screenshot(path=str(tmp_path / f"entry-{language}.png"))


@pytest.mark.parametrize(("language", "screen"), [("zh-hans", "desktop"), ("en", "desktop"), ("zh-hans", "phone")])
def test_the_log_is_narrowed_by_taps(log, open_page, check_access, language, screen, tmp_path):
    page = open_page(log.cast.shen, reverse("audit"), language=language, screen=screen)
    check_access(page)
    page.screenshot(path=str(tmp_path / f"list-{language}-{screen}.png"))
    page.locator(".gx-chip-flag").nth(1).click()
    expect(page.locator("[data-row]")).to_have_count(1)
    assert "only=refused" in page.url
    if screen == "desktop":
        page.locator(".gx-chip-flag").nth(1).click()
        page.locator("#filter-person > summary").click()
        page.locator("#filter-person input").fill("1101")
        page.locator("#filter-person input").press("Enter")
        expect(page.locator("[data-row]")).to_have_count(2)
        assert "person=1101" in page.url


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "phone")])
def test_the_proof(log, open_page, check_access, language, theme, screen, tmp_path):
    page = open_page(log.cast.shen, reverse("proof"), language=language, theme=theme, screen=screen)
    page.locator("form[action$='/verify/'] button").click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".gq-strip .gq-good").count() == 1
    page.locator("#chart-activity svg, #chart-activity canvas").first.wait_for()
    check_access(page)
    page.screenshot(path=str(tmp_path / f"proof-{language}-{screen}.png"), full_page=True)


def test_a_person(log, open_page, check_access, tmp_path):
    page = open_page(log.cast.shen, reverse("audit-person", args=["1111"]))
    assert page.locator(".gq-sticky tbody tr").count() == 2
    check_access(page)
    page.screenshot(path=str(tmp_path / "person.png"), full_page=True)
