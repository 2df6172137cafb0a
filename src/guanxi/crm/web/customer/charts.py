"""The charts of a customer, each with the finding as its title."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from guanxi.crm.holding.models import Dimension
from guanxi.crm.holding.queries import Held
from guanxi.crm.insight.contribution_queries import R12_CLOSED
from guanxi.crm.insight.customer_queries import BalancePoint, Month, Standing, Worth, month_start
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.display import Display

# The same thing has the same colour on every chart.
DEPOSIT_COLOUR, LOAN_COLOUR, WEALTH_COLOUR, E_BANKING_COLOUR = 1, 2, 3, 4
DIMENSION_COLOURS = {
    Dimension.DEPOSIT: DEPOSIT_COLOUR,
    Dimension.LOAN: LOAN_COLOUR,
    Dimension.FEE: WEALTH_COLOUR,
    Dimension.E_BANKING: E_BANKING_COLOUR,
}
FLAT = Decimal("0.02")
LADDER_MONTHS = 12


def balance_chart(points: Sequence[BalancePoint], display: Display) -> Chart:
    """Deposits, wealth and loans over time, as a step line: a balance holds until the next."""
    kinds = (
        (_("Deposits"), [point.deposit for point in points], DEPOSIT_COLOUR),
        (_("Wealth"), [point.wealth for point in points], WEALTH_COLOUR),
        (_("Loans"), [point.loan for point in points], LOAN_COLOUR),
    )
    return Chart(
        id="balances",
        kind="steps",
        finding=_balance_finding(points, display),
        what=_("Balances at the end of each day"),
        at=[point.day.isoformat() for point in points],
        labels=[],
        series=[Series(name, values, colour) for name, values, colour in kinds if any(values)],
    )


def _balance_finding(points: Sequence[BalancePoint], display: Display) -> str:
    if not points:
        return _("Balances over time")
    last = points[-1]
    year_ago = last.day - datetime.timedelta(days=365)
    before = [point for point in points if point.day <= year_ago]
    first = before[-1] if before else points[0]
    name, old, new = (
        (_("Assets"), first.assets, last.assets)
        if any(point.assets for point in points)
        else (_("Loans"), first.loan, last.loan)
    )
    since = display.month(first.day)
    if not old:
        return _("%(what)s: %(now)s %(unit)s") % {"what": name, "now": display.money(new), "unit": display.unit}
    change = (new - old) / old
    if abs(change) < FLAT:
        return _("%(what)s little changed since %(since)s") % {"what": name, "since": since}
    words = _("%(what)s up %(share)s since %(since)s") if change > 0 else _("%(what)s down %(share)s since %(since)s")
    return words % {"what": name, "share": display.percent(abs(change)), "since": since}


def contribution_chart(
    months: Sequence[Month], running: dict[str, Decimal], worth: Worth, *, day: datetime.date, display: Display
) -> Chart:
    """Contribution by month, stacked by dimension; the last bar is the running month (``running`` by dimension)."""
    shown = [month for month in months if month.month >= month_start(day, R12_CLOSED)]
    values: dict[Dimension, list[Decimal | None]] = {
        Dimension.DEPOSIT: [month.deposit for month in shown],
        Dimension.LOAN: [month.loan for month in shown],
        Dimension.FEE: [month.fee for month in shown],
        Dimension.E_BANKING: [month.e_banking for month in shown],
    }
    for dimension, line in values.items():
        line.append(running.get(dimension, Decimal(0)))
    total = [*(month.contribution for month in shown), worth.contribution_mtd]
    lowest = min((amount for line in values.values() for amount in line if amount is not None), default=Decimal(0))
    labels = [_month_mark(month.month, display) for month in shown] + [
        _("%(month)s\nso far") % {"month": _month_mark(month_start(day), display)}
    ]
    return Chart(
        id="contribution",
        kind="stacked",
        finding=_contribution_finding(worth, display),
        what=_("Contribution by month and dimension"),
        at=[month.month.isoformat() for month in shown] + [month_start(day).isoformat()],
        labels=labels,
        series=[
            Series(str(dimension.label), line, DIMENSION_COLOURS[dimension])
            for dimension, line in values.items()
            if any(line)
        ],
        # Where a part reaches below zero the stack's height is not the sum: then the sum is marked.
        total=Series(_("Contribution"), total, 5) if lowest < -max(total) / 50 else None,
        open_end=True,
    )


def _month_mark(month: datetime.date, display: Display) -> str:
    """A month on an axis: the year only where it begins."""
    if display.is_chinese:
        return f"{month.year}年1月" if month.month == 1 else f"{month.month}月"
    return display.month(month) if month.month == 1 else display.month(month).split(" ")[0]


def _contribution_finding(worth: Worth, display: Display) -> str:
    parts = {
        Dimension.DEPOSIT: worth.deposit_r12,
        Dimension.LOAN: worth.loan_r12,
        Dimension.FEE: worth.fee_r12,
        Dimension.E_BANKING: worth.e_banking_r12,
    }
    most, amount = max(parts.items(), key=lambda part: part[1])
    total = worth.contribution_r12
    if total > 0 and amount > 0:
        share = min(amount / total, Decimal(1))
        return _("%(dimension)s brings %(share)s of the contribution") % {
            "dimension": most.label,
            "share": display.percent(share, 0),
        }
    if total < 0:
        return _("The customer costs more than it brings")
    return _("No contribution in twelve months")


def maturity_chart(
    agreements: Iterable[Held], standings: dict[str, Standing], *, day: datetime.date, display: Display
) -> Chart:
    """What matures in each of the next twelve months and later, in CNY: what we hold and what is owed to us."""
    buckets = [month_start(day, -ahead) for ahead in range(LADDER_MONTHS)]
    later = month_start(day, -LADDER_MONTHS)
    sums = {owed: dict.fromkeys([*buckets, later], Decimal(0)) for owed in (False, True)}
    for held in agreements:
        if held.open and held.maturity_date and held.maturity_date >= day and held.id in standings:
            sums[held.owed][min(month_start(held.maturity_date), later)] += standings[held.id].balance
    labels = [_month_mark(month, display) for month in buckets] + [_("Later")]
    return Chart(
        id="maturities",
        kind="ladder",
        finding=_maturity_finding(sums, buckets, display),
        what=_("What matures, by month"),
        at=[month.isoformat() for month in [*buckets, later]],
        labels=labels,
        series=[
            Series(name, list(sums[owed].values()), colour)
            for name, owed, colour in (
                (_("Deposits and wealth"), False, DEPOSIT_COLOUR),
                (_("Loans"), True, LOAN_COLOUR),
            )
            if any(sums[owed].values())
        ],
    )


def _maturity_finding(
    sums: dict[bool, dict[datetime.date, Decimal]], buckets: Sequence[datetime.date], display: Display
) -> str:
    for months in (3, LADDER_MONTHS):
        amount = sum((sums[False][month] for month in buckets[:months]), Decimal(0))
        if amount:
            return _("%(amount)s %(unit)s of deposits and wealth mature by the end of %(month)s") % {
                "amount": display.money(amount),
                "unit": display.unit,
                "month": display.month(buckets[months - 1]),
            }
    owed = sum(sums[True].values(), Decimal(0))
    if owed:
        first = next(month for month, amount in sums[True].items() if amount)
        return _("First loan falls due in %(month)s") % {"month": display.month(first)}
    return _("Nothing matures")
