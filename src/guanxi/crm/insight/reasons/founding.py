"""A company's round number of years since it was founded."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words


def _why(found: Found, words: Words) -> str:
    text = ngettext("Founded %(many)s year ago on %(day)s", "Founded %(many)s years ago on %(day)s", found.many)
    return text % {"many": found.many, "day": words.day(found.day)}


def _otherwise(found: Found, words: Words) -> str:
    return _("A good occasion passes; nothing is lost but warmth.")


def _advice(found: Found, words: Words) -> str:
    return _("Congratulate the management; a visit is welcome on such a day.")


REASON = Reason(
    code="founding",
    label=gettext_lazy("Founding day"),
    icon="building-community",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.VISIT,
    weight=Decimal("0.6"),
    lead_days=7,
    keep_days=1,
    half_life=4,
)
