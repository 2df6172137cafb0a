"""Loans or cards that are overdue."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words, with_unit


def _why(found: Found, words: Words) -> str:
    text = ngettext(
        "%(many)s day overdue since %(day)s; %(amount)s owed in all",
        "%(many)s days overdue since %(day)s; %(amount)s owed in all",
        found.many,
    )
    return text % {"many": found.many, "day": words.day(found.day), "amount": with_unit(words, found.amount)}


def _otherwise(found: Found, words: Words) -> str:
    return _("The grade falls as the days add up, and the credit register shows it.")


def _advice(found: Found, words: Words) -> str:
    return _("Call: agree on a day of payment and write it down as a promise.")


REASON = Reason(
    code="overdue",
    label=gettext_lazy("Overdue"),
    icon="alert-triangle",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("4"),
    lead_days=0,
    keep_days=90,
    half_life=30,
    again_days=7,  # a call alone pays nothing
)
