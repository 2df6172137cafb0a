"""The business calendar: Saturdays and Sundays are free, public holidays are, and days made up for are not."""

from __future__ import annotations

import datetime
from collections.abc import Container
from dataclasses import dataclass, field

SATURDAY = 5
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days on which the bank works. ``holidays`` are free days, ``workdays`` are days of weekends that are worked;
    a day that stands in both is worked. In a year of which nothing is known only weekends are free.
    """

    holidays: Container[datetime.date] = field(default=frozenset())
    workdays: Container[datetime.date] = field(default=frozenset())

    def is_working_day(self, day: datetime.date) -> bool:
        """Whether the bank works on a day."""
        return day in self.workdays or (day.weekday() < SATURDAY and day not in self.holidays)

    def after(self, start: datetime.date, days: int) -> datetime.date:
        """The day that is ``days`` working days after ``start``, which itself does not count; ``start`` for none."""
        if days < 0:
            raise ValueError("working days are counted forwards")
        day = start
        while days:
            day += DAY
            days -= self.is_working_day(day)
        return day

    def on_or_after(self, day: datetime.date) -> datetime.date:
        """The first working day from ``day`` on."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def between(self, start: datetime.date, end: datetime.date) -> int:
        """How many working days there are after ``start`` up to ``end``, which counts; none where it lies before."""
        return sum(self.is_working_day(start + number * DAY) for number in range(1, (end - start).days + 1))


WEEKENDS = WorkingCalendar()
"""What holds where nothing else is known."""
