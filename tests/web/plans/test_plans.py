"""Visit plans through the front door: the round of a day, what came of a visit, plan against done at each level."""

from __future__ import annotations

import datetime
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.contact.models import Activity, Appointment, MonthGoal, Task
from guanxi.crm.contact.plan_queries import pace_of
from guanxi.crm.kernel.calendar import WEEKENDS, WorkingCalendar
from guanxi.crm.party.models import ContactPoint
from tests.contact.planned import make, planned

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def day(days: int = 0) -> str:
    return (timezone.localdate() + days * DAY).isoformat()


def visit(staff, party, days=1, clock="09:00", *, timed=False, **fields):
    what = planned(days, clock if timed else "00:00", 60 if timed else 1_440, kind="visit", all_day=not timed, **fields)
    return make(staff, what, party=party).appointment


def been(party, staff, latitude, longitude):
    """Somebody has been there, and the phone knew where that was."""
    at = timezone.now() - 9 * DAY
    return Activity.objects.create(
        key=uuid4(), kind="visit", party_id=party.id, staff=staff, at=at, latitude=latitude, longitude=longitude
    )


def stops(client, days=1) -> list[str]:
    text = client.get(f"/plans/?view=day&day={day(days)}").text
    return re.findall(r'class="gp-number">\d+</span><div><a href="[^"]+"><strong>([^<]+)</strong>', text)


