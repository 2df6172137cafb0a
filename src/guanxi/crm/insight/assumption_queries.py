"""The assumptions behind the figures, as published: thresholds of tiers, unit costs. A value holds from its first day
until the next one of the same kind and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guanxi.crm.insight.models import Assumption

UNIT_COST, UPKEEP = "unit_cost", "upkeep"


def in_force(*kinds: str, day: date) -> dict[str, dict[str, Decimal]]:
    """The values by kind and key on a day; one query. A kind that nothing is published of is empty."""
    rows = (
        Assumption.objects.filter(kind__in=kinds, valid_from__lte=day)
        .order_by("kind", "key", "-valid_from")
        .distinct("kind", "key")
        .values_list("kind", "key", "value")
    )
    values: dict[str, dict[str, Decimal]] = {kind: {} for kind in kinds}
    for kind, key, value in rows:
        values[kind][key] = value
    return values


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What serving costs, CNY: an event by ``channel:kind``, either of them ``*`` for any; a year's upkeep by kind."""

    values: dict[str, Decimal]
    upkeep: dict[str, Decimal]

    def of(self, channel: str, kind: str) -> Decimal | None:
        """The cost of one event: the closest key decides, the channel before the kind; None where there is none."""
        keys = (f"{channel}:{kind}", f"{channel}:*", f"*:{kind}", "*:*")
        return next((self.values[key] for key in keys if key in self.values), None)


def unit_costs(day: date) -> UnitCosts:
    """The unit costs in force on a day; one query."""
    values = in_force(UNIT_COST, UPKEEP, day=day)
    return UnitCosts(values[UNIT_COST], values[UPKEEP])
