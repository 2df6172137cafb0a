"""From a lead to an opportunity, with the way back: with the prospect, and with the customer whom it became."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid5

from django.db import connection
from django.utils import timezone

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.leads.hung import adopt_hung
from guanxi.crm.sales.models import Lead
from guanxi.crm.sales.opportunity_codes import Origin
from guanxi.crm.sales.opportunity_services import Entered, open_for_prospect, open_opportunity


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The opportunity that shall come of a lead: what it is called, its product line, its amount in CNY, and by when
    it may be won.
    """

    title: str
    product: str
    expected_on: datetime.date
    amount: Decimal | None = None


def open_for(scope: Scope, by: str, lead: Lead, party_id: str, wanted: Wanted) -> int:
    """Opens the opportunity of a lead and returns its number; whoever converts leads it. Asked twice it opens one.

    Raises as ``open_opportunity``.
    """
    entered = Entered(title=wanted.title, expected_on=wanted.expected_on, need=lead.text, amount=wanted.amount)
    opened = open_opportunity(
        scope=scope,
        by=by,
        key=uuid5(lead.key, "opportunity"),
        party_id=party_id,
        line=wanted.product,
        entered=entered,
        owner_id=by,
        origin=Origin.LEAD,
        origin_id=str(lead.pk),
    )
    return int(opened.opportunity.pk)


def open_before(by: str, lead: Lead, wanted: Wanted) -> int:
    """Opens the opportunity of a prospect who is no customer yet and returns its number. Asked twice it opens one.

    ``lead`` is locked by the caller. Raises ``SalesError``.
    """
    entered = Entered(title=wanted.title, expected_on=wanted.expected_on, need=lead.text, amount=wanted.amount)
    key = uuid5(lead.key, "opportunity")
    return int(open_for_prospect(by=by, key=key, lead=lead, line=wanted.product, entered=entered).opportunity.pk)


# Once the prospect is a customer, its opportunity is the customer's, in the customer's institution; who leads stays.
_ADOPT = """
UPDATE sales_opportunity o
SET party_id = p.id, institution_id = p.institution_id, version = o.version + 1, changed_at = %(now)s,
    follows = o.owner_id IS NOT DISTINCT FROM p.manager_id
FROM sales_lead l JOIN party_party p ON p.id = l.party_id
WHERE l.id = ANY (%(leads)s) AND o.lead_id = l.id AND o.party_id IS NULL
"""


def adopt(lead_ids: Sequence[int]) -> int:
    """Gives the opportunities of prospects who have become customers to these, and what rooms above keep about them;
    returns how many opportunities. One statement a table.
    """
    if not lead_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_ADOPT, {"leads": list(lead_ids), "now": timezone.now()})
        many = int(cursor.rowcount)
        adopt_hung(cursor, lead_ids)
        return many
