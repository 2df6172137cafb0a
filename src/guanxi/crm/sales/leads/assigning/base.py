"""Choosing who gets a lead: what every way has in common.

A way says how gladly a manager takes a lead at that moment; :func:`choose` gives it to whoever takes it most gladly
among those who may have it at all. The same leads, managers and way give the same result.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A lead that looks for somebody."""

    id: int
    kind: str
    institution_id: str
    city: str = ""
    product: str = ""


@dataclass(slots=True)
class Taker:
    """A manager while leads are given out. ``most`` is how many open leads they may have, None for no limit;
    ``given`` counts those of this run, so that those given at one moment still take turns.
    """

    staff_id: str
    institution_id: str
    kinds: frozenset[str]
    city: str = ""
    open: int = 0
    most: int | None = None
    last: datetime.datetime = LONG_AGO
    won: Counter[str] = field(default_factory=Counter)
    given: int = 0

    @property
    def room(self) -> int | None:
        """How many more may be taken; None for no limit."""
        return None if self.most is None else max(0, self.most - self.open)

    def fits(self, one: Asked) -> bool:
        """Whether this lead may be given: the right line of business, and room."""
        return one.kind in self.kinds and self.room != 0

    def take(self) -> None:
        """Counts a lead that was given."""
        self.open += 1
        self.given += 1


# The smaller, the more gladly; None: not at all.
Wish = Callable[[Asked, Taker], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of choosing; ``says`` explains it to people."""

    name: str
    title: str | Promise
    says: str | Promise
    wish: Wish


def choose(one: Asked, takers: Sequence[Taker], way: Way) -> Taker | None:
    """Who gets the lead, counted up; None where nobody may have it."""
    best: Taker | None = None
    least: Any = None
    for taker in takers:
        if not taker.fits(one):
            continue
        wish = way.wish(one, taker)
        if wish is not None and (best is None or (wish, taker.staff_id) < least):
            best, least = taker, (wish, taker.staff_id)
    if best is not None:
        best.take()
    return best
