"""Loans that fall due."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words, with_unit


def _why(found: Found, words: Words) -> str:
    text = ngettext(
        "A loan of %(amount)s falls due on %(day)s", "%(many)s loans of %(amount)s fall due on %(day)s", found.many
    )
    return text % {"amount": with_unit(words, found.amount), "day": words.day(found.day), "many": found.many}


def _otherwise(found: Found, words: Words) -> str:
    return _("Without money on the account or a renewal in time the loan is overdue the next day.")


def _advice(found: Found, words: Words) -> str:
    return _("Ask how it will be repaid; begin a renewal now where one is wanted.")


REASON = Reason(
    code="loan_due",
    label=gettext_lazy("Loan falls due"),
    icon="calendar-exclamation",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("3"),
    lead_days=30,
    keep_days=3,
    half_life=14,
)
