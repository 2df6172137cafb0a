"""What the night said that somebody should act on, about the cast's customers."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

from guanxi.crm.insight.models import Alert, CustomerFigure, Maturity, Movement
from guanxi.crm.party.models import Party
from tests.cast.bank import DAY

AHEAD = 14


def alerts(
    parties: list[Party], figures: list[CustomerFigure], maturities: list[Maturity], movements: list[Movement]
) -> list[Alert]:
    """Maturities by day, the night's movements, falling averages, overdue loans, birthdays; as the mart has them."""
    owners = {party.id: party for party in parties}
    made: list[Alert] = []

    def add(party_id: str, reason: str, day: datetime.date, amount: Decimal, before: Decimal | None = None,
            many: int = 1) -> None:  # fmt: skip
        party = owners[party_id]
        made.append(
            Alert(
                business_date=DAY, party_id=party_id, reason=reason, due_on=day, kind=party.kind, amount=amount,
                amount_before=before, many=many, institution_id=party.institution_id, manager_id=party.manager_id,
            )
        )  # fmt: skip

    sums: dict[tuple[str, str, datetime.date], list[Decimal]] = defaultdict(list)
    for row in maturities:
        reason = "loan_due" if row.kind in ("loan", "card") else "maturity"
        sums[row.party_id, reason, row.maturity_date].append(row.balance)
    for (party_id, reason, day), balances in sums.items():
        add(party_id, reason, day, sum(balances, Decimal(0)), many=len(balances))
    for row in movements:
        if abs(row.assets_change) >= 50_000:
            add(
                row.party_id,
                "inflow" if row.assets_change > 0 else "outflow",
                DAY,
                abs(row.assets_change),
                Decimal(900),
            )
    for figure in figures:
        if figure.trend is not None and figure.trend < Decimal("0.8"):
            last = (figure.assets_adb_mtd / figure.trend).quantize(Decimal("0.01"))
            add(figure.party_id, "falling", DAY.replace(day=1), last - figure.assets_adb_mtd, last)
        if figure.days_overdue:
            days = figure.days_overdue
            add(figure.party_id, "overdue", DAY - datetime.timedelta(days=days), figure.loan, many=days)
        born = owners[figure.party_id].birth_date
        for ahead in range(AHEAD + 1):
            day = DAY + datetime.timedelta(days=ahead)
            if born and (born.month, born.day) == (day.month, day.day):
                add(figure.party_id, "birthday", day, figure.assets, many=day.year - born.year)
    return made
