"""What the State Council's General Office announced, year by year. A new year is added here and in a migration; on a
running system, on the administration's page.

2025: announcement of 12 November 2024; 2026: announcement of 4 November 2025.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple


class Announced(NamedTuple):
    """One holiday: its names, its first and last day, and the weekend days that are worked for it."""

    zh: str
    en: str
    first: datetime.date
    last: datetime.date
    worked: tuple[datetime.date, ...] = ()


MonthDay = tuple[int, int]


def _of(year: int, zh: str, en: str, first: MonthDay, last: MonthDay, *worked: MonthDay) -> Announced:
    begin, end, *others = (datetime.date(year, *one) for one in (first, last, *worked))
    return Announced(zh, en, begin, end, tuple(others))


ANNOUNCED: dict[int, tuple[Announced, ...]] = {
    2025: (
        _of(2025, "元旦", "New Year's Day", (1, 1), (1, 1)),
        _of(2025, "春节", "Spring Festival", (1, 28), (2, 4), (1, 26), (2, 8)),
        _of(2025, "清明节", "Qingming Festival", (4, 4), (4, 6)),
        _of(2025, "劳动节", "Labour Day", (5, 1), (5, 5), (4, 27)),
        _of(2025, "端午节", "Dragon Boat Festival", (5, 31), (6, 2)),
        _of(2025, "国庆节、中秋节", "National Day and Mid-Autumn Festival", (10, 1), (10, 8), (9, 28), (10, 11)),
    ),
    2026: (
        _of(2026, "元旦", "New Year's Day", (1, 1), (1, 3), (1, 4)),
        _of(2026, "春节", "Spring Festival", (2, 15), (2, 23), (2, 14), (2, 28)),
        _of(2026, "清明节", "Qingming Festival", (4, 4), (4, 6)),
        _of(2026, "劳动节", "Labour Day", (5, 1), (5, 5), (5, 9)),
        _of(2026, "端午节", "Dragon Boat Festival", (6, 19), (6, 21)),
        _of(2026, "中秋节", "Mid-Autumn Festival", (9, 25), (9, 27)),
        _of(2026, "国庆节", "National Day", (10, 1), (10, 7), (9, 20), (10, 10)),
    ),
}


def days_of(*years: int) -> Iterator[tuple[datetime.date, str, str, str]]:
    """The special days of some years as (day, kind, Chinese name, English name)."""
    for year in years:
        for one in ANNOUNCED[year]:
            for number in range((one.last - one.first).days + 1):
                yield one.first + datetime.timedelta(days=number), "holiday", one.zh, one.en
            for day in one.worked:
                yield day, "workday", one.zh, one.en
