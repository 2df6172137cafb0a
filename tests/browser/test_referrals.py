"""Industries, who stands around a company, and a referral, before a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guanxi.crm.sales.models import Referral

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {"send": "发送", "choose": "请选择一项。", "accept": "承接", "accepted": "已承接", "why": "请说明原因"},
    "en": {"send": "Send", "choose": "Choose one.", "accept": "Accept", "accepted": "Accepted", "why": "Say why"},
}


def fits(page) -> None:
    """Nothing makes the page wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "phone")])
def test_from_an_industry_to_an_accepted_referral(open_page, check_access, site, language, theme, screen):
    words, options = WORDS[language], {"language": language, "theme": theme, "screen": screen}
    page = open_page(site.cast.bo, "/industries/", **options)
    expect(page.locator(".gi-chart[data-state=drawn], .gi-chart [data-state=drawn]")).to_have_count(1)
    check_access(page)
    fits(page)
    page.locator("tr[data-industry='C'] th a").click()
    expect(page.locator("tr[data-industry='C34']")).to_be_visible()
    assert page.url.endswith("section=C")
    page.locator("tr[data-industry='C34'] th a").click()
    company = site.cast.company
    page.locator(f"a[href='/customers/{company.id}/']").first.click()
    page.locator(f"a[href='/customers/{company.id}/linkage/']").click()
    expect(page.locator("#h-supplier")).to_be_visible()
    check_access(page)
    fits(page)
    page.locator(f"a[href='/referrals/new/?customer={company.id}']").click()
    # Nothing typed is lost when something is missing, and the error stands beside its field.
    page.locator("#id_text").fill("Thirty staff")
    page.get_by_role("button", name=words["send"], exact=True).click()
    expect(page.locator("#id_product_error")).to_have_text(words["choose"])
    expect(page.locator("#id_text")).to_have_value("Thirty staff")
    check_access(page)
    page.locator("#id_product").select_option("payroll")
    page.locator("#id_to").select_option("B11/1111")
    page.get_by_role("button", name=words["send"], exact=True).click()
    expect(page.locator(".gr-station")).to_have_count(2)
    check_access(page)
    fits(page)
    referral = Referral.objects.latest("pk")
    theirs = open_page(site.cast.ai, f"/referrals/{referral.pk}/", **options)
    theirs.locator("button[value=return]").click()
    expect(theirs.locator(".gx-field-error")).to_contain_text(words["why"])
    theirs.get_by_role("button", name=words["accept"], exact=True).click()
    expect(theirs.locator("h1 .gx-badge")).to_have_text(words["accepted"])
    check_access(theirs)
    fits(theirs)
