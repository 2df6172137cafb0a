"""The periods of plans: a day, a week, a month, a quarter."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from guanxi.crm.kernel.recurrence import DAY
from guanxi.crm.web.calendar.days import midnight, monday

DAY_VIEW, WEEK, MONTH, QUARTER = "day", "week", "month", "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its first and last day."""

    name: str
    first: datetime.date
    last: datetime.date

    @property
    def span(self) -> tuple[datetime.datetime, datetime.datetime]:
        """The instants between which it lies, the second of which is out of it."""
        return midnight(self.first), midnight(self.last + DAY)

    @property
    def months(self) -> list[datetime.date]:
        """The months that lie in it whole, by their first days; none for a day or a week."""
        if self.name not in (MONTH, QUARTER):
            return []
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = next_month(month)
        return found

    @property
    def days(self) -> list[datetime.date]:
        """Its days."""
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]

    def moved(self, by: int) -> datetime.date:
        """A day of the period before (-1) or after (1)."""
        return self.first - DAY if by < 0 else self.last + DAY


def next_month(month: datetime.date) -> datetime.date:
    """The first day of the month after."""
    return (month.replace(day=28) + 7 * DAY).replace(day=1)


def period_of(name: str, day: datetime.date) -> Period:
    """The period of a name in which a day lies."""
    if name == WEEK:
        return Period(name, monday(day), monday(day) + 6 * DAY)
    if name == MONTH:
        first = day.replace(day=1)
        return Period(name, first, next_month(first) - DAY)
    if name == QUARTER:
        first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return Period(name, first, next_month(next_month(next_month(first))) - DAY)
    return Period(DAY_VIEW, day, day)
