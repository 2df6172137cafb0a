"""What was promised to the customer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.contact.reasons.due import PROMISE, due
from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words


def _why(found: Found, words: Words) -> str:
    return _("Promised for %(day)s: %(title)s") % {"day": words.day(found.day), "title": found.title}


def _otherwise(found: Found, words: Words) -> str:
    return _("A promise is broken, and the customer knows it.")


def _advice(found: Found, words: Words) -> str:
    return _("Keep it, or call and agree on another day before this one is over.")


REASON = Reason(
    code=PROMISE,
    label=gettext_lazy("Promise"),
    icon="heart-handshake",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.TASK,
    weight=Decimal("8"),
    lead_days=1,
    keep_days=90,
    half_life=2,
    grows=True,
    taught=False,
    settled=True,
    found=due,
)
