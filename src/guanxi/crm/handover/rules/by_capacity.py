"""By remaining capacity: always to whoever has the most room left."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.rules.base import Candidate, Options, Rule, Taker


def wish(one: Candidate, taker: Taker, _options: Options) -> tuple[int, int]:
    """Whoever may take the most more is first; of those without a limit, whoever has been given the fewest."""
    left = taker.left(one.kind)
    return (0, taker.many) if left is None else (1, -left)


RULE = Rule(
    "capacity",
    _("By remaining capacity"),
    _("Whoever has most room left gets the next customer."),
    wish,
    order=lambda one: (-one.assets, one.tier),
)
