"""Rooms and cars: what is taken when. The database takes no second booking of a time; here it is said in words."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.crm.contact.codes import AppointmentState
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Appointment, Booking, Resource

CONSTRAINT = "booking_one_at_a_time"
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """A time for which a room or car is taken."""

    resource: Resource
    starts_at: datetime.datetime
    ends_at: datetime.datetime


def resources_named(numbers: Iterable[int]) -> list[Resource]:
    """Rooms and cars in use by number; one query, none for none. Raises :class:`WorkError` for one that is not."""
    wanted = sorted(set(numbers))
    found = list(Resource.objects.filter(pk__in=wanted, is_active=True).order_by("position", "id")) if wanted else []
    if len(found) != len(wanted):
        raise WorkError(_("This room or car is no longer in use."), "resources")
    return found


def resources_of(institution_ids: Iterable[str] | None) -> list[Resource]:
    """The rooms and cars of some institutions, or of all; one query."""
    rows = Resource.objects.filter(is_active=True)
    if institution_ids is not None:
        rows = rows.filter(institution_id__in=tuple(institution_ids))
    return list(rows.order_by("institution_id", "position", "id")[:200])


def taken_between(
    numbers: Iterable[int], spans: Sequence[tuple[datetime.datetime, datetime.datetime]], *, but: Iterable[int] = ()
) -> list[Taken]:
    """What is taken of some rooms and cars at some times, but for some appointments; the earliest first; one query."""
    if not spans or not numbers:
        return []
    times = Q()
    for begin, end in spans[:LOOKED_AT]:
        times |= Q(starts_at__lt=end, ends_at__gt=begin)
    rows: Any = (
        Booking.objects.filter(times, resource_id__in=tuple(numbers))
        .exclude(appointment_id__in=tuple(but))
        .select_related("resource")
        .order_by("starts_at", "id")
    )
    return [Taken(one.resource, one.starts_at, one.ends_at) for one in rows[:10]]


def book(rows: Sequence[Appointment], numbers: Iterable[int]) -> None:
    """Books rooms and cars for some appointments and gives others back. Raises :class:`WorkError` where one is taken,
    saying which and when; nothing is written then.
    """
    wanted = sorted(set(numbers))
    own = [one.pk for one in rows]
    Booking.objects.filter(appointment_id__in=own).exclude(resource_id__in=wanted).delete()
    if not wanted:
        return
    there = set(Booking.objects.filter(appointment_id__in=own).values_list("appointment_id", "resource_id"))
    new = [
        Booking(resource_id=number, appointment=row, starts_at=row.starts_at, ends_at=row.ends_at)
        for row in rows
        for number in wanted
        if (row.pk, number) not in there and row.state == AppointmentState.PLANNED
    ]
    refuse_taken(rows, wanted)
    with said_when_taken():
        Booking.objects.bulk_create(new)


def refuse_taken(rows: Sequence[Appointment], numbers: Iterable[int]) -> None:
    """Raises :class:`WorkError` where a room or car is taken at the time of one of some appointments."""
    found = taken_between(numbers, [(one.starts_at, one.ends_at) for one in rows], but=[one.pk for one in rows])
    if not found:
        return
    first = found[0]
    words = {
        "name": first.resource.label(get_language() or "zh-hans"),
        "day": timezone.localtime(first.starts_at).strftime("%Y-%m-%d"),
        "from": timezone.localtime(first.starts_at).strftime("%H:%M"),
        "to": timezone.localtime(first.ends_at).strftime("%H:%M"),
    }
    raise WorkError(_("%(name)s is taken on %(day)s from %(from)s to %(to)s.") % words, "resources")


class said_when_taken:
    """Turns the database's refusal of a double booking, made in the same moment by somebody else, into words."""

    def __enter__(self) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.point.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError) and CONSTRAINT in str(error):
            raise WorkError(_("Somebody has just booked it for this time."), "resources") from error
