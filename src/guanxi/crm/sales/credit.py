"""Shares of the credit for an opportunity: they come to a hundred, and an amount split by them to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")
WHOLE = Decimal(100)


def evenly(people: Sequence[str]) -> dict[str, Decimal]:
    """Equal shares of a hundred, to two places; what cannot be split evenly goes to the first ones."""
    return split(WHOLE, dict.fromkeys(people, Decimal(1)))


def split(amount: Decimal, shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """An amount in whole cents among people by their shares (any positive sum), to the cent.

    Each gets within a cent of what is due; the parts come to the amount exactly. Cents that are left go to those who
    lost most by rounding down, of equals to the first. Of a negative amount the same with its sign.
    """
    total = sum(shares.values(), Decimal(0))
    if not total:
        return {}
    size = abs(amount)
    exact = {who: size * share / total for who, share in shares.items()}
    parts = {who: value.quantize(CENT, ROUND_DOWN) for who, value in exact.items()}
    left = int((size - sum(parts.values(), Decimal(0))) / CENT)
    by_loss = sorted(shares, key=lambda who: parts[who] - exact[who])
    for who in by_loss[:left]:
        parts[who] += CENT
    return {who: value if amount >= 0 else -value for who, value in parts.items()}


def make_room(shares: Mapping[str, Decimal], newcomer: str, share: Decimal) -> dict[str, Decimal]:
    """The shares with a newcomer's: what the others had is scaled down so that all come to a hundred again."""
    others = {who: part for who, part in shares.items() if who != newcomer}
    if not any(others.values()):
        return {newcomer: WHOLE} if not others else {**split(WHOLE - share, dict.fromkeys(others, Decimal(1))),
                                                     newcomer: share}  # fmt: skip
    return {**split(WHOLE - share, others), newcomer: share}
