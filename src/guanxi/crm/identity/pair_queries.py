"""The steward's queue, and one pair side by side: every field with its source and date, masked as everywhere."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from guanxi.crm.holding.models import Agreement
from guanxi.crm.identity.codes import Verdict, Zone
from guanxi.crm.identity.models import Decision, Pair, Record
from guanxi.crm.identity.paging import Place, behind
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel.masks import Secret, hide
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party
from guanxi.crm.party.sensitive import CONTACTS, IDENTIFIERS

A_PAGE = 50
OPEN, ASKED = "open", "asked"
# Fields of a record that are secrets of their own; the others are shown as the party's are.
SECRETS: dict[str, Secret] = {"annual_income": Secret.INCOME}
# Which of a record's fields a field of the model was made of: what standardising said of it is said of these.
MADE_OF = {
    "name": ("party_name",),
    "birth": ("birth_date",),
    "founded": ("established_on",),
    "document": ("identifier:resident_id",),
    "code": ("identifier:unified_credit_code", "identifier:organisation_code"),
    "phone": ("contact:mobile", "contact:landline"),
    "address": ("contact:home_address", "contact:registered_address", "contact:work_address"),
}
# Those that a field of the model was made of together with each: one word was said of them all.
KIN = {field: fields for fields in MADE_OF.values() for field in fields}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the queue is narrowed to; empty for everything. ``institutions`` are those of the left record."""

    kind: str = ""
    reason: str | None = None
    institutions: tuple[str, ...] = ()
    state: str = OPEN


@dataclass(frozen=True, slots=True)
class Queued:
    """One pair of the queue: names of both, where they are, how probable, what is at stake."""

    pair: Pair
    left: Party
    right: Party
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One page. ``after`` leads to the next one, empty on the last."""

    rows: tuple[Queued, ...]
    after: str


def _waiting(scope: Scope, narrowed: Narrowed) -> QuerySet[Pair]:
    """The pairs of the steward's zone within a scope that wait for a word, or for an answer."""
    decided = Decision.objects.filter(
        left_record=OuterRef("left_id"), right_record=OuterRef("right_id"), withdrawn_at__isnull=True
    )
    rows = Pair.objects.visible_to(scope).filter(zone=Zone.STEWARD).exclude(left__party_id=F("right__party_id"))
    unanswered = decided.filter(verdict=Verdict.ASK, answered_at__isnull=True)
    if narrowed.state == ASKED:
        rows = rows.filter(Exists(unanswered))
    else:
        # An answer brings the pair back.
        closed = decided.filter(Q(answered_at__isnull=True) | ~Q(verdict=Verdict.ASK))
        rows = rows.filter(~Exists(closed))
    if narrowed.kind:
        rows = rows.filter(kind=narrowed.kind)
    if narrowed.reason is not None:
        rows = rows.filter(reason=narrowed.reason)
    if narrowed.institutions:
        rows = rows.filter(institution_id__in=narrowed.institutions)
    return rows


def _after(rows: QuerySet[Pair], place: Place | None) -> QuerySet[Pair]:
    return behind(rows, place, "left_id", "right_id")


def queue(scope: Scope, narrowed: Narrowed, place: Place | None = None, *, many: int = A_PAGE) -> Queue:
    """A page of the queue, the most money at stake first; three queries, whatever the page."""
    rows = list(_after(_waiting(scope, narrowed), place).select_related("left", "right")[: many + 1])
    shown = rows[:many]
    numbers = {one.left.party_id for one in shown} | {one.right.party_id for one in shown}
    parties = {one.pk: one for one in Party.objects.visible_to(scope).filter(pk__in=numbers)} if numbers else {}
    said = _decisions(scope, shown)
    found = tuple(
        Queued(one, parties[one.left.party_id], parties[one.right.party_id], said.get((one.left_id, one.right_id)))
        for one in shown
        if one.left.party_id in parties and one.right.party_id in parties
    )
    after = str(Place(shown[-1].impact, shown[-1].left_id, shown[-1].right_id)) if len(rows) > many else ""
    return Queue(found, after)


def next_of(scope: Scope, narrowed: Narrowed, place: Place | None) -> tuple[str, str] | None:
    """The records of the pair that follows in the queue, from its beginning again at the end; at most two queries."""
    rows = _waiting(scope, narrowed)
    found: Pair | None = _after(rows, place).first() or (_after(rows, None).first() if place else None)
    return (found.left_id, found.right_id) if found else None


