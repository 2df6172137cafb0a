"""The customer drifts away: average assets fall against the last month's."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words, with_unit


def _why(found: Found, words: Words) -> str:
    share = found.amount / found.before if found.before else None
    return _("Average assets fell by %(share)s against last month: %(amount)s less") % {
        "share": words.percent(share, 0),
        "amount": with_unit(words, found.amount),
    }


def _otherwise(found: Found, words: Words) -> str:
    return _("Tier and contribution follow the average; a customer who drifts is gone within months.")


def _advice(found: Found, words: Words) -> str:
    return _("See the customer: ask what has changed, and what another bank does better.")


REASON = Reason(
    code="falling",
    label=gettext_lazy("Drifting away"),
    icon="chart-line",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.VISIT,
    weight=Decimal("3"),
    lead_days=0,
    keep_days=40,
    half_life=0,
)
