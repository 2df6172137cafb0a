"""Reads of notifications: the centre, the newest unread, what an open page asks for every few seconds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import timezone

from guanxi.crm.notices.kinds import Kind, Way, kind_named, registered
from guanxi.crm.notices.models import Notice, Unread, Wish
from guanxi.crm.notices.readers import Reader, seen_by

PAGE = 30
# So many rows are looked through for one page: of what came with customers who have moved on, nothing is shown.
LOOKED_THROUGH = 300


@dataclass(frozen=True, slots=True)
class Told:
    """One notice with its kind, and where its record is looked at."""

    notice: Notice
    kind: Kind

    @property
    def unread(self) -> bool:
        """Whether it waits to be read."""
        return self.notice.read_at is None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the centre, the newest first; ``before`` is where the next begins, None at the end."""

    rows: tuple[Told, ...]
    before: int | None


def notices_of(reader: Reader, *, kinds: Sequence[str] = (), unread: bool = False, before: int | None = None) -> Page:
    """A page of what a person was told and may see; a query, and one for each kind of record in it."""
    rows = Notice.objects.visible_to(reader.scope).filter(to=reader.staff.pk).order_by("-pk")
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    if unread:
        rows = rows.filter(unread__isnull=False)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:LOOKED_THROUGH])
    shown = seen_by(reader, found)
    more = len(shown) > PAGE or len(found) == LOOKED_THROUGH
    page = shown[:PAGE]
    last = page[-1].pk if len(shown) > PAGE else found[-1].pk if found else None
    return Page(tuple(Told(one, kind_named(one.kind)) for one in page), last if more else None)


def one_notice(reader: Reader, notice_id: int) -> Told:
    """One notice of the person's; raises ``Notice.DoesNotExist`` for any other, and for what they may not see."""
    found = seen_by(reader, Notice.objects.visible_to(reader.scope).filter(to=reader.staff.pk, pk=notice_id))
    if not found:
        raise Notice.DoesNotExist
    return Told(found[0], kind_named(found[0].kind))


def newest_unread(reader: Reader, *, after: int = 0, most: int = 3) -> tuple[Told, ...]:
    """The newest unread notices after one, the newest first."""
    rows = Notice.objects.visible_to(reader.scope).filter(to=reader.staff.pk, unread__isnull=False, pk__gt=after)
    return tuple(Told(one, kind_named(one.kind)) for one in seen_by(reader, rows.order_by("-pk")[:most]))


def hidden_unread(reader: Reader) -> list[int]:
    """The unread notices that the person may not see any more, and that therefore must not be counted."""
    numbers = list(Unread.objects.filter(to=reader.staff.pk).values_list("pk", flat=True)[:LOOKED_THROUGH])
    rows = Notice.objects.visible_to(reader.scope).filter(pk__in=numbers)
    seen = {one.pk for one in seen_by(reader, rows)}
    return [number for number in numbers if number not in seen]


@dataclass(frozen=True, slots=True)
class Pulse:
    """What an open page asks for again and again: how many are unread, and the newest of them (0 for none)."""

    unread: int
    newest: int


def pulse_of(staff_id: str) -> Pulse:
    """The state of a person's unread notices; one index scan."""
    rows = Unread.objects.filter(to=staff_id).values_list("pk", flat=True)
    return _pulse(list(rows))


_BY_SESSION = """
SELECT s.staff_id, array(SELECT u.notice_id FROM notices_unread u WHERE u.to_id = s.staff_id)
FROM org_staffsession s
WHERE s.session_key = %s AND s.staff_id IS NOT NULL AND s.expire_date > %s AND s.used_at > %s AND s.began_at > %s
"""


def pulse_of_session(session_key: str) -> Pulse | None:
    """The same for whoever's session it is, without prolonging it; None for one that has ended. One query."""
    now: datetime.datetime = timezone.now()
    limits = [now, now - settings.SESSION_IDLE, now - settings.SESSION_ABSOLUTE]
    with connection.cursor() as cursor:
        cursor.execute(_BY_SESSION, [session_key, *limits])
        row = cursor.fetchone()
    return _pulse(row[1]) if row else None


def _pulse(numbers: Sequence[int]) -> Pulse:
    return Pulse(len(numbers), max(numbers, default=0))


@dataclass(frozen=True, slots=True)
class Wished:
    """A kind, how the person is told of it, and whether they chose so themselves."""

    kind: Kind
    way: Way
    chosen: bool


def wishes_of(staff_id: str) -> tuple[Wished, ...]:
    """How a person is told of each kind; one query."""
    rows = Wish.objects.filter(staff=staff_id).values_list("kind", "page", "mail", "push")
    chosen = {kind: Way(*way) for kind, *way in rows}
    return tuple(Wished(kind, chosen.get(kind.name, kind.way), kind.name in chosen) for kind in registered())
