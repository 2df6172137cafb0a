"""Appointments and series: what is made, moved, cut, cancelled and brought back, and who is asked."""

from __future__ import annotations

import datetime
import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from guanxi.crm.contact import calendar_follow
from guanxi.crm.contact.calendar_changes import (
    cancel_appointment,
    change_appointment,
    move_appointment,
    planned_of,
    reinstate,
    write_on,
)
from guanxi.crm.contact.calendar_queries import clashes, entries
from guanxi.crm.contact.calendar_services import Repeats, answer_invitation
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Appointment, Attendance, Booking, Series, Task
from guanxi.crm.contact.reminders import remind_of_appointments, remind_of_tasks
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.notices.models import Notice
from guanxi.crm.party.models import Party
from tests.contact.planned import at, clocks, make, planned, room, scope_of

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def told():
    """Who was told what since the last time this was asked."""
    seen: set[int] = set()

    def since() -> set[tuple[str, str]]:
        rows = [one for one in Notice.objects.order_by("pk") if one.pk not in seen]
        seen.update(one.pk for one in rows)
        return {(one.kind.removeprefix("appointment_"), one.to_id) for one in rows}

    return since


def move(staff, row, days, clock="09:00", which="this", minutes=60):
    return move_appointment(
        scope=scope_of(staff), by=staff.id, appointment_id=row.pk, version=row.version, starts_at=at(days, clock),
        minutes=minutes, all_day=False, which=which,
    )  # fmt: skip


def in_calendar(reader, person=None, days=3):
    found = entries(scope_of(reader), reader.id, [(person or reader).id], at(0, "00:00"), at(days, "00:00"))
    return [(one.row.title if one.row else None, one.busy) for one in found]


