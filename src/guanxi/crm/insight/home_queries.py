"""What the home page says of a scope: totals against earlier days, parts, what moved, what matures, who changed tier.

Every function begins at ``visible_to(scope)``. Amounts are CNY. Within one publication, and until customers change
hands, nothing of this changes, so the answers are remembered by publication and scope; each process keeps some hundred.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from guanxi.crm.holding.models import AgreementKind
from guanxi.crm.insight.models import BookDay, CustomerFigure, Maturity, Movement, SubTier, Tier, TierChange
from guanxi.crm.insight.queries import Published
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import institution_tree

ZERO = Decimal(0)
SHOWN = 8
MOVED_SHOWN = 11
HORIZON = 30
OWED = (AgreementKind.LOAN, AgreementKind.CARD)
RANK = (Tier.RESTRICTED, Tier.STANDARD, Tier.POTENTIAL, Tier.CORE, SubTier.AFFLUENT, SubTier.VIP)


@dataclass(slots=True)
class Totals:
    """Totals of a book at the end of one date. ``known``: contributions are known for that date."""

    customers: int = 0
    deposit: Decimal = ZERO
    loan: Decimal = ZERO
    wealth: Decimal = ZERO
    contribution_mtd: Decimal = ZERO
    contribution_r12: Decimal = ZERO
    known: bool = False

    @property
    def assets(self) -> Decimal:
        """Deposits, wealth, funds and insurance together."""
        return self.deposit + self.wealth

    def add(self, row: tuple[Any, ...], *, known: bool) -> None:
        """Adds sums in the order of the fields."""
        self.customers += row[0]
        self.deposit += row[1]
        self.loan += row[2]
        self.wealth += row[3]
        self.contribution_mtd += row[4]
        self.contribution_r12 += row[5]
        self.known = self.known or known


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates that a business date is held against; None where nothing is known of them."""

    now: datetime.date
    previous: datetime.date | None
    month_open: datetime.date | None
    year_open: datetime.date | None

    def all(self) -> list[datetime.date]:
        """Those that are known."""
        return [date for date in (self.now, self.previous, self.month_open, self.year_open) if date]


