"""Recurring times by RFC 5545: a rule and a first time, expanded in the wall-clock time of one time zone.

Pure: no database, no clock. The days come from ``dateutil``; what it leaves open is decided here as the standard says.
A meeting at nine stays at nine when the clocks change. A time that a day does not have (02:30 on the night in which
the clocks go forward) is left out and not counted, as is a day that a month does not have. ``UNTIL`` is inclusive.
Beyond the standard, a rule may keep off the bank's free days, as standing orders do: :class:`Holidays`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr

from guanxi.crm.kernel.calendar import WorkingCalendar

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_LISTS = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
}
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LONGEST = 300
MOST_TURNS = 1_000
DAY = datetime.timedelta(days=1)


class Holidays(StrEnum):
    """What becomes of an occurrence on a day on which the bank does not work."""

    KEEP = "keep"
    SKIP = "skip"
    NEXT = "next"


class RuleError(ValueError):
    """The rule is none, or one that is not taken here; the argument says which part of it."""


class CannotShiftError(ValueError):
    """A rule names days in a way that cannot be moved along with one of its occurrences."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time: ``original`` is when the rule says it is (its RECURRENCE-ID), ``starts`` when it is; both aware, UTC.

    They differ where a free day was kept off.
    """

    original: datetime.datetime
    starts: datetime.datetime


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises :class:`RuleError` for a name that is none."""
    if name not in available_timezones():
        raise RuleError("zone")
    return ZoneInfo(name)


def at_wall(wall: datetime.datetime, zone: str) -> datetime.datetime:
    """A wall-clock time (naive) of a zone as an instant in UTC: the earlier of two, and for one that the clocks leap
    over, reckoned with the offset from before, as the standard has it.
    """
    return wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(datetime.UTC)


def wall_of(instant: datetime.datetime, zone: str) -> datetime.datetime:
    """What the clocks of a zone show at an instant, naive."""
    return instant.astimezone(zone_of(zone)).replace(tzinfo=None)


def exists(wall: datetime.datetime, zone: str) -> bool:
    """Whether the clocks of a zone ever show a time; not while they leap forward."""
    return wall_of(at_wall(wall, zone), zone) == wall.replace(fold=0)


def parse(rule: str) -> dict[str, str]:
    """A rule's parts, upper case, checked. Raises :class:`RuleError` naming the part that is wrong.

    Not taken: anything more often than daily, and hours, minutes and seconds, which the first time has.
    """
    text = rule.strip().removeprefix("RRULE:").upper()
    if not text or len(text) > LONGEST:
        raise RuleError("rule")
    parts: dict[str, str] = {}
    for one in text.split(";"):
        name, equals, value = one.partition("=")
        if not equals or not value or name in parts:
            raise RuleError(name or "rule")
        parts[name] = value
    if parts.get("FREQ") not in FREQUENCIES:
        raise RuleError("FREQ")
    for name, value in parts.items():
        _check(name, value)
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("UNTIL")
    _check_together(parts)
    return parts


def _check(name: str, value: str) -> None:
    if name in _LISTS:
        low, high, negative = _LISTS[name]
        for one in value.split(","):
            if not re.fullmatch(r"[+-]?\d{1,3}", one) or (one.startswith("-") and not negative):
                raise RuleError(name)
            if not low <= abs(int(one)) <= high:
                raise RuleError(name)
        return
    good = {
        "FREQ": lambda: True,
        "WKST": lambda: value in DAYS,
        "INTERVAL": lambda: value.isdecimal() and 1 <= int(value) <= MOST_TURNS,
        "COUNT": lambda: value.isdecimal() and 1 <= int(value) <= MOST_TURNS,
        "UNTIL": lambda: _UNTIL.fullmatch(value) is not None and _is_time(value),
        "BYDAY": lambda: all(_BYDAY.fullmatch(one) for one in value.split(",")),
    }.get(name)
    if good is None or not good():
        raise RuleError(name)


def _is_time(value: str) -> bool:
    try:
        _until(value, "UTC")
    except ValueError:
        return False
    return True


