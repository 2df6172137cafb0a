"""The list of opportunities as a page."""

from __future__ import annotations

from django.http import HttpResponseBase

from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.opportunities.listing import LIST, is_narrow
from guanxi.crm.web.request import StaffRequest


@only_for(Area.OPPORTUNITIES)
def opportunities(request: StaffRequest) -> HttpResponseBase:
    """The opportunities within the person's scope, the next to close first."""
    return respond(request, LIST, Shown(template="web/opportunities/list.html", narrow=is_narrow(request)))
