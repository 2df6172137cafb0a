"""Pages of what goes by the money at stake: where one begins, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after this row, the most money at stake first, then by two columns downwards."""

    impact: Decimal
    first: str
    second: str

    @classmethod
    def of(cls, text: str) -> Place | None:
        """From an address; None for what is none."""
        parts = text.split("~")
        try:
            return cls(Decimal(parts[0]), parts[1], parts[2]) if len(parts) == 3 else None
        except ArithmeticError:
            return None

    def __str__(self) -> str:
        return f"{self.impact}~{self.first}~{self.second}"


def behind[One: Model](rows: QuerySet[One], place: Place | None, first: str, second: str) -> QuerySet[One]:
    """The rows in their order, from after ``place`` on; ``first`` and ``second`` are the columns behind the money."""
    rows = rows.order_by("-impact", f"-{first}", f"-{second}")
    if place is None:
        return rows
    below: dict[str, Any] = {f"{first}__lt": place.first}
    ties: dict[str, Any] = {first: place.first, f"{second}__lt": place.second}
    same = Q(impact=place.impact)
    # The first condition says nothing new, and lets an index be entered at the place.
    return rows.filter(
        Q(impact__lte=place.impact) & (Q(impact__lt=place.impact) | same & Q(**below) | same & Q(**ties))
    )
