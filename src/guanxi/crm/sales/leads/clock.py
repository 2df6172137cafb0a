"""The clock of acceptance: it runs while the bank is open, and stands at night, at weekends and on holidays."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from guanxi.crm.kernel.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when the bank works on a working day, by its own clock."""

    opens: datetime.time = datetime.time(9)
    closes: datetime.time = datetime.time(17, 30)


def after_working(
    start: datetime.datetime, length: datetime.timedelta, *, calendar: WorkingCalendar, hours: Hours
) -> datetime.datetime:
    """The moment at which so much working time has passed since ``start``; both with their zone.

    A moment outside of working time counts as the next opening. Raises ``ValueError`` for a negative length and for
    hours that never open.
    """
    if length < datetime.timedelta(0) or hours.opens >= hours.closes:
        raise ValueError("working time runs forwards, from opening to closing")
    at = timezone.localtime(start)
    left = length
    while True:
        day = calendar.on_or_after(at.date())
        opening, closing = _moment(day, hours.opens), _moment(day, hours.closes)
        begin = max(at, opening)
        if begin < closing:
            # Between moments of the zone itself: on a day of another summer time an hour is still an hour.
            free = closing.astimezone(datetime.UTC) - begin.astimezone(datetime.UTC)
            if left <= free:
                return timezone.localtime(begin.astimezone(datetime.UTC) + left)
            left -= free
        at = _moment(day + datetime.timedelta(days=1), datetime.time.min)


def _moment(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time))
