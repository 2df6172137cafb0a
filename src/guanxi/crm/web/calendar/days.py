"""Days and zones as calendar pages ask for them: what stands in an address becomes days, days become instants."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone

from guanxi.crm.kernel.recurrence import DAY, at_wall, wall_of

EARLIEST, LATEST = datetime.date(2000, 1, 1), datetime.date(2100, 12, 31)
LONGEST = 62
# What is offered first; any other name of the IANA's list is kept where an appointment has it.
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Asia/Dubai", "Europe/London", "Europe/Berlin",
    "America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC",
)  # fmt: skip


def day_of(words: str) -> datetime.date:
    """The day asked for; today where none is, or none that a calendar shows."""
    try:
        day = datetime.date.fromisoformat(words[:10])
    except ValueError:
        return timezone.localdate()
    return day if EARLIEST <= day <= LATEST else timezone.localdate()


def midnight(day: datetime.date) -> datetime.datetime:
    """When a day begins at the bank."""
    return at_wall(datetime.datetime.combine(day, datetime.time.min), settings.TIME_ZONE)


def monday(day: datetime.date) -> datetime.date:
    """The Monday of a day's week."""
    return day - day.weekday() * DAY


def wall(instant: datetime.datetime) -> str:
    """An instant as the bank's clock shows it: 2026-11-27T09:00."""
    return wall_of(instant, settings.TIME_ZONE).strftime("%Y-%m-%dT%H:%M")


def instant_of(words: str) -> datetime.datetime | None:
    """What the bank's clock shows, as an instant; None for what is no time."""
    try:
        found = datetime.datetime.fromisoformat(words[:16])
    except ValueError:
        return None
    if found.tzinfo is not None or not EARLIEST <= found.date() <= LATEST:
        return None
    return at_wall(found, settings.TIME_ZONE)


def span_of(first: str, last: str) -> tuple[datetime.datetime, datetime.datetime]:
    """From the beginning of one day to that of another, two months at most."""
    begin, end = day_of(first), day_of(last)
    end = min(max(end, begin + DAY), begin + LONGEST * DAY)
    return midnight(begin), midnight(end)
