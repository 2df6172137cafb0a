"""From a lead to an opportunity: opened with the customer that the lead became, with the way back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid5

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.models import Lead
from guanxi.crm.sales.opportunity_codes import Origin
from guanxi.crm.sales.opportunity_services import Entered, open_opportunity


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
