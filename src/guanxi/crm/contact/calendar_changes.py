"""Changes appointments: this one, this and the following, or all of a series that lie ahead; cancels; takes back.

A series is cut where a change begins: the old one ends there and a new one goes on, so that what lies behind stays as
it was. What somebody had changed by itself, and what was cancelled or held, keeps its own time.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.booking import book, taken_between
from guanxi.crm.contact.calendar_services import (
    AHEAD,
    WORDS,
    Planned,
    Repeats,
    changeable,
    check,
    may_change,
    put_guests,
    put_times,
    span_of,
    words_of,
    written_out,
)
from guanxi.crm.contact.calendar_telling import ABOUT, tell
from guanxi.crm.contact.codes import Answer, AppointmentState, Which
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Appointment, Attendance, Booking, Series
from guanxi.crm.kernel.recurrence import (
    CannotShiftError,
    Holidays,
    RuleError,
    at_wall,
    counted_less,
    ended_before,
    parse,
    shifted,
    wall_of,
)
from guanxi.crm.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Moved:
    """What was changed: the appointment as it is now, how many of its series with it, and what its time was, so that
    it can be put back while nobody has changed it since.
    """

    appointment: Appointment
    many: int
    was_at: datetime.datetime
    was_minutes: int
    which: str


def planned_of(found: Appointment) -> Planned:
    """An appointment as what somebody would enter; two queries."""
    guests = Attendance.objects.filter(appointment=found).exclude(answer=Answer.OWN)
    return Planned(
        title=found.title,
        kind=found.kind,
        starts_at=found.starts_at,
        minutes=found.minutes,
        zone=found.zone,
        all_day=found.all_day,
        text=found.text,
        place=found.place,
        private=found.private,
        remind_minutes=found.remind_minutes,
        guests=tuple(guests.order_by("staff_id").values_list("staff_id", flat=True)),
        resources=tuple(Booking.objects.filter(appointment=found).values_list("resource_id", flat=True)),
    )


def change_appointment(
    *,
    scope: Scope,
    by: str,
    appointment_id: int,
    version: int,
    planned: Planned,
    which: str = Which.THIS,
    repeats: Repeats | None = None,
) -> Moved:
    """Changes an appointment that is still as ``version`` says, and those of its series that ``which`` says.

    ``repeats`` is another rule, for what goes on from here; None leaves it. Raises :class:`StaleError` with the row as
    it stands, ``Appointment.DoesNotExist`` for what one may not change, and :class:`WorkError`.
    """
    with transaction.atomic():
        found = changeable(scope, by, appointment_id, version)
        check(planned, has_party=(found.party_id, found.lead_id) != (None, None))  # type: ignore[attr-defined]
        was = (found.starts_at, found.minutes)
        if found.series_id is None or which == Which.THIS:  # type: ignore[attr-defined]
            rows, moved = [found], _change_one(found, planned)
        else:
            rows, moved = _change_series(found, planned, Which(which), repeats)
        before = set(Attendance.objects.filter(appointment=rows[0]).values_list("staff_id", flat=True))
        put_guests(rows, planned.guests, by=by)
        book(rows, planned.resources)
        if moved:
            stayed = (before & set(planned.guests)) | {found.staff_id}  # type: ignore[attr-defined]
            tell(rows[0], "moved", to=sorted(stayed), by=by)
        record(
            action=Action.CHANGE, subject=found.party_id or "", kind=ABOUT, object_id=str(found.pk),  # type: ignore[attr-defined]
            detail={"changed": which, "many": len(rows), "moved": moved},
        )  # fmt: skip
    found.refresh_from_db()
    return Moved(found, len(rows), *was, which=str(which) if found.series_id else Which.THIS)  # type: ignore[attr-defined]


def move_appointment(
    *, scope: Scope, by: str, appointment_id: int, version: int, starts_at: datetime.datetime, minutes: int,
    all_day: bool, which: str = Which.THIS,
) -> Moved:  # fmt: skip
    """Gives an appointment another time and leaves the rest; as :func:`change_appointment`."""
    with transaction.atomic():
        found = changeable(scope, by, appointment_id, version)
        planned = replace(planned_of(found), starts_at=starts_at, minutes=minutes, all_day=all_day)
        return change_appointment(
            scope=scope, by=by, appointment_id=appointment_id, version=version, planned=planned, which=which
        )


def _is_moved(found: Appointment, planned: Planned) -> bool:
    was = (found.starts_at, found.ends_at, found.all_day)
    return was != tuple(span_of(planned)[name] for name in ("starts_at", "ends_at", "all_day"))


def _change_one(found: Appointment, planned: Planned) -> bool:
    """Writes one row; whether its time is another now."""
    moved = _is_moved(found, planned)
    for name, value in {**words_of(planned), **span_of(planned)}.items():
        setattr(found, name, value)
    found.detached = found.series_id is not None  # type: ignore[attr-defined]
    found.position = None if moved else found.position
    found.version += 1
    found.save()
    put_times([found], asks_again=moved)
    return moved


def _change_series(
    found: Appointment, planned: Planned, which: Which, repeats: Repeats | None
) -> tuple[list[Appointment], bool]:
    """Writes those of a series that a change is about; returns them, and whether their times are others now."""
    series = Series.objects.select_for_update().get(pk=found.series_id)  # type: ignore[attr-defined]
    cut = cut_of(series, found, which)
    reached = list(
        Appointment.objects.select_for_update(of=("self",))
        .filter(series=series, original_at__gte=cut)
        .order_by("original_at")
    )
    rows = [one for one in reached if one.is_planned and not one.detached]
    if not rows:
        raise WorkError(_("None of this series lies ahead."))
    another_rule = repeats is not None and (repeats.rule, repeats.holidays) != (series.rule, series.holidays)
    moved = _is_moved(found, planned) or planned.zone != series.zone or another_rule
    words = words_of(planned)
    for row in rows:
        for name in WORDS:
            setattr(row, name, words[name])
        row.version += 1
    if not moved:
        Appointment.objects.bulk_update(rows, [*WORDS, "version"])
        put_times(rows, asks_again=False)  # a reminder may be another
        return rows, False
    going_on = _going_on(series, found, planned, repeats if another_rule else None, cut, rows[0])
    pattern = rows[0]
    expected = written_out(going_on, pattern, going_on.made_until)
    if not expected:
        raise WorkError(_("With this rule there is no appointment at all."), "repeats")
    # Of a series that only moved, each takes its place in turn; those with a time of their own keep it.
    paired = rows if another_rule else reached
    own = {one.pk for one in paired} - {one.pk for one in rows}
    for row, new in zip(paired, expected, strict=False):
        row.series, row.original_at = going_on, new.original_at
        if row.pk not in own:
            row.starts_at, row.ends_at, row.zone, row.all_day = new.starts_at, new.ends_at, new.zone, new.all_day
            row.position = None
    left_over = [one for one in paired[len(expected) :] if one.pk not in own]
    more = expected[len(paired) :]
    kept = [one for one in rows if one not in left_over]
    Appointment.objects.filter(pk__in=[one.pk for one in left_over]).delete()
    fields = [*WORDS, "version", "series", "original_at", "starts_at", "ends_at", "zone", "all_day", "position"]
    Appointment.objects.bulk_update([*paired[: len(expected)]], fields)
    Appointment.objects.bulk_create(more)
    put_times(kept, asks_again=True)
    return [*kept, *more], True


def cut_of(series: Series, found: Appointment, which: Which) -> datetime.datetime:
    """From which time by the rule on a change is about a series: this one, or the first that lies ahead."""
    assert found.original_at is not None  # noqa: S101 - a constraint of the database
    if which is Which.FOLLOWING:
        return found.original_at
    ahead = Appointment.objects.filter(series=series, starts_at__gte=timezone.now(), state=AppointmentState.PLANNED)
    first: datetime.datetime | None = ahead.order_by("original_at").values_list("original_at", flat=True).first()
    return first or found.original_at


def _going_on(
    series: Series, found: Appointment, planned: Planned, repeats: Repeats | None, cut: datetime.datetime,
    first: Appointment,
) -> Series:  # fmt: skip
    """The series from ``cut`` on, moved as ``found`` was or by another rule; the old one ends before, if it began."""
    was, now = wall_of(found.starts_at, series.zone), wall_of(planned.starts_at, planned.zone)
    assert first.original_at is not None  # noqa: S101 - a constraint of the database
    begins = wall_of(first.original_at, series.zone).date() + (now.date() - was.date())
    before = sum(1 for _one in takewhile(lambda one: one < cut, series.recurrence.originals()))
    try:
        if repeats is None:
            rule = shifted(counted_less(series.rule, before), was.date(), now.date())
            holidays = Holidays(series.holidays)
        else:
            parse(repeats.rule)
            rule, holidays = repeats.rule, repeats.holidays
    except CannotShiftError:
        raise WorkError(_("This series names its days: change its rule instead of moving one of it.")) from None
    except RuleError:
        raise WorkError(_("This rule cannot be read."), "repeats") from None
    fields: dict[str, Any] = {
        "rule": rule,
        "starts_at": at_wall(datetime.datetime.combine(begins, now.time()), planned.zone),
        "zone": planned.zone,
        "holidays": holidays,
        "minutes": planned.minutes,
        "all_day": planned.all_day,
        "made_until": max(timezone.now(), planned.starts_at) + AHEAD,
    }
    if not Appointment.objects.filter(series=series, original_at__lt=cut).exists():
        Series.objects.filter(pk=series.pk).update(**fields)
        series.refresh_from_db()
        return series
    Series.objects.filter(pk=series.pk).update(rule=ended_before(series.rule, cut))
    return Series.objects.create(staff_id=series.staff_id, split_from=series, **fields)  # type: ignore[attr-defined]


def cancel_appointment(
    *, scope: Scope, by: str, appointment_id: int, version: int, which: str = Which.THIS
) -> list[tuple[int, int]]:
    """Cancels an appointment, and those of its series that ``which`` says; returns each with its new version.

    They stay as cancelled, so that the series does not bring them back. Raises as :func:`change_appointment`.
    """
    with transaction.atomic():
        found = changeable(scope, by, appointment_id, version)
        if found.series_id is None or which == Which.THIS:  # type: ignore[attr-defined]
            rows: list[Any] = [found]
        else:
            series = Series.objects.select_for_update().get(pk=found.series_id)  # type: ignore[attr-defined]
            cut = cut_of(series, found, Which(which))
            reached = Appointment.objects.select_for_update(of=("self",)).filter(series=series, original_at__gte=cut)
            rows = list(reached.filter(state=AppointmentState.PLANNED).order_by("original_at"))
            Series.objects.filter(pk=series.pk).update(rule=ended_before(series.rule, cut))
        numbers = [one.pk for one in rows]
        Appointment.objects.filter(pk__in=numbers).update(state=AppointmentState.CANCELLED, version=F("version") + 1)
        Booking.objects.filter(appointment_id__in=numbers).delete()
        put_times(Appointment.objects.filter(pk__in=numbers), asks_again=False)
        guests = Attendance.objects.filter(appointment=found).exclude(answer=Answer.DECLINED)
        tell(found, "cancelled", to=sorted(guests.values_list("staff_id", flat=True)), by=by)
        record(
            action=Action.CHANGE, subject=found.party_id or "", kind=ABOUT, object_id=str(found.pk),  # type: ignore[attr-defined]
            detail={"cancelled": which, "many": len(rows)},
        )  # fmt: skip
    return [(one.pk, one.version + 1) for one in rows]


def reinstate(*, scope: Scope, by: str, cancelled: Sequence[tuple[int, int]], resources: Sequence[int] = ()) -> int:
    """Takes cancelling back for those that nobody has touched since, with their rooms and cars as far as these are
    still free; returns how many.
    """
    wanted = dict(cancelled)
    with transaction.atomic():
        rows = list(
            Appointment.objects.visible_to(scope)
            .filter(may_change(by), pk__in=list(wanted), state=AppointmentState.CANCELLED)
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        back = [one for one in rows if one.version == wanted[one.pk]]
        numbers = [one.pk for one in back]
        Appointment.objects.filter(pk__in=numbers).update(state=AppointmentState.PLANNED, version=F("version") + 1)
        back = list(Appointment.objects.filter(pk__in=numbers))
        put_times(back, asks_again=False)
        for row in back:
            book([row], [one for one in resources if not taken_between([one], [(row.starts_at, row.ends_at)])])
            record(
                action=Action.CHANGE, subject=row.party_id or "", kind=ABOUT, object_id=str(row.pk),  # type: ignore[attr-defined]
                detail={"reinstated": True},
            )  # fmt: skip
    return len(back)


def write_on(now: datetime.datetime) -> int:
    """Writes the appointments of series without end up to :data:`AHEAD`; returns how many. A job runs it each night."""
    until, many = now + AHEAD, 0
    due = Series.objects.filter(made_until__lt=until - datetime.timedelta(days=14)).order_by("pk")
    for number in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            series = Series.objects.select_for_update().get(pk=number)
            regular = Appointment.objects.filter(series=series, detached=False)
            pattern = regular.order_by("-original_at").first()
            if pattern is not None:
                many += len(_write_more(series, pattern, until))
            Series.objects.filter(pk=number).update(made_until=until)
    return many


def _write_more(series: Series, pattern: Appointment, until: datetime.datetime) -> list[Appointment]:
    made = written_out(series, pattern, until, since=series.made_until)
    Appointment.objects.bulk_create(made)
    taking_part = list(Attendance.objects.filter(appointment=pattern))
    Attendance.objects.bulk_create(
        Attendance(
            appointment=row, staff_id=one.staff_id, answer=one.answer, starts_at=row.starts_at, ends_at=row.ends_at,  # type: ignore[attr-defined]
            busy=one.busy,
        )
        for row in made
        for one in taking_part
    )  # fmt: skip
    put_times(made, asks_again=False)
    resources = list(Booking.objects.filter(appointment=pattern).values_list("resource_id", flat=True))
    for row in made if resources else []:
        # What somebody has taken for that day is not booked: the appointment stands without it.
        book([row], [one for one in resources if not taken_between([one], [(row.starts_at, row.ends_at)])])
    return made
