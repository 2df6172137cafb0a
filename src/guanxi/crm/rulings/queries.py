"""Reads rules: what decides now, what waits, what a decision was made by. Rules speak of no customer: who may read
them is the page's affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.rulings.models import Book, RuleNight, RuleVersion, State
from guanxi.warehouse.rules import BOOKS, Answer, Release, RuleError, Ruling, Version, decide, ruling_of, shipped, steps
from guanxi.warehouse.rules.single import Step

VERSIONS_SHOWN = 30
# Of two from the same night on, the one approved last decides, whichever was begun first; a night reads them so too.
NEWEST_LAST = ("effective_from", "decided_at", "id")


@dataclass(frozen=True, slots=True)
class BookNow:
    """A book as its card shows it: what decides now and from the coming nights on, how many drafts and waiting."""

    book: str
    label: str | Any
    ruling: Ruling
    coming: tuple[RuleVersion, ...]
    waiting: int
    drafts: int


def ruling_now(book: str, day: date | None = None) -> Ruling:
    """What answers when one customer is asked about now: the newest released, whatever its first night; with ``day``
    what decided then. Two queries at most."""
    decides = Q(state=State.RELEASED)
    if day is not None:
        decides = (decides | Q(state=State.WITHDRAWN, effective_until__gt=day)) & Q(effective_from__lte=day)
    rows = RuleVersion.objects.filter(decides, book=book).order_by(*NEWEST_LAST)
    found = rows.values_list("id", "role", "share", "effective_from", "content")
    return ruling_of(BOOKS[book], [Release(*row) for row in found], _own(book))


def _own(book: str) -> Version:
    """What the last night went by where nothing was released: what shipped, or the bank's file."""
    row = (
        RuleNight.objects.filter(book=book)
        .exclude(label__startswith="v")
        .order_by("-business_date")
        .values_list("label", "content")
        .first()
    )
    return Version(BOOKS[book], *row) if row else shipped(BOOKS[book])


def books(day: date) -> tuple[BookNow, ...]:
    """Every book: three queries each."""
    made = []
    for book in Book:
        rows = RuleVersion.objects.filter(book=book)
        counts = list(rows.filter(state__in=[State.DRAFT, State.SUBMITTED]).values_list("state", flat=True))
        coming = rows.filter(state=State.RELEASED, effective_from__gt=day).order_by(*NEWEST_LAST)
        made.append(
            BookNow(
                book=book.value,
                label=book.label,
                ruling=ruling_now(book, day),
                coming=tuple(coming),
                waiting=counts.count(State.SUBMITTED),
                drafts=counts.count(State.DRAFT),
            )
        )
    return tuple(made)


def versions(book: str, staff_id: str) -> tuple[RuleVersion, ...]:
    """The newest versions of a book with who made and decided them, own drafts among them; one query."""
    shown = Q(submitted_at__isnull=False) | Q(made_by=staff_id)
    rows = RuleVersion.objects.filter(shown, book=book).select_related("made_by", "decided_by").defer("content")
    return tuple(rows.order_by("-id")[:VERSIONS_SHOWN])


def version(version_id: int) -> RuleVersion | None:
    """One version; one query."""
    rows = RuleVersion.objects.select_related("made_by", "decided_by", "withdrawn_by")
    return rows.filter(pk=version_id).first()


def rules_of(row: RuleVersion) -> Version:
    """A row as what the engine decides by."""
    return Version(BOOKS[row.book], f"v{row.pk}", row.content)


def by_label(book: str, label: str) -> Version | None:
    """The version that a decision names; None where nothing is known of it. One query."""
    if label.startswith("v") and label[1:].isdigit():
        content = RuleVersion.objects.filter(pk=int(label[1:]), book=book).values_list("content", flat=True).first()
    else:
        rows = RuleNight.objects.filter(label=label, book=book).order_by("-business_date")
        content = rows.values_list("content", flat=True).first()
        own = shipped(BOOKS[book])
        content = content or (own.content if own.label == label else None)
    return Version(BOOKS[book], label, content) if content else None


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision taken apart: by which version, which row of each table in turn."""

    label: str
    steps: tuple[Step, ...]


def explained(book: str, decision: str) -> Explained | None:
    """What a stored decision (version, then the ids of rows) was made by; None where it names none. One query."""
    label, _, path = decision.partition(" ")
    found = by_label(book, label) if label else None
    if found is None:
        return None
    try:
        return Explained(label, tuple(steps(found, path)))
    except RuleError:
        # Rules of an earlier time that today's checks refuse: what they were is known, but not row by row.
        return Explained(label, ())


def asked_now(book: str, key: str, inputs: Mapping[str, Any]) -> Answer:
    """What the rules say of one set of inputs at this moment, with releases of today in it."""
    return decide(ruling_now(book).of(key), inputs)


@dataclass(frozen=True, slots=True)
class TierExplained:
    """Why a customer is in its tier: the decision of the night, what it went by, and what the rules say now."""

    decision: Explained | None
    inputs: Mapping[str, Any]
    now: Answer | None


def tier_explained(scope: Scope, party_id: str, *, day: date) -> TierExplained | None:
    """Of one customer; None where nothing is published of it. Four queries at most."""
    names = [field.name for field in BOOKS[Book.TIER].inputs if field.name != "aml_risk"]
    row = (
        CustomerFigure.objects.visible_to(scope)
        .filter(business_date=day, party_id=party_id)
        .values("tier_decision", *names, aml_risk=F("party__aml_risk"))
        .first()
    )
    if row is None:
        return None
    inputs = {field.name: row[field.name] for field in BOOKS[Book.TIER].inputs}
    try:
        now = asked_now(Book.TIER, party_id, inputs)
    except RuleError:
        now = None
    return TierExplained(explained(Book.TIER, row["tier_decision"]), inputs, now)


def first_night(day: date | None) -> date:
    """The first business date from which a release can decide: the nights before are done."""
    return (day or date(1990, 1, 1)) + timedelta(days=1)
