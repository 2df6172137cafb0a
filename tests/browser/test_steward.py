"""The steward's day before a real browser: pair after pair by the keyboard, a merge taken back, the other pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guanxi.crm.identity.models import Decision, Merge
from guanxi.crm.party.models import Party
from tests.identity.pairs import pair_of

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {"one": "已合并为一个客户", "apart": "已永久判为不同客户", "back": "已撤回", "empty": "暂无"},
    "en": {"one": "Now one customer", "apart": "Kept apart for ever", "back": "Taken back", "empty": "Nothing waits"},
}


def fits(page) -> None:
    """Nothing makes the page wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "phone")])
def test_a_stewards_day(open_page, check_access, site, language, theme, screen):
    words = WORDS[language]
    people = [party for party in site.cast.book(site.cast.ai) if party.kind == "person"][:6]
    for impact, (one, other) in zip((900, 800, 700), zip(people[::2], people[1::2], strict=True), strict=True):
        pair_of(one, other, impact=impact * 10_000)
    page = open_page(site.cast.shi, "/identity/", language=language, theme=theme, screen=screen)
    expect(page.locator(".gj-queue tbody tr")).to_have_count(3)
    check_access(page)
    fits(page)
    page.keyboard.press("Enter")
    expect(page.locator(".gj-fields tbody tr")).not_to_have_count(0)
    page.locator("[data-chart]").scroll_into_view_if_needed()
    expect(page.locator("[data-chart][data-state=drawn], [data-state=drawn]").first).to_be_visible()
    check_access(page)
    fits(page)
    page.keyboard.press("s")
    expect(page.locator(".gx-main")).to_contain_text(words["one"])
    made = Merge.objects.get()
    assert not Party.objects.filter(pk=made.gone).exists()
    # The next pair stands there already; a word on that one, too.
    page.keyboard.press("d")
    expect(page.locator(".gx-main")).to_contain_text(words["apart"])
    assert Decision.objects.filter(verdict="different").count() == 1
    # Somebody types a reason: letters are letters then.
    page.keyboard.press("r")
    page.keyboard.type("sd")
    assert Decision.objects.count() == 2
    page.goto(f"{site.url}/identity/merges/{made.pk}/")
    check_access(page)
    fits(page)
    page.locator("input[name=reason]").fill("两个人")
    page.locator("button[type=submit].btn-primary").click()
    expect(page.locator(f"a[href='/customers/{made.gone}/']").first).to_be_visible()
    assert Party.objects.filter(pk=made.gone).exists()
    for path in ("/identity/verdicts/", "/identity/files/", "/identity/thresholds/"):
        page.goto(site.url + path)
        check_access(page)
        fits(page)