def _check_together(parts: Mapping[str, str]) -> None:
    """What the standard forbids together, and days that no year has, for which one would look for ever."""
    frequency = parts["FREQ"]
    numbered = any(one[:-2] for one in parts.get("BYDAY", "").split(",") if one)
    if numbered and (frequency not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in parts):
        raise RuleError("BYDAY")
    for name, allowed in (("BYWEEKNO", ("YEARLY",)), ("BYYEARDAY", ("YEARLY",)), ("BYSETPOS", ("MONTHLY", "YEARLY"))):
        if name in parts and frequency not in allowed:
            raise RuleError(name)
    if "BYMONTHDAY" in parts and frequency == "WEEKLY":
        raise RuleError("BYMONTHDAY")
    if sum(name in parts for name in ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY")) > 1:
        raise RuleError("BYMONTHDAY" if "BYMONTHDAY" in parts else "BYYEARDAY")
    if "BYYEARDAY" in parts and "BYMONTH" in parts:
        raise RuleError("BYYEARDAY")
    if "BYMONTHDAY" in parts and "BYMONTH" in parts:
        days = [abs(int(one)) for one in parts["BYMONTHDAY"].split(",")]
        months = [int(one) for one in parts["BYMONTH"].split(",")]
        if min(days) > max(_LONGEST_MONTH[month - 1] for month in months):
            raise RuleError("BYMONTHDAY")
    if "BYSETPOS" in parts and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        raise RuleError("BYSETPOS")


def written(parts: Mapping[str, str]) -> str:
    """A rule of its parts, the frequency first."""
    return ";".join(f"{name}={parts[name]}" for name in sorted(parts, key=lambda one: (one != "FREQ", one)))


def _until(value: str, zone: str) -> datetime.datetime:
    """The last instant of a rule: of a day, its end."""
    if value.endswith("Z"):
        return datetime.datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    if "T" in value:
        return at_wall(datetime.datetime.strptime(value, "%Y%m%dT%H%M%S"), zone)  # noqa: DTZ007 - wall clock
    return at_wall(datetime.datetime.strptime(value, "%Y%m%d") + DAY, zone) - datetime.timedelta(seconds=1)  # noqa: DTZ007


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule with its first time ``starts`` (naive: what the clocks of ``zone`` show)."""

    rule: str
    starts: datetime.datetime
    zone: str
    holidays: Holidays = Holidays.KEEP

    def originals(self) -> Iterator[datetime.datetime]:
        """When the rule says it is, each an instant in UTC, in order, perhaps without end."""
        parts = parse(self.rule)
        count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
        last = _until(until, self.zone) if until else None
        left = int(count) if count else None
        for wall in rrulestr(written(parts), dtstart=self.starts):
            if left == 0:
                return
            if not exists(wall, self.zone):
                continue
            instant = at_wall(wall, self.zone)
            if last is not None and instant > last:
                return
            yield instant
            left = None if left is None else left - 1

    def occurrences(self, before: datetime.datetime, calendar: WorkingCalendar) -> Iterator[Occurrence]:
        """The occurrences whose original lies before an instant, in the order of the rule.

        Of two that a free day would push onto the same time there is one.
        """
        seen: set[datetime.datetime] = set()
        for original in takewhile(lambda one: one < before, self.originals()):
            starts = self._kept_off(original, calendar)
            if starts is not None and starts not in seen:
                seen.add(starts)
                yield Occurrence(original, starts)

    def _kept_off(self, original: datetime.datetime, calendar: WorkingCalendar) -> datetime.datetime | None:
        wall = wall_of(original, self.zone)
        if self.holidays is Holidays.KEEP or calendar.is_working_day(wall.date()):
            return original
        if self.holidays is Holidays.SKIP:
            return None
        return at_wall(datetime.datetime.combine(calendar.on_or_after(wall.date()), wall.time()), self.zone)

    def first(self) -> datetime.datetime | None:
        """The first time that the rule gives; None where it gives none."""
        return next(self.originals(), None)


def ended_before(rule: str, cut: datetime.datetime) -> str:
    """The rule with nothing from an instant on."""
    parts = parse(rule)
    parts.pop("COUNT", None)
    parts["UNTIL"] = (cut.astimezone(datetime.UTC) - datetime.timedelta(seconds=1)).strftime("%Y%m%dT%H%M%SZ")
    return written(parts)


def counted_less(rule: str, many: int) -> str:
    """The rule with so many occurrences less, where it counts them; it goes on with at least one."""
    parts = parse(rule)
    if "COUNT" in parts:
        parts["COUNT"] = str(max(1, int(parts["COUNT"]) - many))
    return written(parts)


def shifted(rule: str, was: datetime.date, now: datetime.date) -> str:
    """The rule whose occurrence on one day is now on another: the days that it names move along.

    Raises :class:`CannotShiftError` where it names days that cannot move by themselves.
    """
    parts, by = parse(rule), (now - was).days
    if by == 0:
        return written(parts)
    if "UNTIL" in parts:
        moved = _until(parts["UNTIL"], "UTC") + by * DAY
        parts["UNTIL"] = moved.strftime("%Y%m%dT%H%M%SZ" if "T" in parts["UNTIL"] else "%Y%m%d")
    if {"BYSETPOS", "BYYEARDAY", "BYWEEKNO"} & set(parts):
        raise CannotShiftError(rule)
    if parts["FREQ"] in ("DAILY", "WEEKLY"):
        _shift_weekdays(parts, by)
    else:
        _shift_dates(parts, now)
    return written(parts)


def _shift_weekdays(parts: dict[str, str], by: int) -> None:
    if "BYMONTH" in parts or "BYMONTHDAY" in parts:
        raise CannotShiftError(written(parts))
    if "BYDAY" not in parts:
        return
    days = parts["BYDAY"].split(",")
    week = DAYS.index(parts.get("WKST", "MO"))
    weeks = {((DAYS.index(one) - week) % 7 + by) // 7 for one in days}
    if len(weeks) > 1 and int(parts.get("INTERVAL", "1")) > 1:
        # Of every other week, one day would change its week and another not.
        raise CannotShiftError(written(parts))
    turned = {DAYS[(DAYS.index(one) + by) % 7] for one in days}
    parts["BYDAY"] = ",".join(sorted(turned, key=DAYS.index))


def _shift_dates(parts: dict[str, str], now: datetime.date) -> None:
    """Months, days of the month and the second Tuesday become those of the new day, where there is one of each."""
    days = parts.get("BYDAY", "")
    if any("," in parts.get(name, "") for name in ("BYMONTH", "BYMONTHDAY", "BYDAY")):
        raise CannotShiftError(written(parts))
    if days and (not days[:-2] or "BYMONTHDAY" in parts):
        raise CannotShiftError(written(parts))
    if "BYMONTH" in parts:
        parts["BYMONTH"] = str(now.month)
    if days:
        parts["BYDAY"] = _nth(now, last=days.startswith("-"))
    elif "BYMONTHDAY" in parts:
        parts["BYMONTHDAY"] = str(now.day)


def _nth(day: datetime.date, *, last: bool) -> str:
    """Which weekday of its month a day is: 2TU, or -1FR where it is the last and was said so."""
    if last and (day + 7 * DAY).month != day.month:
        return f"-1{DAYS[day.weekday()]}"
    return f"{(day.day - 1) // 7 + 1}{DAYS[day.weekday()]}"
