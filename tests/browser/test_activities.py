"""A relationship manager's tools in a real browser: in two taps, without a connection, with a swipe."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.crm.contact.models import Activity, Task
from tests.web.contact.test_tasks import task_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "call": "Record a call",
        "outcome": "No answer",
        "recorded": "Recorded.",
        "next": "Next step",
        "undo": "Undo",
    },
    "zh-hans": {"call": "登记电话", "outcome": "无人接听", "recorded": "已登记", "next": "下一步", "undo": "撤销"},
}
SCREENS = [
    ("zh-hans", "desktop", "light"),
    ("zh-hans", "phone", "dark"),
    ("en", "desktop", "dark"),
    ("en", "phone", "light"),
]


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_a_call_is_recorded_with_two_taps_from_the_customer(site, open_page, check_access, language, screen, theme):
    words, who = WORDS[language], site.cast.person.id
    page = open_page(site.cast.ai, f"/customers/{who}/", screen=screen, language=language, theme=theme)
    page.get_by_role("link", name=words["call"]).click()
    expect(page.get_by_role("button", name=words["outcome"])).to_be_in_viewport()
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name=words["outcome"]).click()
    expect(page.locator(".gx-message")).to_contain_text(words["recorded"])
    expect(page.locator(".gt-timeline > li")).to_have_count(1)
    expect(page.locator(".gt-timeline")).to_contain_text(words["outcome"])
    check_access(page)
    assert Activity.objects.get().staff_id == site.cast.ai.id


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_tasks_are_done_and_undone(site, open_page, check_access, language, screen, theme):
    words = WORDS[language]
    for days, party in enumerate(site.cast.book(site.cast.ai)[:4], -1):
        task_for(party, site.cast.ai, f"Task {days}", days)
    page = open_page(site.cast.ai, "/tasks/", screen=screen, language=language, theme=theme)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(4)
    rows.first.locator(".gt-done").click()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name=words["undo"]).click()
    expect(rows).to_have_count(4)
    for box in page.locator("[name=chosen]").all()[:2]:
        box.check()
    page.locator("#list-actions button").first.click()
    expect(rows).to_have_count(2)
    assert Task.objects.filter(state="done").count() == 2


def test_what_is_typed_without_a_connection_is_kept_and_sent_when_it_is_back(site, open_page, check_access):
    address = f"/customers/{site.cast.person.id}/activities/new/visit/"
    page = open_page(site.cast.ai, address, screen="phone", language="en", offline=True)
    page.get_by_label("What was said").fill("Shop closed on Mondays")
    page.get_by_label("Next step", exact=True).fill("Come on Tuesday")
    page.context.set_offline(True)
    page.get_by_role("button", name="Customer not there").click()
    expect(page.locator("[data-draft-said]")).to_contain_text(
        "Not sent yet. It will be sent when the connection is back."
    )
    expect(page.locator("#gx-unsent")).to_be_visible()
    expect(page.get_by_label("What was said")).to_have_value("Shop closed on Mondays")
    assert not Activity.objects.exists()
    page.context.set_offline(False)
    expect(page.locator(".gt-timeline")).to_contain_text("Shop closed on Mondays", timeout=20_000)
    expect(page.locator("#gx-unsent")).to_be_hidden()
    visit = Activity.objects.get()
    assert visit.outcome.code == "absent"
    assert Task.objects.get(activity=visit).title == "Come on Tuesday"
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('gx-draft:')).length") == 0


def test_what_was_typed_is_there_again_after_the_page_was_lost_and_gone_after_signing_out(site, open_page):
    address = f"/customers/{site.cast.person.id}/activities/new/note/"
    page = open_page(site.cast.ai, address, screen="phone", language="en")
    page.get_by_label("Text").fill("Half a sentence")
    kept = "Object.entries(localStorage).some(([key, text]) => key.startsWith('gx-draft:') && text.includes('Half a'))"
    # A moment after the last key; the page's policy lets nothing be evaluated in it that would wait for that by itself.
    assert any(page.evaluate(kept) or page.wait_for_timeout(50) for _turn in range(600))
    page.goto(site.url + "/tasks/")
    page.goto(site.url + address)
    expect(page.get_by_label("Text")).to_have_value("Half a sentence")
    expect(page.locator("[data-draft-said]")).to_contain_text("is here again")
    page.locator("[data-open=gx-sheet]").click()
    page.locator("#gx-sheet").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('gx-draft:')).length") == 0


def test_an_error_keeps_what_was_typed_and_says_what_to_do(site, open_page, check_access):
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/activities/new/call/", language="en")
    page.get_by_label("What was said").fill("Promised something")
    page.locator(".gt-more > summary").click()
    page.get_by_label("Promised to the customer").fill("A sheet of rates")
    page.get_by_role("button", name="Spoken with").click()
    expect(page.locator(".gx-field-error")).to_contain_text("Say until when")
    expect(page.get_by_label("What was said")).to_have_value("Promised something")
    check_access(page)
    page.get_by_label("Promised until").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Spoken with").click()
    expect(page.locator(".gt-timeline")).to_contain_text("A sheet of rates")


def test_a_template_begins_the_text_and_the_phone_says_where_it_is(site, open_page):
    page = open_page(site.cast.ai, f"/customers/{site.cast.company.id}/activities/new/visit/", screen="phone")
    page.context.grant_permissions(["geolocation"], origin=site.url)
    page.context.set_geolocation({"latitude": 30.25924, "longitude": 120.13026, "accuracy": 9})
    page.get_by_role("button", name="贷后走访").click()
    expect(page.get_by_label("沟通内容")).to_have_value(
        "经营场所和人员：\n订单、存货、回款：\n抵押物状况：\n异常情况："
    )
    page.get_by_role("button", name="记录当前位置").click()
    expect(page.locator("[data-place-said]")).to_contain_text("9 m")
    page.get_by_role("button", name="已面谈").click()
    expect(page.locator(".gt-timeline")).to_contain_text("30.25924")


def test_a_swipe_finishes_a_task(site, open_page):
    task_for(site.cast.person, site.cast.ai, "Swipe me")
    page = open_page(site.cast.ai, "/tasks/", screen="phone", language="en")
    box = page.locator("[data-row]").bounding_box()
    session = page.context.new_cdp_session(page)
    y = box["y"] + box["height"] / 2

    def touch(kind: str, x: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 120)
    for x in range(140, 300, 20):
        touch("touchMove", x)
    touch("touchEnd", 300)
    expect(page.locator("[data-row]")).to_have_count(0)
    assert Task.objects.get().state == "done"
