"""What the night published about the cast's customers: figures, months, days, changes, the books' totals."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

from guanxi.crm.insight.models import (
    BalanceChange,
    BookDay,
    CustomerFigure,
    CustomerMonth,
    Maturity,
    Movement,
    Publication,
    TierChange,
)
from guanxi.crm.party.models import Party
from tests.cast.bank import DAY, PREVIOUS
from tests.cast.holdings import MONTHS, Held, cents

ZERO = Decimal(0)
KIND_BITS = ("demand_deposit", "term_deposit", "loan", "card", "wealth", "insurance", "fund", "e_banking")
WEALTH = ("wealth", "insurance", "fund")
ZONE = datetime.timezone(datetime.timedelta(hours=8))
Sums = dict[str, Decimal]


def publications() -> list[Publication]:
    """Last night's and the one before."""
    return [
        Publication(
            id=number,
            business_date=date,
            previous_business_date=before,
            snapshot=f"s{number}",
            run_id=f"00000000-0000-0000-0000-00000000000{number}",
            published_at=datetime.datetime(date.year, date.month, date.day, 23, 41, tzinfo=ZONE),
            rows={"party": 60},
        )
        for number, date, before in ((1, PREVIOUS, datetime.date(2026, 11, 18)), (2, DAY, PREVIOUS))
    ]


def family(kind: str) -> str:
    """Which of the three totals an agreement counts in; cards and e-banking hold no assets."""
    if kind in ("demand_deposit", "term_deposit"):
        return "deposit"
    if kind in ("loan", "card"):
        return "loan"
    return "wealth" if kind in WEALTH else ""


def totals(held: list[Held], pick: str, step: int = 0) -> Sums:
    """Deposit, loan and wealth of one party: ``balance``, ``previous``, or ``end`` and ``adb`` of a closed month."""
    found: Sums = defaultdict(lambda: ZERO)
    for one in held:
        value = {
            "balance": lambda h: h.balance,
            "previous": lambda h: h.previous,
            "end": lambda h: h.month_ends[step],
            "adb": lambda h: h.months[step].adb,
            "running": lambda h: h.running.adb,
        }[pick](one)
        found[family(one.agreement.kind)] += value
    return found


def tier_of(party: Party, contribution: Decimal, assets: Decimal, growth: Decimal) -> tuple[str, str, str]:
    """Tier, subdivision and reason by thresholds made for so small a bank."""
    if party.restricted or party.aml_risk == "high":
        return "restricted", "", "risk"
    if contribution >= 60_000:
        return "premier", "vip", "contribution"
    if contribution >= 25_000 or assets >= 2_000_000:
        return "premier", "affluent", "contribution" if contribution >= 25_000 else "assets"
    if contribution >= 5_000:
        return "core", "", "contribution"
    if assets >= 50_000 and growth >= Decimal("1.15"):
        return "potential", "", "trend"
    return "standard", "", ""


