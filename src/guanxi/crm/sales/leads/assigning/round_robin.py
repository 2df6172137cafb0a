"""By turns: whoever was given a lead the longest ago."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.leads.assigning.base import Asked, Taker, Way


def wish(_one: Asked, taker: Taker) -> Any:
    """Of those who got as many just now, the one who waits the longest."""
    return (taker.given, taker.last)


WAY = Way("round_robin", _("By turns"), _("Whoever was given a lead the longest ago gets the next one."), wish)
