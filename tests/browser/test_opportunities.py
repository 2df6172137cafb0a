"""The board in a real browser: a card is dragged, moved by keys and by its menu; a conflict is said, a move undone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from guanxi.crm.contact.models import Activity
from guanxi.crm.sales.models import Opportunity, StageMove
from tests.sales.deals import moved, opened, stage, with_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {"undo": "Undo", "won": "Drawn, followed up", "why": "Why was it won?", "reason": "Price", "save": "Save",
           "now": "stands in “Credit proposal” now", "meanwhile": "meanwhile"},
    "zh-hans": {"undo": "撤销", "won": "放款跟进", "why": "成交原因", "reason": "价格有优势", "save": "保存",
                "now": "已进入“授信方案”", "meanwhile": "您的操作未执行"},
}  # fmt: skip


def column(page, one, code):
    return page.locator(f"#stage-{stage(one, code).pk}")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_on_the_desktop_cards_are_dragged_and_two_people_meet(site, open_page, check_access, language, theme):
    words, ai = WORDS[language], site.cast.ai
    one = with_product(opened(site.cast.person))
    other = with_product(opened(site.cast.company, title="设备更新贷款", days=9))
    page = open_page(ai, "/pipeline/?line=loan", language=language, theme=theme)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    card = page.locator(f"#card-{one.pk}")
    card.drag_to(column(page, one, "structure"))
    expect(page.locator(".gx-message")).to_contain_text(words["now"])
    expect(column(page, one, "structure").locator(f"#card-{one.pk}")).to_be_visible()
    check_access(page)
    page.get_by_role("button", name=words["undo"]).click()
    expect(column(page, one, "need").locator(f"#card-{one.pk}")).to_be_visible()
    assert StageMove.objects.filter(opportunity=one, undoes__isnull=False).count() == 1
    # Keys: on to the next column, and the card keeps the focus.
    page.locator(f"#card-{other.pk}").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(column(page, other, "file").locator(f"#card-{other.pk}")).to_be_focused()
    # Somebody else was faster: it is said, and nothing of theirs is lost.
    other = moved(Opportunity.objects.get(pk=other.pk), "structure", by="1101")
    page.locator(f"#card-{other.pk}").drag_to(column(page, other, "contract"))
    expect(page.locator(".gd-problem")).to_contain_text(words["meanwhile"])
    expect(column(page, other, "structure").locator(f"#card-{other.pk}")).to_be_visible()
    assert Opportunity.objects.get(pk=other.pk).stage.code == "structure"


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_on_the_phone_a_tap_wins_it_with_its_reason(site, open_page, check_access, language, theme):
    words = WORDS[language]
    one = with_product(opened(site.cast.person))
    page = open_page(site.cast.ai, "/pipeline/?line=loan", screen="phone", language=language, theme=theme)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    card = page.locator(f"#card-{one.pk}")
    card.locator("summary").tap()
    card.get_by_role("button", name=words["won"]).tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    check_access(page)
    page.get_by_label(words["why"]).select_option(label=words["reason"])
    page.get_by_role("dialog").get_by_role("button", name=words["save"]).tap()
    expect(column(page, one, "won").locator(f"#card-{one.pk}")).to_be_visible()
    won = Opportunity.objects.get(pk=one.pk)
    assert (won.state, won.reason.code) == ("won", "price")
    page.goto(f"{site.url}/opportunities/{one.pk}/")
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(f"{site.url}/forecast/")
    page.wait_for_load_state("networkidle")
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def centre(locator) -> dict[str, float]:
    box = locator.bounding_box()
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


def test_on_the_phone_a_card_that_is_held_is_carried_to_another_stage(site, open_page):
    one = with_product(opened(site.cast.person))
    page = open_page(site.cast.ai, "/pipeline/?line=loan", screen="phone", language="en")
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": list(points)})

    # Held and carried to a stage's name in the bar above.
    card, bar = page.locator(f"#card-{one.pk}"), page.locator(".gd-jump")
    target = bar.locator(f"[data-stage='{stage(one, 'file').pk}']")
    begin, end, steps = centre(card), centre(target), 8
    touch("Start", begin)
    expect(page.locator(".gd-lifted")).to_have_id(card.get_attribute("id"))
    for step in range(1, steps + 1):
        touch("Move", {name: begin[name] + (end[name] - begin[name]) * step / steps for name in begin})
    expect(target).to_have_class(re.compile("gd-over"))
    touch("End")
    expect(column(page, one, "file").locator(f"#card-{one.pk}")).to_be_visible()
    expect(page.locator(".gx-message button")).to_be_visible()  # and it can be taken back
    assert Opportunity.objects.get(pk=one.pk).stage.code == "file"
    expect(page.locator(".gd-lifted, .gd-over")).to_have_count(0)
    # Held and let go where it stood, nothing happens, and the link beneath is not followed.
    card.scroll_into_view_if_needed()
    touch("Start", centre(card))
    expect(page.locator(".gd-lifted")).to_be_visible()
    touch("End")
    expect(page.locator(".gd-lifted")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert page.url.startswith(f"{site.url}/pipeline/")
    assert StageMove.objects.filter(opportunity=one).count() == 2


def test_an_activity_of_an_opportunity_is_kept_without_a_connection_and_sent_when_it_is_back(site, open_page):
    one = opened(site.cast.person)
    page = open_page(site.cast.ai, f"/opportunities/{one.pk}/activity/?kind=call", screen="phone", language="en",
                     offline=True)  # fmt: skip
    page.locator("#id_text").fill("Wants the rate in writing")
    page.context.set_offline(True)
    page.locator(".gt-save button").tap()
    expect(page.locator("[data-draft-said]")).to_contain_text("a document has to be attached again")
    expect(page.locator("#id_text")).to_have_value("Wants the rate in writing")
    assert not Activity.objects.exists()
    page.context.set_offline(False)
    expect(page.locator(".gt-timeline")).to_contain_text("Wants the rate in writing", timeout=20_000)
    assert (Activity.objects.get().about_id, Activity.objects.get().kind) == (str(one.pk), "call")
