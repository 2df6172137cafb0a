"""When people work: the bank's hours, a person's own, and leave."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.crm.kernel.calendar import WorkingCalendar
from guanxi.crm.workdays.models import Leave, StaffHours

Span = tuple[datetime.time, datetime.time]
BANK_HOURS: Span = (datetime.time(8, 30), datetime.time(17, 30))
LONGEST_LEAVE = datetime.timedelta(days=366)


class HoursError(ValueError):
    """What was entered about hours or leave makes no sense; the message says why. ``field`` names the form's field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Week:
    """One person's week: by day of the week (0 is Monday) the hours that are not the bank's, None for a free day;
    and the periods of leave, first and last day.
    """

    own: Mapping[int, Span | None] = field(default_factory=dict)
    away: tuple[tuple[datetime.date, datetime.date], ...] = ()

    def is_away(self, day: datetime.date) -> bool:
        """Whether the person is on leave on a day."""
        return any(first <= day <= last for first, last in self.away)

    def hours(self, day: datetime.date, calendar: WorkingCalendar) -> Span | None:
        """When the person works on a day; None on a free day of the bank, on leave, and on a free day of their own."""
        if self.is_away(day) or not calendar.is_working_day(day):
            return None
        if day.weekday() not in self.own:
            return BANK_HOURS
        return self.own[day.weekday()]


def weeks_of(staff_ids: Iterable[str], first: datetime.date, last: datetime.date) -> dict[str, Week]:
    """The weeks of some people with the leave that touches a period; two queries."""
    wanted = sorted(set(staff_ids))
    own: dict[str, dict[int, Span | None]] = {one: {} for one in wanted}
    for row in StaffHours.objects.filter(staff_id__in=wanted):
        own[row.staff_id][row.weekday] = (row.begins, row.ends) if row.begins and row.ends else None  # type: ignore[attr-defined]
    away: dict[str, list[tuple[datetime.date, datetime.date]]] = {one: [] for one in wanted}
    leaves = Leave.objects.filter(staff_id__in=wanted, last_day__gte=first, first_day__lte=last).order_by("first_day")
    for number, begin, end in leaves.values_list("staff_id", "first_day", "last_day"):
        away[number].append((begin, end))
    return {one: Week(own[one], tuple(away[one])) for one in wanted}


def leaves_of(staff_id: str, *, since: datetime.date) -> list[Leave]:
    """One's own leave that is not over; one query."""
    return list(Leave.objects.filter(staff_id=staff_id, last_day__gte=since).order_by("first_day", "id"))


def put_hours(*, staff_id: str, week: Mapping[int, Span | None]) -> None:
    """Writes one's own week whole: days that are not named are the bank's. Raises :class:`HoursError`."""
    for span in week.values():
        if span and span[0] >= span[1]:
            raise HoursError(_("The end lies before the beginning."))
    with transaction.atomic():
        StaffHours.objects.filter(staff_id=staff_id).delete()
        StaffHours.objects.bulk_create(
            StaffHours(staff_id=staff_id, weekday=day, begins=span[0] if span else None, ends=span[1] if span else None)
            for day, span in sorted(week.items())
            if span != BANK_HOURS
        )


def put_leave(*, staff_id: str, first: datetime.date, last: datetime.date, kind: str, note: str = "") -> Leave:
    """Enters leave. Raises :class:`HoursError` for one that ends before it begins, or that is entered already."""
    if last < first:
        raise HoursError(_("The last day lies before the first."), "last_day")
    if last - first > LONGEST_LEAVE:
        raise HoursError(_("Leave is entered for a year at most."), "last_day")
    with transaction.atomic():
        there: Any = Leave.objects.select_for_update().filter(staff_id=staff_id)
        if there.filter(first_day__lte=last, last_day__gte=first).exists():
            raise HoursError(_("Leave is entered for these days already."), "first_day")
        return Leave.objects.create(staff_id=staff_id, first_day=first, last_day=last, kind=kind, note=note.strip())


def drop_leave(*, staff_id: str, leave_id: int) -> bool:
    """Takes one's own leave back; whether there was one."""
    return bool(Leave.objects.filter(staff_id=staff_id, pk=leave_id).delete()[0])
