"""Writes appointments: new ones, changes of one or of a series, cancelling, answers to invitations.

Times, participations and bookings of an appointment are written together, here alone (:func:`put_times`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact import about
from guanxi.crm.contact.booking import book, refuse_taken, resources_named, said_when_taken
from guanxi.crm.contact.calendar_telling import ABOUT, tell
from guanxi.crm.contact.codes import Answer, AppointmentKind
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import WITH_SOMEBODY, Appointment, Attendance, Booking, Series, Task
from guanxi.crm.contact.models.calendar import LONGEST_MINUTES
from guanxi.crm.contact.whom import whom_of
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.recurrence import DAY, Holidays, Recurrence, RuleError, at_wall, parse, wall_of, zone_of
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.workdays.queries import working_calendar

# How far ahead appointments of a series without end are written; a job writes on every night.
AHEAD = datetime.timedelta(days=400)
MOST_OF_A_SERIES = 800
MOST_GUESTS = 60
REMINDERS = (0, 5, 15, 30, 60, 120, 1_440, 2_880)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What somebody enters about one appointment. ``starts_at`` is an instant; of a whole day, its midnight in
    ``zone``. ``guests`` are staff numbers, ``resources`` numbers of rooms and cars.
    """

    title: str
    kind: str
    starts_at: datetime.datetime
    minutes: int
    zone: str
    all_day: bool = False
    text: str = ""
    place: str = ""
    private: bool = False
    remind_minutes: int | None = None
    guests: tuple[str, ...] = ()
    resources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """How an appointment recurs: a rule of RFC 5545, and what happens on free days."""

    rule: str
    holidays: Holidays = Holidays.KEEP


@dataclass(frozen=True, slots=True)
class Made:
    """The first appointment made, how many there are, and whether they were made now: asked twice, made once."""

    appointment: Appointment
    many: int
    made: bool


def make_appointment(
    *,
    scope: Scope,
    by: str,
    key: UUID,
    planned: Planned,
    party_id: str | None = None,
    repeats: Repeats | None = None,
    about_kind: str = about.CUSTOMER,
    about_id: str = "",
    task_id: int | None = None,
    uid: str = "",
    lead_id: int | None = None,
) -> Made:
    """Makes an appointment of one's own, or a series of them; the same person's same ``key`` makes none again.

    ``scope`` is how far ``by`` may edit. Raises ``Party.DoesNotExist``, ``Lead.DoesNotExist`` and
    ``Task.DoesNotExist`` outside of it, and :class:`WorkError` for what makes no sense and for a room or car that is
    taken.
    """
    there = Appointment.objects.filter(staff_id=by, key=key).first()
    if there is not None:
        return Made(there, 1, made=False)
    task = None if task_id is None else Task.objects.visible_to(scope).get(pk=task_id)
    if not about.is_known(about_kind):
        raise WorkError(_("Nothing here is about a thing of that kind."))
    try:
        with transaction.atomic():
            whom = whom_of(scope, party_id, lead_id)
            check(planned, has_party=whom.is_somebody)
            pattern = Appointment(
                key=key, uid=uid or f"{key}@guanxi", party=whom.party, lead=whom.lead, about_kind=about_kind,
                about_id=about_id, task=task, staff_id=by, follows=whom.is_somebody and whom.manager_id == by,
                **words_of(planned), **span_of(planned),
            )  # fmt: skip
            if repeats is None:
                pattern.save(force_insert=True)
                made = [pattern]
            else:
                made = _make_series(pattern, planned, repeats)
            put_guests(made, planned.guests, by=by)
            book(made, planned.resources)
            record(
                action=Action.CHANGE, subject=whom.subject, kind=ABOUT, object_id=str(made[0].pk),
                detail={"made": planned.kind, "many": len(made), "guests": len(planned.guests)},
            )  # fmt: skip
    except IntegrityError as error:
        there = Appointment.objects.filter(staff_id=by, key=key).first()
        if there is None:
            raise error
        return Made(there, 1, made=False)
    return Made(made[0], len(made), made=True)


def _make_series(pattern: Appointment, planned: Planned, repeats: Repeats) -> list[Appointment]:
    """A series and its appointments; ``pattern`` becomes the first of them."""
    recurrence = Recurrence(
        repeats.rule, wall_of(planned.starts_at, planned.zone), planned.zone, Holidays(repeats.holidays)
    )
    try:
        parse(repeats.rule)
        first = recurrence.first()
    except (RuleError, ValueError):
        raise WorkError(_("This rule cannot be read."), "repeats") from None
    if first is None:
        raise WorkError(_("With this rule there is no appointment at all."), "repeats")
    until = max(timezone.now(), planned.starts_at) + AHEAD
    series = Series.objects.create(
        staff_id=pattern.staff_id, rule=repeats.rule, starts_at=planned.starts_at, zone=planned.zone,  # type: ignore[attr-defined]
        holidays=recurrence.holidays, minutes=planned.minutes, all_day=planned.all_day, made_until=until,
    )  # fmt: skip
    made = written_out(series, pattern, until)
    if not made:
        raise WorkError(_("With this rule there is no appointment at all."), "repeats")
    made[0].key = pattern.key
    Appointment.objects.bulk_create(made)
    return made


