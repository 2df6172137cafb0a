"""The Czech bank's loans: what their status says, and what stood on them (see :mod:`guanxi.demo.berka`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guanxi.demo.berka_source import read_day

GRADES = {"A": "normal", "B": "loss", "C": "normal", "D": "doubtful"}
# Months without a payment that a grade stands for at the least: doubtful is over half a year, a loss over a year.
UNPAID = {"A": 0, "B": 12, "C": 0, "D": 6}


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan. ``paid_until`` is how many instalments are taken to have been paid at the most."""

    number: str
    account_id: str
    granted: date
    amount: Decimal
    months: int
    payment: Decimal
    status: str
    paid_until: int

    @property
    def matures(self) -> date:
        """The day of the last instalment."""
        return after(self.granted, self.months)

    def balances(self, last: date) -> list[tuple[date, Decimal]]:
        """What was owed since which day, from the grant to ``last``: a step for each instalment paid."""
        steps = [(self.granted, self.amount)]
        for turn in range(1, min(self.months, self.paid_until) + 1):
            day = after(self.granted, turn)
            if day > last:
                break
            owed = Decimal("0.00") if turn == self.months else max(Decimal("0.00"), self.amount - turn * self.payment)
            steps.append((day, owed))
        return steps

    def terms(self, day: date, rate: Decimal | None) -> tuple[object, ...]:
        """The contract's columns from ``closed_on`` to ``overdue_amount``, as they are on a business date."""
        ended = self.status == "A" and self.matures <= day
        owed = self.balances(day)[-1][1]
        late = 0
        overdue = Decimal("0.00")
        if UNPAID[self.status]:
            missed_on = after(self.granted, self.paid_until + 1)
            late = max(0, (day - missed_on).days)
            missed = max(0, elapsed(self.granted, day) - self.paid_until)
            overdue = min(owed, missed * self.payment)
        return (
            self.matures if ended else None,
            "closed" if ended else "active",
            self.amount,
            rate,
            round(self.months * 365 / 12),
            self.granted,
            self.matures,
            None,
            "equal_principal",
            GRADES[self.status],
            late,
            overdue,
        )


def loan_of(row: dict[str, str], opening: date) -> Loan:
    """A loan from a line of the source; B and D are taken to have stopped paying as long ago as their grade says."""
    granted = read_day(row["date"])
    months = int(row["duration"])
    due = min(months, elapsed(granted, opening))
    status = row["status"]
    return Loan(
        number=f"L{row['loan_id']}",
        account_id=row["account_id"],
        granted=granted,
        amount=Decimal(row["amount"]).quantize(Decimal("0.01")),
        months=months,
        payment=Decimal(row["payments"]).quantize(Decimal("0.01")),
        status=status,
        paid_until=max(0, due - UNPAID[status]) if UNPAID[status] else months,
    )


def after(day: date, months: int) -> date:
    """The same day so many months later, at most the twenty-eighth."""
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, min(day.day, 28))


def elapsed(start: date, day: date) -> int:
    """How many instalments fell due from ``start`` to ``day``."""
    months = (day.year - start.year) * 12 + day.month - start.month
    return max(0, months - (day < after(start, months)))
