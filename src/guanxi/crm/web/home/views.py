"""The home page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.web.access import Area, may
from guanxi.crm.web.home.page import home_page
from guanxi.crm.web.request import StaffRequest


def home(request: StaffRequest) -> HttpResponse:
    """What should I do now? For those who see customers; others find the way to what they may use."""
    if request.published is None or not may(request, Area.CUSTOMERS):
        return render(request, "web/home_empty.html")
    return render(request, "web/home.html", {"home": home_page(request, request.GET.get("unit", "")[:32])})
