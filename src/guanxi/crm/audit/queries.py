"""Reads of the log: the chain's state, one entry, and activity over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from guanxi.crm.audit.digest import FIELDS, entry_mac, first_id_of
from guanxi.crm.audit.models import Entry, Link, Verification

DAYS_SHOWN = 30


def verified_up_to() -> int:
    """How far verifications without a finding reach from the beginning, one after the other; one query.

    A later verification that finds something takes back nothing of what is before its own first number.
    """
    reached = 0
    # Rows are few (one a day), and each tells where it began.
    for first, last, found in Verification.objects.order_by("id").values_list("first", "last", "found"):
        if first <= reached + 1:
            reached = first - 1 if found else max(reached, last)
    return reached


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the chain stands. ``sealed_at`` and ``last`` are None for an empty log."""

    length: int
    sealed_at: datetime | None
    waiting_since: datetime | None
    verified: int
    last: Verification | None

    @property
    def whole(self) -> bool:
        """Whether the last verification found nothing."""
        return self.last is not None and self.last.found == 0

    @property
    def late(self) -> bool:
        """Whether entries have waited to be sealed longer than they should."""
        return self.waiting_since is not None and timezone.now() - self.waiting_since > timedelta(minutes=5)


def chain_state() -> ChainState:
    """The chain as it stands; four short queries."""
    newest = Link.objects.order_by("-number").values_list("number", "at").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(e.at) FROM audit_entry e WHERE e.transaction >="
            " coalesce((SELECT horizon FROM audit_link ORDER BY number DESC LIMIT 1), 0)"
            " AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry_id = e.id)"
        )
        waiting = cursor.fetchone()[0]
    return ChainState(
        length=newest[0] if newest else 0,
        sealed_at=newest[1] if newest else None,
        waiting_since=waiting,
        verified=verified_up_to(),
        last=Verification.objects.order_by("-id").first(),
    )


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry with its link (None while it waits to be sealed)."""

    entry: Entry
    link: Link | None

    @property
    def fits(self) -> bool:
        """Whether the entry is what was written, recomputed now."""
        mac = bytes(self.entry.mac)
        written = entry_mac(getattr(self.entry, name) for name in FIELDS)
        return written == mac and (self.link is None or bytes(self.link.mac) == mac)

    @property
    def hash(self) -> str:
        """The link's hash in hexadecimal digits."""
        return bytes(self.link.hash).hex() if self.link else ""

    @property
    def previous(self) -> str:
        """The hash before in hexadecimal digits."""
        return bytes(self.link.previous).hex() if self.link else ""


def entry_page(entry_id: int) -> EntryPage | None:
    """One entry; two queries. None where there is none of that number."""
    entry = Entry.objects.filter(id=entry_id).first()
    if entry is None:
        return None
    return EntryPage(entry, Link.objects.filter(entry_id=entry_id).first())


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many entries of some actions a day had."""

    day: date
    action: str
    entries: int


def activity(*, actor: str = "", subject: str = "", days: int = DAYS_SHOWN, now: datetime) -> tuple[DayCount, ...]:
    """Entries a day and action over the last ``days``, of a person, of a customer or of all; one query.

    Days are those of the bank's time zone. By person or customer an index serves it.
    """
    zone = timezone.get_current_timezone()
    first = timezone.localtime(now, zone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    conditions, parameters = ["id >= %s", "at >= %s"], [first_id_of(first), first]
    for name, value in (("actor", actor), ("subject", subject)):
        if value:
            conditions.append(f"{name} = %s")
            parameters.append(value)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (at AT TIME ZONE %s)::date, action, count(*) FROM audit_entry WHERE {' AND '.join(conditions)}"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            [str(zone), *parameters],
        )
        return tuple(DayCount(*row) for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What one person did about one customer within some time."""

    actor: str
    subject: str
    views: int
    taken: int
    refused: int
    others: int
    days: int
    first: datetime
    last: datetime


SHOWN_MOST = 200
_ABOUT = """
    SELECT actor, subject,
        count(*) FILTER (WHERE action IN ('view', 'list', 'search')),
        count(*) FILTER (WHERE action IN ('export', 'reveal')),
        count(*) FILTER (WHERE action IN ('refused')),
        count(*) FILTER (WHERE action NOT IN ('view', 'list', 'search', 'export', 'reveal', 'refused')),
        count(DISTINCT (at AT TIME ZONE %s)::date), min(at), max(at)
    FROM audit_entry WHERE {who} = %s AND subject <> '' AND id >= %s AND at >= %s
    GROUP BY actor, subject ORDER BY max(at) DESC LIMIT %s
"""


def people_of(subject: str, *, days: int, now: datetime) -> tuple[SeenBy, ...]:
    """Who did something about a customer within the last ``days``, the latest first; one query by an index."""
    return _about("subject", subject, days=days, now=now)


def objects_of(actor: str, *, days: int, now: datetime) -> tuple[SeenBy, ...]:
    """The customers about whom a person did something within the last ``days``, the latest first; one query."""
    return _about("actor", actor, days=days, now=now)


def _about(who: str, number: str, *, days: int, now: datetime) -> tuple[SeenBy, ...]:
    first = now - timedelta(days=days)
    zone = str(timezone.get_current_timezone())
    with connection.cursor() as cursor:
        cursor.execute(_ABOUT.format(who=who), [zone, number, first_id_of(first), first, SHOWN_MOST])
        return tuple(SeenBy(*row) for row in cursor.fetchall())


def verifications(limit: int = 10) -> tuple[Verification, ...]:
    """The last verifications, newest first; one query."""
    return tuple(Verification.objects.order_by("-id")[:limit])
