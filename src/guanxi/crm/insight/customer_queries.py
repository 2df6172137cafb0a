"""What one customer is worth, as published: figures, balances over time, tiers. The way to a contribution is in
``contribution_queries``.

Every function begins at ``visible_to(scope)``; for a customer outside it there is nothing. Amounts are CNY. Figures
and months lie in partitions by date: every query names the dates, so that only those partitions are opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice

from guanxi.crm.insight.codes import tier_reason
from guanxi.crm.insight.models import (
    AgreementFigure,
    BalanceChange,
    CustomerFigure,
    CustomerMonth,
    Movement,
    TierChange,
)
from guanxi.crm.kernel.scope import Scope

MONTHS_SHOWN = 24
TIER_CHANGES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance with the same of the business date before, of the last month's end and of the last year's end."""

    now: Decimal
    previous: Decimal
    month_open: Decimal
    year_open: Decimal

    @property
    def since_previous(self) -> Decimal:
        """Change against the business date before."""
        return self.now - self.previous

    @property
    def since_month(self) -> Decimal:
        """Change against the end of the last month."""
        return self.now - self.month_open

    @property
    def since_year(self) -> Decimal:
        """Change against the end of the last year."""
        return self.now - self.year_open


@dataclass(frozen=True, slots=True)
class Averages:
    """Average daily balances of the month, quarter and year to date."""

    month: Decimal
    quarter: Decimal
    year: Decimal


@dataclass(frozen=True, slots=True)
class Worth:
    """The figures of one customer at a business date. ``r12``: the running month and the eleven before it."""

    tier: str
    sub_tier: str
    tier_reason: str
    tier_since: date
    deposit: Decimal
    wealth: Decimal
    assets: Balance
    loan: Balance
    assets_average: Averages
    deposit_average: Averages
    loan_average: Averages
    contribution_mtd: Decimal
    contribution_r12: Decimal
    deposit_r12: Decimal
    loan_r12: Decimal
    fee_r12: Decimal
    e_banking_r12: Decimal
    interest_r12: Decimal
    fees_r12: Decimal
    cost_r12: Decimal
    expected_loss_r12: Decimal
    months_known: int
    trend: Decimal | None
    product_count: int
    days_overdue: int
    risk_grade: str
    next_maturity: date | None
    restricted: bool

    @property
    def trend_change(self) -> Decimal | None:
        """Average assets of this month against those of the last: 0.05 is five per cent more."""
        return None if self.trend is None else self.trend - 1


def _balance(name: str) -> tuple[str, ...]:
    return (name, f"{name}_previous", f"{name}_month_open", f"{name}_year_open")


def _averages(name: str) -> tuple[str, ...]:
    return (f"{name}_adb_mtd", f"{name}_adb_qtd", f"{name}_adb_ytd")


_BEFORE = ("tier", "sub_tier", "tier_reason", "tier_since", "deposit", "wealth")
_BALANCES = (_balance("assets"), _balance("loan"))
_AVERAGES = (_averages("assets"), _averages("deposit"), _averages("loan"))
_AFTER = (
    "contribution_mtd",
    "contribution_r12",
    "deposit_r12",
    "loan_r12",
    "fee_r12",
    "e_banking_r12",
    "interest_r12",
    "fees_r12",
    "cost_r12",
    "expected_loss_r12",
    "months_known",
    "trend",
    "product_count",
    "days_overdue",
    "risk_grade",
    "next_maturity",
    "restricted",
)
_WORTH = (*_BEFORE, *chain(*_BALANCES), *chain(*_AVERAGES), *_AFTER)


