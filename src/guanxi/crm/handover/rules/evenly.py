"""As many customers for each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.rules.base import Candidate, Options, Rule, Taker


def wish(_one: Candidate, taker: Taker, _options: Options) -> int:
    """Whoever has been given the fewest is first."""
    return taker.many


# The wealthiest first, so that not only numbers but also customers are alike.
RULE = Rule(
    "evenly", _("Evenly by number"), _("Each gets as many customers."), wish, order=lambda one: (-one.assets, one.tier)
)
