"""Reads a pipeline as a board: a column a stage, its sums, and its cards a page at a time.

Sums of the open columns are over all of them within the reader's scope, by index; what is won or lost is shown of the
last days only, since nobody looks through years of it on a board.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.models import Opportunity, Stage
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.opportunity_queries import Line, days_in_stage, stands_long

PAGE = 20
CLOSED_DAYS = 30
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a board is narrowed to: whose, of which institutions (empty: all), what its customer or title says, and
    what a room above leaves out.
    """

    owners: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    words: str = ""
    keep: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are left."""
        rows = self.keep(rows)
        if self.owners:
            rows = rows.filter(owner_id__in=self.owners)
        if self.institutions:
            rows = rows.filter(institution_id__in=self.institutions)
        if self.words:
            rows = rows.filter(
                Q(title__icontains=self.words) | Q(party__name__icontains=self.words) | Q(party_id=self.words)
            )
        return rows


@dataclass(frozen=True, slots=True)
class Card:
    """An opportunity as a card: ``days`` in its stage, ``is_long``: longer than the stage allows."""

    row: Any
    days: int
    is_long: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """How many, and what they come to in CNY."""

    count: int = 0
    amount: Decimal = ZERO
    contribution: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage with its sums and some of its cards; ``after`` is where the next ones begin, empty at the end."""

    stage: Stage
    sums: Sums
    cards: tuple[Card, ...] = ()
    after: str = ""

    @property
    def weighted(self) -> Decimal:
        """The amount by the stage's probability, to the cent."""
        return (self.sums.amount * self.stage.probability / 100).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Board:
    """The columns of a pipeline in the order of its stages."""

    line: Line
    columns: tuple[BoardColumn, ...] = field(default=())

    @property
    def open_sums(self) -> Sums:
        """What is open together."""
        still = [one.sums for one in self.columns if one.stage.state == State.OPEN]
        return Sums(
            sum(one.count for one in still),
            sum((one.amount for one in still), ZERO),
            sum((one.contribution for one in still), ZERO),
        )

    @property
    def weighted(self) -> Decimal:
        """What is open by its probability."""
        return sum((one.weighted for one in self.columns if one.stage.state == State.OPEN), ZERO)


def board(scope: Scope, line: Line, *, narrowed: Narrowed, now: datetime.datetime | None = None) -> Board:
    """A pipeline's board; one query for the sums and one a column."""
    now = now or timezone.now()
    rows = _shown(scope, line, narrowed, now)
    sums = {
        number: Sums(count, amount or ZERO, contribution or ZERO)
        for number, count, amount, contribution in rows.order_by()
        .values("stage_id")
        .annotate(n=Count("*"), a=Sum("amount_cny"), c=Sum("contribution"))
        .values_list("stage_id", "n", "a", "c")
    }
    columns = []
    for stage in line.stages:
        found = sums.get(stage.pk, Sums())
        cards, after = _cards(rows, stage, now, "") if found.count else ((), "")
        columns.append(BoardColumn(stage, found, cards, after))
    return Board(line, tuple(columns))


def more_of(
    scope: Scope, line: Line, stage: Stage, *, narrowed: Narrowed, after: str, now: datetime.datetime | None = None
) -> BoardColumn:
    """The next cards of a column after a place; one query by the index."""
    now = now or timezone.now()
    cards, further = _cards(_shown(scope, line, narrowed, now), stage, now, after)
    return BoardColumn(stage, Sums(), cards, further)


def _shown(scope: Scope, line: Line, narrowed: Narrowed, now: datetime.datetime) -> QuerySet[Any]:
    since = timezone.localdate(now) - datetime.timedelta(days=CLOSED_DAYS)
    stages = [stage.pk for stage in line.stages]
    rows = Opportunity.objects.visible_to(scope).filter(stage_id__in=stages)
    return narrowed.of(rows.filter(Q(state=State.OPEN) | Q(closed_on__gte=since)))


def _cards(rows: QuerySet[Any], stage: Stage, now: datetime.datetime, after: str) -> tuple[tuple[Card, ...], str]:
    wanted = rows.filter(stage_id=stage.pk)
    day, _space, number = after.partition(" ")
    if number.isdecimal() and len(number) < 19:
        try:
            at = datetime.date.fromisoformat(day)
        except ValueError:
            at = None
        if at:
            wanted = wanted.filter(Q(expected_on__gt=at) | Q(expected_on=at, pk__gt=int(number)))
    wanted = wanted.select_related("party").annotate(owner_name=F("owner__name")).order_by("expected_on", "id")
    found = list(wanted[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    today = timezone.localdate(now)
    cards = []
    for row in found:
        row.stage = stage
        cards.append(Card(row, days_in_stage(row, now), stands_long(row, now), row.is_open and row.expected_on < today))
    return tuple(cards), f"{found[-1].expected_on} {found[-1].pk}" if more else ""
