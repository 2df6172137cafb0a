"""Search from any page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest


@only_for(Area.CUSTOMERS)
def search(request: StaffRequest) -> HttpResponse:
    """Customers by name, pinyin, initials, number, identifier or phone."""
    return render(request, "web/search.html")
