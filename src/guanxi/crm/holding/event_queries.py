"""Events of one party: newest first, a page at a time by key, filtered.

The event table is partitioned by month of ``event_date``, which is the date of ``event_time`` in the bank's time
zone: every bound on the time is also given as a bound on the date, so that months out of question are not opened.
The other side's account is masked here; an event can be found by no part of it that is hidden.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, Q
from django.utils.timezone import localtime

from guanxi.crm.holding.models import Event
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sealed import opened

PAGE = 50


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to show; what is empty does not narrow. Amounts in each event's own currency."""

    kind: str = ""
    channel: str = ""
    direction: str = ""
    agreement_id: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    since: date | None = None
    until: date | None = None

    def condition(self) -> Q:
        """As a condition on events."""
        lookups: dict[str, Any] = {
            "kind": self.kind,
            "channel": self.channel,
            "direction": self.direction,
            "agreement_id": self.agreement_id,
            "amount__gte": self.least,
            "amount__lte": self.most,
            "event_date__gte": self.since,
            "event_date__lte": self.until,
        }
        return Q(**{lookup: value for lookup, value in lookups.items() if value not in {"", None}})

    def __bool__(self) -> bool:
        return bool(self.condition())


@dataclass(frozen=True, slots=True)
class EventKey:
    """A place in the order of events, to go on from: written into addresses as an opaque word."""

    event_time: datetime
    event_id: str

    def encode(self) -> str:
        """As it stands in an address."""
        return base64.urlsafe_b64encode(f"{self.event_time.isoformat()}|{self.event_id}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, word: str) -> Self | None:
        """From an address; None for what is not such a word."""
        try:
            text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
            moment, event_id = text.split("|", 1)
            event_time = datetime.fromisoformat(moment)
        except (ValueError, binascii.Error):
            return None
        return cls(event_time, event_id) if event_time.tzinfo and event_id else None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. Amounts in ``currency``; ``signed`` is negative for money that went out."""

    id: str
    event_time: datetime
    kind: str
    direction: str
    amount: Decimal
    currency: str
    balance_after: Decimal | None
    channel: str
    agreement_id: str
    counterparty_name: str
    counterparty_account: str
    counterparty_bank: str
    fee_amount: Decimal | None
    memo: str

    @property
    def signed(self) -> Decimal:
        """The amount with its sign."""
        return -self.amount if self.direction == "D" else self.amount

    @property
    def reveal_key(self) -> str:
        """Its name where the other side's account is to be revealed: the day it is filed under, and its number."""
        return f"{localtime(self.event_time).date().isoformat()}~{self.id}"

    @property
    def key(self) -> EventKey:
        """Its place in the order."""
        return EventKey(self.event_time, self.id)


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events; ``next`` is where the page after it begins, None on the last one."""

    rows: tuple[EventRow, ...]
    next: EventKey | None


_FIELDS = (
    "event_id",
    "event_time",
    "kind",
    "direction",
    "amount",
    "currency",
    "balance_after",
    "channel",
    "agreement_id",
    "counterparty_name",
    "counterparty_account",
    "counterparty_bank",
    "fee_amount",
    "memo",
)
_ACCOUNT, _MEMO = _FIELDS.index("counterparty_account"), _FIELDS.index("memo")


def _row(values: tuple[Any, ...]) -> EventRow:
    """One event, with the other side's account, opened, and long numbers in the memo masked."""
    day, *row = values
    account = opened(Event, "counterparty_account", (day, row[0]), row[_ACCOUNT])
    row[_ACCOUNT] = sensitive.shown(Event, "counterparty_account", account)
    row[_MEMO] = sensitive.shown(Event, "memo", row[_MEMO])
    return EventRow(*row)


def event_page(
    scope: Scope,
    party_id: str,
    *,
    which: EventFilter | None = None,
    after: EventKey | None = None,
    limit: int = PAGE,
) -> EventPage:
    """A page of one party's events, newest first; one query that reads only the page, whichever page it is."""
    rows = [_row(row) for row in _events(scope, party_id, which=which, after=after)[: limit + 1]]
    more = len(rows) > limit
    return EventPage(tuple(rows[:limit]), rows[limit - 1].key if more else None)


def all_events(scope: Scope, party_id: str, *, which: EventFilter | None = None, limit: int) -> Iterator[EventRow]:
    """The events of one party, newest first, up to ``limit``, for an export: streamed, never all in memory."""
    rows = _events(scope, party_id, which=which, after=None)[:limit]
    return (_row(row) for row in rows.iterator(chunk_size=2000))


def count_events(scope: Scope, party_id: str, *, which: EventFilter | None = None, limit: int) -> int:
    """How many events an export of up to ``limit`` would hold; reads no further."""
    return _events(scope, party_id, which=which, after=None)[:limit].count()


@dataclass(frozen=True, slots=True)
class EventCount:
    """How many events of one channel and kind there were."""

    channel: str
    kind: str
    count: int


def event_counts(scope: Scope, party_id: str, agreement_id: str, *, first: date, last: date) -> tuple[EventCount, ...]:
    """The events of one agreement in a period by channel and kind, most first; one query over the period's months."""
    rows = (
        Event.objects.visible_to(scope)
        .filter(party_id=party_id, agreement_id=agreement_id, event_date__gte=first, event_date__lte=last)
        .values_list("channel", "kind")
        .annotate(count=Count("event_id"))
        .order_by("-count", "channel", "kind")
    )
    return tuple(EventCount(*row) for row in rows)


def _events(scope: Scope, party_id: str, *, which: EventFilter | None, after: EventKey | None) -> Any:
    rows = Event.objects.visible_to(scope).filter(party_id=party_id)
    if which:
        rows = rows.filter(which.condition())
    if after:
        # "event_time <= t and (event_time < t or id < i)" rather than an or alone: the index can begin at t.
        rows = rows.filter(
            Q(event_time__lt=after.event_time) | Q(event_id__lt=after.event_id),
            event_time__lte=after.event_time,
            event_date__lte=localtime(after.event_time).date(),
        )
    return rows.order_by("-event_time", "-event_id").values_list("event_date", *_FIELDS)
