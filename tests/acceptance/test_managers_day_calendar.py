"""A manager's calendar from end to end: the week planned, a room booked, a visit moved, made and followed up, the plan
met, the book handed on; and what the log, the notifications and the inventory of personal data say of it.
"""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact import calendar_follow
from guanxi.crm.contact.models import Activity, Appointment, Booking, Task
from guanxi.crm.contact.reminders import remind_of_appointments
from guanxi.crm.kernel.hanging import registered as hangs
from guanxi.crm.kernel.personal import registered
from guanxi.crm.notices.models import Notice
from guanxi.crm.party.models import Party
from tests.contact.planned import at, make, planned, room
from tests.web.calendar.test_calendar import day, events, form, move
from tests.web.conftest import sign_in

__all__ = ["sign_in"]


@pytest.mark.django_db
def test_ai_plans_a_week_and_keeps_it(cast, sign_in):
    ai, bo, qian = (sign_in(one, language="en") for one in (cast.ai, cast.bo, cast.qian))
    table = room("B11")
    # A meeting every week in the room; Qian comes too late for it, and is told before anything is saved.
    meeting = form(1, title="Branch meeting", repeats="weekly", holidays="keep", resources=[table.pk], guests=[])
    assert ai.post("/calendar/new/", meeting).status_code == 302
    late = qian.post("/calendar/new/", form(8, title="Other meeting", resources=[table.pk], despite="1"))
    assert (late.status_code, "Room 1 is taken" in late.text) == (422, True)
    make(cast.bo, planned(2, "11:00", title="Review", guests=(cast.ai.id,)))
    review = Appointment.objects.get(title="Review")
    assert ai.post(f"/calendar/{review.pk}/answer/", {"answer": "accepted"}).status_code == 302
    # A visit from the customer's page, moved to where Bo has invited, said so, and put back.
    ai.post(f"/customers/{cast.person.id}/appointments/new/", form(1, kind="visit", starts="14:00", ends="15:00",
                                                                     title="Deposit", remind_minutes="30"))  # fmt: skip
    deposit = events(ai)[f"Deposit · {cast.person.name}"]
    moved = move(ai, deposit, f"{day(2)}T11:30").json()
    assert f"{cast.ai.name} has something else" in moved["message"]
    assert ai.post("/calendar/undo/", {"token": moved["token"]}, headers={"X-Calendar": "1"}).status_code == 200
    # The phone reminds once; Bo sees the visit in the team's week, and not Ai's own meeting.
    assert remind_of_appointments(at(1, "13:31")) == 1
    team = bo.get(f"/calendar/team/?day={day(1)}").text
    assert "Deposit" in team
    assert "Branch meeting" not in team
    # The visit is made, with a next step; it counts, and what hangs on Ai is counted before the book is handed on.
    visit = Appointment.objects.get(title="Deposit")
    recorded = {
        "key": str(uuid4()), "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "text": "Renews for a year",
        "follow_up": "Send the certificate", "follow_up_on": day(2), "latitude": "30.2", "longitude": "120.1",
    }  # fmt: skip
    assert ai.post(f"/plans/visits/{visit.pk}/record/", recorded).status_code == 302
    assert ai.post("/plans/goal/", {"day": day(0), "visits": "4", "version": "0"}).status_code == 302
    assert "25% of the plan: 1 of 4 visits" in bo.get("/plans/board/").text
    assert Task.objects.get().title == "Send the certificate"
    make(cast.ai, planned(4, kind="visit", title="Certificate"), party=cast.person)
    placed = ("SELECT %s AS party_id, %s AS receiver", [cast.person.id, cast.qian.id])
    count = next(one for one in hangs() if one.name == "appointments").count(cast.ai.id, placed)
    assert count == {cast.qian.id: 1}
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.qian.id)
    assert calendar_follow.follow_managers() == 1
    assert f"Certificate · {cast.person.name}" in events(qian)
    assert f"Certificate · {cast.person.name}" not in events(ai)
    # What became of it stands in the log with its customer, and is handed out to the person who asks.
    kinds = set(Entry.objects.filter(subject=cast.person.id, action="change").values_list("kind", flat=True))
    assert {"appointment", "activity"} <= kinds
    held = {one.model._meta.label: one.rows_of(cast.person.id).count() for one in registered()}
    assert held["contact.Appointment"] == 2
    assert held["contact.AppointmentEvent"] >= 3
    told = set(Notice.objects.values_list("kind", "to_id"))
    assert {("appointment_invited", cast.ai.id), ("appointment_accepted", cast.bo.id)} <= told
    assert ("appointment_reminder", cast.ai.id) in told


@pytest.mark.django_db(transaction=True)
def test_two_who_move_the_same_appointment_at_once_lose_nothing(cast):
    gate, answers = threading.Barrier(2), []
    row = make(cast.ai, planned(kind="visit"), party=cast.person).appointment

    def tap(staff, clock: str) -> None:
        client = Client()
        client.force_login(staff)
        gate.wait(20)
        try:
            fields = {"version": 1, "starts": f"{day(2)}T{clock}", "minutes": 60, "which": "this"}
            answers.append(client.post(f"/calendar/{row.pk}/move/", fields).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=tap, args=pair) for pair in ((cast.ai, "10:00"), (cast.bo, "11:00"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [200, 409]
    row.refresh_from_db()
    assert (row.version, row.history.count()) == (2, 1)
    assert (Booking.objects.count(), Activity.objects.count()) == (0, 0)
