"""What a product of an opportunity is expected to contribute in its first twelve months, from the product's margin.

Nothing of it is typed. The margin is what all agreements of the product brought in one month, as the warehouse
published it (:class:`~guanxi.crm.sales.models.ProductMargin`); ``docs/decisions/0029`` says why so. For an amount A
held for H days (the term, at most a year) at the customer's price p:

* net interest = A x spread x H / day basis, where spread = published spread + (p - average price) of what a customer
  owes, and + (average price - p) of what a customer is owed;
* fees = A x fee yield x H / 365, or A x p x H / 365 where p is a fee rate; of a product without balances, accounts x
  fees of an account and day x H;
* cost = accounts x cost of an account and day x H; expected loss = A x loss yield x H / 365.

Yields are sums over sums, so that a large agreement counts as much as it is large. Amounts are CNY, to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from guanxi.crm.insight.formulas import OWED, YEAR_DAYS

CENT = Decimal("0.01")
RATE = Decimal("0.00000001")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Margin:
    """What a product brings: rates a year as fractions, money an account and day in CNY, to eight places.

    ``price`` is the average rate that customers have, None where they have none; ``fee_yield`` is None for a product
    without balances, whose fees are ``fee_a_day`` of an account.
    """

    spread: Decimal
    price: Decimal | None
    fee_yield: Decimal | None
    fee_a_day: Decimal
    cost_a_day: Decimal
    loss_yield: Decimal
    day_basis: int

    @classmethod
    def of(cls, row: Any) -> Margin:
        """The margin that a row of sums says."""
        balances, days = row.balance_days, row.agreement_days
        return cls(
            spread=_over(row.interest_sum, balances),
            price=_over(row.rate_sum, row.priced_days) if row.priced_days else None,
            fee_yield=_over(row.fees * YEAR_DAYS, balances) if balances else None,
            fee_a_day=_over(row.fees, days),
            cost_a_day=_over(row.cost, days),
            loss_yield=_over(row.expected_loss * YEAR_DAYS, balances),
            day_basis=row.day_basis,
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """The parts of an expected contribution, CNY to the cent, with the rates and days that gave them."""

    interest: Decimal
    fees: Decimal
    cost: Decimal
    loss: Decimal
    spread: Decimal
    fee_rate: Decimal | None
    days: int

    @property
    def total(self) -> Decimal:
        """Net interest and fees less cost to serve and expected loss."""
        return self.interest + self.fees - self.cost - self.loss


def expected(
    margin: Margin,
    *,
    kind: str,
    amount: Decimal,
    quantity: int = 1,
    term_days: int | None = None,
    price: Decimal | None = None,
    is_fee: bool = False,
) -> Expected:
    """What ``amount`` CNY of a product of some kind brings. ``is_fee``: ``price`` is a fee rate, none of interest."""
    days = min(term_days or YEAR_DAYS, YEAR_DAYS)
    spread, fee_rate = margin.spread, margin.fee_yield
    if price is not None and is_fee:
        fee_rate = price
    elif price is not None and margin.price is not None:
        spread += price - margin.price if kind in OWED else margin.price - price
    fees = quantity * margin.fee_a_day * days if fee_rate is None else amount * fee_rate * days / YEAR_DAYS
    return Expected(
        interest=_cents(amount * spread * days / margin.day_basis),
        fees=_cents(fees),
        cost=_cents(quantity * margin.cost_a_day * days),
        loss=_cents(amount * margin.loss_yield * days / YEAR_DAYS),
        spread=spread,
        fee_rate=fee_rate,
        days=days,
    )


def floor_of(*, kind: str, reference: Decimal, tolerance: Decimal) -> Decimal:
    """Up to which price no approval is needed: below the published one for what a customer pays, above it for what a
    customer is paid.
    """
    return reference + tolerance if is_paid_to_customer(kind) else max(ZERO, reference - tolerance)


def is_beyond(*, kind: str, price: Decimal, floor: Decimal) -> bool:
    """Whether a price lies on the customer's side of the floor."""
    return price > floor if is_paid_to_customer(kind) else price < floor


def is_paid_to_customer(kind: str) -> bool:
    """Whether the price of such a product is what the bank pays."""
    return kind in {"demand_deposit", "term_deposit"}


def _over(sum_of: Decimal, whole: Any) -> Decimal:
    return (Decimal(sum_of) / Decimal(whole)).quantize(RATE, ROUND_HALF_UP) if whole else ZERO


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
