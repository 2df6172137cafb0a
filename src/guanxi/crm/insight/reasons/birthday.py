"""A person's birthday."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words


def _why(found: Found, words: Words) -> str:
    return _("Turns %(many)s on %(day)s") % {"many": found.many, "day": words.day(found.day)}


def _otherwise(found: Found, words: Words) -> str:
    return _("A good occasion passes; nothing is lost but warmth.")


def _advice(found: Found, words: Words) -> str:
    return _("Wish well on the day, by telephone where you know each other.")


REASON = Reason(
    code="birthday",
    label=gettext_lazy("Birthday"),
    icon="cake",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("1"),
    lead_days=3,
    keep_days=1,
    half_life=2,
)
