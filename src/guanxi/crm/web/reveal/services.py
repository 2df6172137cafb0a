"""The reveal itself: counted, written into the log, and only then answered.

Reveals are counted in the audit log: what was counted and what was logged cannot differ. A lock of the person's own
keeps two requests from both being the last one of the day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from guanxi.crm.audit.digest import first_id_of
from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.audit.services import masked, record
from guanxi.crm.kernel.sensitive import Clear

KIND = "reveal"
_LOCK = 0x67786576


class UsedUpError(Exception):
    """The person has had as many values shown today as their role may."""


def allowed_a_day(roles: Iterable[str]) -> int:
    """How many values somebody with these roles may have shown a day: the most that any of them may."""
    limits = settings.REVEALS_A_DAY
    return max((limits.get(role, limits.get("*", 0)) for role in roles), default=0)


def revealed_today(staff_id: str, *, now: datetime.datetime) -> int:
    """How many values were shown to somebody since midnight, bank's time; one query by an index."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Entry.objects.filter(actor=staff_id, action=Action.REVEAL, id__gte=first_id_of(midnight), at__gte=midnight)
    return rows.count()


def record_reveal(
    *, staff_id: str, roles: Iterable[str], party_id: str, name: str, clear: Clear, why: str, reason: str
) -> int:
    """Counts and logs the reveal of one value, never the value itself; returns how many are left today.

    ``name`` is the value's place in the address. Raises :class:`UsedUpError`, having logged the refusal.
    """
    most = allowed_a_day(roles)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, staff_id])
        left = most - revealed_today(staff_id, now=timezone.now()) - 1
        # The value itself must not come into the log by way of the reason.
        said = masked(reason.replace(clear.value, clear.masked))
        facts = {"field": clear.field, "secret": clear.kind.value, "why": why, "reason": said}
        if left >= 0:
            record(action=Action.REVEAL, subject=party_id, kind=KIND, object_id=name, detail=facts)
            return left
        record(action=Action.REFUSED, subject=party_id, kind=KIND, object_id=name, detail={**facts, "limit": most})
    raise UsedUpError
