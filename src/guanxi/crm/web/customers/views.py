"""The customer list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest


@only_for(Area.CUSTOMERS)
def customers(request: StaffRequest) -> HttpResponse:
    """The customers within one's scope."""
    return render(request, "web/customers.html")
