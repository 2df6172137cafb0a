"""By product: whoever has turned the most leads about this product line into prospects and customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.leads.assigning.base import Asked, Taker, Way


def wish(one: Asked, taker: Taker) -> Any:
    """Nobody where the lead names no product; else the most experienced, then whoever has the fewest open leads."""
    if not one.product:
        return None
    return (-taker.won[one.product], taker.open)


WAY = Way(
    "product",
    _("By product"),
    _("Whoever has turned most leads about this product line into customers; then whoever has the fewest open leads."),
    wish,
)
