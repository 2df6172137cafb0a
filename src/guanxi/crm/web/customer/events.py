"""Events: newest first, a page by key, filtered; the same as a file through ``web/exports``."""

from __future__ import annotations

from django.http import HttpResponse

from guanxi.crm.holding.event_queries import EventKey, EventPage, event_page
from guanxi.crm.holding.queries import holdings
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer import event_export  # noqa: F401 - declares what can be taken out here
from guanxi.crm.web.customer.event_form import event_form
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.exports.rights import may_export
from guanxi.crm.web.request import StaffRequest


@only_for(Area.CUSTOMERS)
def events(request: StaffRequest, party_id: str) -> HttpResponse:
    """A page of the events of one customer; ``?after=`` goes on where the page before ended."""
    frame = customer_frame(request, party_id, "customer-events")
    held = holdings(request.scope, party_id)
    form = event_form(request, held.agreements)
    which = form.which()
    after = EventKey.decode(request.GET.get("after", ""))
    page: EventPage = event_page(request.scope, party_id, which=which, after=after)
    context = {
        "frame": frame,
        "form": form,
        "page": page,
        "narrowed": bool(which),
        "first_page": after is None,
        "may_export": may_export(request),
        "agreements": {one.id: one for one in held.agreements},
    }
    part = "rows" if request.headers.get("HX-Target", "").endswith("#events") else "section"
    return show(request, "web/customer/events.html", context, part=part)