@dataclass(frozen=True, slots=True)
class Book:
    """Totals of a scope now and on the dates before, and by tier now."""

    dates: Dates
    now: Totals
    previous: Totals | None
    month_open: Totals | None
    year_open: Totals | None
    tiers: tuple[tuple[str, Totals], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a book: an institution with all below it, or a manager (``""``: customers without one)."""

    key: str
    is_manager: bool
    now: Totals
    previous: Totals
    month_open: Totals


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer whose assets or loans moved on the business date."""

    party_id: str
    name: str
    kind: str
    tier: str
    sub_tier: str
    assets_change: Decimal
    loan_change: Decimal
    assets: Decimal


@dataclass(frozen=True, slots=True)
class Movements:
    """Movements of the business date: how many customers' assets rose and fell by much, and the largest."""

    rose: int = 0
    fell: int = 0
    rows: tuple[Moved, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class DueDay:
    """What matures on one date: of what customers hold (``held``) and of what they owe (``owed``)."""

    date: datetime.date
    held: Decimal = ZERO
    owed: Decimal = ZERO
    agreements: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """An agreement that matures."""

    agreement_id: str
    party_id: str
    name: str
    kind: str
    date: datetime.date
    balance: Decimal

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(AgreementKind(self.kind).label) if self.kind in AgreementKind.values else self.kind


@dataclass(frozen=True, slots=True)
class Maturities:
    """What matures within thirty days: by day, in all, and the next ones."""

    days: tuple[DueDay, ...]
    rows: tuple[Due, ...]

    @property
    def agreements(self) -> int:
        """How many agreements mature."""
        return sum(day.agreements for day in self.days)

    @property
    def held(self) -> Decimal:
        """How much of what customers hold matures."""
        return sum((day.held for day in self.days), ZERO)

    def within(self, days: int) -> int:
        """How many agreements mature within so many days."""
        return sum(day.agreements for day in self.days[: days + 1])


@dataclass(frozen=True, slots=True)
class Changed:
    """A customer whose tier changed. ``up``: to a higher one."""

    party_id: str
    name: str
    tier_before: str
    sub_tier_before: str
    tier: str
    sub_tier: str
    up: bool
    assets: Decimal


@dataclass(frozen=True, slots=True)
class TierChanges:
    """Tier changes of the business date: how many up, down and new, and the weightiest."""

    up: int = 0
    down: int = 0
    new: int = 0
    rows: tuple[Changed, ...] = field(default=())


@lru_cache(maxsize=8)
def dates_of(published: Published) -> Dates:
    """The dates to compare with: the business date before, the last days known of last month and last year."""
    now = published.business_date

    def last_before(first: datetime.date) -> datetime.date | None:
        rows = BookDay.objects.filter(business_date__lt=first)
        return rows.order_by("-business_date").values_list("business_date", flat=True).first()

    month = now.replace(day=1)
    return Dates(now, published.previous_business_date, last_before(month), last_before(month.replace(month=1)))


SUMS = ("customers", "deposit", "loan", "wealth", "contribution_mtd", "contribution_r12")


def _sums() -> dict[str, Sum]:
    return {f"_{name}": Sum(name) for name in SUMS}


@lru_cache(maxsize=512)
def book_of(published: Published, scope: Scope) -> Book:
    """Totals of a scope; one query over the books of four dates."""
    dates = dates_of(published)
    rows = (
        BookDay.objects.visible_to(scope)
        .filter(business_date__in=dates.all())
        .values_list("business_date", "tier")
        .annotate(**_sums())
    )
    by_date: dict[datetime.date, Totals] = {}
    tiers: dict[str, Totals] = defaultdict(Totals)
    for date, tier, *sums in rows:
        by_date.setdefault(date, Totals()).add(tuple(sums), known=bool(tier))
        if date == dates.now:
            tiers[tier].add(tuple(sums), known=True)
    return Book(
        dates=dates,
        now=by_date.get(dates.now, Totals()),
        previous=by_date.get(dates.previous) if dates.previous else None,
        month_open=by_date.get(dates.month_open) if dates.month_open else None,
        year_open=by_date.get(dates.year_open) if dates.year_open else None,
        tiers=tuple(tiers.items()),
    )


@lru_cache(maxsize=512)
def parts_of(published: Published, scope: Scope, institution_ids: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts of a scope, largest first: each of ``institution_ids`` with all below; without any, the managers.

    One query over the books of three dates, by institution or by manager.
    """
    dates = dates_of(published)
    wanted = [date for date in (dates.now, dates.previous, dates.month_open) if date]
    by = "institution_id" if institution_ids else "manager_id"
    rows = BookDay.objects.visible_to(scope).filter(business_date__in=wanted)
    owner: dict[str, str] = {}
    if institution_ids:
        tree = institution_tree(published.id)
        owner = {below: part for part in institution_ids for below in tree.below([part])}
    found: dict[str, dict[datetime.date, Totals]] = {}
    for date, key, *sums in rows.values_list("business_date", by).annotate(**_sums()):
        part = owner.get(key, key)
        found.setdefault(part, {}).setdefault(date, Totals()).add(tuple(sums), known=True)
    parts = [
        Part(
            key,
            not institution_ids,
            at.get(dates.now, Totals()),
            at.get(dates.previous, Totals()) if dates.previous else Totals(),
            at.get(dates.month_open, Totals()) if dates.month_open else Totals(),
        )
        for key, at in found.items()
        if dates.now in at
    ]
    return tuple(sorted(parts, key=lambda part: part.now.assets, reverse=True))


@lru_cache(maxsize=512)
def movements_of(published: Published, scope: Scope) -> Movements:
    """The largest movements of the business date; three queries."""
    date = published.business_date
    visible = Movement.objects.visible_to(scope).filter(night=date)
    counts = visible.aggregate(
        rose=Count("party_id", filter=Q(assets_change__gt=0)), fell=Count("party_id", filter=Q(assets_change__lt=0))
    )
    rows = list(
        visible.order_by("-moved", "party_id").values_list(
            "party_id", "party__name", "party__kind", "assets_change", "loan_change"
        )[:MOVED_SHOWN]
    )
    figures = _figures(date, [row[0] for row in rows])
    found = (
        Moved(party_id, name, kind, *figures.get(party_id, ("", "", ZERO))[:2], assets, loan, figures[party_id][2])
        for party_id, name, kind, assets, loan in rows
        if party_id in figures
    )
    return Movements(counts["rose"], counts["fell"], tuple(found))


def _figures(date: datetime.date, party_ids: list[str]) -> dict[str, tuple[str, str, Decimal]]:
    rows = CustomerFigure.objects.filter(business_date=date, party_id__in=party_ids)
    return {row[0]: row[1:] for row in rows.values_list("party_id", "tier", "sub_tier", "assets")}


@lru_cache(maxsize=512)
def maturities_of(published: Published, scope: Scope, *, largest: bool) -> Maturities:
    """What matures from the business date on, thirty days; the list by date, or the ``largest`` first. Two queries."""
    first = published.business_date
    last = first + datetime.timedelta(days=HORIZON)
    rows = Maturity.objects.visible_to(scope).filter(
        business_date=first, maturity_date__gte=first, maturity_date__lte=last
    )
    sums: dict[datetime.date, tuple[Decimal, Decimal, int]] = {}
    for date, kind, balance, many in rows.values_list("maturity_date", "kind").annotate(
        _balance=Sum("balance"), _many=Count("agreement_id")
    ):
        held, owed, agreements = sums.get(date, (ZERO, ZERO, 0))
        if kind in OWED:
            owed += balance
        else:
            held += balance
        sums[date] = (held, owed, agreements + many)
    order = ("-balance", "agreement_id") if largest else ("maturity_date", "-balance", "agreement_id")
    shown = rows.order_by(*order).values_list(
        "agreement_id", "party_id", "party__name", "kind", "maturity_date", "balance"
    )[:SHOWN]
    days = (first + datetime.timedelta(days=step) for step in range(HORIZON + 1))
    return Maturities(
        days=tuple(DueDay(date, *sums.get(date, (ZERO, ZERO, 0))) for date in days),
        rows=tuple(Due(*row) for row in shown),
    )


@lru_cache(maxsize=512)
def tier_changes_of(published: Published, scope: Scope) -> TierChanges:
    """Tier changes of the business date; two queries."""
    date = published.business_date
    rows = TierChange.objects.visible_to(scope).filter(night=date)
    counts = {True: 0, False: 0}
    new = 0
    for before, sub_before, tier, sub_tier, many in rows.values_list(
        "tier_before", "sub_tier_before", "tier", "sub_tier"
    ).annotate(_many=Count("party_id")):
        if before:
            counts[rank(tier, sub_tier) > rank(before, sub_before)] += many
        else:
            new += many
    assets = CustomerFigure.objects.filter(business_date=date, party_id=OuterRef("party_id")).values("assets")
    shown = (
        rows.exclude(tier_before="")
        .annotate(_assets=Subquery(assets))
        .order_by("-_assets", "party_id")
        .values_list("party_id", "party__name", "tier_before", "sub_tier_before", "tier", "sub_tier", "_assets")[:SHOWN]
    )
    return TierChanges(
        up=counts[True],
        down=counts[False],
        new=new,
        rows=tuple(
            Changed(
                party_id,
                name,
                before,
                sub_before,
                tier,
                sub_tier,
                rank(tier, sub_tier) > rank(before, sub_before),
                assets or ZERO,
            )
            for party_id, name, before, sub_before, tier, sub_tier, assets in shown
        ),
    )


def rank(tier: str, sub_tier: str) -> int:
    """How high a tier stands: restricted lowest, then standard, potential, core, affluent, VIP."""
    name = sub_tier or tier
    return [str(one) for one in RANK].index(name) if name in RANK else 0


@lru_cache(maxsize=512)
def overdue_in(published: Published, scope: Scope) -> int:
    """How many customers of a scope are overdue; one query by an index of the overdue alone."""
    rows = CustomerFigure.objects.visible_to(scope)
    return rows.filter(business_date=published.business_date, days_overdue__gt=0).count()


def forget_home() -> None:
    """Drops what this process remembers; for tests."""
    for remembered in (dates_of, book_of, parts_of, movements_of, maturities_of, tier_changes_of, overdue_in):
        remembered.cache_clear()