def _decisions(scope: Scope, pairs: Sequence[Pair]) -> Mapping[tuple[str, str], Decision]:
    if not pairs:
        return {}
    found = (
        Decision.objects.visible_to(scope)
        .filter(
            left_record__in=[one.left_id for one in pairs],
            right_record__in=[one.right_id for one in pairs],
            withdrawn_at__isnull=True,
        )
        .select_related("asked_whom")
    )
    return {(one.left_record, one.right_record): one for one in found}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a field in one record; ``shown`` is masked where it is a secret. ``valid`` None: nothing is known.

    ``key`` is what a reveal asks for, empty for what is public. ``validity`` is what standardising said of it:
    ``valid``, ``unchecked`` or what is wrong, empty where nothing was said.
    """

    shown: str
    key: str
    source: str
    date: str
    valid: bool | None
    validity: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records. ``agrees`` is said of the clear values: masks may look alike where values differ."""

    field: str
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the record, its customer, what that one holds and is worth, how many other records it has."""

    record: Record
    party: Party
    figure: CustomerFigure | None
    agreements: tuple[Agreement, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Facing:
    """One pair side by side. ``decision`` is the word that stands."""

    pair: Pair
    left: Side
    right: Side
    lines: tuple[Line, ...]
    decision: Decision | None
    before: tuple[Decision, ...]

    @property
    def is_one(self) -> bool:
        """Whether both are one customer by now."""
        return self.left.party.pk == self.right.party.pk

    @property
    def place(self) -> Place:
        """Where it stands in the queue."""
        return Place(self.pair.impact, self.pair.left_id, self.pair.right_id)


def facing(scope: Scope, left: str, right: str, day: datetime.date | None) -> Facing:
    """One pair within a scope; seven queries at most. Raises ``Pair.DoesNotExist`` for one that is not there."""
    pair = Pair.objects.visible_to(scope).select_related("left", "right").get(left_id=left, right_id=right)
    numbers = {pair.left.party_id, pair.right.party_id}
    parties = {
        one.pk: one
        for one in Party.objects.visible_to(scope).filter(pk__in=numbers).select_related("institution", "manager")
    }
    if len(parties) != len(numbers):
        raise Pair.DoesNotExist
    figures = {
        one.party_id: one
        for one in CustomerFigure.objects.visible_to(scope).filter(business_date=day, party_id__in=numbers)
    }
    held: dict[str, list[Agreement]] = {number: [] for number in numbers}
    agreements = Agreement.objects.visible_to(scope).filter(party_id__in=numbers).exclude(status="closed")
    for one in agreements.select_related("product").order_by("party_id", "-balance", "pk")[:60]:
        held[one.party_id].append(one)
    records = dict(
        Record.objects.filter(party_id__in=numbers).values_list("party_id").annotate(many=Count("pk")).order_by()
    )
    said = list(
        Decision.objects.filter(left_record=left, right_record=right).select_related("by", "asked_whom").order_by("-id")
    )
    standing = next((one for one in said if one.withdrawn_at is None), None)

    def side(record: Record) -> Side:
        number = record.party_id
        return Side(record, parties[number], figures.get(number), tuple(held[number]), records.get(number, 1) - 1)

    return Facing(
        pair,
        side(pair.left),
        side(pair.right),
        lines_of(pair.left, pair.right, pair.steps),
        standing,
        tuple(one for one in said if one.withdrawn_at is not None),
    )


def lines_of(left: Record, right: Record, steps: Sequence[Mapping[str, Any]] = ()) -> tuple[Line, ...]:
    """The fields of two records, those first that differ, else in the order in which the records have them.

    ``steps`` are the match weights of the pair, which carry what standardising said of the values.
    """
    ours, theirs = (values_of(one, said) for one, said in zip((left, right), _validities(steps), strict=True))
    lines = []
    for field in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(field, ()), theirs.get(field, ())
        agrees = bool({value for value, _cell in one} & {value for value, _cell in other}) if one and other else None
        lines.append(Line(field, tuple(cell for _v, cell in one), tuple(cell for _v, cell in other), agrees))
    return tuple(sorted(lines, key=lambda line: {False: 0, True: 1, None: 2}[line.agrees]))


def _validities(steps: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """By field of each record what standardising said of its value, as the match weights carry it.

    Of several phones or addresses the best was looked at: only a single one is judged by it.
    """
    left: dict[str, str] = {}
    right: dict[str, str] = {}
    for step in steps:
        for side, said in ((left, step.get("left_validity")), (right, step.get("right_validity"))):
            if said and said != "missing":
                side.update(dict.fromkeys(MADE_OF.get(step["field"], ()), said))
    return left, right


def values_of(record: Record, said: Mapping[str, str] | None = None) -> dict[str, list[tuple[str, Cell]]]:
    """The values of a record by field: each clear, to be compared, and as everybody may see it who sees the record.

    ``said`` is what standardising said of a field; where it was made of several values, of one field or of several,
    nobody knows of which it was said, and it is said of none.
    """
    many = Counter(one["field"] for one in record.content if one.get("value"))
    found: dict[str, list[tuple[str, Cell]]] = {}
    for place, one in enumerate(record.content):
        value, secret = str(one.get("value") or ""), secret_of(one["field"])
        if value:
            alone = sum(many[field] for field in KIN.get(one["field"], (one["field"],))) == 1
            cell = Cell(
                hide(secret, value) if secret else value,
                f"{record.pk}@{place}" if secret else "",
                str(one.get("source") or ""),
                str(one.get("date") or ""),
                one.get("valid"),
                (said or {}).get(one["field"], "") if alone else "",
            )
            found.setdefault(one["field"], []).append((value, cell))
    return found


def secret_of(field: str) -> Secret | None:
    """The kind of secret that a record's field holds; None for what is public."""
    what, _colon, kind = field.partition(":")
    if what == "identifier":
        return IDENTIFIERS.get(kind, Secret.DOCUMENT_NUMBER)
    if what == "contact":
        return CONTACTS.get(kind, Secret.WHOLE)
    return SECRETS.get(field)