def written_out(
    series: Series, pattern: Appointment, until: datetime.datetime, since: datetime.datetime | None = None
) -> list[Appointment]:
    """The appointments of a series between two instants, made after ``pattern``, not saved."""
    found: list[Appointment] = []
    for one in series.recurrence.occurrences(until, working_calendar()):
        if since is not None and one.original < since:
            continue
        if len(found) >= MOST_OF_A_SERIES:
            break
        row = Appointment(
            key=uuid4(),
            uid=pattern.uid,
            series=series,
            original_at=one.original,
            starts_at=one.starts,
            ends_at=end_of(one.starts, series.minutes, series.zone, all_day=series.all_day),
            zone=series.zone,
            all_day=series.all_day,
            **{name: getattr(pattern, name) for name in KEPT},
        )
        found.append(row)
    return found


WORDS = ("title", "kind", "text", "place", "private", "remind_minutes")
"""What an appointment is, beside its time."""
KEPT = (*WORDS, "party_id", "lead_id", "about_kind", "about_id", "task_id", "staff_id", "follows")
"""What every appointment of a series has in common."""


def words_of(planned: Planned) -> dict[str, Any]:
    """The fields of an appointment that say what it is."""
    return {
        "title": planned.title.strip(),
        "kind": planned.kind,
        "text": planned.text.strip(),
        "place": planned.place.strip(),
        "private": planned.private,
        "remind_minutes": planned.remind_minutes,
    }


def span_of(planned: Planned) -> dict[str, Any]:
    """The fields of an appointment that say when it is."""
    return {
        "starts_at": planned.starts_at,
        "ends_at": end_of(planned.starts_at, planned.minutes, planned.zone, all_day=planned.all_day),
        "zone": planned.zone,
        "all_day": planned.all_day,
    }


def end_of(starts_at: datetime.datetime, minutes: int, zone: str, *, all_day: bool) -> datetime.datetime:
    """When something ends: whole days end at midnight, however long the day was by the clocks."""
    if not all_day:
        return starts_at + datetime.timedelta(minutes=minutes)
    return at_wall(wall_of(starts_at, zone) + max(1, round(minutes / 1_440)) * DAY, zone)


def check(planned: Planned, *, has_party: bool) -> None:
    """Raises :class:`WorkError` for what no appointment can be."""
    if not planned.title.strip():
        raise WorkError(_("Say what it is."), "title")
    if planned.kind not in AppointmentKind.values:
        raise WorkError(_("Choose what kind it is."), "kind")
    if planned.kind == AppointmentKind.VISIT and not has_party:
        raise WorkError(_("A visit is to a customer or a prospect: plan it from their page."), "kind")
    if not 0 < planned.minutes <= LONGEST_MINUTES:
        raise WorkError(_("The end lies before the beginning, or more than 60 days after it."), "ends")
    if planned.remind_minutes is not None and not 0 <= planned.remind_minutes <= max(REMINDERS):
        raise WorkError(_("A reminder comes two days before at the earliest."), "remind_minutes")
    if len(planned.guests) > MOST_GUESTS:
        raise WorkError(_("At most %(many)s people can be invited.") % {"many": MOST_GUESTS}, "guests")
    try:
        zone_of(planned.zone)
    except RuleError:
        raise WorkError(_("This time zone is not known."), "zone") from None
    if planned.all_day and wall_of(planned.starts_at, planned.zone).time() != datetime.time.min:
        raise WorkError(_("A whole day begins at midnight."), "starts")
    resources_named(planned.resources)


def put_guests(rows: Sequence[Appointment], guests: Iterable[str], *, by: str) -> None:
    """Writes who takes part in some appointments that are alike: whose they are, and who is invited. Whoever was
    invited before and is no longer goes; who stays keeps their answer. Raises :class:`WorkError` for nobody in service.
    """
    owner = rows[0].staff_id  # type: ignore[attr-defined]
    wanted = {one for one in guests if one and one != owner}
    known = set(Staff.objects.filter(pk__in=wanted, is_active=True).values_list("id", flat=True))
    if missing := sorted(wanted - known):
        raise WorkError(_("Nobody in service has the number %(number)s.") % {"number": missing[0]}, "guests")
    numbers = [one.pk for one in rows]
    Attendance.objects.filter(appointment_id__in=numbers).exclude(staff_id__in=[*wanted, owner]).delete()
    there = set(Attendance.objects.filter(appointment_id__in=numbers).values_list("appointment_id", "staff_id"))
    made = [
        Attendance(
            appointment=row, staff_id=person, starts_at=row.starts_at, ends_at=row.ends_at, busy=not row.all_day,
            answer=Answer.OWN if person == owner else Answer.WAITING, remind_at=remind_at(row),
        )
        for row in rows
        for person in (owner, *sorted(wanted))
        if (row.pk, person) not in there
    ]  # fmt: skip
    Attendance.objects.bulk_create(made)
    invited = tuple(sorted({one.staff_id for one in made if one.answer == Answer.WAITING}))  # type: ignore[attr-defined]
    if invited:
        tell(rows[0], "invited", to=invited, by=by)


