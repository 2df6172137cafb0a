"""What the tiers ask for, and how far one customer is from each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guanxi.crm.insight.assumption_queries import in_force
from guanxi.crm.insight.customer_queries import Worth
from guanxi.crm.insight.models import SubTier, Tier

KIND = "tier"
# Best first, with the assumption's name for each.
_STEPS: tuple[tuple[str, Tier, str], ...] = (
    ("vip", Tier.PREMIER, SubTier.VIP),
    ("affluent", Tier.PREMIER, SubTier.AFFLUENT),
    ("core", Tier.CORE, ""),
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a tier asks for: either is enough. CNY; None where no threshold is in force."""

    tier: str
    sub_tier: str
    contribution: Decimal | None
    assets: Decimal | None
    contribution_missing: Decimal
    assets_missing: Decimal
    reached: bool


def requirements(worth: Worth, *, day: date) -> tuple[Requirement, ...]:
    """The tiers that are earned by contribution or average assets of the year, best first; one query.

    Source: ``docs/warehouse.md``, "Tiers".
    """
    values = in_force(KIND, day=day)[KIND]
    made = []
    for name, tier, sub_tier in _STEPS:
        contribution, assets = values.get(f"{name}_min_contribution"), values.get(f"{name}_min_assets")
        if contribution is None and assets is None:
            continue
        contribution_missing = max(Decimal(0), (contribution or Decimal(0)) - worth.contribution_r12)
        assets_missing = max(Decimal(0), (assets or Decimal(0)) - worth.assets_average.year)
        made.append(
            Requirement(
                tier=tier,
                sub_tier=sub_tier,
                contribution=contribution,
                assets=assets,
                contribution_missing=contribution_missing,
                assets_missing=assets_missing,
                reached=(contribution is not None and not contribution_missing)
                or (assets is not None and not assets_missing),
            )
        )
    return tuple(made)
