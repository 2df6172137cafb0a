"""What every kind of recycling rule has in common."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a rule looks: customers of one kind in some institutions, on a business date; ``threshold`` is its number.

    ``capacity`` is the pool's limit for one manager, None for no limit.
    """

    kind: str
    institutions: tuple[str, ...]
    day: datetime.date
    today: datetime.date
    threshold: int
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: ``find`` gives by manager the customers to take; ``unit`` is the threshold's, empty for none."""

    name: str
    title: str | Promise
    find: Callable[[Ground], Mapping[str, Iterable[str]]]
    unit: str | Promise = ""
    least: int = 0
