"""The business calendar, as far as it is known: Saturdays and Sundays are free."""

from __future__ import annotations

import datetime
from collections.abc import Container

SATURDAY = 5


def is_working_day(day: datetime.date, closed: Container[datetime.date] = ()) -> bool:
    """Whether the bank works on a day; ``closed`` are further free days."""
    return day.weekday() < SATURDAY and day not in closed


def working_days_after(start: datetime.date, days: int, closed: Container[datetime.date] = ()) -> datetime.date:
    """The day that is ``days`` working days after ``start``; the day of ``start`` itself does not count.

    Public holidays that are not named in ``closed`` count as working days, so a deadline is rather too early than too
    late.
    """
    if days < 0:
        raise ValueError("working days are counted forwards")
    day = start
    while days:
        day += datetime.timedelta(days=1)
        days -= is_working_day(day, closed)
    return day
