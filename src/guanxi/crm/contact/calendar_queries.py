"""Reads calendars: what stands in whose, who is free, one appointment with all that belongs to it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from guanxi.crm.contact import about
from guanxi.crm.contact.activity_queries import with_whom
from guanxi.crm.contact.codes import Answer, AppointmentState, TaskState
from guanxi.crm.contact.models import NAME, Appointment, Attendance, Booking, Resource, Series, Task
from guanxi.crm.contact.models.calendar import LONGEST_MINUTES
from guanxi.crm.kernel.scope import Scope

LONGEST = datetime.timedelta(minutes=LONGEST_MINUTES)
MOST_ENTRIES = 2_000
SPANS_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment in one person's calendar (``person``). ``row`` is None where the reader may not see what it is:
    then only its time is known.
    """

    person: str
    answer: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    busy: bool
    appointment_id: int
    row: Any

    @property
    def customer(self) -> str:
        """The customer's name; empty where there is none to see."""
        return (self.row.customer or "") if self.row else ""


def entries(
    scope: Scope, viewer: str, people: Collection[str], begin: datetime.datetime, end: datetime.datetime
) -> tuple[Entry, ...]:
    """What stands in some people's calendars between two instants, in order of time; two queries.

    Whether ``viewer`` may look at these people's calendars is for the caller to decide. What they decline does not
    stand there, nor what was cancelled.
    """
    found = list(
        Attendance.objects.filter(
            staff_id__in=tuple(people), starts_at__lt=end, ends_at__gt=begin, starts_at__gt=begin - LONGEST
        )
        .exclude(answer=Answer.DECLINED)
        .order_by("starts_at", "ends_at", "appointment_id", "staff_id")[:MOST_ENTRIES]
    )
    if not found:
        return ()
    numbers = {one.appointment_id for one in found}  # type: ignore[attr-defined]
    taking_part = {one.appointment_id for one in found if one.staff_id == viewer}  # type: ignore[attr-defined]
    seen = {
        row.pk: row
        for row in named(Appointment.objects.visible_to(scope).filter(pk__in=numbers))
        if not row.private or row.staff_id == viewer or row.pk in taking_part
    }
    return tuple(
        Entry(one.staff_id, one.answer, one.starts_at, one.ends_at, one.busy, one.appointment_id, row)  # type: ignore[attr-defined]
        for one in found
        if ((row := seen.get(one.appointment_id)) is None and one.busy)  # type: ignore[attr-defined]
        or (row is not None and row.state != AppointmentState.CANCELLED)
    )


def named(rows: Any) -> Any:
    """Appointments with whose they are (``who``) and the customer's or prospect's name (``customer``)."""
    return rows.annotate(who=F("staff__name"), customer=NAME)


def tasks_due(scope: Scope, staff_id: str, first: datetime.date, last: datetime.date) -> list[Any]:
    """Open tasks of somebody that are due on some days; one query."""
    rows = Task.objects.visible_to(scope).filter(
        staff_id=staff_id, state=TaskState.OPEN, due_on__gte=first, due_on__lte=last
    )
    return list(rows.annotate(customer=NAME).order_by("due_on", "id")[:200])


@dataclass(frozen=True, slots=True)
class Clash:
    """A time at which somebody has something else."""

    person: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime


def clashes(
    people: Iterable[str], spans: Sequence[tuple[datetime.datetime, datetime.datetime]], *, but: Iterable[int] = ()
) -> list[Clash]:
    """What some people have at some times besides some appointments, the earliest first; one query."""
    wanted = tuple(sorted(set(people)))
    if not spans or not wanted:
        return []
    times = Q()
    for begin, end in spans[:SPANS_LOOKED_AT]:
        times |= Q(starts_at__lt=end, ends_at__gt=begin, starts_at__gt=begin - LONGEST)
    rows = Attendance.objects.filter(times, staff_id__in=wanted, busy=True).exclude(appointment_id__in=tuple(but))
    found = rows.order_by("starts_at", "staff_id").values_list("staff_id", "starts_at", "ends_at")[:20]
    return [Clash(*one) for one in found]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who takes part: number, name, what they say."""

    staff_id: str
    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class WholeAppointment:
    """One appointment: its row, who takes part, what is booked, its series (None: none), what it is about."""

    row: Any
    guests: tuple[Guest, ...]
    resources: tuple[Resource, ...]
    series: Series | None
    about: about.Named | None

    def answer_of(self, staff_id: str) -> str:
        """What somebody says to it; empty where they are not invited."""
        return next((one.answer for one in self.guests if one.staff_id == staff_id), "")


def one_appointment(scope: Scope, viewer: str, appointment_id: int) -> WholeAppointment:
    """One appointment; three queries. Raises ``Appointment.DoesNotExist`` for what is not seen, or is private."""
    row: Any = (
        named(Appointment.objects.visible_to(scope)).select_related("series", "task", "activity").get(pk=appointment_id)
    )
    taking_part = tuple(
        Guest(*one)
        for one in Attendance.objects.filter(appointment_id=appointment_id)
        .order_by("answer", "staff_id")
        .values_list("staff_id", "staff__name", "answer")
    )
    if row.private and row.staff_id != viewer and viewer not in {one.staff_id for one in taking_part}:
        raise Appointment.DoesNotExist
    booked = Booking.objects.filter(appointment_id=appointment_id).select_related("resource").order_by("resource_id")
    names = about.names_of([(row.about_kind, row.about_id)])
    return WholeAppointment(
        row,
        taking_part,
        tuple(one.resource for one in booked),
        row.series,
        names.get((row.about_kind, row.about_id)),
    )


def invitations(scope: Scope, staff_id: str, *, since: datetime.datetime) -> list[Any]:
    """Invitations that somebody has not answered yet, the next first, one a series, each with ``seen``: whether they
    may see what it is; two queries, one for none.
    """
    rows: Any = (
        Attendance.objects.filter(staff_id=staff_id, answer=Answer.WAITING, ends_at__gt=since)
        .annotate(series=F("appointment__series_id"), owner=F("appointment__staff__name"))
        .order_by("starts_at")[:100]
    )
    found: dict[Any, Any] = {}
    for one in rows:
        found.setdefault(("s", one.series) if one.series else ("a", one.appointment_id), one)
    rows = list(found.values())[:20]
    numbers = [one.appointment_id for one in rows]
    seen = (
        set(Appointment.objects.visible_to(scope).filter(pk__in=numbers).values_list("pk", flat=True)) if rows else ()
    )
    for one in rows:
        one.seen = one.appointment_id in seen
    return rows


def appointments_of(
    scope: Scope, party_id: str | None, *, since: datetime.datetime, lead_id: int | None = None
) -> list[Any]:
    """A customer's appointments that lie ahead, or with ``lead_id`` a prospect's, the next first; one query."""
    rows = Appointment.objects.visible_to(scope).filter(
        with_whom(party_id, lead_id), state=AppointmentState.PLANNED, ends_at__gt=since, private=False
    )
    return list(named(rows).order_by("starts_at", "id")[:10])


def many_of_series(appointment: Any, *, since: datetime.datetime | None) -> Mapping[str, int]:
    """How many appointments each way of changing a series would be about; one query."""
    rows = Appointment.objects.filter(series_id=appointment.series_id, state=AppointmentState.PLANNED)
    following = rows.filter(original_at__gte=appointment.original_at).count()
    ahead = rows.filter(starts_at__gte=since).count() if since else following
    return {"this": 1, "following": following, "all": ahead}
