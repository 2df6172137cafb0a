"""Tier: where the customer stands, why, what the next tier asks for, and how it came here."""

from __future__ import annotations

from django.http import HttpResponse

from guanxi.crm.insight.customer_queries import tier_history
from guanxi.crm.insight.tier_queries import requirements
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.customer.tier_reasons import why
from guanxi.crm.web.request import StaffRequest


@only_for(Area.CUSTOMERS)
def tiers(request: StaffRequest, party_id: str) -> HttpResponse:
    """The tier of one customer with its history."""
    frame = customer_frame(request, party_id, "customer-tiers")
    context = {
        "frame": frame,
        "history": tier_history(request.scope, party_id, day=frame.day),
        "requirements": requirements(frame.worth, day=frame.day) if frame.worth else (),
        "why": why(request, party_id, frame.day),
    }
    return show(request, "web/customer/tiers.html", context)
