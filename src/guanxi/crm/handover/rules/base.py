"""Sharing out customers among receivers: what every rule has in common.

A rule says in which order customers are dealt with, and how gladly each receiver takes one at that moment; the
sharing itself (:func:`share`) is the same for all: each customer goes to the one receiver who takes them most gladly
among those who may have them at all, or to nobody. The same customers, receivers and rule give the same result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that could move. ``path`` is the institution's, from the topmost down; ``products`` are bits."""

    party_id: str
    kind: str
    institution_id: str
    path: tuple[str, ...] = ()
    tier: str = ""
    assets: Decimal = ZERO
    loan: Decimal = ZERO
    contribution: Decimal = ZERO
    products: int = 0


@dataclass(slots=True)
class Taker:
    """A receiver while customers are shared out.

    ``kinds`` are those of customers whom the post serves. ``room`` is how many more may be led, by kind of customer,
    and by kind and tier (``person``, ``person/premier``); what is not named has no limit. The rest counts what was
    given.
    """

    staff_id: str
    position: int
    kinds: frozenset[str]
    path: tuple[str, ...] = ()
    room: dict[str, int] = field(default_factory=dict)
    many: int = 0
    assets: Decimal = ZERO
    contribution: Decimal = ZERO
    tiers: Counter[str] = field(default_factory=Counter)

    def left(self, kind: str) -> int | None:
        """How many more customers of a kind may be given; None for no limit."""
        return self.room.get(kind)

    def fits(self, one: Candidate) -> bool:
        """Whether this customer may be given: the right line of business, and room."""
        if one.kind not in self.kinds:
            return False
        room = self.room
        return not room or (room.get(one.kind, 1) > 0 and room.get(f"{one.kind}/{one.tier}", 1) > 0)

    def take(self, one: Candidate) -> None:
        """Counts a customer that was given."""
        if self.room:
            for key in (one.kind, f"{one.kind}/{one.tier}"):
                if key in self.room:
                    self.room[key] -= 1
        self.many += 1
        self.tiers[one.tier] += 1
        self.assets += one.assets
        self.contribution += one.contribution


Options = Mapping[str, Any]
# The smaller, the more gladly; None: not at all.
Wish = Callable[[Candidate, Taker, Options], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of sharing out. ``by`` is what options map to receivers: ``tier``, ``product``, ``staff``, or nothing."""

    name: str
    title: str | Promise
    says: str | Promise
    wish: Wish
    order: Callable[[Candidate], Any] = lambda one: one.party_id
    by: str = ""


def share(
    candidates: Sequence[Candidate], takers: Sequence[Taker], rule: Rule, options: Options | None = None
) -> dict[str, str]:
    """By customer, the receiver; ``""`` for those whom nobody may have. ``takers`` are counted up."""
    given: dict[str, str] = {}
    chosen = options or {}
    for one in sorted(candidates, key=lambda each: (rule.order(each), each.party_id)):
        best: Taker | None = None
        least: Any = None
        for taker in takers:
            if not taker.fits(one):
                continue
            wish = rule.wish(one, taker, chosen)
            if wish is not None and (best is None or (wish, taker.position) < least):
                best, least = taker, (wish, taker.position)
        if best is not None:
            best.take(one)
        given[one.party_id] = best.staff_id if best else ""
    return given
