"""The way back from what was done to appointments, as a token that only its person can use, for an hour."""

from __future__ import annotations

import datetime
from typing import Any

from django.core import signing

from guanxi.crm.contact.calendar_changes import Moved, move_appointment, reinstate
from guanxi.crm.contact.models import Appointment

SALT = "guanxi.calendar.undo"
LASTS = 3_600


def of_move(staff_id: str, moved: Moved, *, was_all_day: bool) -> str:
    """A move, signed."""
    row = moved.appointment
    back = ["move", row.pk, row.version, int(moved.was_at.timestamp()), moved.was_minutes, was_all_day, moved.which]
    return signing.dumps([staff_id, back], salt=SALT, compress=True)


def of_cancelling(staff_id: str, cancelled: list[tuple[int, int]], resources: list[int]) -> str:
    """Cancelling, signed."""
    return signing.dumps([staff_id, ["cancel", cancelled, resources]], salt=SALT, compress=True)


def take_back(*, scope: Any, by: str, token: str) -> int | None:
    """Takes back what a token says; returns how many appointments, None for a token that is not this person's, was
    changed, or is too old. Raises as the services do.
    """
    try:
        whose, what = signing.loads(token, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError):
        return None
    if whose != by:
        return None
    if what[0] == "cancel":
        return reinstate(scope=scope, by=by, cancelled=[(one[0], one[1]) for one in what[1]], resources=what[2])
    _name, number, version, at, minutes, all_day, which = what
    try:
        moved = move_appointment(
            scope=scope, by=by, appointment_id=number, version=version, minutes=minutes, all_day=all_day, which=which,
            starts_at=datetime.datetime.fromtimestamp(at, datetime.UTC),
        )  # fmt: skip
    except Appointment.DoesNotExist:
        return 0
    return moved.many
