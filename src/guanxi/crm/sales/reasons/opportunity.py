"""Open opportunities whose expected close is near or has passed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.reasons.base import Act, Asked, Found, Reason, Words, with_unit
from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_codes import State

# They are not told of earlier, whatever an administrator sets.
AHEAD = datetime.timedelta(days=14)
MOST = 500


def _found(asked: Asked) -> Iterator[Found]:
    """Those that the books' people lead, or those of some customers; one query by an index."""
    rows = Opportunity.objects.visible_to(asked.scope).filter(state=State.OPEN, expected_on__lte=asked.today + AHEAD)
    # A row of the list is a customer: prospects stand among the leads.
    rows = rows.filter(party__isnull=False)
    if asked.party_ids:
        rows = rows.filter(party_id__in=asked.party_ids)
    else:
        rows = rows.filter(owner_id__in={*asked.scope.managers, asked.scope.staff_id})
    for number, party_id, expected_on, title, amount in rows.order_by("expected_on", "id").values_list(
        "id", "party_id", "expected_on", "title", "amount_cny"
    )[:MOST]:
        yield Found(
            party_id=party_id, reason="opportunity", day=expected_on, amount=amount, ref=str(number), title=title
        )


def _why(found: Found, words: Words) -> str:
    return _("Opportunity to close on %(day)s: %(title)s, %(amount)s") % {
        "day": words.day(found.day),
        "title": found.title,
        "amount": with_unit(words, found.amount),
    }


def _otherwise(found: Found, words: Words) -> str:
    return _("The forecast counts on it; a deal that nobody moves goes to another bank.")


def _advice(found: Found, words: Words) -> str:
    return _("Move it to its next stage, or say honestly when it will close.")


REASON = Reason(
    code="opportunity",
    label=gettext_lazy("Opportunity"),
    icon="target-arrow",
    why=_why,
    otherwise=_otherwise,
    advice=_advice,
    act=Act.CALL,
    weight=Decimal("3"),
    lead_days=7,
    keep_days=60,
    half_life=7,
    again_days=7,  # it is still open
    taught=False,
    found=_found,
)
