"""The steward's day before a real browser: pair after pair by the keyboard, a merge taken back, the other pages."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from guanxi.crm.identity.filework import work
from guanxi.crm.identity.models import Decision, FieldSource, Merge, MergeFile, QualityMeasure
from guanxi.crm.identity.tasks import measure
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.party.models import Party
from tests.identity.pairs import DAY, pair_of, record_of

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {
        "one": "已合并为一个客户",
        "apart": "已永久判为不同客户",
        "back": "已撤回",
        "asked": "已询问",
        "split": "已成为独立客户",
        "undone": "已撤销",
        "check_digit": "校验码错误",
        "recency": "最新",
        "rising": "上升",
        "nobody": "没有人向您询问",
    },
    "en": {
        "one": "Now one customer",
        "apart": "Kept apart for ever",
        "back": "Taken back",
        "asked": "Asked.",
        "split": "a customer of its own",
        "undone": "Undone",
        "check_digit": "the check digit is wrong",
        "recency": "the latest",
        "rising": "up",
        "nobody": "Nobody asks you anything",
    },
}


def loaded(page) -> None:
    """What is seen is a page whose scripts listen to keys already."""
    page.wait_for_load_state("load")


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
    loaded(page)
    made = Merge.objects.get()
    assert not Party.objects.filter(pk=made.gone).exists()
    # The next pair stands there already. Somebody types a reason: letters are letters then, and Enter says no verdict.
    keys.press("r")
    keys.type("sd")
    keys.press("Enter")
    assert Decision.objects.count() == 1
    keys.press("d")
    expect(main).to_contain_text(words["apart"])
    loaded(page)
    said = Decision.objects.get(verdict="different")
    assert said.reason == "sd"
    # A slip: the word is taken back, the pair is there again, and somebody is asked of it.
    keys.press("u")
    expect(page).to_have_url(re.compile(f"verdicts/{said.pk}/take-back"))
    loaded(page)
    check_access(page)
    keys.press("Enter")
    expect(main).to_contain_text(words["back"])
    loaded(page)
    keys.press("a")
    keys.type("1111")
    keys.press("Tab")
    keys.type("见过本人吗")
    keys.press("Enter")
    expect(main).to_contain_text(words["asked"])
    loaded(page)
    assert Decision.objects.get(verdict="ask").note == "见过本人吗"
    # The next but one: one of its customers has another record, which does not belong there.
    keys.press("n")
    expect(page).to_have_url(re.compile(people[6].id))
    loaded(page)
    keys.press("1" if people[6].id < people[7].id else "2")
    expect(page).to_have_url(re.compile(f"/customers/{people[6].id}/records/"))
    loaded(page)
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


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "dark", "phone"), ("en", "light", "desktop")])
def test_the_pages_beside_the_queue(open_page, check_access, site, language, theme, screen):
    """A file of verdicts with its progress, a question answered, a customer's records, the quality of the data."""
    words = WORDS[language]
    people = [party for party in site.cast.book(site.cast.ai) if party.kind == "person"][:6]
    weights = [{"field": "document", "left_validity": "check_digit", "right_validity": "valid", "bits": 2.0}]
    pair = pair_of(people[0], people[1], weights=json.dumps(weights))
    record_of(people[4], number="R4", source="cards")
    record_of(people[4])
    FieldSource.objects.create(party=people[4], field="party_name", source_record="R4", rule="recency")
    with entered(SYSTEM):
        assert measure() > 0
    for row in list(QualityMeasure.objects.all()):
        row.business_date, row.valid = row.business_date - DAY, row.valid // 2
        row.save(force_insert=True)

    page = open_page(site.cast.shi, "/identity/files/", language=language, theme=theme, screen=screen)
    main = page.locator(".gx-main")
    lines = f"left,right,verdict\n{people[0].id},{people[1].id},same\n{people[0].id},NOBODY,same\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "v.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    )
    page.locator(".gx-main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/identity/files/\d+/$"))
    check_access(page)
    fits(page)
    page.locator("form[action$='/take/'] button").click()
    expect(page.locator("progress")).to_be_visible()
    check_access(page)
    work(MergeFile.objects.get().pk)  # what the worker does
    expect(page.locator("form[action$='/take-back/'] button")).to_be_visible()
    assert Merge.objects.count() == 1
    page.locator("form[action$='/take-back/'] button").click()
    expect(page.locator("progress")).to_be_visible()
    work(MergeFile.objects.get().pk)
    expect(main).to_contain_text(words["undone"])

    # What standardising found wrong stands beside the value; a question goes to a manager, who answers.
    page.goto(f"{site.url}/identity/pairs/{pair.left_id}/{pair.right_id}/")
    expect(page.locator(".gj-fields")).to_contain_text(words["check_digit"])
    page.keyboard.press("a")
    page.keyboard.type(site.cast.ai.id)
    page.keyboard.press("Enter")
    expect(main).to_contain_text(words["asked"])
    page.goto(f"{site.url}/customers/{people[4].id}/records/")
    expect(page.locator("#section")).to_contain_text(words["recency"])
    check_access(page)
    fits(page)
    for path in ("/data-quality/", "/data-quality/mend/", "/identity/verdicts/", "/identity/thresholds/"):
        page.goto(site.url + path)
        check_access(page)
        fits(page)
        if path == "/data-quality/":
            page.locator("[data-chart]").scroll_into_view_if_needed()
            expect(page.locator("[data-state=drawn]").first).to_be_visible()
            expect(main).to_contain_text(words["rising"])
    theirs = open_page(site.cast.ai, "/identity/asked/", language=language, theme=theme, screen=screen)
    check_access(theirs)
    fits(theirs)
    theirs.locator("input[name=answer]").fill("同一个人")
    theirs.keyboard.press("Enter")
    expect(theirs.locator(".gx-main")).to_contain_text(words["nobody"])
    assert Decision.objects.get(verdict="ask").answer == "同一个人"
