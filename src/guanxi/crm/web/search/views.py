"""Search from any page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record, searched
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.search.found import found_for

SUGGESTED, LISTED = 8, 20


@only_for(Area.CUSTOMERS)
def search(request: StaffRequest) -> HttpResponse:
    """Customers by name, pinyin, initials, number, identifier or phone: suggestions as one types, or a page."""
    words = request.GET.get("q", "").strip()[:80]
    template = "web/search.html#found" if request.is_partial else "web/search.html"
    found = found_for(request, words, SUGGESTED if request.is_partial else LISTED)
    if words:
        facts = {"found": len(found.hits), "more": found.more, "part": request.is_partial}
        record(action=Action.SEARCH, kind="customers", detail={**searched(words), **facts})
    return render(request, template, {"found": found, "words": words})