def worth(scope: Scope, party_id: str, *, day: date) -> Worth | None:
    """The figures of one customer at a business date, None where there are none; one row by primary key."""
    rows = CustomerFigure.objects.visible_to(scope).filter(business_date=day, party_id=party_id)
    row = next(iter(rows.values_list(*_WORTH)), None)
    if row is None:
        return None
    values = iter(row)
    return Worth(
        *islice(values, len(_BEFORE)),
        *(Balance(*islice(values, len(names))) for names in _BALANCES),
        *(Averages(*islice(values, len(names))) for names in _AVERAGES),
        *values,
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """What a list beside something else says of a customer: tier, assets, loans."""

    tier: str
    sub_tier: str
    assets: Decimal
    loan: Decimal


def glances(scope: Scope, party_ids: Iterable[str], *, day: date) -> dict[str, Glance]:
    """Tier and balances of some customers at a business date, those within the scope; one query by primary key."""
    ids = list(party_ids)
    rows = (
        CustomerFigure.objects.visible_to(scope)
        .filter(business_date=day, party_id__in=ids)
        .values_list("party_id", "tier", "sub_tier", "assets", "loan")
        if ids
        else ()
    )
    return {party_id: Glance(*rest) for party_id, *rest in rows}


def month_start(day: date, back: int = 0) -> date:
    """The first day of a day's month, or of one ``back`` months before it."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Month:
    """A closed month of one customer: balances at its end, daily averages, contribution by dimension and component."""

    month: date
    deposit_end: Decimal
    loan_end: Decimal
    wealth_end: Decimal
    deposit_average: Decimal
    loan_average: Decimal
    wealth_average: Decimal
    deposit: Decimal
    loan: Decimal
    fee: Decimal
    e_banking: Decimal
    interest: Decimal
    fees: Decimal
    cost: Decimal
    expected_loss: Decimal
    contribution: Decimal

    @property
    def assets_end(self) -> Decimal:
        """Deposits, wealth, funds and insurance at the end of the month."""
        return self.deposit_end + self.wealth_end


_MONTH = (
    "month",
    "deposit_end",
    "loan_end",
    "wealth_end",
    "deposit_adb",
    "loan_adb",
    "wealth_adb",
    "deposit_contribution",
    "loan_contribution",
    "fee_contribution",
    "e_banking_contribution",
    "interest",
    "fees",
    "cost",
    "expected_loss",
    "contribution",
)


def closed_months(scope: Scope, party_id: str, *, day: date, count: int = MONTHS_SHOWN) -> tuple[Month, ...]:
    """The last ``count`` closed months of one customer before the month of ``day``, oldest first; one query."""
    rows = (
        CustomerMonth.objects.visible_to(scope)
        .filter(party_id=party_id, month__gte=month_start(day, count), month__lt=month_start(day))
        .order_by("month")
        .values_list(*_MONTH)
    )
    return tuple(Month(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """What stood at the end of a day, and until the next point."""

    day: date
    deposit: Decimal
    loan: Decimal
    wealth: Decimal

    @property
    def assets(self) -> Decimal:
        """Deposits, wealth, funds and insurance together."""
        return self.deposit + self.wealth


def month_end(month: date) -> date:
    """The last day of a day's month."""
    return date.fromordinal(month_start(month, -1).toordinal() - 1)


def balance_points(
    scope: Scope, party_id: str, *, day: date, months: tuple[Month, ...], count: int = MONTHS_SHOWN
) -> tuple[BalancePoint, ...]:
    """The balances of one customer over the last ``count`` months as a step line, oldest first; one query.

    ``months`` (of :func:`closed_months`) stand for the time before the first change that was written down. The last
    point is at ``day``.
    """
    since = month_start(day, count)
    changes = (
        BalanceChange.objects.visible_to(scope)
        .filter(party_id=party_id, balance_date__gte=since, balance_date__lte=day)
        .order_by("balance_date")
        .values_list("balance_date", "deposit", "loan", "wealth")
    )
    points = {
        month_end(month.month): BalancePoint(
            month_end(month.month), month.deposit_end, month.loan_end, month.wealth_end
        )
        for month in months
    }
    points |= {changed: BalancePoint(changed, *balances) for changed, *balances in changes}
    line = [points[when] for when in sorted(points)]
    if line and line[-1].day < day:
        line.append(BalancePoint(day, line[-1].deposit, line[-1].loan, line[-1].wealth))
    return tuple(line)


@dataclass(frozen=True, slots=True)
class TierStep:
    """A change of tier in a night; ``tier_before`` is empty for the first one."""

    night: date
    tier_before: str
    sub_tier_before: str
    tier: str
    sub_tier: str
    reason: str

    @property
    def why(self) -> str:
        """The reason in words."""
        return tier_reason(self.reason)


def tier_history(scope: Scope, party_id: str, *, day: date, limit: int = TIER_CHANGES_SHOWN) -> tuple[TierStep, ...]:
    """The changes of one customer's tier up to ``day``, newest first; one query."""
    rows = (
        TierChange.objects.visible_to(scope)
        .filter(party_id=party_id, night__lte=day)
        .order_by("-night")
        .values_list("night", "tier_before", "sub_tier_before", "tier", "sub_tier", "reason")[:limit]
    )
    return tuple(TierStep(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement's balance in CNY and what it brings, at a business date."""

    balance: Decimal
    average_month: Decimal
    average_year: Decimal
    contribution_mtd: Decimal
    contribution_r12: Decimal


def agreement_standings(scope: Scope, party_id: str, *, day: date) -> dict[str, Standing]:
    """By agreement, the balances in CNY and contributions of one customer's agreements; one query by index."""
    rows = (
        AgreementFigure.objects.visible_to(scope)
        .filter(business_date=day, party_id=party_id)
        .values_list("agreement_id", "balance", "adb_mtd", "adb_ytd", "contribution", "contribution_r12")
    )
    return {agreement_id: Standing(*rest) for agreement_id, *rest in rows}


@dataclass(frozen=True, slots=True)
class Moved:
    """A night in which a customer's assets or loans moved by more than the set amount."""

    night: date
    assets_change: Decimal
    loan_change: Decimal


def movements(scope: Scope, party_id: str, *, day: date, since: date) -> tuple[Moved, ...]:
    """The large movements of one customer in the nights from ``since`` to ``day``, newest first; one query."""
    rows = (
        Movement.objects.visible_to(scope)
        .filter(party_id=party_id, night__gte=since, night__lte=day)
        .order_by("-night")
        .values_list("night", "assets_change", "loan_change")
    )
    return tuple(Moved(*row) for row in rows)
