"""Reads the bank's working calendar."""

from __future__ import annotations

import datetime
from functools import lru_cache

from django.utils import timezone

from guanxi.crm.kernel.calendar import WorkingCalendar
from guanxi.crm.workdays.models import SpecialDay


def working_calendar() -> WorkingCalendar:
    """The bank's calendar; one query a process and day. What somebody saves holds at once in the process that saved it
    and in every other from the next day on: years are entered weeks before they begin.
    """
    return _calendar(timezone.localdate())


@lru_cache(maxsize=1)
def _calendar(_today: datetime.date) -> WorkingCalendar:
    rows = list(SpecialDay.objects.values_list("day", "kind"))
    return WorkingCalendar(
        holidays=frozenset(day for day, kind in rows if kind == SpecialDay.Kind.HOLIDAY),
        workdays=frozenset(day for day, kind in rows if kind == SpecialDay.Kind.WORKDAY),
    )


def forget() -> None:
    """Drops what this process remembers; where days were saved, and for tests."""
    _calendar.cache_clear()
