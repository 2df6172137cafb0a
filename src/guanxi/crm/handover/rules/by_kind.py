"""By tier or by product: the person chosen for each; what nobody was chosen for is shared out evenly."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.rules.base import Candidate, Options, Rule, Taker


def by_tier(one: Candidate, taker: Taker, options: Options) -> int | None:
    """The one chosen for the customer's tier, or whoever has the fewest."""
    chosen = options.get(one.tier)
    if chosen:
        return 0 if taker.staff_id == chosen else None
    return taker.many


def by_product(one: Candidate, taker: Taker, options: Options) -> int | None:
    """The one chosen for the first product of those held, in the order of the kinds; or whoever has the fewest."""
    for bit in range(one.products.bit_length()):
        chosen = options.get(str(bit)) if one.products >> bit & 1 else None
        if chosen:
            return 0 if taker.staff_id == chosen else None
    return taker.many


TIER = Rule(
    "tier", _("By tier"), _("You choose who gets each tier; the rest is shared out evenly."), by_tier, by="tier"
)
PRODUCT = Rule(
    "product",
    _("By product"),
    _("You choose who gets the holders of each kind of product; the rest is shared out evenly."),
    by_product,
    by="product",
)
