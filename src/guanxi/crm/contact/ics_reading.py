"""Reads a calendar file (RFC 5545) and says what would become of each entry, before anything is written.

Entries are known again by their UID: what was imported before is left alone. Of a series, changed and left-out
occurrences are applied to those that are made. What cannot be read is named with its reason; the rest goes on.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar

from guanxi.crm.contact.calendar_changes import cancel_appointment, change_appointment, planned_of
from guanxi.crm.contact.calendar_services import Planned, Repeats, make_appointment
from guanxi.crm.contact.codes import AppointmentKind
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Appointment
from guanxi.crm.contact.models.calendar import LONGEST_MINUTES
from guanxi.crm.kernel.recurrence import Holidays, Recurrence, RuleError, at_wall, parse, wall_of, zone_of
from guanxi.crm.kernel.scope import Scope

MOST_BYTES = 300_000
MOST_ENTRIES = 500


class Fate(StrEnum):
    """What becomes of an entry."""

    NEW = "new"
    KNOWN = "known"
    OVER = "over"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Read:
    """One entry of a file. ``why`` says in words why it cannot be read; ``changed`` are occurrences with another time
    or title, by their time by the rule, ``left_out`` those that do not take place.
    """

    uid: str
    fate: Fate
    planned: Planned | None = None
    rule: str = ""
    why: str = ""
    changed: tuple[tuple[datetime.datetime, Planned], ...] = ()
    left_out: tuple[datetime.datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: its entries, and ``problem`` where it is no calendar at all."""

    entries: tuple[Read, ...] = ()
    problem: str = ""

    def of(self, fate: Fate) -> tuple[Read, ...]:
        """The entries with one fate."""
        return tuple(one for one in self.entries if one.fate is fate)


@dataclass(slots=True)
class _Series:
    master: Any = None
    changes: list[Any] = field(default_factory=list)


def read_file(data: bytes, *, staff_id: str) -> Preview:
    """Reads a file for somebody's calendar and writes nothing; one query."""
    if len(data) > MOST_BYTES:
        return Preview(problem=_("This file is too large: at most 300 kB."))
    try:
        calendar: Any = Calendar.from_ical(data.decode("utf-8-sig"))
        events = list(calendar.walk("VEVENT"))
    except (ValueError, KeyError, IndexError, AttributeError, UnicodeDecodeError):
        return Preview(problem=_("This is no calendar file (.ics)."))
    if not events:
        return Preview(problem=_("There is no appointment in this file."))
    if len(events) > MOST_ENTRIES:
        return Preview(problem=_("There are more than %(many)s entries in this file.") % {"many": MOST_ENTRIES})
    found: dict[str, _Series] = {}
    for number, event in enumerate(events):
        uid = str(event.get("UID") or f"without-uid-{number}")[:255]
        one = found.setdefault(uid, _Series())
        if event.get("RECURRENCE-ID") is not None:
            one.changes.append(event)
        else:
            one.master = event
    known = set(Appointment.objects.filter(staff_id=staff_id, uid__in=list(found)).values_list("uid", flat=True))
    return Preview(tuple(_read(uid, one, known) for uid, one in found.items()))


def _read(uid: str, one: _Series, known: Iterable[str]) -> Read:
    if uid in known:
        return Read(uid, Fate.KNOWN, why=_("imported already"))
    try:
        return _read_new(uid, one)
    except RuleError as wrong:
        return Read(uid, Fate.UNREADABLE, why=_("the rule cannot be read: %(part)s") % {"part": wrong})
    except (ValueError, TypeError, AttributeError, KeyError) as wrong:
        return Read(uid, Fate.UNREADABLE, why=str(wrong) or _("the times cannot be read"))


def _read_new(uid: str, one: _Series) -> Read:
    if one.master is None:
        raise ValueError(_("a changed occurrence without its series"))
    planned = _planned(one.master)
    rule = _rule(one.master, planned)
    if _is_cancelled(one.master):
        return Read(uid, Fate.OVER, planned, rule, why=_("cancelled"))
    if _is_over(planned, rule):
        return Read(uid, Fate.OVER, planned, rule, why=_("lies in the past"))
    times = [(_instant(event.get("RECURRENCE-ID").dt, planned.zone), event) for event in one.changes]
    left_out = [_instant(value, planned.zone) for value in _dates(one.master.get("EXDATE"))]
    left_out += [original for original, event in times if _is_cancelled(event)]
    changed = [(original, _planned(event)) for original, event in times if not _is_cancelled(event)]
    return Read(uid, Fate.NEW, planned, rule, changed=tuple(changed), left_out=tuple(left_out))


