"""By territory: a manager of an institution in the lead's own city."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.leads.assigning.base import Asked, Taker, Way


def _plain(city: str) -> str:
    return city.strip().removesuffix("市")


def wish(one: Asked, taker: Taker) -> Any:
    """Nobody of another city; of those of this one, whoever has the fewest open leads."""
    if not one.city or _plain(one.city) != _plain(taker.city):
        return None
    return taker.open


WAY = Way(
    "territory",
    _("By territory"),
    _("Only managers in the lead's own city; among them whoever has the fewest open leads."),
    wish,
)
