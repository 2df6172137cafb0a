"""From a customer's contribution down to agreements, months and formulas.

A period is a closed month, the running month, or ``r12``: the running month and the eleven closed ones before it.
Every function begins at ``visible_to(scope)``. Amounts are CNY; sums over agreements stand beside the published figure
of the customer, with the difference, which is zero to the cent unless something is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any, Self

from django.db.models import Sum

from guanxi.crm.holding.models import Agreement, Dimension, Product
from guanxi.crm.holding.queries import number_shown
from guanxi.crm.insight.customer_queries import Worth, month_start
from guanxi.crm.insight.formulas import Inputs
from guanxi.crm.insight.models import AgreementFigure, AgreementMonth, CustomerMonth
from guanxi.crm.kernel.scope import Scope

R12 = "r12"
R12_CLOSED = 11
_COMPONENTS = ("interest", "fees", "cost", "expected_loss", "contribution")
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Period:
    """What a figure is of: ``month`` is None for r12. ``running`` says that the month is not closed yet."""

    month: date | None
    running: bool

    @property
    def slug(self) -> str:
        """As it stands in addresses: ``r12`` or ``2026-05``."""
        return f"{self.month:%Y-%m}" if self.month else R12

    @classmethod
    def parse(cls, slug: str, *, day: date) -> Self | None:
        """From an address, as of a business date; None for what is no period up to it."""
        if slug == R12:
            return cls(None, running=True)
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", slug):
            return None
        month = date(int(slug[:4]), int(slug[5:]), 1) if slug[:4] != "0000" else None
        if month is None or month > day:
            return None
        return cls(month, running=month == month_start(day))


@dataclass(frozen=True, slots=True)
class Amounts:
    """A contribution and its components."""

    interest: Decimal = _ZERO
    fees: Decimal = _ZERO
    cost: Decimal = _ZERO
    expected_loss: Decimal = _ZERO
    contribution: Decimal = _ZERO

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(*(getattr(self, name) + getattr(other, name) for name in _COMPONENTS))

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(*(getattr(self, name) - getattr(other, name) for name in _COMPONENTS))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in _COMPONENTS)

    @classmethod
    def total(cls, amounts: Iterable[Amounts]) -> Amounts:
        """The sum of several; nothing for none."""
        return reduce(add, amounts, Amounts())

    def values(self) -> tuple[Decimal, ...]:
        """Interest, fees, cost, expected loss, contribution."""
        return tuple(getattr(self, name) for name in _COMPONENTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement's part. ``product`` and ``number`` are unknown where the agreement is no longer in the scope.

    ``counted`` is False, in twelve months, for an agreement that the core banking system no longer delivers: what it
    brought in closed months is known, but the customer's figure is of the agreements there are.
    """

    agreement_id: str
    dimension: str
    amounts: Amounts
    product: Product | None
    number: str
    kind: str
    closed_on: date | None
    counted: bool


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A customer's contribution of a period by agreement, largest first, beside the customer's published figure.

    ``total`` and the sums by dimension and product are of the lines that count.
    ``published`` is None where none is kept for the period. For the running month the customer's row has the
    contribution only, so ``published_components`` is False.
    """

    period: Period
    lines: tuple[Line, ...]
    total: Amounts
    published: Amounts | None
    published_components: bool

    @property
    def difference(self) -> Decimal:
        """Published figure less the sum of the lines."""
        return self.published.contribution - self.total.contribution if self.published else _ZERO

    @property
    def counted(self) -> tuple[Line, ...]:
        """The lines that make up the total."""
        return tuple(line for line in self.lines if line.counted)

    def by_dimension(self) -> tuple[tuple[str, Amounts], ...]:
        """The sums by dimension, in the order of :class:`Dimension`, those without anything left out."""
        sums: dict[str, Amounts] = {}
        for line in self.counted:
            sums[line.dimension] = sums.get(line.dimension, Amounts()) + line.amounts
        return tuple((dimension, sums[dimension]) for dimension in Dimension.values if dimension in sums)

    def by_product(self) -> tuple[tuple[Product | None, Amounts, int], ...]:
        """The sums by product with the number of agreements, largest contribution first."""
        sums: dict[str, tuple[Product | None, Amounts, int]] = {}
        for line in self.counted:
            key = line.product.id if line.product else ""
            product, amounts, count = sums.get(key, (line.product, Amounts(), 0))
            sums[key] = (product, amounts + line.amounts, count + 1)
        return tuple(sorted(sums.values(), key=lambda row: -row[1].contribution))


def _closed(scope: Scope, party_id: str, first: date, last: date) -> Iterable[tuple[Any, ...]]:
    """Sums by agreement over closed months, both ends included."""
    return (
        AgreementMonth.objects.visible_to(scope)
        .filter(party_id=party_id, month__gte=first, month__lte=last)
        .values_list("agreement_id", "dimension")
        .annotate(*(Sum(name, default=_ZERO) for name in _COMPONENTS))
        .order_by("agreement_id")
    )


def _running(scope: Scope, party_id: str, day: date) -> Iterable[tuple[Any, ...]]:
    return (
        AgreementFigure.objects.visible_to(scope)
        .filter(business_date=day, party_id=party_id)
        .order_by("agreement_id")
        .values_list("agreement_id", "dimension", *_COMPONENTS)
    )


def breakdown(scope: Scope, party_id: str, *, period: Period, day: date, figures: Worth | None) -> Breakdown:
    """A customer's contribution of a period by agreement; three queries at most.

    ``figures`` is what :func:`~guanxi.crm.insight.customer_queries.worth` gave for ``day``.
    """
    rows: list[tuple[Any, ...]] = []
    if period.month is None:
        rows += _closed(scope, party_id, month_start(day, R12_CLOSED), month_start(day, 1))
    elif not period.running:
        rows += _closed(scope, party_id, period.month, period.month)
    running = list(_running(scope, party_id, day)) if period.running else []
    delivered = {agreement_id for agreement_id, *_rest in running}
    rows += running
    sums: dict[tuple[str, str], Amounts] = {}
    for agreement_id, dimension, *amounts in rows:
        key = (agreement_id, dimension)
        sums[key] = sums.get(key, Amounts()) + Amounts(*amounts)
    held = {
        row.id: row
        for row in Agreement.objects.visible_to(scope)
        .filter(id__in={agreement_id for agreement_id, _ in sums})
        .select_related("product")
    }
    lines = [
        Line(
            agreement_id=agreement_id,
            dimension=dimension,
            amounts=amounts,
            product=held[agreement_id].product if agreement_id in held else None,
            number=number_shown(held[agreement_id]) if agreement_id in held else "",
            kind=held[agreement_id].kind if agreement_id in held else "",
            closed_on=held[agreement_id].closed_on if agreement_id in held else None,
            counted=agreement_id in delivered or not period.running,
        )
        for (agreement_id, dimension), amounts in sums.items()
    ]
    lines.sort(key=lambda line: (not line.counted, -line.amounts.contribution, line.agreement_id))
    published, complete = _published(scope, party_id, period, figures)
    return Breakdown(
        period=period,
        lines=tuple(lines),
        total=Amounts.total(line.amounts for line in lines if line.counted),
        published=published,
        published_components=complete,
    )


def _published(scope: Scope, party_id: str, period: Period, figures: Worth | None) -> tuple[Amounts | None, bool]:
    if period.running:
        if figures is None:
            return None, False
        if period.month:
            return Amounts(contribution=figures.contribution_mtd), False
        return (
            Amounts(
                figures.interest_r12,
                figures.fees_r12,
                figures.cost_r12,
                figures.expected_loss_r12,
                figures.contribution_r12,
            ),
            True,
        )
    row = (
        CustomerMonth.objects.visible_to(scope)
        .filter(party_id=party_id, month=period.month)
        .values_list(*_COMPONENTS)
        .first()
    )
    return (Amounts(*row), True) if row else (None, False)


@dataclass(frozen=True, slots=True)
class AgreementMonthly:
    """One agreement's contribution in one month."""

    month: date
    running: bool
    amounts: Amounts


