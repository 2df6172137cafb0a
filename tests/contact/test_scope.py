"""What belongs to a customer is seen with the customer, by query and database alike; what has none, by its owner."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from guanxi.crm.contact import about
from guanxi.crm.contact.models import (
    Activity,
    ActivityEvent,
    Appointment,
    AppointmentEvent,
    Attachment,
    Attendance,
    Task,
    TaskEvent,
)
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import standing_of
from guanxi.crm.sales.models import Lead
from tests.sales.leads import lead_in

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
MODELS = (Activity, ActivityEvent, Attachment, Task, TaskEvent, Appointment, AppointmentEvent)


@pytest.fixture
def work(cast):
    """An activity with a file, a task, and a change of both, of each of several people; and other work of each."""
    now, today = timezone.now(), timezone.localdate()
    for staff in (cast.ai, cast.qian, cast.lu, cast.zhu):
        for party in (*cast.book(staff)[:3], None):
            common = {"party_id": party.id if party else None, "staff_id": staff.id}
            kind = "call" if party else "other"
            activity = Activity.objects.create(key=uuid4(), kind=kind, at=now, text="x", **common)
            Attachment.objects.create(
                activity=activity, name="a.png", kind="png", size=1, sha256="0", file="a", staff_id=staff.id
            )
            task = Task.objects.create(key=uuid4(), title="t", due_on=today, made_by_id=staff.id, **common)
            Activity.objects.filter(pk=activity.pk).update(text="y")
            Task.objects.filter(pk=task.pk).update(title="u")
            meeting = Appointment.objects.create(
                key=uuid4(), uid="u", kind="meeting", title="m", starts_at=now, ends_at=now + HOUR, zone="UTC", **common
            )
            Attendance.objects.create(
                appointment=meeting, staff=cast.qian, answer="waiting", starts_at=now, ends_at=now + HOUR
            )
            Appointment.objects.filter(pk=meeting.pk).update(title="n")
    for lead in (
        lead_in("B11", "甲", manager="1111"),
        lead_in("B12", "乙公司", kind="organisation", manager="1121"),
        lead_in("T11", "丙"),
    ):
        Lead.objects.filter(pk=lead.pk).update(party_id=cast.outside.id if lead.name == "丙" else None)
        common = {"lead_id": lead.pk, "staff_id": "2111"}  # somebody who does not see the prospect
        activity = Activity.objects.create(key=uuid4(), kind="visit", at=now, text="x", **common)
        Attachment.objects.create(
            activity=activity, name="b.png", kind="png", size=1, sha256="0", file="b", staff_id="2111"
        )
        Task.objects.create(key=uuid4(), title="t", due_on=today, made_by_id="2111", **common)
        Appointment.objects.create(
            key=uuid4(), uid="u", kind="visit", title="m", starts_at=now, ends_at=now + HOUR, zone="UTC", **common
        )
        for model in (Activity, Task, Appointment):
            model.objects.filter(lead=lead).update(text="z")
    return cast


def scopes(cast):
    people = [standing_of(one, version=2, today=timezone.localdate()).scope for one in cast.people.values()]
    retail = Scope.of_institutions("", ["B1", "B11", "B12"]).retail
    corporate = Scope.everything("").corporate
    walls = [Scope("1101", retail=retail), Scope("1111", corporate=corporate)]
    helped = Scope("1112", managers=("1112", "1121"), supported=(cast.outside.id,))
    return [*people, *walls, helped, Scope.nothing()]


def test_query_and_database_agree_for_everybody(work):
    seen = set()
    for scope in scopes(work):
        for model in MODELS:
            by_engine = set(model.objects.visible_to(scope).values_list("pk", flat=True))
            with protection.entered(scope), connection.cursor() as cursor:
                cursor.execute(f"SELECT {model._meta.pk.column} FROM {model._meta.db_table}")
                by_sql = {row[0] for row in cursor.fetchall()}
            assert by_sql == by_engine, (model, scope)
            seen.add((model, len(by_engine)))
    for model in MODELS:
        assert len({number for one, number in seen if one is model}) >= 4, "the scopes see different things"


def test_other_work_is_its_owners_and_of_those_who_see_everything(work):
    own = Activity.objects.get(kind="other", staff_id=work.ai.id)
    for staff, sees in ((work.ai, True), (work.bo, False), (work.qian, False), (work.zhu, False), (work.he, True)):
        scope = standing_of(staff, version=2, today=timezone.localdate()).scope
        assert Activity.objects.visible_to(scope).filter(pk=own.pk).exists() is sees, staff


def test_what_was_done_with_a_prospect_is_seen_by_whoever_sees_the_prospect(work):
    for model in (Activity, ActivityEvent, Task, TaskEvent, Appointment, AppointmentEvent, Attachment):
        path = "activity__lead" if model is Attachment else "lead"
        for staff in work.people.values():
            scope = standing_of(staff, version=2, today=timezone.localdate()).scope
            leads = set(Lead.objects.visible_to(scope).values_list("pk", flat=True))
            rows = model.objects.visible_to(scope).filter(**{f"{path}__isnull": False})
            assert set(rows.values_list(path, flat=True)) == leads, (model, staff)


def test_who_is_invited_sees_what_it_is_unless_it_is_about_a_customer_they_do_not_see(work):
    scope = standing_of(work.qian, version=2, today=timezone.localdate()).scope
    with protection.entered(scope):
        seen = set(Appointment.objects.visible_to(scope).values_list("staff_id", "party_id"))
    assert {(one.id, None) for one in (work.ai, work.qian, work.lu, work.zhu)} <= seen
    assert work.ai.id not in {staff for staff, party in seen if party}
    outsider = standing_of(work.zhu, version=2, today=timezone.localdate()).scope
    assert set(Appointment.objects.visible_to(outsider).values_list("staff_id", flat=True)) == {work.zhu.id}


def test_the_database_takes_nothing_about_a_customer_who_is_not_seen(work):
    fields = {"kind": "call", "at": timezone.now(), "staff_id": work.zhu.id}
    scope = standing_of(work.zhu, version=2, today=timezone.localdate()).scope
    with protection.entered(scope):
        Activity.objects.create(key=uuid4(), party_id=work.outside.id, **fields)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Activity.objects.create(key=uuid4(), party_id=work.person.id, **fields)
        # Nor other work in somebody else's name.
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Activity.objects.create(key=uuid4(), kind="other", at=timezone.now(), staff_id=work.ai.id)


def test_a_kind_of_thing_is_registered_once_and_named_in_one_call():
    calls = []

    def named(numbers):
        calls.append(numbers)
        return {number: about.Named(f"Thing {number}") for number in numbers}

    kind = about.register(about.About("thing_of_a_test", "Thing", named))
    try:
        assert about.register(kind) is kind
        with pytest.raises(ValueError, match="two kinds"):
            about.register(about.About("thing_of_a_test", "Other"))
        names = about.names_of([("thing_of_a_test", "2"), ("thing_of_a_test", "1"), ("customer", ""), ("gone", "3")])
        assert {key: one.label for key, one in names.items()} == {
            ("thing_of_a_test", "1"): "Thing 1",
            ("thing_of_a_test", "2"): "Thing 2",
        }
        assert calls == [["1", "2"]]
    finally:
        del about._KINDS["thing_of_a_test"]
