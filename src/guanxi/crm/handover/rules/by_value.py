"""Evenly by what customers hold, or by what they bring in: the largest first, each to whoever has the least by then."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.rules.base import Candidate, Options, Rule, Taker


def by_assets(_one: Candidate, taker: Taker, _options: Options) -> tuple[Decimal, int]:
    """Whoever has the least assets is first."""
    return taker.assets, taker.many


def by_contribution(_one: Candidate, taker: Taker, _options: Options) -> tuple[Decimal, int]:
    """Whoever has the least contribution is first."""
    return taker.contribution, taker.many


ASSETS = Rule(
    "assets",
    _("Evenly by assets"),
    _("Each gets customers who together hold about the same."),
    by_assets,
    order=lambda one: -one.assets,
)
CONTRIBUTION = Rule(
    "contribution",
    _("Evenly by contribution"),
    _("Each gets customers who together bring in about the same."),
    by_contribution,
    order=lambda one: -one.contribution,
)