def customer_figures(parties: list[Party], by_party: dict[str, list[Held]]) -> list[CustomerFigure]:
    """One a customer for the business date."""
    made = []
    for party in parties:
        held = by_party[party.id]
        now, before = totals(held, "balance"), totals(held, "previous")
        month_open, year_open = totals(held, "end", -1), totals(held, "end", MONTHS.index(datetime.date(2025, 12, 1)))
        running, last = totals(held, "running"), totals(held, "adb", -1)
        year = {one.agreement.id: [*one.months[-11:], one.running] for one in held}
        dimensions: Sums = defaultdict(lambda: ZERO)
        for one in held:
            dimensions[one.dimension] += sum((p.contribution for p in year[one.agreement.id]), ZERO)
        contribution = sum(dimensions.values(), ZERO)
        assets, assets_adb = now["deposit"] + now["wealth"], running["deposit"] + running["wealth"]
        last_adb = last["deposit"] + last["wealth"]
        trend = (assets_adb / last_adb).quantize(Decimal("0.0001")) if last_adb else None
        tier, sub_tier, reason = tier_of(party, contribution, assets_adb, trend or ZERO)
        periods = [period for one in held for period in year[one.agreement.id] if period]
        maturities = [one.agreement.maturity_date for one in held if one.agreement.maturity_date]
        made.append(
            CustomerFigure(
                business_date=DAY,
                party_id=party.id,
                kind=party.kind,
                name=party.name,
                name_pinyin=party.name_pinyin,
                institution_id=party.institution_id,
                manager_id=party.manager_id,
                tier=tier,
                sub_tier=sub_tier,
                tier_reason=reason,
                tier_since=PREVIOUS,
                deposit=now["deposit"],
                loan=now["loan"],
                wealth=now["wealth"],
                assets=assets,
                assets_previous=before["deposit"] + before["wealth"],
                assets_month_open=month_open["deposit"] + month_open["wealth"],
                assets_year_open=year_open["deposit"] + year_open["wealth"],
                loan_previous=before["loan"],
                loan_month_open=month_open["loan"],
                loan_year_open=year_open["loan"],
                contribution_mtd=sum((one.running.contribution for one in held if one.running), ZERO),
                contribution_r12=contribution,
                deposit_r12=dimensions["deposit"],
                loan_r12=dimensions["loan"],
                fee_r12=dimensions["fee"],
                e_banking_r12=dimensions["e_banking"],
                interest_r12=sum((p.interest for p in periods), ZERO),
                fees_r12=sum((p.fees for p in periods), ZERO),
                cost_r12=sum((p.cost for p in periods), ZERO),
                expected_loss_r12=sum((p.expected_loss for p in periods), ZERO),
                months_known=13,
                trend=trend,
                product_kinds=sum({1 << KIND_BITS.index(one.agreement.kind) for one in held}),
                product_count=len(held),
                days_overdue=max((one.agreement.days_overdue or 0 for one in held), default=0),
                risk_grade=max((one.agreement.risk_grade for one in held), default=""),
                next_maturity=min(maturities, default=None),
                restricted=party.restricted,
                opened_on=party.opened_on,
                industry=party.industry_code[:3],
                # The first company pays two of its staff through the bank, as relations say.
                payroll_staff=2 if party.id == "P00005" else 0,
                **{f"assets_adb_{period}": assets_adb for period in ("mtd", "qtd", "ytd")},
                **{f"deposit_adb_{period}": running["deposit"] for period in ("mtd", "qtd", "ytd")},
                **{f"loan_adb_{period}": running["loan"] for period in ("mtd", "qtd", "ytd")},
            )
        )
    return made


def customer_months(by_party: dict[str, list[Held]]) -> list[CustomerMonth]:
    """One a customer and closed month."""
    made = []
    for party_id, held in by_party.items():
        for step, month in enumerate(MONTHS):
            ends, averages = totals(held, "end", step), totals(held, "adb", step)
            dimensions: Sums = defaultdict(lambda: ZERO)
            for one in held:
                dimensions[one.dimension] += one.months[step].contribution
            periods = [one.months[step] for one in held]
            made.append(
                CustomerMonth(
                    party_id=party_id,
                    month=month,
                    night=DAY,
                    interest=sum((p.interest for p in periods), ZERO),
                    fees=sum((p.fees for p in periods), ZERO),
                    cost=sum((p.cost for p in periods), ZERO),
                    expected_loss=sum((p.expected_loss for p in periods), ZERO),
                    contribution=sum((p.contribution for p in periods), ZERO),
                    **{f"{name}_end": ends[name] for name in ("deposit", "loan", "wealth")},
                    **{f"{name}_adb": averages[name] for name in ("deposit", "loan", "wealth")},
                    **{f"{name}_contribution": dimensions[name] for name in ("deposit", "loan", "fee", "e_banking")},
                )
            )
    return made


def balance_changes(by_party: dict[str, list[Held]]) -> list[BalanceChange]:
    """Month-ends, then the last two days."""
    made = []
    for party_id, held in by_party.items():
        points = [
            ((month.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1), step)
            for step, month in enumerate(MONTHS)
        ]
        rows = [(date, totals(held, "end", step)) for date, step in points]
        rows += [(PREVIOUS, totals(held, "previous")), (DAY, totals(held, "balance"))]
        for date, sums in rows:
            made.append(
                BalanceChange(
                    party_id=party_id,
                    balance_date=date,
                    night=DAY,
                    deposit=sums["deposit"],
                    loan=sums["loan"],
                    wealth=sums["wealth"],
                )
            )
    return made


