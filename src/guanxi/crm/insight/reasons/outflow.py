"""Much more money left than is usual for the customer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words, with_unit


def _why(found: Found, words: Words) -> str:
    return _("%(amount)s left on %(day)s; usual in a day: %(before)s") % {
        "amount": with_unit(words, found.amount),
        "day": words.day(found.day),
        "before": with_unit(words, found.before or Decimal(0)),
    }


def _otherwise(found: Found, words: Words) -> str:
    return _("The rest tends to follow; within days it is settled elsewhere.")


def _advice(found: Found, words: Words) -> str:
    return _("Call today: find out where it went and what would bring it back.")


REASON = Reason(
    code="outflow",
    label=gettext_lazy("Large outflow"),
    icon="trending-down",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("4"),
    lead_days=0,
    keep_days=5,
    half_life=3,
)
