"""A manager's calendar in a real browser: drawn in the week by mouse and by key, put back; on the phone from the plan
by a short way to the customer, and what came of it.
"""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from guanxi.crm.contact.models import Activity, Appointment, Task
from tests.contact.planned import make, planned

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = datetime.timedelta(days=1)


def next_monday() -> int:
    return 7 - timezone.localdate().weekday()


def drag(page: Page, title: str, *, right: float = 0, down: float = 0) -> None:
    """Draws an appointment by so many columns to the right and so many hours down."""
    box = page.locator(".gc-frame [data-event]", has_text=title).first.bounding_box()
    column = page.locator(".gc-frame [data-date]").first.bounding_box()
    assert box
    assert column
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y + 8, steps=3)
    page.mouse.move(x + right * column["width"], y + down, steps=12)
    page.mouse.up()


def local(row: Appointment) -> str:
    row.refresh_from_db()
    return timezone.localtime(row.starts_at).strftime("%a %H:%M")


def moving(page, act) -> None:
    """Does what moves an appointment, and goes on when the page has read its entries anew and drawn them."""
    with page.expect_response(lambda answer: "/entries/" in answer.url) as answer:
        act()
    answer.value.finished()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_an_appointment_is_drawn_to_another_day_and_put_back(site, open_page, check_access, language, theme):
    cast, monday = site.cast, next_monday()
    row = make(cast.ai, planned(monday, "10:00", title="Review")).appointment
    series = make(cast.ai, planned(monday, "13:00", title="Stand-up"), rule="FREQ=DAILY;COUNT=4").appointment
    page = open_page(cast.ai, f"/calendar/?day={(timezone.localdate() + monday * DAY).isoformat()}", language=language,
                     theme=theme)  # fmt: skip
    expect(page.locator(".gc-frame [data-event]", has_text="Review")).to_be_visible()
    check_access(page)
    toast = page.locator("[data-calendar-toast]")
    moving(page, lambda: drag(page, "Review", right=2))
    expect(toast).to_be_visible()
    assert local(row).startswith("Wed 10:")
    moving(page, toast.get_by_role("button").click)
    expect(toast.get_by_role("button")).to_be_hidden()
    assert local(row) == "Mon 10:00"
    # The keyboard: a day on, a quarter of an hour later, a quarter longer.
    for key, then in (("Alt+ArrowRight", "Tue 10:00"), ("Alt+ArrowDown", "Tue 10:15")):
        event = page.locator(".gc-frame [data-event]", has_text="Review")
        event.focus()
        moving(page, lambda pressed=key: page.keyboard.press(pressed))
        assert local(row) == then
    # Whoever moved it by keys still stands on it.
    moving(page, lambda: page.keyboard.press("Alt+Shift+ArrowDown"))
    row.refresh_from_db()
    assert (local(row), row.minutes) == ("Tue 10:15", 75)
    # One of a series asks which; nothing moves before an answer.
    drag(page, "Stand-up", down=60)
    dialog = page.locator("#gc-which")
    expect(dialog).to_be_visible()
    assert local(series) == "Mon 13:00"
    moving(page, dialog.get_by_role("button").nth(1).click)
    assert local(series) != "Mon 13:00"
    assert {local(one)[4:] for one in Appointment.objects.filter(title="Stand-up")} == {local(series)[4:]}


def test_on_the_phone_from_the_plan_to_the_visit_and_its_next_step(site, open_page, check_access):
    cast = site.cast
    first, second = cast.book(cast.ai)[:2]
    for party, latitude in ((first, "30.40"), (second, "30.20")):
        Activity.objects.create(
            key=uuid4(), kind="visit", party_id=party.id, staff=cast.ai, at=timezone.now() - 9 * DAY,
            latitude=latitude, longitude="120.1",
        )  # fmt: skip
        make(cast.ai, planned(0, "00:00", 1_440, kind="visit", all_day=True, title="到期面谈"), party=party)
    page = open_page(cast.ai, "/calendar/", screen="phone")
    expect(page.locator(".gc-list")).to_contain_text(first.name)
    check_access(page)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 30.1, "longitude": 120.1, "accuracy": 15})
    page.goto(f"{site.url}/plans/?view=day")
    names = page.locator(".gp-stops strong")
    expect(names).to_have_text([first.name, second.name])
    page.get_by_role("button", name="从我的位置出发").click()
    expect(names).to_have_text([second.name, first.name])
    check_access(page)
    page.get_by_role("link", name="登记").first.click()
    page.locator("#id_text").fill("续存意向明确")
    page.locator("#id_follow_up").fill("发送利率报价")
    page.get_by_role("button", name="记录我的位置").or_(page.locator("[data-place-take]")).first.click()
    expect(page.locator("[data-place-said]")).to_contain_text("15 m")
    page.locator(".gt-outcome").first.click()
    expect(page.locator(".gx-message")).to_be_visible()
    expect(names).to_have_text([first.name])
    done = Activity.objects.get(text="续存意向明确")
    assert (done.party_id, str(done.latitude)) == (second.id, "30.10000")
    assert Task.objects.get(activity=done).title == "发送利率报价"
    assert Appointment.objects.get(party_id=second.id).state == "done"