def test_a_day_is_put_in_the_order_of_a_short_way(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    book = cast.book(cast.ai)[:4]
    for party, latitude in zip(book, ("30.10", "30.40", "30.20", "30.30"), strict=True):
        visit(cast.ai, party)
        been(party, cast.ai, latitude, "120.10")
    assert stops(ai) == [one.name for one in book]
    answer = ai.post("/plans/route/", {"day": day(1), "latitude": "30.09", "longitude": "120.1"}, follow=True)
    assert "4 visits in order, 34.5 km" in answer.text
    assert stops(ai) == [book[number].name for number in (0, 2, 3, 1)]
    assert 'href="geo:30.10000,120.10000"' in answer.text
    assert (
        "geolocation=(self)" in answer.redirect_chain[0][0]
        or "geolocation=(self)" in ai.get("/plans/")["Permissions-Policy"]
    )
    # A visit with a set time keeps its place among those that have one.
    Appointment.objects.filter(party_id=book[1].id).delete()
    visit(cast.ai, book[1], clock="09:00", timed=True)
    Appointment.objects.filter(party_id=book[0].id).delete()
    visit(cast.ai, book[0], clock="15:00", timed=True)
    ai.post("/plans/route/", {"day": day(1), "latitude": "nan", "longitude": "x"})
    order = stops(ai)
    assert order.index(book[1].name) < order.index(book[0].name)
    # Nobody puts another's day in order.
    sign_in(cast.bo).post("/plans/route/", {"day": day(1)})
    assert stops(ai) == order


def test_what_is_not_known_of_a_place_is_said(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    visit(cast.ai, cast.person)
    visit(cast.ai, cast.company)
    ContactPoint.objects.filter(party_id=cast.company.id).update(region_code="")
    ContactPoint.objects.filter(party_id=cast.person.id, kind__endswith="address").update(region_code="330106")
    page = ai.post("/plans/route/", {"day": day(1)}, follow=True).text
    assert "1 customer stands at the centre of the county" in page
    assert "Of 1 customer the address names no division" in page
    assert stops(ai)[-1] == cast.company.name
    ContactPoint.objects.all().update(region_code="")
    assert "Of none of these customers" in ai.post("/plans/route/", {"day": day(1)}, follow=True).text


def test_a_visit_is_recorded_from_the_plan_with_place_and_next_step_once(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    planned_visit = visit(cast.ai, cast.person, 0, title="Maturity")
    page = ai.get(f"/plans/visits/{planned_visit.pk}/record/")
    assert "Planned: Maturity" in page.text
    assert "geolocation=(self)" in page["Permissions-Policy"]
    fields = {
        "key": str(uuid4()), "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "text": "Renews",
        "latitude": "30.25", "longitude": "120.15", "accuracy": "12", "follow_up": "Send the rate",
        "follow_up_on": day(3),
    }  # fmt: skip
    assert ai.post(f"/plans/visits/{planned_visit.pk}/record/", {**fields, "at": ""}).status_code == 422
    for _tap in range(2):
        assert ai.post(f"/plans/visits/{planned_visit.pk}/record/", fields).status_code == 302
    planned_visit.refresh_from_db()
    done = Activity.objects.get(kind="visit")
    assert (planned_visit.state, planned_visit.activity_id) == ("done", done.pk)
    assert (done.about_kind, done.about_id, str(done.latitude)) == ("appointment", str(planned_visit.pk), "30.25000")
    assert Task.objects.get().title == "Send the rate"
    assert stops(ai, 0) == []
    again = ai.post(f"/plans/visits/{planned_visit.pk}/record/", {**fields, "key": str(uuid4())})
    assert (again.status_code, Activity.objects.count()) == (422, 1)
    assert "Maturity" in ai.get(f"/customers/{cast.person.id}/activities/").text
    zhu = sign_in(cast.zhu)
    assert zhu.get(f"/plans/visits/{planned_visit.pk}/record/").status_code == 404
    assert zhu.post(f"/plans/visits/{planned_visit.pk}/record/", fields).status_code == 404


def test_plan_against_done_is_summed_at_each_level_and_forecast_by_working_days(cast, sign_in, monkeypatch):
    # A month of twenty working days, of which ten are gone.
    today = datetime.date(2027, 3, 12)
    monkeypatch.setattr("guanxi.crm.web.plans.board.timezone.localdate", lambda *_args: today)
    now = datetime.datetime(2027, 3, 12, 4, tzinfo=datetime.UTC)
    for staff, many in ((cast.ai, 4), (cast.qian, 1), (cast.zhu, 3)):
        for number in range(many):
            party = cast.book(staff)[number % len(cast.book(staff))]
            Activity.objects.create(key=uuid4(), kind="visit", party_id=party.id, staff=staff, at=now - number * DAY)
    MonthGoal.objects.create(staff=cast.ai, month=datetime.date(2027, 3, 1), visits=12)
    pace = pace_of(datetime.date(2027, 3, 1), datetime.date(2027, 3, 31), today, WEEKENDS)
    assert (pace.gone, pace.all, pace.forecast(5), pace.forecast(0)) == (10, 23, 12, 0)
    assert pace_of(datetime.date(2027, 4, 1), datetime.date(2027, 4, 30), today, WEEKENDS).forecast(0) is None
    bo = sign_in(cast.bo, language="en").get("/plans/board/?view=month&day=2027-03-12").text
    assert "42% of the plan: 5 of 12 visits" in bo
    assert "visits made ÷ 10 working days gone (today counts) × 23 working days" in bo
    assert "forecast 12" in bo
    below = sign_in(cast.bo, language="en").get("/plans/board/?view=month&day=2027-03-12&at=B11").text
    assert cast.ai.name in below
    assert cast.zhu.name not in below
    own = sign_in(cast.ai, language="en").get("/plans/board/?view=month&day=2027-03-12").text
    assert "33% of the plan: 4 of 12 visits" in own
    assert cast.qian.name not in own
    head = sign_in(cast.he, language="en").get("/plans/board/?view=quarter&day=2027-03-12").text
    assert "8 of 12 visits" in head
    for outside in ("B21", "B2", "nowhere"):
        assert sign_in(cast.bo).get(f"/plans/board/?at={outside}").status_code == 404
    assert sign_in(cast.zhu).get("/plans/board/?at=B11").status_code == 404


def test_a_goal_is_set_by_its_person_or_their_manager_and_never_lost(cast, sign_in):
    ai, bo = sign_in(cast.ai, language="en"), sign_in(cast.bo, language="en")
    goal = {"day": day(), "visits": "20", "version": "0"}
    assert ai.post("/plans/goal/", goal).status_code == 302
    stale = bo.post("/plans/goal/", {**goal, "visits": "25", "staff": cast.ai.id})
    assert stale.status_code == 409
    assert "Somebody has set the goal meanwhile: 20" in stale.text
    assert 'value="25"' in stale.text
    assert bo.post("/plans/goal/", {**goal, "visits": "25", "version": "1", "staff": cast.ai.id}).status_code == 302
    row = MonthGoal.objects.get()
    assert (row.visits, row.set_by_id, row.version) == (25, cast.bo.id, 2)
    for wrong in ("", "many", "501", "-1"):
        assert ai.post("/plans/goal/", {**goal, "visits": wrong, "version": "2"}).status_code == 422
    zhu = sign_in(cast.zhu)
    assert zhu.post("/plans/goal/", {**goal, "staff": cast.ai.id}).status_code == 404
    assert zhu.get(f"/plans/?staff={cast.ai.id}").status_code == 404


def test_pages_cost_the_same_however_full_they_are(cast, sign_in):
    clients, counts = [sign_in(cast.ai), sign_in(cast.bo)], []
    for turn in range(2):
        taken = []
        for path in (f"/plans/?view=day&day={day(1)}", "/plans/?view=month", "/plans/board/"):
            for client in clients:
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(path).status_code == 200
                taken.append(len(queries))
        counts.append(taken)
        for number in range(6):
            visit(cast.ai, cast.book(cast.ai)[number], 1, title=f"{turn}")
    assert all(later <= first + 3 for first, later in zip(*counts, strict=True)), counts
    assert max(counts[1]) <= 18, counts


def test_the_pace_counts_free_days_as_the_bank_does():
    calendar = WorkingCalendar(frozenset({datetime.date(2027, 3, 8)}), frozenset({datetime.date(2027, 3, 6)}))
    pace = pace_of(datetime.date(2027, 3, 1), datetime.date(2027, 3, 14), datetime.date(2027, 3, 8), calendar)
    assert (pace.gone, pace.all) == (6, 10)
