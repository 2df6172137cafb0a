"""Appointments for tests: at a time of a day from today, at the bank's own clock."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from guanxi.crm.contact.calendar_services import Made, Planned, Repeats, make_appointment
from guanxi.crm.contact.models import Appointment, Resource
from guanxi.crm.kernel.recurrence import at_wall, wall_of
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import standing_of

ZONE = settings.TIME_ZONE


def scope_of(staff: Any, verb: Verb = Verb.EDIT) -> Any:
    return standing_of(staff, version=2, today=timezone.localdate()).scopes[verb]


def at(days: int, clock: str = "09:00", zone: str = ZONE) -> datetime.datetime:
    """A time of a day so many days from today, by a zone's clock."""
    day = timezone.localdate() + datetime.timedelta(days=days)
    return at_wall(datetime.datetime.combine(day, datetime.time.fromisoformat(clock)), zone)


def planned(days: int = 1, clock: str = "09:00", minutes: int = 60, **fields: Any) -> Planned:
    fields = {"title": "Meeting", "kind": "meeting", "zone": ZONE, **fields}
    return Planned(starts_at=at(days, clock, fields["zone"]), minutes=minutes, **fields)


def make(staff: Any, what: Planned | None = None, *, party: Any = None, rule: str = "", **more: Any) -> Made:
    return make_appointment(
        scope=scope_of(staff),
        by=staff.id,
        key=more.pop("key", uuid4()),
        planned=what or planned(),
        party_id=party.id if party else None,
        repeats=Repeats(rule=rule, holidays=more.pop("holidays", "keep")) if rule else None,
        **more,
    )


def clocks(series_of: Appointment, zone: str = ZONE) -> list[str]:
    """When the planned appointments of a series are, as the clock of a zone shows."""
    rows = Appointment.objects.filter(series=series_of.series_id, state="planned").order_by("starts_at")  # type: ignore[attr-defined]
    return [f"{wall_of(one.starts_at, zone):%m-%d %H:%M}" for one in rows]


def room(institution: str = "B11", **fields: Any) -> Resource:
    return Resource.objects.create(
        kind="room", name_zh="一号会议室", name_en="Room 1", institution_id=institution, **fields
    )
