"""Reads of consent: may this person be contacted, may these, what does the page show, who said what when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from guanxi.crm.consent.codes import CONTACT_CHANNELS, Channel, Decision, LimitKind, Purpose, channels_of
from guanxi.crm.consent.models import ConsentEvent, ConsentState, ConsentText, Limit
from guanxi.crm.consent.rules import Answer, Will, judged
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope

HISTORY = 100
"""How many things said the page's history reads."""


def may_contact(party_id: str, purpose: str, channel: str = Channel.ANY, *, on: date | None = None) -> Answer:
    """Whether a person may be contacted (or the data used) for a purpose through a channel on a day, and why.

    Nothing said means no. Two queries by key. Raises ValueError for a purpose and channel that do not go together:
    an answer to a question wrongly asked would be taken for a permission.
    """
    _check(purpose, channel)
    state = ConsentState.objects.filter(party_id=party_id, purpose=purpose, channel=channel).first()
    will = Will(state.decision, state.since, state.valid_until) if state else None
    return judged(will, limits_of([party_id]).get(party_id, frozenset()), on or timezone.localdate())


def contactable(
    rows: QuerySet[Any], purpose: str, channel: str = Channel.ANY, *, party: str = "party_id", on: date | None = None
) -> QuerySet[Any]:
    """Those of ``rows`` whose party may be contacted, as :func:`may_contact` would answer for each: one SQL, no loop.

    ``party`` is the field of ``rows`` that holds the customer number. Bring rows that the reader may see.
    """
    _check(purpose, channel)
    given = ConsentState.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on or timezone.localdate()),
        party_id=OuterRef(party),
        purpose=purpose,
        channel=channel,
        decision=Decision.GIVEN,
    )
    return unlimited(rows, party=party).filter(Exists(given))


def unlimited(rows: QuerySet[Any], *, party: str = "party_id") -> QuerySet[Any]:
    """Those of ``rows`` whose party has neither restricted the use of the data nor had them erased."""
    return rows.exclude(Exists(Limit.objects.filter(party_id=OuterRef(party), lifted_at__isnull=True)))


def not_erased(rows: QuerySet[Any], *, party: str = "party_id") -> QuerySet[Any]:
    """Those of ``rows`` whose party is not in the register of erasures: what everyday lists and searches show."""
    register = Limit.objects.filter(party_id=OuterRef(party), kind=LimitKind.ERASURE, lifted_at__isnull=True)
    return rows.exclude(Exists(register))


def only_erased(rows: QuerySet[Any], *, party: str = "party_id") -> QuerySet[Any]:
    """What :func:`not_erased` leaves out of ``rows``; few, and found from the register's side."""
    register = Limit.objects.filter(kind=LimitKind.ERASURE, lifted_at__isnull=True)
    return rows.filter(**{f"{party}__in": register.values("party_id")})


def erased_among(party_ids: Iterable[str]) -> frozenset[str]:
    """Those of some parties that are in the register of erasures; one query by index."""
    rows = Limit.objects.filter(party_id__in=list(party_ids), kind=LimitKind.ERASURE, lifted_at__isnull=True)
    return frozenset(rows.values_list("party_id", flat=True))


