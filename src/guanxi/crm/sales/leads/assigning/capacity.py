"""By remaining capacity: whoever has the most room left for open leads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.leads.assigning.base import Asked, Taker, Way


def wish(_one: Asked, taker: Taker) -> Any:
    """The most room first; of those without a limit, whoever has the fewest open."""
    return (0, taker.open) if taker.room is None else (1, -taker.room)


WAY = Way("capacity", _("By room for more leads"), _("Whoever has most room for open leads gets the next one."), wish)
