"""Published sums over books: how they follow when records change hands within a published day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A model whose rows are sums over the rows of another one, by manager among other things.

    A model that has a manager and no record says by this how it is brought up to date when records move to another
    manager: ``of`` is the model summed over, ``date`` the day's column in both, ``manager`` the manager's (empty, never
    NULL, for none), ``alike`` the further columns that both have and by which is grouped, ``also`` columns with the one
    that fills them, ``measures`` the sums with what is summed (an expression over the other model's columns), ``many``
    the measure that counts: a row of none goes.
    """

    of: type[Any]
    date: str
    manager: str
    alike: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]
    many: str
    also: tuple[tuple[str, str], ...] = ()
