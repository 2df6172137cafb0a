"""A round number of years with the bank."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words


def _why(found: Found, words: Words) -> str:
    text = ngettext("%(many)s year with the bank on %(day)s", "%(many)s years with the bank on %(day)s", found.many)
    return text % {"many": found.many, "day": words.day(found.day)}


def _otherwise(found: Found, words: Words) -> str:
    return _("A good occasion passes; nothing is lost but warmth.")


def _advice(found: Found, words: Words) -> str:
    return _("Say thank you, and ask what the bank could do better.")


REASON = Reason(
    code="anniversary",
    label=gettext_lazy("Years with the bank"),
    icon="rosette",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("0.6"),
    lead_days=3,
    keep_days=1,
    half_life=2,
)
