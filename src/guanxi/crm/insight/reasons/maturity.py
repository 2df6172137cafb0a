"""Deposits, wealth products, funds and policies that mature."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words, with_unit


def _why(found: Found, words: Words) -> str:
    text = ngettext("%(amount)s mature on %(day)s", "%(amount)s in %(many)s agreements mature on %(day)s", found.many)
    return text % {"amount": with_unit(words, found.amount), "day": words.day(found.day), "many": found.many}


def _otherwise(found: Found, words: Words) -> str:
    return _("The money stands at the demand rate from that day, or leaves for another bank.")


def _advice(found: Found, words: Words) -> str:
    return _("Call before the day: offer to renew, or what pays better at the same risk.")


REASON = Reason(
    code="maturity",
    label=gettext_lazy("Maturity"),
    icon="calendar-dollar",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("3"),
    lead_days=14,
    keep_days=3,
    half_life=10,
)
