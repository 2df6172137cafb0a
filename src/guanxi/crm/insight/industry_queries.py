"""Industries within a scope: how many customers, how large, growing how, at what risk, and what they lack.

Institutions that a post reaches come from the sums the night made; single customers and books outside them (own books,
cover, support, the way across the wall) are summed from the customers themselves, each once. So the figures of an
industry are those of the customers that the list shows for it. Amounts are CNY. What a scope sees of one publication
does not change until customers change hands, and is remembered by both.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from guanxi.crm.insight.models import CustomerFigure, CustomerMonth, IndustryFigure, IndustryMonth
from guanxi.crm.insight.queries import Published
from guanxi.crm.kernel.linkage import ACROSS
from guanxi.crm.kernel.scope import BLIND, Scope, condition_of
from guanxi.crm.party.models import PartyKind

ZERO = Decimal(0)
# Bits of ``product_kinds``, by the gap that their absence is.
DEPOSITS, LOANS, SETTLEMENT = 0b11, 0b100, 0b10000000
BAD = ("substandard", "doubtful", "loss")


@dataclass(frozen=True, slots=True)
class Size:
    """Sums over organisations; what each is, :class:`IndustryFigure` says."""

    customers: int = 0
    prospects: int = 0
    deposit: Decimal = ZERO
    loan: Decimal = ZERO
    wealth: Decimal = ZERO
    contribution_r12: Decimal = ZERO
    overdue: int = 0
    overdue_loan: Decimal = ZERO
    mention_loan: Decimal = ZERO
    bad_loan: Decimal = ZERO
    without_deposit: int = 0
    without_loan: int = 0
    without_settlement: int = 0
    without_payroll: int = 0

    @property
    def assets(self) -> Decimal:
        """Deposits, wealth, funds and insurance together."""
        return self.deposit + self.wealth

    @property
    def overdue_share(self) -> Decimal | None:
        """The share of loans that customers owe of whom one is overdue; None without loans."""
        return self.overdue_loan / self.loan if self.loan > 0 else None

    @property
    def bad_share(self) -> Decimal | None:
        """The share of loans below special mention; None without loans."""
        return self.bad_loan / self.loan if self.loan > 0 else None

    def __add__(self, other: Size) -> Size:
        return Size(*(getattr(self, name) + getattr(other, name) for name in MEASURES))


MEASURES = tuple(field.name for field in fields(Size))


@dataclass(frozen=True, slots=True)
class Balance:
    """What an industry held and owed at the end of an earlier month."""

    assets: Decimal = ZERO
    loan: Decimal = ZERO

    def __add__(self, other: Balance) -> Balance:
        return Balance(self.assets + other.assets, self.loan + other.loan)


@dataclass(frozen=True, slots=True)
class Grown:
    """An industry, or several, now and before; before is None where no month so long ago is known."""

    now: Size
    quarter: Balance | None
    year: Balance | None

    def growth(self, measure: str, since: str) -> Decimal | None:
        """How much ``assets`` or ``loan`` grew since ``quarter`` or ``year``; 0.1 is ten per cent."""
        before: Balance | None = getattr(self, since)
        base = getattr(before, measure) if before else ZERO
        return (getattr(self.now, measure) - base) / base if base > 0 else None


@dataclass(frozen=True, slots=True)
class Industries:
    """Industries by section and division (``C39``; ``""`` where unknown), as of a business date.

    ``quarter_end`` and ``year_end`` are the days that growth is held against, None where none is known.
    """

    by_key: Mapping[str, Grown]
    quarter_end: datetime.date | None
    year_end: datetime.date | None

    def of(self, keys: Iterable[str]) -> Grown:
        """Several industries as one."""
        found = [self.by_key[key] for key in keys if key in self.by_key]
        return Grown(
            sum((one.now for one in found), Size()),
            sum((one.quarter for one in found if one.quarter), Balance()) if self.quarter_end else None,
            sum((one.year for one in found if one.year), Balance()) if self.year_end else None,
        )


def quarter_before(day: datetime.date) -> datetime.date:
    """The first day of the month with which the quarter before ended."""
    first = day.month - (day.month - 1) % 3
    return datetime.date(day.year, first - 1, 1) if first > 1 else datetime.date(day.year - 1, 12, 1)


def year_before(day: datetime.date) -> datetime.date:
    """The first day of the last month that had ended a year before."""
    tomorrow = day + datetime.timedelta(days=1)
    if tomorrow.day == 1:
        return datetime.date(day.year - 1, day.month, 1)
    return datetime.date(day.year - 1, day.month - 1, 1) if day.month > 1 else datetime.date(day.year - 2, 12, 1)


def month_end(month: datetime.date) -> datetime.date:
    """The last day of the month that begins so."""
    return (month + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)


@lru_cache(maxsize=256)
def industries(published: Published, scope: Scope, institution_ids: tuple[str, ...] | None = None) -> Industries:
    """The industries of the organisations that a scope reaches, of some institutions where they are named.

    Two queries over the night's sums, and two more where the scope reaches customers beside whole institutions.
    """
    day = published.business_date
    months = (quarter_before(day), year_before(day))
    now: dict[str, Size] = defaultdict(Size)
    before: dict[tuple[datetime.date, str], Balance] = defaultdict(Balance)
    sources: list[tuple[QuerySet[Any], QuerySet[Any]]] = []
    if scope.corporate != BLIND:
        sources.append(_of_institutions(scope, day, months, institution_ids))
    if (beside := _beside(scope, day)) is not None:
        sources.append(_of_customers(beside, day, months, institution_ids))
    for figures, closed in sources:
        for key, *sums in _summed(figures):
            now[key] += Size(*sums)
        for month, key, assets, loan in _balances(closed):
            before[month, key] += Balance(assets, loan)
    known = {month for month, _key in before}
    quarter, year = (month if month in known else None for month in months)
    return Industries(
        {
            key: Grown(
                now.get(key, Size()),
                before.get((quarter, key), Balance()) if quarter else None,
                before.get((year, key), Balance()) if year else None,
            )
            for key in sorted({*now, *(key for _month, key in before)})
        },
        month_end(quarter) if quarter else None,
        month_end(year) if year else None,
    )


def forget() -> None:
    """Forgets what is remembered; for tests."""
    industries.cache_clear()


def _of_institutions(
    scope: Scope, day: datetime.date, months: Sequence[datetime.date], institution_ids: tuple[str, ...] | None
) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """The night's sums of the institutions that posts reach, and their earlier months."""
    figures = IndustryFigure.objects.visible_to(scope).filter(business_date=day)
    closed = IndustryMonth.objects.visible_to(scope).filter(month__in=months)
    if institution_ids is None:
        return figures, closed
    return figures.filter(institution_id__in=institution_ids), closed.filter(institution_id__in=institution_ids)


