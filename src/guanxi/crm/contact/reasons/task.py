"""Tasks about a customer that are due."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.contact.reasons.due import TASK, due
from guanxi.crm.insight.reasons.base import Act, Found, Reason, Words


def _why(found: Found, words: Words) -> str:
    return _("Task due on %(day)s: %(title)s") % {"day": words.day(found.day), "title": found.title}


def _otherwise(found: Found, words: Words) -> str:
    return _("It grows late, and counts as overdue on the team's board.")


def _advice(found: Found, words: Words) -> str:
    return _("Do it, or put it off to a day on which it will be done.")


REASON = Reason(
    code=TASK,
    label=gettext_lazy("Task"),
    icon="checkbox",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.TASK,
    weight=Decimal("5"),
    lead_days=0,
    keep_days=90,
    half_life=2,
    grows=True,
    taught=False,
    settled=True,
    found=due,
)
