"""The tiers' marks: one shape, one colour and the word, the same on every screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from guanxi.crm.insight.models import SubTier, Tier
from guanxi.crm.web.icons import icon


@dataclass(frozen=True, slots=True)
class Mark:
    """A tier's shape; its colour is the style sheet's."""

    icon: str


# By tier or subdivision; a premier customer of the VIP subdivision wears the crown.
MARKS: dict[str, Mark] = {
    SubTier.VIP: Mark(icon="crown"),
    SubTier.AFFLUENT: Mark(icon="diamond"),
    Tier.PREMIER: Mark(icon="diamond"),
    Tier.CORE: Mark(icon="star"),
    Tier.STANDARD: Mark(icon="circle"),
    Tier.POTENTIAL: Mark(icon="trending-up"),
    Tier.RESTRICTED: Mark(icon="lock"),
}
ORDER: tuple[str, ...] = (Tier.PREMIER, Tier.CORE, Tier.STANDARD, Tier.POTENTIAL, Tier.RESTRICTED)


def tier_label(tier: str, sub_tier: str = "") -> str | Promise:
    """A tier's name, that of the subdivision where there is one."""
    if sub_tier in SubTier.values:
        return SubTier(sub_tier).label
    return Tier(tier).label if tier in Tier.values else tier


def tier_mark(tier: str, sub_tier: str = "") -> SafeString:
    """The mark: shape, colour, word."""
    return _mark(tier, sub_tier, get_language() or "")


@lru_cache(maxsize=64)
def _mark(tier: str, sub_tier: str, _language: str) -> SafeString:
    css = sub_tier or tier
    shape = MARKS.get(css, MARKS[Tier.STANDARD]).icon
    return format_html('<span class="gx-tier gx-tier-{}">{}{}</span>', css, icon(shape), tier_label(tier, sub_tier))
