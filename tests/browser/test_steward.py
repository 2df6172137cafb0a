"""The steward's day before a real browser: pair after pair by the keyboard, a merge taken back, the other pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from guanxi.crm.identity.models import Decision, Merge
from guanxi.crm.party.models import Party
from tests.identity.pairs import pair_of, record_of

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {
        "one": "已合并为一个客户",
        "apart": "已永久判为不同客户",
        "back": "已撤回",
        "asked": "已询问",
        "split": "已成为独立客户",
    },
    "en": {
        "one": "Now one customer",
        "apart": "Kept apart for ever",
        "back": "Taken back",
        "asked": "Asked.",
        "split": "a customer of its own",
    },
}


def fits(page) -> None:
    """Nothing makes the page wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "phone")])
def test_a_stewards_day(open_page, check_access, site, language, theme, screen):
    """Queue, side by side, the same, not the same, undo, ask, split: no hand leaves the keyboard."""
    words = WORDS[language]
    people = [party for party in site.cast.book(site.cast.ai) if party.kind == "person"][:8]
    for impact, (one, other) in zip((900, 800, 700, 600), zip(people[::2], people[1::2], strict=True), strict=True):
        pair_of(one, other, impact=impact * 10_000)
    record_of(people[6], number="R7", source="cards")
    page = open_page(site.cast.shi, "/identity/", language=language, theme=theme, screen=screen)
    main, keys = page.locator(".gx-main"), page.keyboard
    expect(page.locator(".gj-queue tbody tr")).to_have_count(4)
    check_access(page)
    fits(page)
    keys.press("Enter")
    expect(page.locator(".gj-fields tbody tr")).not_to_have_count(0)
    page.locator("[data-chart]").scroll_into_view_if_needed()
    expect(page.locator("[data-chart][data-state=drawn], [data-state=drawn]").first).to_be_visible()
    check_access(page)
    fits(page)
    keys.press("s")
    expect(main).to_contain_text(words["one"])
    made = Merge.objects.get()
    assert not Party.objects.filter(pk=made.gone).exists()
    # The next pair stands there already. Somebody types a reason: letters are letters then, and Enter says no verdict.
    keys.press("r")
    keys.type("sd")
    keys.press("Enter")
    assert Decision.objects.count() == 1
    keys.press("d")
    expect(main).to_contain_text(words["apart"])
    said = Decision.objects.get(verdict="different")
    assert said.reason == "sd"
    # A slip: the word is taken back, the pair is there again, and somebody is asked of it.
    keys.press("u")
    expect(page).to_have_url(re.compile(f"verdicts/{said.pk}/take-back"))
    check_access(page)
    keys.press("Enter")
    expect(main).to_contain_text(words["back"])
    keys.press("a")
    keys.type("1111")
    keys.press("Tab")
    keys.type("见过本人吗")
    keys.press("Enter")
    expect(main).to_contain_text(words["asked"])
    assert Decision.objects.get(verdict="ask").note == "见过本人吗"
    # The next but one: one of its customers has another record, which does not belong there.
    keys.press("n")
    expect(page).to_have_url(re.compile(people[6].id))
    keys.press("1" if people[6].id < people[7].id else "2")
    expect(page).to_have_url(re.compile(f"/customers/{people[6].id}/records/"))
    check_access(page)
    fits(page)
    keys.press("x")
    keys.type("R7")
    keys.press("Tab")
    keys.type("不是本人")
    keys.press("Enter")
    expect(main).to_contain_text(words["split"])
    apart = Decision.objects.get(withdrawn_at__isnull=True, verdict="different")
    assert (apart.left_record, apart.right_record, apart.reason) == (people[6].id, "R7", "不是本人")
    page.goto(f"{site.url}/identity/merges/{made.pk}/")
    check_access(page)
    fits(page)
    page.locator("input[name=reason]").fill("两个人")
    page.locator("button[type=submit].btn-primary").click()
    expect(page.locator(f"a[href='/customers/{made.gone}/']").first).to_be_visible()
    assert Party.objects.filter(pk=made.gone).exists()
