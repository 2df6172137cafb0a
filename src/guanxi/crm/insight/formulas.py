"""The formulas behind a contribution, with their inputs, for one agreement and month.

Source: ``docs/warehouse.md``, "What a contribution is". A formula shows the inputs that were published and is checked
against the result that was published: :attr:`Formula.holds` says that the one gives the other to the cent. Where a
rate changed within the month, or a balance counted at several exchange rates, the single rate of the row does not
give the result; the formula then begins at the sum over the days, which was published for that purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

CENT = Decimal("0.01")
YEAR_DAYS = 365

PartKind = Literal["money", "rate", "days", "sum", "sign"]


class Component(StrEnum):
    """What a contribution is made of."""

    INTEREST = "interest"
    FEES = "fees"
    COST = "cost"
    EXPECTED_LOSS = "expected_loss"
    CONTRIBUTION = "contribution"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a formula: an amount, a rate, a number of days, a sum of higher precision, or a sign between them.

    ``label`` names the input (``ftp_rate``, ``balance_sum``, ...); signs have none.
    """

    kind: PartKind
    value: Decimal | int | str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """``result`` = ``parts``. ``steady`` says that one rate held for the whole period."""

    component: Component
    result: Decimal
    parts: tuple[Part, ...]
    steady: bool = True

    @property
    def holds(self) -> bool:
        """Whether the parts give the result, rounded half up (away from zero) to the cent."""
        return to_cent(evaluate(self.parts)) == self.result


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was published of one agreement and month. CNY; rates a year as fractions."""

    kind: str
    days: int
    balance_sum: Decimal
    average: Decimal
    annual_rate: Decimal | None
    ftp_rate: Decimal | None
    day_basis: int
    interest_sum: Decimal
    interest: Decimal
    fee_rate: Decimal | None
    fee_events: Decimal
    fee_accrued: Decimal
    fees: Decimal
    event_count: int
    event_cost: Decimal
    upkeep_cost: Decimal
    cost: Decimal
    loss_rate: Decimal | None
    expected_loss: Decimal
    contribution: Decimal


_OPEN, _CLOSE = Part("sign", "("), Part("sign", ")")
_PLUS, _MINUS, _TIMES, _BY = Part("sign", "+"), Part("sign", "−"), Part("sign", "×"), Part("sign", "÷")
OWED = frozenset({"loan", "card"})


def to_cent(value: Fraction) -> Decimal:
    """Rounded half away from zero to the cent, exactly."""
    cents = value * 100
    whole, rest = divmod(abs(cents.numerator), cents.denominator)
    whole += 2 * rest >= cents.denominator
    return Decimal(whole if cents >= 0 else -whole).scaleb(-2)


def evaluate(parts: tuple[Part, ...]) -> Fraction:
    """The exact value of a formula's parts: the four operations, one level of brackets."""
    tokens = [part.value if part.kind == "sign" else Fraction(part.value) for part in parts]
    value, place = _sum(tokens, 0)
    if place != len(tokens):
        raise ValueError("a bracket is closed that was not opened")
    return value


type _Tokens = list[Fraction | Decimal | int | str]


def _sum(tokens: _Tokens, place: int) -> tuple[Fraction, int]:
    value, place = _product(tokens, place)
    while place < len(tokens) and tokens[place] in {"+", "−"}:
        sign = tokens[place]
        other, place = _product(tokens, place + 1)
        value = value + other if sign == "+" else value - other
    return value, place


def _product(tokens: _Tokens, place: int) -> tuple[Fraction, int]:
    value, place = _single(tokens, place)
    while place < len(tokens) and tokens[place] in {"×", "÷"}:
        sign = tokens[place]
        other, place = _single(tokens, place + 1)
        value = value * other if sign == "×" else value / other
    return value, place


def _single(tokens: _Tokens, place: int) -> tuple[Fraction, int]:
    piece = tokens[place]
    if piece == "(":
        value, place = _sum(tokens, place + 1)
        return value, place + 1
    if not isinstance(piece, Fraction):
        raise ValueError(f"a figure was expected, not {piece}")
    return piece, place + 1


def average(inputs: Inputs) -> Formula:
    """The average daily balance of the month: the sum of the balances at each day's end, by its days."""
    parts = (Part("money", inputs.balance_sum, "balance_sum"), _BY, Part("days", inputs.days, "days"))
    return Formula(Component.CONTRIBUTION, inputs.average, parts)