def _is_cancelled(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _is_over(planned: Planned, rule: str) -> bool:
    now = timezone.now()
    if not rule:
        return planned.starts_at + datetime.timedelta(minutes=planned.minutes) < now
    parts = parse(rule)
    if "UNTIL" not in parts and "COUNT" not in parts:
        return False
    recurrence = Recurrence(rule, wall_of(planned.starts_at, planned.zone), planned.zone)
    return all(one < now for one in recurrence.originals())


def _planned(event: Any) -> Planned:
    start = event.get("DTSTART")
    if start is None:
        raise ValueError(_("it does not say when it begins"))
    begin = start.dt
    all_day = not isinstance(begin, datetime.datetime)
    zone = settings.TIME_ZONE if all_day else _zone(begin)
    starts_at = _instant(begin, zone)
    minutes = _minutes(event, begin, starts_at, zone, all_day=all_day)
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ValueError(_("it ends before it begins, or lasts more than 60 days"))
    return Planned(
        title=(str(event.get("SUMMARY") or "").strip() or _("Without title"))[:200],
        kind=AppointmentKind.OTHER,
        starts_at=starts_at,
        minutes=minutes,
        zone=zone,
        all_day=all_day,
        text=str(event.get("DESCRIPTION") or "").strip()[:4_000],
        place=str(event.get("LOCATION") or "").strip()[:200],
        private=str(event.get("CLASS") or "").upper() in ("PRIVATE", "CONFIDENTIAL"),
    )


def _minutes(event: Any, begin: Any, starts_at: datetime.datetime, zone: str, *, all_day: bool) -> int:
    end, length = event.get("DTEND"), event.get("DURATION")
    if all_day:
        days = (end.dt - begin).days if end is not None else length.dt.days if length is not None else 1
        return days * 1_440
    if end is not None:
        return round((_instant(end.dt, zone) - starts_at).total_seconds() / 60)
    return round(length.dt.total_seconds() / 60) if length is not None else 60


def _zone(begin: datetime.datetime) -> str:
    """The zone of a time: by its own name, UTC for an instant, the bank's for one that floats."""
    if begin.tzinfo is None:
        return settings.TIME_ZONE
    name = begin.tzinfo.key if isinstance(begin.tzinfo, ZoneInfo) else str(begin.tzname() or "UTC")
    try:
        zone_of(name)
    except RuleError:
        return "UTC"
    return name


def _instant(value: Any, zone: str) -> datetime.datetime:
    if not isinstance(value, datetime.datetime):
        return at_wall(datetime.datetime.combine(value, datetime.time.min), zone)
    return at_wall(value, zone) if value.tzinfo is None else value.astimezone(datetime.UTC)


def _dates(value: Any) -> list[Any]:
    lists = value if isinstance(value, list) else [] if value is None else [value]
    return [one.dt for dates in lists for one in dates.dts]


def _rule(event: Any, planned: Planned) -> str:
    """The rule of a series, checked; empty for none. Dates that are listed one by one are not taken."""
    if event.get("RDATE") is not None:
        raise RuleError("RDATE")
    rule = event.get("RRULE")
    if rule is None:
        return ""
    if isinstance(rule, list):
        raise RuleError("RRULE")
    text = rule.to_ical().decode()
    parse(text)
    recurrence = Recurrence(text, wall_of(planned.starts_at, planned.zone), planned.zone)
    if recurrence.first() is None:
        raise RuleError("RRULE")
    return text


@dataclass(frozen=True, slots=True)
class Imported:
    """How many entries came in and how many appointments they are; ``refused`` names those that were not taken."""

    entries: int
    appointments: int
    refused: tuple[str, ...]


def import_entries(*, scope: Scope, by: str, found: Iterable[Read]) -> Imported:
    """Writes the new ones of some entries into one's own calendar; each by itself, so that one that is refused does not
    hold up the rest. Told twice, they come once.
    """
    entries = appointments = 0
    refused: list[str] = []
    for one in found:
        if one.fate is not Fate.NEW or one.planned is None:
            continue
        try:
            with transaction.atomic():
                many = _import(scope, by, one)
        except (WorkError, ValueError) as wrong:
            refused.append(f"{one.planned.title}: {wrong}")
            continue
        entries += bool(many)
        appointments += many
    return Imported(entries, appointments, tuple(refused))


def _import(scope: Scope, by: str, one: Read) -> int:
    assert one.planned is not None  # noqa: S101 - the caller looked
    repeats = Repeats(rule=one.rule, holidays=Holidays.KEEP) if one.rule else None
    key = uuid5(NAMESPACE_URL, f"{by} {one.uid}")
    made = make_appointment(scope=scope, by=by, key=key, planned=one.planned, repeats=repeats, uid=one.uid)
    if not made.made:
        return 0
    rows = {row.original_at: row for row in Appointment.objects.filter(staff_id=by, uid=one.uid)} if one.rule else {}
    for original, planned in one.changed:
        if row := rows.pop(original, None):
            there = planned_of(row)
            words = replace(planned, zone=there.zone)
            change_appointment(scope=scope, by=by, appointment_id=row.pk, version=row.version, planned=words)
    many = made.many
    for original in one.left_out:
        if row := rows.pop(original, None):
            cancel_appointment(scope=scope, by=by, appointment_id=row.pk, version=row.version)
            many -= 1
    return many


__all__ = ["Fate", "Imported", "Preview", "Read", "import_entries", "read_file"]
