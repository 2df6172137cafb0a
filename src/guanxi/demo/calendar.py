"""Which days are busy: weights of the days of the window, for persons and for organisations."""

from __future__ import annotations

from datetime import date, timedelta

from guanxi.demo.spec import BankSpec

# New Year's day of the lunar calendar.
SPRING_FESTIVAL = {
    2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17),
    2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 3),
}  # fmt: skip


def busy_days(spec: BankSpec, *, organisations: bool) -> list[int]:
    """Numbers of days of the window, each as often as it is busy (about ten times), for a plain pick."""
    filled: list[int] = []
    for number in range(spec.window):
        day = spec.first_day + timedelta(days=number)
        filled += [number] * max(1, round(10 * weight(day, organisations=organisations)))
    return filled


def weight(day: date, *, organisations: bool) -> float:
    """How busy a day is, 1 for a plain working day."""
    heavy = 1.0
    if day.weekday() >= 5:
        heavy *= 0.2 if organisations else 0.85
    if (day + timedelta(days=3)).month != day.month:
        heavy *= 1.5 if organisations else 1.2
    before = days_to_spring_festival(day)
    if before is not None:
        if 0 < before <= 12:
            heavy *= 1.6
        elif -7 <= before <= 0:
            heavy *= 0.1 if organisations else 0.6
    if day.month == 10 and day.day <= 7:
        heavy *= 0.1 if organisations else 1.1
    if (day.month, day.day) in ((6, 18), (11, 11)) and not organisations:
        heavy *= 1.8
    return heavy


def days_to_spring_festival(day: date) -> int | None:
    """Days until (negative: since) the Spring Festival of the day's year; None for years without an entry."""
    feast = SPRING_FESTIVAL.get(day.year)
    return (feast - day).days if feast else None


def months(first: date, last: date) -> list[date]:
    """The first days of the months that the days from ``first`` to ``last`` touch."""
    found = [first.replace(day=1)]
    while (following := (found[-1] + timedelta(days=32)).replace(day=1)) <= last:
        found.append(following)
    return found