def remind_at(row: Appointment) -> datetime.datetime | None:
    """When to remind of an appointment; None without a reminder, and where that time is over."""
    if row.remind_minutes is None:
        return None
    at = row.starts_at - datetime.timedelta(minutes=row.remind_minutes)
    return at if at > timezone.now() else None


_TIMES = """
UPDATE contact_attendance t SET starts_at = a.starts_at, ends_at = a.ends_at,
    answer = CASE WHEN %(again)s AND t.answer <> 'own' THEN 'waiting' ELSE t.answer END,
    answered_at = CASE WHEN %(again)s THEN NULL ELSE t.answered_at END,
    busy = NOT a.all_day AND a.state <> 'cancelled' AND (%(again)s OR t.answer <> 'declined'),
    remind_at = CASE WHEN a.state = 'planned' AND a.starts_at - make_interval(mins => a.remind_minutes) > %(now)s
        AND (%(again)s OR t.answer <> 'declined')
        THEN a.starts_at - make_interval(mins => a.remind_minutes) END
FROM contact_appointment a WHERE a.id = t.appointment_id AND a.id = ANY (%(ids)s)
"""
_BOOKED = """
UPDATE contact_booking b SET starts_at = a.starts_at, ends_at = a.ends_at
FROM contact_appointment a
WHERE a.id = b.appointment_id AND a.id = ANY (%(ids)s) AND (a.starts_at, a.ends_at) <> (b.starts_at, b.ends_at)
"""


def put_times(rows: Iterable[Appointment], *, asks_again: bool) -> None:
    """Writes the times of some appointments, as they stand in the database, to those who take part and to what is
    booked; two statements. Raises :class:`WorkError` where a room or car is taken then.

    ``asks_again``: the time is another, so whoever had answered is asked once more.
    """
    found = list(rows)
    numbers = [one.pk for one in found]
    booked = set(Booking.objects.filter(appointment_id__in=numbers).values_list("resource_id", flat=True))
    refuse_taken(found, booked)
    with connection.cursor() as cursor, said_when_taken():
        cursor.execute(_TIMES, {"ids": numbers, "again": asks_again, "now": timezone.now()})
        cursor.execute(_BOOKED, {"ids": numbers})


def may_change(by: str) -> Q:
    """Which of the appointments within reach somebody may change."""
    return Q(staff_id=by) | WITH_SOMEBODY & Q(private=False)


def changeable(scope: Scope, by: str, appointment_id: int, version: int) -> Appointment:
    """An appointment that ``by`` may change, locked, as far as it is still as ``version`` says.

    One's own, and those with a customer or prospect within ``scope`` (how far ``by`` may edit) that are not somebody's
    private ones. Raises ``Appointment.DoesNotExist`` and :class:`StaleError`.
    """
    rows = Appointment.objects.visible_to(scope).filter(may_change(by))
    found: Appointment = rows.select_for_update(of=("self",)).get(pk=appointment_id)
    if found.version != version:
        raise StaleError(found)
    if not found.is_planned:
        raise WorkError(_("This appointment is over or cancelled, and stays as it was."))
    return found


def answer_invitation(*, by: str, appointment_id: int, answer: str, whole_series: bool = False) -> int:
    """Accepts or declines an invitation, with ``whole_series`` every one of its series that is not over; returns how
    many answers are others now. Raises ``Attendance.DoesNotExist`` for what one is not invited to.
    """
    if answer not in (Answer.ACCEPTED, Answer.DECLINED):
        raise WorkError(_("Accept or decline."))
    now = timezone.now()
    with transaction.atomic():
        invited = Attendance.objects.filter(staff_id=by).exclude(answer=Answer.OWN)
        asked = invited.select_related("appointment").get(appointment_id=appointment_id)
        numbers = [asked.pk]
        if whole_series and asked.appointment.series_id:  # type: ignore[attr-defined]
            rest = invited.filter(appointment__series_id=asked.appointment.series_id, ends_at__gt=now)  # type: ignore[attr-defined]
            numbers = sorted({asked.pk, *rest.values_list("pk", flat=True)})
        changed = (
            Attendance.objects.filter(pk__in=numbers)
            .exclude(answer=answer)
            .update(answer=answer, answered_at=now, busy=answer == Answer.ACCEPTED)
        )
        if changed:
            owner = Attendance.objects.filter(appointment_id=appointment_id, answer=Answer.OWN)
            key = f"{appointment_id} {by} {now.timestamp():.0f}"
            tell(asked.appointment, answer, to=list(owner.values_list("staff_id", flat=True)), by=by, key=key)  # type: ignore[attr-defined]
            detail = {"answer": answer, "many": changed}
            record(action=Action.CHANGE, kind=ABOUT, object_id=str(appointment_id), detail=detail)
    return changed
