"""Reads the forecast: what is open by month of expected close, weighted by its stage, beside what was won.

Everything is summed by the database, by institution, month and stage: the same rows give the picture, the table and
every level below. 300,000 opportunities come as some hundreds of rows.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, Sum, Value
from django.db.models.functions import TruncMonth

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.models import Opportunity, Stage
from guanxi.crm.sales.opportunity_codes import State

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

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.count + other.count,
            self.amount + other.amount,
            self.weighted + other.weighted,
            self.contribution + other.contribution,
            self.expected + other.expected,
        )

    @classmethod
    def of(cls, count: int, amount: Decimal, contribution: Decimal, probability: int) -> Cell:
        """What some opportunities of one probability (in percent) come to, unrounded: sums agree at every level."""
        return cls(count, amount, amount * probability / HUNDRED, contribution, contribution * probability / HUNDRED)


NONE = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of one institution, month (its first day) and stage. ``late``: of what is open though its expected day
    has passed; it stands in the running month.
    """

    institution_id: str
    month: datetime.date
    stage_id: int
    state: str
    cell: Cell
    late: bool = False


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
        for row in self._of(institutions):
            if row.state == State.OPEN:
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
    ``line`` is its number, of some leaders where ``owners`` are. Three queries, each by an index of its own.
    """
    this = today.replace(day=1)
    first, last = month_after(this, -MONTHS_BACK), month_after(this, MONTHS_AHEAD - 1)
    stages = {one.pk: one for one in Stage.objects.only("state", "probability")}
    rows = Opportunity.objects.visible_to(scope)
    if line is not None:
        rows = rows.filter(pipeline_id=line)
    if owners:
        rows = rows.filter(owner_id__in=owners)
    found: dict[tuple[str, datetime.date, int, bool], Cell] = defaultdict(Cell)
    still = rows.filter(state=State.OPEN, expected_on__lt=month_after(last))
    is_late = ExpressionWrapper(Q(expected_on__lt=today), output_field=BooleanField())
    for institution, month, stage, late, count, amount, contribution in _summed(still, "expected_on", is_late):
        cell = Cell.of(count, amount, contribution, stages[stage].probability)
        found[institution, max(month, this), stage, late] += cell
    won = rows.filter(state=State.WON, closed_on__gte=first, closed_on__lt=month_after(last))
    for institution, month, stage, _late, count, amount, contribution in _summed(won, "closed_on", Value(False)):
        found[institution, month, stage, False] += Cell.of(count, amount, contribution, 100)
    made = tuple(
        Row(institution, month, stage, stages[stage].state, cell, late)
        for (institution, month, stage, late), cell in found.items()
    )
    return Forecast(made, first, this, last)


def _summed(rows: Any, day: str, late: Any) -> Iterable[tuple[str, datetime.date, int, bool, int, Decimal, Decimal]]:
    return (
        rows.order_by()
        .annotate(month=TruncMonth(day), late=late)
        .values("institution_id", "month", "stage_id", "late")
        .annotate(n=Count("*"), a=Sum("amount_cny"), c=Sum("contribution"))
        .values_list("institution_id", "month", "stage_id", "late", "n", "a", "c")
    )


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