def _beside(scope: Scope, day: datetime.date) -> QuerySet[Any] | None:
    """The organisations that a scope reaches, but not by institution; None where it says nothing of such."""
    if scope.corporate.everything or not (scope.managers or scope.supported or scope.links):
        return None
    single = Q(manager_id__in=scope.managers) | Q(party_id__in=scope.supported)
    if scope.links:
        single |= Q(**{f"party_id__{ACROSS}": (scope.retail_links, scope.corporate_links)})
    rows = CustomerFigure.objects.visible_to(scope).filter(single, business_date=day, kind=PartyKind.ORGANISATION)
    by_post = condition_of(
        CustomerFigure.scope_paths,
        replace(scope, managers=(), supported=(), retail_links=(), corporate_links=()),
    )
    return rows if by_post is None else rows.exclude(by_post)


def _of_customers(
    figures: QuerySet[Any],
    day: datetime.date,
    months: Sequence[datetime.date],
    institution_ids: tuple[str, ...] | None,
) -> tuple[QuerySet[Any], QuerySet[Any]]:
    if institution_ids is not None:
        figures = figures.filter(institution_id__in=institution_ids)
    of_party = CustomerFigure.objects.filter(business_date=day, party_id=OuterRef("party_id")).values("industry")
    closed = CustomerMonth.objects.filter(month__in=months, party_id__in=figures.values("party_id"))
    return figures, closed.annotate(industry=Subquery(of_party))


def _summed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """By industry, the measures in the order of :class:`Size`; grouped by the database."""
    if rows.model is IndustryFigure:
        return rows.order_by().values_list("industry").annotate(*(Sum(name) for name in MEASURES))
    holds = Q(product_count__gt=0)
    return (
        rows.order_by()
        .values_list("industry")
        .annotate(
            many=Count("party_id", filter=holds),
            known=Count("party_id", filter=~holds),
            held=Sum("deposit"),
            owed=Sum("loan"),
            invested=Sum("wealth"),
            brings=Sum("contribution_r12"),
            late=Count("party_id", filter=Q(days_overdue__gt=0)),
            late_loan=Sum("loan", filter=Q(days_overdue__gt=0), default=ZERO),
            watched=Sum("loan", filter=Q(risk_grade="special_mention"), default=ZERO),
            bad=Sum("loan", filter=Q(risk_grade__in=BAD), default=ZERO),
            no_deposit=Count("party_id", filter=holds & Q(product_kinds__in=without(DEPOSITS))),
            no_loan=Count("party_id", filter=holds & Q(product_kinds__in=without(LOANS))),
            no_settlement=Count("party_id", filter=holds & Q(product_kinds__in=without(SETTLEMENT))),
            no_payroll=Count("party_id", filter=holds & Q(payroll_staff=0)),
        )
    )


def _balances(rows: QuerySet[Any]) -> QuerySet[Any]:
    return (
        rows.order_by()
        .values_list("month", "industry")
        .annotate(held=Sum(F("deposit_end") + F("wealth_end")), owed=Sum("loan_end"))
    )


def without(bits: int) -> list[int]:
    """Every value of ``product_kinds`` that has none of these bits: a list, so that an index serves it."""
    return [value for value in range(256) if not value & bits]