def interest(inputs: Inputs) -> Formula:
    """Net interest: sum of balances x spread / day basis; the spread turns round where the customer owes."""
    basis = Part("days", inputs.day_basis, "day_basis")
    if inputs.annual_rate is not None and inputs.ftp_rate is not None:
        customer, transfer = Part("rate", inputs.annual_rate, "annual_rate"), Part("rate", inputs.ftp_rate, "ftp_rate")
        first, second = (customer, transfer) if inputs.kind in OWED else (transfer, customer)
        balance_sum = Part("money", inputs.balance_sum, "balance_sum")
        formula = Formula(
            Component.INTEREST,
            inputs.interest,
            (balance_sum, _TIMES, _OPEN, first, _MINUS, second, _CLOSE, _BY, basis),
        )
        if formula.holds:
            return formula
    parts = (Part("sum", inputs.interest_sum, "interest_sum"), _BY, basis)
    return Formula(Component.INTEREST, inputs.interest, parts, steady=not inputs.interest_sum)


def fees(inputs: Inputs) -> Formula:
    """Fees: those of the month's events and those on the balance."""
    parts = (Part("money", inputs.fee_events, "fee_events"), _PLUS, Part("money", inputs.fee_accrued, "fee_accrued"))
    return Formula(Component.FEES, inputs.fees, parts)


def fees_on_balance(inputs: Inputs) -> Formula | None:
    """Fees on the balance from the product's fee rate of today; None where there are none or another rate held."""
    if not inputs.fee_rate or not inputs.fee_accrued:
        return None
    formula = Formula(
        Component.FEES,
        inputs.fee_accrued,
        (
            Part("money", inputs.balance_sum, "balance_sum"),
            _TIMES,
            Part("rate", inputs.fee_rate, "fee_rate"),
            _BY,
            Part("days", YEAR_DAYS, "year_days"),
        ),
    )
    return formula if formula.holds else None


def cost(inputs: Inputs) -> Formula:
    """Cost to serve: that of the month's events and that of upkeep."""
    parts = (Part("money", inputs.event_cost, "event_cost"), _PLUS, Part("money", inputs.upkeep_cost, "upkeep_cost"))
    return Formula(Component.COST, inputs.cost, parts)


def upkeep(inputs: Inputs, *, days_open: int, a_year: Decimal | None) -> Formula | None:
    """Cost of upkeep from the days open and what a year costs; None where that does not give what was published."""
    if not inputs.upkeep_cost or not a_year:
        return None
    formula = Formula(
        Component.COST,
        inputs.upkeep_cost,
        (
            Part("days", days_open, "days_open"),
            _TIMES,
            Part("money", a_year, "upkeep_a_year"),
            _BY,
            Part("days", YEAR_DAYS, "year_days"),
        ),
    )
    return formula if formula.holds else None


def days_open(opened_on: date, closed_on: date | None, *, first: date, last: date) -> int:
    """The days of a period, both ends counted, on which an agreement was open; the day of closing is not."""
    start = max(first, opened_on)
    end = last if closed_on is None else min(last, closed_on - timedelta(days=1))
    return max(0, (end - start).days + 1)


def expected_loss(inputs: Inputs) -> Formula:
    """Expected loss: sum of balances x loss rate of the grade / 365, for what the customer owes."""
    if inputs.loss_rate is None or inputs.kind not in OWED:
        return Formula(Component.EXPECTED_LOSS, inputs.expected_loss, (Part("money", inputs.expected_loss),))
    formula = Formula(
        Component.EXPECTED_LOSS,
        inputs.expected_loss,
        (
            Part("money", inputs.balance_sum, "balance_sum"),
            _TIMES,
            Part("rate", inputs.loss_rate, "loss_rate"),
            _BY,
            Part("days", YEAR_DAYS, "year_days"),
        ),
    )
    if formula.holds:
        return formula
    # The grade changed within the month: the row keeps the amount, not its parts.
    parts = (Part("money", inputs.expected_loss, "expected_loss"),)
    return Formula(Component.EXPECTED_LOSS, inputs.expected_loss, parts, steady=False)


def contribution(inputs: Inputs) -> Formula:
    """Contribution: net interest and fees less cost to serve and expected loss."""
    parts = (
        Part("money", inputs.interest, "interest"),
        _PLUS,
        Part("money", inputs.fees, "fees"),
        _MINUS,
        Part("money", inputs.cost, "cost"),
        _MINUS,
        Part("money", inputs.expected_loss, "expected_loss"),
    )
    return Formula(Component.CONTRIBUTION, inputs.contribution, parts)
