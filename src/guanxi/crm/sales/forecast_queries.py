"""Reads the forecast: what is open by month of expected close, weighted by its stage, beside what was won.

Everything is summed by the database, by institution and month and by institution and stage: the same rows give the
picture, the table and every level below. 300,000 opportunities come as some hundreds of rows, read from the sums that
are kept (``models/sums.py``) wherever these say all that somebody sees.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.sales.models import MonthSum, Opportunity
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.sum_queries import are_kept

MONTHS_BACK, MONTHS_AHEAD = 2, 6
ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums over opportunities: how many, amount, amount by probability, and expected contribution, CNY.

    ``expected`` is the contribution by probability.
    """

    count: int = 0
    amount: Decimal = ZERO
    weighted: Decimal = ZERO
    contribution: Decimal = ZERO
    expected: Decimal = ZERO

    def __sub__(self, other: Cell) -> Cell:
        return Cell(
            self.count - other.count,
            self.amount - other.amount,
            self.weighted - other.weighted,
            self.contribution - other.contribution,
            self.expected - other.expected,
        )

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.count + other.count,
            self.amount + other.amount,
            self.weighted + other.weighted,
            self.contribution + other.contribution,
            self.expected + other.expected,
        )


NONE = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of one institution, month (its first day) and state. ``late``: of what is open though its expected day
    has passed; it stands in the running month.
    """

    institution_id: str
    month: datetime.date
    state: str
    cell: Cell
    late: bool = False


@dataclass(frozen=True, slots=True)
class StageRow:
    """The sums of what is open in one institution and stage, until the last month."""

    institution_id: str
    stage_id: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class MonthSums:
    """A month: what was won in it, what is open and expected in it, and of that what is late."""

    month: datetime.date
    won: Cell = NONE
    open: Cell = NONE
    late: Cell = NONE

    @property
    def total(self) -> Decimal:
        """What was won and what is to be expected, weighted."""
        return self.won.amount + self.open.weighted


@dataclass(frozen=True, slots=True)
class Forecast:
    """The rows within a scope, from ``first`` (the first day of a month) through ``last`` (the first day of the last
    month); ``this`` is the running month.
    """

    rows: tuple[Row, ...]
    by_stage: tuple[StageRow, ...]
    first: datetime.date
    this: datetime.date
    last: datetime.date

    def months(self, institutions: frozenset[str] | None = None) -> tuple[MonthSums, ...]:
        """Month by month, of some institutions or all."""
        won: dict[datetime.date, Cell] = defaultdict(Cell)
        still: dict[datetime.date, Cell] = defaultdict(Cell)
        late: dict[datetime.date, Cell] = defaultdict(Cell)
        for row in self._of(institutions):
            if row.state == State.WON:
                won[row.month] += row.cell
            else:
                still[row.month] += row.cell
                if row.late:
                    late[row.month] += row.cell
        return tuple(MonthSums(month, won[month], still[month], late[month]) for month in self._all_months())

    def total(self, institutions: frozenset[str] | None = None) -> MonthSums:
        """All months together."""
        found = MonthSums(self.this)
        for one in self.months(institutions):
            found = MonthSums(self.this, found.won + one.won, found.open + one.open, found.late + one.late)
        return found

    def stages(self, institutions: frozenset[str] | None = None) -> dict[int, Cell]:
        """What is open by stage."""
        found: dict[int, Cell] = defaultdict(Cell)
        for row in self.by_stage:
            if institutions is None or row.institution_id in institutions:
                found[row.stage_id] += row.cell
        return dict(found)

    def _of(self, institutions: frozenset[str] | None) -> Iterable[Row]:
        return (row for row in self.rows if institutions is None or row.institution_id in institutions)

    def _all_months(self) -> Iterable[datetime.date]:
        month = self.first
        while month <= self.last:
            yield month
            month = month_after(month)


def month_after(month: datetime.date, number: int = 1) -> datetime.date:
    """The first day of the month ``number`` months later (or, negative, earlier)."""
    at = month.year * 12 + month.month - 1 + number
    return datetime.date(at // 12, at % 12 + 1, 1)


def forecast(scope: Scope, *, today: datetime.date, line: int | None = None, owners: tuple[str, ...] = ()) -> Forecast:
    """What was won since some months and what is open until some months ahead, within a scope; of one pipeline where
    ``line`` is its number, of some leaders where ``owners`` are. Four queries over sums that are kept, or over
    opportunities by their indexes; two where only own books are seen.
    """
    this = today.replace(day=1)
    first, last = month_after(this, -MONTHS_BACK), month_after(this, MONTHS_AHEAD - 1)
    rows = Opportunity.objects.visible_to(scope).order_by()
    if line is not None:
        rows = rows.filter(pipeline_id=line)
    if owners:
        rows = rows.filter(owner_id__in=owners)
    still = rows.filter(state=State.OPEN, expected_on__lt=month_after(last))
    won = rows.filter(state=State.WON, closed_on__gte=first, closed_on__lt=month_after(last))
    if scope.reach is Reach.OWN:
        open_months, stages, late = _own_open(still, this, today)
        won_months = _cells(won.annotate(month=TruncMonth("closed_on")), "institution_id", "month", **OF_ROWS)
    elif owners or not are_kept(scope):
        late = _cells(still.filter(expected_on__gte=this, expected_on__lt=today), "institution_id", **OF_ROWS)
        open_months = _cells(still.annotate(month=TruncMonth("expected_on")), "institution_id", "month", **OF_ROWS)
        won_months = _cells(won.annotate(month=TruncMonth("closed_on")), "institution_id", "month", **OF_ROWS)
        stages = _cells(still, "institution_id", "stage_id", **OF_ROWS)
    else:
        late = _cells(still.filter(expected_on__gte=this, expected_on__lt=today), "institution_id", **OF_ROWS)
        kept = MonthSum.objects.visible_to(scope).order_by().filter(month__lte=last)
        if line is not None:
            kept = kept.filter(stage__pipeline_id=line)
        kept_open = kept.filter(state=State.OPEN)
        open_months = _cells(kept_open, "institution_id", "month", **OF_SUMS)
        won_months = _cells(kept.filter(state=State.WON, month__gte=first), "institution_id", "month", **OF_SUMS)
        stages = _cells(kept_open, "institution_id", "stage_id", **OF_SUMS)
    found: dict[tuple[str, datetime.date, str, bool], Cell] = defaultdict(Cell)
    for (institution, month), cell in won_months.items():
        found[institution, month, State.WON, False] += cell
    for (institution, month), cell in open_months.items():
        # What was expected in a month that is over is late; of the running month's, what was expected before today.
        found[institution, max(month, this), State.OPEN, month < this] += cell
    for (institution,), cell in late.items():
        found[institution, this, State.OPEN, False] -= cell
        found[institution, this, State.OPEN, True] += cell
    made = (Row(institution, month, state, cell, is_late)
            for (institution, month, state, is_late), cell in found.items() if cell.count)  # fmt: skip
    by_stage = (StageRow(institution, stage, cell) for (institution, stage), cell in stages.items())
    return Forecast(tuple(made), tuple(by_stage), first, this, last)


Cells = dict[tuple[Any, ...], Cell]


def _own_open(still: Any, this: datetime.date, today: datetime.date) -> tuple[Cells, Cells, Cells]:
    """What is open in own books, so few that all are read at once: by institution and month, by institution and stage,
    and what is late of the running month. One query.
    """
    months: Cells = defaultdict(Cell)
    stages: Cells = defaultdict(Cell)
    late: Cells = defaultdict(Cell)
    names = ("institution_id", "stage_id", "expected_on", "amount_cny", "contribution", "stage__probability")
    for institution, stage, day, amount, contribution, probability in still.values_list(*names):
        share = Decimal(probability) / HUNDRED
        cell = Cell(1, amount, amount * share, contribution, contribution * share)
        months[institution, day.replace(day=1)] += cell
        stages[institution, stage] += cell
        if this <= day < today:
            late[institution,] += cell
    return months, stages, late


OF_ROWS: dict[str, Any] = {"number": Count("*"), "amount": "amount_cny"}
OF_SUMS: dict[str, Any] = {"number": Sum("number"), "amount": "amount"}


def _cells(rows: Any, *keys: str, number: Any, amount: str) -> Cells:
    """Rows of opportunities, or of their sums, added up by some columns; groups of none are left out. One query.

    Not rounded, so that sums agree at every level.
    """
    probability = F("stage__probability")
    summed = (
        rows.values(*keys)
        .annotate(
            n=number, a=Sum(amount), w=Sum(F(amount) * probability), c=Sum("contribution"),
            e=Sum(F("contribution") * probability),
        )
        .values_list(*keys, "n", "a", "w", "c", "e")
    )  # fmt: skip
    many = len(keys)
    return {
        row[:many]: Cell(row[many], row[many + 1], row[many + 2] / HUNDRED, row[many + 3], row[many + 4] / HUNDRED)
        for row in summed
        if row[many]
    }


def in_month(month: datetime.date, this: datetime.date) -> Q:
    """Which opportunities stand in a month of the forecast: won in it, or open and expected in it; what is late stands
    in the running one.
    """
    after = month_after(month)
    open_in = Q(state=State.OPEN, expected_on__lt=after)
    if month > this:
        open_in &= Q(expected_on__gte=month)
    elif month < this:
        open_in = Q(pk__in=[])
    return open_in | Q(state=State.WON, closed_on__gte=month, closed_on__lt=after)