def limits_of(party_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The kinds of stops in force by party, for those that have one; one query."""
    found: dict[str, frozenset[str]] = {}
    rows = Limit.objects.filter(party_id__in=list(party_ids), lifted_at__isnull=True)
    for party_id, kind in rows.values_list("party_id", "kind"):
        found[party_id] = found.get(party_id, frozenset()) | {kind}
    return found


def _check(purpose: str, channel: str) -> None:
    if channel not in channels_of(Purpose(purpose)):
        raise ValueError(f"consent to {purpose} is not given for channel {channel}")


@dataclass(frozen=True, slots=True)
class Ban:
    """What stands beside a person's phone numbers. ``withdrawn`` are the channels closed to marketing, ``limit`` a stop
    of every use, ``open`` the channels on which marketing is welcome.
    """

    withdrawn: tuple[Channel, ...] = ()
    open: tuple[Channel, ...] = ()
    limit: LimitKind | None = None

    @property
    def everywhere(self) -> bool:
        """Whether no channel is left."""
        return self.limit is not None or len(self.withdrawn) == len(CONTACT_CHANNELS)

    def forbids(self, channel: str) -> bool:
        """Whether the person said no to marketing on this channel."""
        return self.everywhere or channel in self.withdrawn


def contact_ban(scope: Scope, party_id: str, *, on: date | None = None) -> Ban:
    """What a person said no to; one query."""
    today = on or timezone.localdate()
    states = (
        ConsentState.objects.visible_to(scope)
        .filter(party_id=party_id, purpose=Purpose.MARKETING)
        .values_list("channel", "decision", "valid_until")
    )
    limits = (
        Limit.objects.visible_to(scope)
        .filter(party_id=party_id, lifted_at__isnull=True)
        .annotate(what=Value("limit", CharField()), day=Cast(Value(None), DateField()))
        .values_list("kind", "what", "day")
    )
    rows = list(states.union(limits, all=True))
    kinds = {name for name, what, _day in rows if what == "limit"}
    said = {name: (what, day) for name, what, day in rows if what != "limit"}
    return Ban(
        withdrawn=tuple(one for one in CONTACT_CHANNELS if said.get(one, ("", None))[0] == Decision.WITHDRAWN),
        open=tuple(
            one
            for one in CONTACT_CHANNELS
            if one in said and said[one][0] == Decision.GIVEN and (said[one][1] is None or said[one][1] >= today)
        ),
        limit=next((kind for kind in (LimitKind.ERASURE, LimitKind.RESTRICTION) if kind in kinds), None),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """One purpose and channel of the matrix."""

    channel: Channel
    answer: Answer


@dataclass(frozen=True, slots=True)
class Row:
    """One purpose: a cell a contact channel, or one cell where the purpose reaches nobody; the text in force."""

    purpose: Purpose
    cells: tuple[Cell, ...]
    text: ConsentText | None

    @property
    def single(self) -> Cell | None:
        """The one cell of a purpose that is not tied to channels."""
        return self.cells[0] if len(self.cells) == 1 else None


@dataclass(frozen=True, slots=True)
class Matrix:
    """All purposes of one party, and the stops in force."""

    rows: tuple[Row, ...]
    limits: tuple[Limit, ...]


def consent_matrix(scope: Scope, party_id: str, *, on: date | None = None) -> Matrix:
    """What one party said about each purpose and channel; three queries."""
    today = on or timezone.localdate()
    states = ConsentState.objects.visible_to(scope).filter(party_id=party_id)
    wills = {(one.purpose, one.channel): Will(one.decision, one.since, one.valid_until) for one in states}
    limits = tuple(Limit.objects.visible_to(scope).filter(party_id=party_id, lifted_at__isnull=True).order_by("since"))
    kinds = frozenset(one.kind for one in limits)
    texts = texts_in_force(today)
    return Matrix(
        rows=tuple(
            Row(
                purpose,
                tuple(
                    Cell(channel, judged(wills.get((purpose, channel)), kinds, today))
                    for channel in channels_of(purpose)
                ),
                texts.get(purpose),
            )
            for purpose in Purpose
        ),
        limits=limits,
    )


def texts_in_force(on: date) -> dict[str, ConsentText]:
    """The newest text of each purpose that is in force on a day; one query."""
    rows = ConsentText.objects.filter(valid_from__lte=on).order_by("purpose", "valid_from", "version")
    return {text.purpose: text for text in rows}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a person said, with the channels it was said for. ``who`` recorded it; empty where nobody did."""

    at: datetime
    recorded_at: datetime
    purpose: Purpose
    decision: Decision
    channels: tuple[Channel, ...]
    how: str
    evidence: str
    note: str
    who: str
    text_version: int | None
    valid_until: date | None

    @property
    def on(self) -> date | None:
        """The day, where only that was entered; None where the moment is known."""
        local = timezone.localtime(self.at)
        return local.date() if local.time() in (time.min, time(23, 59, 59)) else None


def consent_history(scope: Scope, party_id: str) -> tuple[Said, ...]:
    """What one party said, the last recorded first, rows of one form together; one query."""
    rows = (
        ConsentEvent.objects.visible_to(scope)
        .filter(party_id=party_id)
        .annotate(who=F("staff__name"), text_version=F("text__version"))
        .order_by("-recorded_at", "-id")[:HISTORY]
    )
    groups: dict[tuple[UUID, str, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row.batch, row.purpose, row.decision), []).append(row)
    return tuple(_said(group) for group in groups.values())


def _said(group: list[Any]) -> Said:
    first = group[0]
    named = {row.channel for row in group}
    return Said(
        at=first.said_at,
        recorded_at=first.recorded_at,
        purpose=Purpose(first.purpose),
        decision=Decision(first.decision),
        channels=tuple(channel for channel in Channel if channel in named),
        how=first.get_how_display(),
        evidence=first.evidence,
        note=sensitive.shown(ConsentEvent, "note", first.note),
        who=first.who or first.staff_id or "",
        text_version=first.text_version,
        valid_until=first.valid_until,
    )