def movements(figures: list[CustomerFigure]) -> list[Movement]:
    """Those whose assets or loans moved by more than ten thousand."""
    made = []
    for figure in figures:
        assets, loan = figure.assets - figure.assets_previous, figure.loan - figure.loan_previous
        moved = max(abs(assets), abs(loan))
        if moved > 10_000:
            made.append(
                Movement(night=DAY, party_id=figure.party_id, assets_change=assets, loan_change=loan, moved=moved)
            )
    return made


def maturities(parties: list[Party], held: list[Held]) -> list[Maturity]:
    """Agreements that end within ninety days, seen from the business date."""
    owners = {party.id: party for party in parties}
    return [
        Maturity(
            business_date=DAY,
            agreement_id=one.agreement.id,
            party_id=one.agreement.party_id,
            institution_id=owners[one.agreement.party_id].institution_id,
            manager_id=owners[one.agreement.party_id].manager_id,
            kind=one.agreement.kind,
            maturity_date=one.agreement.maturity_date,
            balance=one.balance,
        )
        for one in held
        if one.agreement.maturity_date and (one.agreement.maturity_date - DAY).days <= 90
    ]


def tier_changes(figures: list[CustomerFigure]) -> list[TierChange]:
    """Last night every sixth customer came from the tier beside; an older change besides."""
    above = {"premier": "core", "core": "standard", "standard": "core", "potential": "standard", "restricted": "core"}
    made = []
    for position, figure in enumerate(figures):
        common = {"party_id": figure.party_id, "tier": figure.tier, "sub_tier": figure.sub_tier}
        if position % 6 == 0:
            made.append(TierChange(night=DAY, tier_before=above[figure.tier], reason=figure.tier_reason, **common))
        if position % 10 == 0:
            made.append(
                TierChange(
                    night=datetime.date(2026, 9, 30),
                    party_id=figure.party_id,
                    tier_before="potential",
                    tier=above[figure.tier],
                    reason="contribution",
                )
            )
    return made


def book_days(parties: list[Party], figures: list[CustomerFigure], by_party: dict[str, list[Held]]) -> list[BookDay]:
    """By institution, manager, kind and tier for the two nights; without tiers for the ends of last year and month."""
    tiers = {figure.party_id: figure for figure in figures}
    dates: list[tuple[datetime.date, str, int]] = [
        (datetime.date(2025, 12, 31), "end", MONTHS.index(datetime.date(2025, 12, 1))),
        (datetime.date(2026, 10, 31), "end", len(MONTHS) - 1),
        (PREVIOUS, "previous", 0),
        (DAY, "balance", 0),
    ]
    made = []
    for date, pick, step in dates:
        groups: dict[tuple[str, str, str, str], BookDay] = {}
        for party in parties:
            figure = tiers[party.id]
            tier = figure.tier if date >= PREVIOUS else ""
            key = (party.institution_id, party.manager_id or "", party.kind, tier)
            if key not in groups:
                groups[key] = BookDay(
                    business_date=date,
                    night=DAY,
                    institution_id=key[0],
                    manager_id=key[1],
                    kind=party.kind,
                    tier=tier,
                    customers=0,
                    deposit=ZERO,
                    loan=ZERO,
                    wealth=ZERO,
                    contribution_mtd=ZERO,
                    contribution_r12=ZERO,
                )
            row, sums = groups[key], totals(by_party[party.id], pick, step)
            row.customers += 1
            row.deposit += sums["deposit"]
            row.loan += sums["loan"]
            row.wealth += sums["wealth"]
            if date == DAY:
                row.contribution_mtd += figure.contribution_mtd
                row.contribution_r12 += figure.contribution_r12
            elif date == PREVIOUS:
                row.contribution_mtd += cents(figure.contribution_mtd * 19 / 20)
                row.contribution_r12 += cents(figure.contribution_r12 * 99 / 100)
        made.extend(groups.values())
    return made
