"""Calendars through the front door: own and the team's, moved with the way back, invitations, rooms, hours."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.consent.models import Limit
from guanxi.crm.contact.models import Appointment, Attendance, Booking, Series
from guanxi.crm.workdays.models import Leave, StaffHours
from tests.contact.planned import at, make, planned, room

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def day(days: int) -> str:
    return (timezone.localdate() + days * DAY).isoformat()


def events(client, staff: str = "", many: int = 8) -> dict[str, dict]:
    answer = client.get(f"/calendar/entries/?start={day(0)}&end={day(many)}&staff={staff}")
    assert answer.status_code == 200
    return {one["title"]: one for one in answer.json() if not one["id"].startswith("free-")}


def form(days: int = 1, **fields) -> dict:
    plain = {"title": "Branch meeting", "kind": "meeting", "day": day(days), "starts": "09:00", "ends": "10:00"}
    return {**plain, "zone": "Asia/Shanghai", **fields}


def take_back(client, token: str) -> int:
    return client.post("/calendar/undo/", {"token": token}, headers={"X-Calendar": "1"}).status_code


def move(client, event: dict, start: str, minutes: int = 60, **more):
    props = event["extendedProps"]
    fields = {"version": props["version"], "starts": start, "minutes": minutes, "all_day": "0", "which": "this"}
    return client.post(props["move"], {**fields, **more})


def test_an_appointment_is_made_seen_moved_and_put_back(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    assert ai.get("/calendar/new/").status_code == 200
    answer = ai.post("/calendar/new/", form(title="Team meeting"))
    assert answer.status_code == 302
    assert "1 appointment is made" in ai.get(answer.url).text
    event = events(ai)["Team meeting"]
    assert (event["start"], event["editable"]) == (f"{day(1)}T09:00", True)
    moved = move(ai, event, f"{day(2)}T14:15", 90).json()
    assert (moved["start"], moved["version"]) == (f"{day(2)}T14:15", 2)
    assert events(ai)["Team meeting"]["end"] == f"{day(2)}T15:45"
    # Of two windows the second is told; nothing is lost.
    assert move(ai, event, f"{day(3)}T08:00").status_code == 409
    # The way back is the person's own, and works once.
    assert (
        sign_in(cast.bo).post("/calendar/undo/", {"token": moved["token"]}, headers={"X-Calendar": "1"}).status_code
        == 409
    )
    assert ai.post("/calendar/undo/", {"token": moved["token"]}, headers={"X-Calendar": "1"}).status_code == 200
    assert events(ai)["Team meeting"]["start"] == f"{day(1)}T09:00"
    assert ai.post("/calendar/undo/", {"token": moved["token"]}, headers={"X-Calendar": "1"}).status_code == 409
    for wrong in ({"starts": "soon"}, {"minutes": "0"}, {"which": "some"}):
        assert ai.post(event["extendedProps"]["move"], {"version": 3, "starts": f"{day(1)}T09:00", "minutes": "60",
                                                          **wrong}).status_code == 422  # fmt: skip


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    for wrong, words in (
        ({"title": ""}, "This field is required"), ({"ends": "08:00"}, "end lies before"),
        ({"starts": ""}, "from when"),
        ({"repeats": "rule", "rule": "FREQ=HOURLY"}, "FREQ"), ({"kind": "visit"}, "visit"),
        ({"all_day": "on", "last_day": day(0)}, "before the first"), ({"zone": "Nowhere"}, "zone"),
        ({"day": "2027-03-14", "starts": "02:30", "ends": "03:30", "zone": "America/New_York"}, "does not exist"),
    ):  # fmt: skip
        answer = ai.post("/calendar/new/", form(place="Counter 7", **wrong))
        assert (answer.status_code, words in answer.text, "Counter 7" in answer.text) == (422, True, True), wrong
    assert not Appointment.objects.exists()


def test_a_visit_is_planned_from_the_customers_page(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    url = f"/customers/{cast.person.id}/appointments/new/"
    assert ai.get(url).status_code == 200
    assert ai.post(url, form(kind="visit", title="Maturing deposit")).status_code == 302
    assert f"Maturing deposit · {cast.person.name}" in events(ai)
    assert sign_in(cast.zhu).get(url).status_code == 404
    assert sign_in(cast.zhu).post(url, form(kind="visit")).status_code == 404


def test_who_may_look_at_whose_calendar_and_what_they_see(cast, sign_in):
    make(cast.ai, planned(title="Own"))
    visit = make(cast.ai, planned(2, kind="visit", title="Visit"), party=cast.person).appointment
    own = Appointment.objects.get(title="Own")
    qian, bo, zhu = (sign_in(one, language="en") for one in (cast.qian, cast.bo, cast.zhu))
    assert set(events(qian, cast.ai.id)) == {"Busy"}
    assert set(events(bo, cast.ai.id)) == {"Busy", f"Visit · {cast.person.name}"}
    assert "Own" not in bo.get("/calendar/team/").text
    assert cast.person.name in bo.get(f"/calendar/team/?day={day(2)}").text
    for path in (f"/calendar/?staff={cast.ai.id}", f"/calendar/entries/?staff={cast.ai.id}", f"/calendar/{visit.pk}/"):
        assert zhu.get(path).status_code == 404, path
    assert zhu.post(f"/calendar/{visit.pk}/move/", {"version": 1}).status_code == 404
    assert zhu.post(f"/calendar/{visit.pk}/cancel/", {"version": 1}).status_code == 404
    assert bo.get(f"/calendar/{own.pk}/").status_code == 404
    assert bo.get(f"/calendar/{visit.pk}/").status_code == 200
    Limit.objects.create(party_id=cast.person.id, kind="erasure", since=timezone.now())
    assert set(events(bo, cast.ai.id)) == {"Busy"}
    assert bo.get(f"/calendar/{visit.pk}/").status_code == 404


def test_a_series_is_changed_as_somebody_chooses_and_says_how_many(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    ai.post("/calendar/new/", form(repeats="daily", until=day(6), holidays="keep", title="Stand-up"))
    assert Appointment.objects.count() == 6
    rows = list(Appointment.objects.order_by("starts_at"))
    page = ai.get(f"/calendar/{rows[2].pk}/").text
    assert "every day, until" in page
    assert re.search(r"This and the following\s*<span class=\"gx-dim\">4<", page)
    rule = {"repeats": "rule", "rule": rows[0].series.rule, "holidays": "keep"}
    change = form(3, title="Stand-up", starts="09:30", ends="10:00", version=1, **rule)
    assert ai.post(f"/calendar/{rows[2].pk}/", {**change, "which": "following"}).status_code == 302
    times = [
        timezone.localtime(one).strftime("%H:%M")
        for one in Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)
    ]
    assert times == ["09:00"] * 2 + ["09:30"] * 4
    assert Series.objects.count() == 2
    stale = ai.post(f"/calendar/{rows[2].pk}/", {**change, "title": "Mine", "which": "this"})
    assert (stale.status_code, "Somebody has changed this meanwhile" in stale.text, "Mine" in stale.text) == (
        409,
        True,
        True,
    )
    answer = ai.post(f"/calendar/{rows[2].pk}/cancel/", {"version": 2, "which": "following"}, follow=True)
    assert "4 appointments are cancelled" in answer.text
    token = re.search(r'action="/calendar/undo/".*?name="token" value="([^"]+)"', answer.text, re.DOTALL).group(1)
    assert Appointment.objects.filter(state="planned").count() == 2
    assert "Taken back" in ai.post("/calendar/undo/", {"token": token}, follow=True).text
    assert Appointment.objects.filter(state="planned").count() == 6


def test_what_speaks_against_a_time_is_said_before_it_is_saved(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    make(cast.qian, planned(1, "09:30"))
    Leave.objects.create(staff=cast.bo, first_day=day(1), last_day=day(2))
    asked = form(guests=[cast.qian.id])
    answer = ai.post("/calendar/new/", asked)
    assert (answer.status_code, f"{cast.qian.name} has something else" in answer.text) == (422, True)
    assert Appointment.objects.filter(staff=cast.ai).count() == 0
    assert ai.post("/calendar/new/", {**asked, "despite": "1"}).status_code == 302
    # A room gives no choice.
    one = room("B11")
    Booking.objects.create(
        resource=one, appointment=Appointment.objects.get(staff=cast.qian), starts_at=at(3), ends_at=at(3, "10:00")
    )
    answer = ai.post("/calendar/new/", form(3, resources=[one.pk], despite="1"))
    assert (answer.status_code, "Room 1 is taken on" in answer.text) == (422, True)


def test_an_invitation_is_seen_accepted_and_declined(cast, sign_in):
    make(cast.bo, planned(title="Weekly", guests=(cast.ai.id,)), rule="FREQ=WEEKLY;COUNT=3")
    ai = sign_in(cast.ai, language="en")
    first = Appointment.objects.order_by("starts_at")[0]
    assert f"From {cast.bo.name}" in ai.get("/calendar/").text
    assert "You are invited" in ai.get(f"/calendar/{first.pk}/").text
    assert ai.post(f"/calendar/{first.pk}/answer/", {"answer": "accepted", "series": "1"}).status_code == 302
    assert list(Attendance.objects.filter(staff=cast.ai).values_list("answer", flat=True)) == ["accepted"] * 3
    assert not events(ai)["Weekly"]["editable"]
    ai.post(f"/calendar/{first.pk}/answer/", {"answer": "declined"})
    assert "Weekly" not in events(ai, many=5)
    assert sign_in(cast.zhu).post(f"/calendar/{first.pk}/answer/", {"answer": "accepted"}).status_code == 404


def test_hours_and_leave_are_ones_own(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    week = {f"works{one}": "1" for one in range(4)} | {f"begins{one}": "09:00" for one in range(5)}
    week |= {f"ends{one}": "16:00" for one in range(5)}
    assert ai.post("/calendar/hours/", week).status_code == 302
    assert StaffHours.objects.filter(staff=cast.ai).count() == 5
    assert ai.post("/calendar/hours/", {**week, "ends1": "08:00"}).status_code == 422
    assert ai.post("/calendar/hours/", {**week, "ends1": "late"}).status_code == 422
    leave = {"first_day": day(3), "last_day": day(4), "kind": "annual", "note": "Family"}
    assert ai.post("/calendar/hours/leave/", leave).status_code == 302
    assert ai.post("/calendar/hours/leave/", leave).status_code == 422
    assert ai.post("/calendar/hours/leave/", {**leave, "last_day": day(1)}).status_code == 422
    row = Leave.objects.get()
    assert "Family" not in sign_in(cast.qian, language="en").get(f"/calendar/team/?day={day(3)}").text
    assert sign_in(cast.qian).post(f"/calendar/hours/leave/{row.pk}/end/").status_code == 404
    assert ai.post(f"/calendar/hours/leave/{row.pk}/end/").status_code == 302


def test_pages_cost_the_same_however_full_they_are(cast, sign_in):
    ai, counts = sign_in(cast.ai), []
    for _turn in range(2):
        taken = []
        for path in (
            "/calendar/",
            f"/calendar/entries/?start={day(0)}&end={day(7)}",
            "/calendar/team/",
            "/calendar/new/",
        ):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert ai.get(path).status_code == 200
            taken.append(len(queries))
        counts.append(taken)
        for number in range(12):
            make(
                cast.ai,
                planned(number % 3, f"{9 + number % 6:02d}:00", kind="visit", guests=(cast.qian.id,)),
                party=cast.person,
            )
    assert all(later <= first + 2 for first, later in zip(*counts, strict=True)), counts
    assert counts[1][0] <= 16, counts
    assert counts[1][1] <= 12, counts
    assert json.loads(re.search(r'data-setup="([^"]+)"', ai.get("/calendar/").text).group(1).replace("&quot;", '"'))
