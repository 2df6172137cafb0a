"""Much more money came in than is usual for the customer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words, with_unit


def _why(found: Found, words: Words) -> str:
    return _("%(amount)s came in on %(day)s; usual in a day: %(before)s") % {
        "amount": with_unit(words, found.amount),
        "day": words.day(found.day),
        "before": with_unit(words, found.before or Decimal(0)),
    }


def _otherwise(found: Found, words: Words) -> str:
    return _("Money that nobody asks about seldom stays long.")


def _advice(found: Found, words: Words) -> str:
    return _("Ask what it is meant for, and offer what fits before it moves on.")


REASON = Reason(
    code="inflow",
    label=gettext_lazy("Large inflow"),
    icon="trending-up",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("3"),
    lead_days=0,
    keep_days=5,
    half_life=3,
)
