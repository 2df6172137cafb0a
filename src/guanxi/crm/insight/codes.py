"""Words for what the marts say in codes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TIER_REASONS: dict[str, str | Promise] = {
    "risk": _("by risk"),
    "contribution": _("by contribution"),
    "assets": _("by average assets"),
    "trend": _("by growing assets"),
}


def tier_reason(code: str) -> str:
    """Why a customer is in a tier (``docs/warehouse.md``, "Tiers"); empty for none."""
    return str(_TIER_REASONS.get(code, code))
