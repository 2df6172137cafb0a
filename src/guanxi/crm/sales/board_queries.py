"""Reads a pipeline as a board: a column a stage, its sums, and its cards a page at a time.

Sums of the open columns are over all of them within the reader's scope, from the sums that are kept wherever these
say all that is shown; what is won or lost is shown of the last days only, since nobody looks through years of it.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.sales.models import LeaderSum, Opportunity, Stage
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.opportunity_queries import Line, days_in_stage, stands_long
from guanxi.crm.sales.sum_queries import are_kept

PAGE = 20
CLOSED_DAYS = 30
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a board is narrowed to: whose, of which institutions (empty: all), what its customer or title says, and
    what a room above leaves out: ``keep`` are the rows without it, ``gone`` those alone (few).
    """

    owners: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    words: str = ""
    keep: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    gone: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows.none()

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are left."""
        rows = self.by_place(self.keep(rows))
        if self.words:
            rows = rows.filter(
                Q(title__icontains=self.words)
                | Q(party__name__icontains=self.words)
                | Q(party_id=self.words)
                | Q(lead__name__icontains=self.words)
            )
        return rows

    def by_place(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows, or their sums, of the leaders and institutions asked for."""
        if self.owners:
            rows = rows.filter(owner_id__in=self.owners)
        if self.institutions:
            rows = rows.filter(institution_id__in=self.institutions)
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

    def __sub__(self, other: Sums) -> Sums:
        return Sums(self.count - other.count, self.amount - other.amount, self.contribution - other.contribution)


NONE = Sums()


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
    """A pipeline's board; some queries for the sums and one a column, or two in all where only own books are seen."""
    now = now or timezone.now()
    if scope.reach is Reach.OWN:
        return _own_board(scope, line, narrowed, now)
    sums = _sums(scope, line, narrowed, now)
    columns = []
    for stage in line.stages:
        found = sums.get(stage.pk, NONE)
        cards, after = _cards(_of_stage(scope, stage, narrowed, now), stage, now, "") if found.count else ((), "")
        columns.append(BoardColumn(stage, found, cards, after))
    return Board(line, tuple(columns))


def more_of(
    scope: Scope, line: Line, stage: Stage, *, narrowed: Narrowed, after: str, now: datetime.datetime | None = None
) -> BoardColumn:
    """The next cards of a column after a place; one query by the index."""
    now = now or timezone.now()
    cards, further = _cards(_of_stage(scope, stage, narrowed, now), stage, now, after)
    return BoardColumn(stage, NONE, cards, further)


def _of_stage(scope: Scope, stage: Stage, narrowed: Narrowed, now: datetime.datetime) -> QuerySet[Any]:
    """What a column shows: of the end of a pipeline, what was closed lately."""
    rows = Opportunity.objects.visible_to(scope).filter(_shown([stage], now), stage_id=stage.pk)
    return narrowed.of(rows)


def _shown(stages: Iterable[Stage], now: datetime.datetime) -> Q:
    """Which opportunities in some stages a board shows. Open ones are open, the others closed: each has its index."""
    since = timezone.localdate(now) - datetime.timedelta(days=CLOSED_DAYS)
    wanted = Q()
    for is_open in {stage.state == State.OPEN for stage in stages}:
        wanted |= Q(state=State.OPEN) if is_open else Q(~Q(state=State.OPEN), closed_on__gte=since)
    return wanted