def test_asked_twice_an_appointment_is_made_once(cast):
    key = uuid4()
    first, second = make(cast.ai, key=key, party=cast.person), make(cast.ai, key=key, party=cast.person)
    assert (first.made, second.made, first.appointment.pk) == (True, False, second.appointment.pk)
    assert first.appointment.follows
    assert Attendance.objects.get().answer == "own"
    series = make(cast.ai, rule="FREQ=DAILY;COUNT=4", key=(again := uuid4()))
    assert (series.many, make(cast.ai, rule="FREQ=DAILY;COUNT=4", key=again).made) == (4, False)
    with pytest.raises(Party.DoesNotExist):
        make(cast.zhu, party=cast.person)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"), ({"kind": "visit"}, "kind"), ({"kind": "x"}, "kind"), ({"minutes": 0}, "ends"),
        ({"zone": "Mars/Olympus"}, "zone"), ({"guests": ("9999",)}, "guests"), ({"resources": (99,)}, "resources"),
        ({"remind_minutes": 10_000}, "remind_minutes"), ({"all_day": True}, "starts"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(cast, wrong, field):
    with pytest.raises(WorkError) as refused:
        make(cast.ai, replace(planned(), **wrong))
    assert refused.value.field == field
    assert not Appointment.objects.exists()


def test_this_one_moves_alone_and_stays_away_from_its_series(cast):
    rows = _daily(cast.ai, 4)
    moved = move(cast.ai, rows[1], 2, "15:00")
    assert (moved.many, moved.appointment.detached) == (1, True)
    with pytest.raises(StaleError):
        move(cast.ai, rows[1], 2, "16:00")
    # All of them move by half an hour; the one that has a time of its own keeps it.
    rows[0].refresh_from_db()
    assert move(cast.ai, rows[0], 1, "09:30", "all").many == 3
    assert [one[6:] for one in clocks(rows[0])] == ["09:30", "15:00", "09:30", "09:30"]
    assert Series.objects.count() == 1, "nothing lies behind, so nothing is cut"


def test_this_and_the_following_cut_the_series(cast):
    rows = _daily(cast.ai, 6)
    assert move(cast.ai, rows[3], 4, "11:00", "following").many == 3
    old, new = Series.objects.order_by("pk")
    assert new.split_from_id == old.pk
    rows[0].refresh_from_db()
    rows[3].refresh_from_db()
    assert [one[6:] for one in clocks(rows[0])] == ["09:00"] * 3
    assert [one[6:] for one in clocks(rows[3])] == ["11:00"] * 3
    assert list(old.recurrence.originals()) == [one.original_at for one in rows[:3]]
    # A day later: six minus three, counted on.
    move(cast.ai, rows[3], 5, "11:00", "following")
    rows[3].refresh_from_db()
    assert clocks(rows[3]) == [f"{timezone.localtime(at(day, '11:00')):%m-%d %H:%M}" for day in (5, 6, 7)]
    assert [one.pk for one in rows[3:]] == list(
        Appointment.objects.filter(series=rows[3].series_id).order_by("starts_at").values_list("pk", flat=True)
    )


def test_words_change_without_a_cut_and_a_rule_changes_with_one(cast):
    rows = _daily(cast.ai, 5)
    words = replace(planned_of(rows[2]), title="Renamed", guests=(cast.qian.id,))
    change = {"scope": scope_of(cast.ai), "by": cast.ai.id, "appointment_id": rows[2].pk, "which": "following"}
    assert change_appointment(**change, version=1, planned=words).many == 3
    titles = list(Appointment.objects.order_by("starts_at").values_list("title", flat=True))
    assert titles == ["Meeting", "Meeting", "Renamed", "Renamed", "Renamed"]
    assert Series.objects.count() == 1
    assert Attendance.objects.filter(staff=cast.qian).count() == 3
    moved = change_appointment(
        **change, version=2, planned=words, repeats=Repeats(rule="FREQ=WEEKLY;COUNT=2", holidays="keep")
    )
    assert (moved.many, Series.objects.count(), Appointment.objects.count()) == (2, 2, 4)
    rows[2].refresh_from_db()
    days = [one.starts_at for one in Appointment.objects.filter(series=rows[2].series_id).order_by("starts_at")]
    assert days[1] - days[0] == 7 * DAY
    assert Attendance.objects.filter(staff=cast.qian).count() == 2


def test_cancelled_ones_do_not_come_back_but_by_undo(cast, told):
    rows = _daily(cast.ai, 5, guests=(cast.qian.id,))
    told()
    one = cancel_appointment(scope=scope_of(cast.ai), by=cast.ai.id, appointment_id=rows[1].pk, version=1)
    assert told() == {("cancelled", cast.qian.id)}
    move(cast.ai, rows[0], 1, "10:00", "all")
    assert len(clocks(rows[0])) == 4
    assert in_calendar(cast.qian, days=9) == [("Meeting", True)] * 4
    rows[3].refresh_from_db()
    rest = cancel_appointment(
        scope=scope_of(cast.ai), by=cast.ai.id, appointment_id=rows[3].pk, version=rows[3].version, which="following"
    )
    assert len(rest) == 2
    assert len(in_calendar(cast.ai, days=9)) == 2
    assert reinstate(scope=scope_of(cast.zhu), by=cast.zhu.id, cancelled=rest) == 0
    assert reinstate(scope=scope_of(cast.ai), by=cast.ai.id, cancelled=rest) == 2
    assert reinstate(scope=scope_of(cast.ai), by=cast.ai.id, cancelled=rest) == 0, "once"
    assert reinstate(scope=scope_of(cast.ai), by=cast.ai.id, cancelled=[(one[0][0], 9)]) == 0, "as it stood"
    rows[1].refresh_from_db()
    with pytest.raises(WorkError):
        move(cast.ai, rows[1], 3)


def test_an_invitation_is_answered_and_asked_again_when_the_time_is_another(cast, told):
    made = make(cast.ai, planned(guests=(cast.qian.id, cast.bo.id), remind_minutes=15)).appointment
    assert told() == {("invited", cast.bo.id), ("invited", cast.qian.id)}
    assert in_calendar(cast.qian) == [("Meeting", True)], "whoever is invited sees what it is"
    answer_invitation(by=cast.qian.id, appointment_id=made.pk, answer="declined")
    answer_invitation(by=cast.bo.id, appointment_id=made.pk, answer="accepted")
    assert told() == {("declined", cast.ai.id), ("accepted", cast.ai.id)}
    assert in_calendar(cast.qian) == []
    assert clashes([cast.qian.id, cast.bo.id], [(at(1), at(1, "09:30"))])[0].person == cast.bo.id
    moved = move(cast.ai, made, 2)
    assert told() == {("moved", cast.bo.id), ("moved", cast.qian.id)}
    states = dict(Attendance.objects.values_list("staff_id", "answer"))
    assert states == {cast.ai.id: "own", cast.qian.id: "waiting", cast.bo.id: "waiting"}
    assert set(Attendance.objects.values_list("starts_at", "remind_at")) == {(at(2), at(2, "08:45"))}
    with pytest.raises(Attendance.DoesNotExist):
        answer_invitation(by=cast.zhu.id, appointment_id=made.pk, answer="accepted")
    with pytest.raises(Appointment.DoesNotExist):
        move(cast.qian, moved.appointment, 3)  # a guest does not move it


def test_what_a_colleague_does_not_see_is_only_a_time(cast):
    make(cast.ai, planned(title="Own"))
    make(cast.ai, planned(2, title="With a customer", kind="visit"), party=cast.person)
    make(cast.ai, planned(2, "14:00", title="Private", private=True), party=cast.company)
    assert in_calendar(cast.ai) == [("Own", True), ("With a customer", True), ("Private", True)]
    assert in_calendar(cast.bo, cast.ai) == [(None, True), ("With a customer", True), (None, True)]
    assert in_calendar(cast.zhu, cast.ai) == [(None, True)] * 3


def test_a_room_is_never_taken_twice(cast):
    one, other = room(), room()
    made = make(cast.ai, planned(resources=(one.pk,)), rule="FREQ=DAILY;COUNT=5").appointment
    with pytest.raises(WorkError, match="09:00") as refused:
        make(cast.qian, planned(3, "09:30", resources=(one.pk, other.pk)))
    assert refused.value.field == "resources"
    assert Appointment.objects.filter(staff=cast.qian).count() == 0
    make(cast.qian, planned(3, "10:00", resources=(one.pk,)))  # the end of one is the beginning of the next
    with pytest.raises(WorkError):
        move(cast.ai, made, 1, "09:30", "all")
    made.refresh_from_db()
    assert (made.version, made.starts_at) == (1, at(1))
    # The whole series moves by a day, each onto the time of the next, at once.
    assert move(cast.ai, made, 2, "09:00", "all").many == 5
    assert Booking.objects.filter(resource=one).count() == 6
    row = Booking.objects.order_by("starts_at")[0]
    with pytest.raises(IntegrityError, match="booking_one_at_a_time"), transaction.atomic():
        Booking.objects.create(
            resource=one, appointment=make(cast.zhu).appointment, starts_at=row.starts_at, ends_at=row.ends_at
        )
    cancel_appointment(scope=scope_of(cast.ai), by=cast.ai.id, appointment_id=made.pk, version=2, which="all")
    assert Booking.objects.filter(resource=one).count() == 1


def test_nine_in_new_york_stays_nine_there(cast):
    zone = "America/New_York"
    first = datetime.datetime(2027, 3, 8, 14, tzinfo=datetime.UTC)  # nine; the clocks go forward on the 14th
    made = make(cast.ai, replace(planned(zone=zone), starts_at=first), rule="FREQ=WEEKLY;COUNT=3").appointment
    assert [one[6:] for one in clocks(made, zone)] == ["09:00"] * 3
    assert [one[6:] for one in clocks(made)] == ["22:00", "21:00", "21:00"]


def test_a_series_without_end_is_written_on(cast):
    one = room()
    made = make(cast.ai, planned(guests=(cast.qian.id,), resources=(one.pk,)), rule="FREQ=WEEKLY").appointment
    before = Appointment.objects.count()
    assert (before, write_on(timezone.now())) == (58, 0)
    later = timezone.now() + 72 * DAY
    make(cast.bo, replace(planned(resources=(one.pk,)), starts_at=made.starts_at + 59 * 7 * DAY))
    assert write_on(later) == 10
    assert write_on(later) == 0
    assert Appointment.objects.filter(staff=cast.ai).count() == before + 10
    assert Attendance.objects.filter(staff=cast.qian).count() == before + 10
    assert Booking.objects.filter(resource=one).count() == before + 10, "nine of the ten, and the other's"


def test_who_wished_to_be_reminded_is_told_once(cast, told):
    made = make(cast.ai, planned(guests=(cast.qian.id,), remind_minutes=60)).appointment
    make(cast.ai, planned(2, remind_minutes=None))
    # Of a customer whom they do not see they are told nothing.
    make(cast.ai, planned(7, kind="visit", guests=(cast.qian.id,)), party=cast.person)
    assert told() == {("invited", cast.qian.id)}
    assert remind_of_appointments(at(1, "07:59")) == 0
    assert remind_of_appointments(at(1, "08:00")) == 2
    assert remind_of_appointments(at(1, "08:01")) == 0
    assert told() == {("reminder", cast.ai.id), ("reminder", cast.qian.id)}
    # Moved, it reminds anew; cancelled, or long begun, it does not.
    moved = move(cast.ai, made, 3).appointment
    assert remind_of_appointments(at(3, "08:30")) == 2
    move(cast.ai, moved, 5)
    assert remind_of_appointments(at(5, "12:00")) == 0
    gone = make(cast.ai, planned(4, remind_minutes=15)).appointment
    cancel_appointment(scope=scope_of(cast.ai), by=cast.ai.id, appointment_id=gone.pk, version=1)
    assert remind_of_appointments(at(4, "08:50")) == 0


def test_what_is_due_is_told_on_its_morning(cast):
    today = timezone.localdate()
    for number, fields in enumerate(
        ({}, {"due_on": today - DAY}, {"snoozed_until": today + DAY}, {"due_on": today + DAY})
    ):
        values = {"due_on": today, "title": f"{number}", "staff": cast.ai, "made_by": cast.ai, **fields}
        Task.objects.create(key=uuid4(), party_id=cast.person.id, **values)
    Task.objects.create(key=uuid4(), title="late", staff=cast.bo, made_by=cast.bo, due_on=today - DAY)
    assert remind_of_tasks(today) == 1
    assert remind_of_tasks(today) == 1, "looked at again, told once"
    assert [(one.to_id, one.facts["number"], one.facts["late"]) for one in Notice.objects.all()] == [(cast.ai.id, 1, 1)]


def test_what_is_agreed_goes_with_the_customer(cast):
    make(cast.ai, planned(title="Agreed", kind="visit", guests=(cast.qian.id,)), party=cast.person)
    make(cast.ai, planned(title="Own"))
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.qian.id)
    assert calendar_follow.follow_managers() == 1
    assert calendar_follow.follow_managers() == 0
    assert in_calendar(cast.qian) == [("Agreed", True)]
    assert in_calendar(cast.ai) == [("Own", True)]


def _daily(staff, many, **fields):
    make(staff, planned(**fields), rule=f"FREQ=DAILY;COUNT={many}")
    return list(Appointment.objects.filter(staff=staff).order_by("starts_at"))


@pytest.mark.django_db(transaction=True)
def test_two_who_book_in_the_same_moment_get_one_room(cast):
    one, gate = room(), threading.Barrier(3)
    answers = []

    def book(staff) -> None:
        gate.wait(20)
        try:
            make(staff, planned(resources=(one.pk,)))
            answers.append("booked")
        except WorkError as refused:
            answers.append(refused.field)
        finally:
            connection.close()

    threads = [threading.Thread(target=book, args=[staff]) for staff in (cast.ai, cast.qian, cast.bo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == ["booked", "resources", "resources"]
    assert (Booking.objects.count(), Appointment.objects.count()) == (1, 1)