def agreement_months(scope: Scope, party_id: str, agreement_id: str, *, day: date) -> tuple[AgreementMonthly, ...]:
    """The months of r12 of one agreement, newest first, while it counted to this customer; two queries."""
    running = (
        AgreementFigure.objects.visible_to(scope)
        .filter(business_date=day, agreement_id=agreement_id, party_id=party_id)
        .values_list(*_COMPONENTS)
    )
    closed = (
        AgreementMonth.objects.visible_to(scope)
        .filter(
            agreement_id=agreement_id,
            party_id=party_id,
            month__gte=month_start(day, R12_CLOSED),
            month__lt=month_start(day),
        )
        .order_by("-month")
        .values_list("month", *_COMPONENTS)
    )
    return (
        *(AgreementMonthly(month_start(day), True, Amounts(*amounts)) for amounts in running),
        *(AgreementMonthly(month, False, Amounts(*amounts)) for month, *amounts in closed),
    )


_INPUTS = (
    "days",
    "balance_sum",
    "annual_rate",
    "ftp_rate",
    "day_basis",
    "interest_sum",
    "interest",
    "fee_events",
    "fee_accrued",
    "fees",
    "event_count",
    "event_cost",
    "upkeep_cost",
    "cost",
    "loss_rate",
    "expected_loss",
    "contribution",
)


def agreement_inputs(
    scope: Scope, party_id: str, agreement: tuple[str, str, Decimal | None], *, period: Period, day: date
) -> Inputs | None:
    """The inputs of one agreement's formulas in one month, None where it did not count to this customer; one query.

    ``agreement`` is its number, its kind and its product's fee rate. ``period`` is a month, not r12.
    """
    agreement_id, kind, fee_rate = agreement
    rows: Any
    if period.running:
        rows = AgreementFigure.objects.filter(business_date=day).values("adb_mtd", *_INPUTS)
    else:
        rows = AgreementMonth.objects.filter(month=period.month).values("adb", *_INPUTS)
    row = rows.visible_to(scope).filter(agreement_id=agreement_id, party_id=party_id).first()
    if row is None:
        return None
    average = row.pop("adb_mtd" if period.running else "adb")
    return Inputs(kind=kind, fee_rate=fee_rate, average=average, **row)