def _sums(scope: Scope, line: Line, narrowed: Narrowed, now: datetime.datetime) -> dict[int, Sums]:
    """By stage, what its column comes to: of open ones from the sums that are kept, where these say it."""
    rows = Opportunity.objects.visible_to(scope).order_by()
    still = [stage.pk for stage in line.open_stages]
    ends = [stage for stage in line.stages if stage.state != State.OPEN]
    closed = narrowed.of(rows.filter(_shown(ends, now), stage_id__in=[stage.pk for stage in ends]))
    found = _added(closed, Count("*"), "amount_cny")
    open_rows = rows.filter(state=State.OPEN, stage_id__in=still)
    if narrowed.words or not are_kept(scope):
        return found | _added(narrowed.of(open_rows), Count("*"), "amount_cny")
    kept = narrowed.by_place(LeaderSum.objects.visible_to(scope).order_by().filter(stage_id__in=still))
    gone = _added(narrowed.by_place(narrowed.gone(open_rows)), Count("*"), "amount_cny")
    added = _added(kept, Sum("number"), "amount")
    return found | {stage: sums - gone.get(stage, NONE) for stage, sums in added.items()}


def _added(rows: QuerySet[Any], number: Any, amount: str) -> dict[int, Sums]:
    """Opportunities, or their sums, added up by stage; one query."""
    summed = rows.values("stage_id").annotate(n=number, a=Sum(amount), c=Sum("contribution"))
    return {
        stage: Sums(count, amount or ZERO, contribution or ZERO)
        for stage, count, amount, contribution in summed.values_list("stage_id", "n", "a", "c")
    }


def _own_board(scope: Scope, line: Line, narrowed: Narrowed, now: datetime.datetime) -> Board:
    """The board of somebody who sees own books: so few that all are read at once. Two queries."""
    rows = Opportunity.objects.visible_to(scope).filter(_shown(line.stages, now))
    rows = narrowed.of(rows.filter(stage_id__in=[stage.pk for stage in line.stages]))
    sums: dict[int, Sums] = defaultdict(Sums)
    numbers: dict[int, list[int]] = defaultdict(list)
    for number, stage_id, amount, contribution in rows.order_by("expected_on", "id").values_list(
        "id", "stage_id", "amount_cny", "contribution"
    ):
        before = sums[stage_id]
        sums[stage_id] = Sums(before.count + 1, before.amount + amount, before.contribution + contribution)
        if len(numbers[stage_id]) < PAGE:
            numbers[stage_id].append(number)
    wanted = [number for of_stage in numbers.values() for number in of_stage]
    # Their numbers come from within the scope: to look a book's customers up once more costs as much as the first time.
    found = {row.pk: row for row in _named(Opportunity.objects.filter(pk__in=wanted))}
    columns = []
    for stage in line.stages:
        cards = _drawn([found[number] for number in numbers[stage.pk] if number in found], stage, now)
        more = sums[stage.pk].count > len(cards) == PAGE
        columns.append(BoardColumn(stage, sums[stage.pk], cards, _place(cards[-1].row) if more else ""))
    return Board(line, tuple(columns))


def _cards(rows: QuerySet[Any], stage: Stage, now: datetime.datetime, after: str) -> tuple[tuple[Card, ...], str]:
    wanted = rows
    day, _space, number = after.partition(" ")
    if number.isdecimal() and len(number) < 19:
        try:
            at = datetime.date.fromisoformat(day)
        except ValueError:
            at = None
        if at:
            wanted = wanted.filter(Q(expected_on__gt=at) | Q(expected_on=at, pk__gt=int(number)))
    found = list(_named(wanted).order_by("expected_on", "id")[: PAGE + 1])
    more = len(found) > PAGE
    return _drawn(found[:PAGE], stage, now), _place(found[PAGE - 1]) if more else ""


def _named(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with their customer and the name of whoever leads them."""
    return rows.select_related("party", "lead").annotate(owner_name=F("owner__name"))


def _place(row: Any) -> str:
    """Where in its column a card stands."""
    return f"{row.expected_on} {row.pk}"


def _drawn(rows: list[Any], stage: Stage, now: datetime.datetime) -> tuple[Card, ...]:
    today = timezone.localdate(now)
    cards = []
    for row in rows:
        row.stage = stage
        cards.append(Card(row, days_in_stage(row, now), stands_long(row, now), row.is_open and row.expected_on < today))
    return tuple(cards)
