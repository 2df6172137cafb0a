"""Identity and contacts: documents with their numbers masked, phones, addresses, what is known of the person."""

from __future__ import annotations

from django.http import HttpResponse

from guanxi.crm.party.industry import industry
from guanxi.crm.party.queries import documents
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.request import StaffRequest


@only_for(Area.CUSTOMERS)
def identity(request: StaffRequest, party_id: str) -> HttpResponse:
    """Who the customer is on paper, and how to reach it."""
    frame = customer_frame(request, party_id, "customer-identity")
    papers = documents(request.scope, party_id)
    context = {
        "frame": frame,
        "documents": [(document, document.expired(frame.day)) for document in papers],
        "industry": industry(frame.party.industry_code) if frame.party.industry_code else None,
    }
    return show(request, "web/customer/identity.html", context)
