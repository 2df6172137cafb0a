"""The home page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.web.access import Area, may
from guanxi.crm.web.home.page import home_page
from guanxi.crm.web.morning.page import has_list, morning_page
from guanxi.crm.web.morning.views import LIST
from guanxi.crm.web.request import StaffRequest


def home(request: StaffRequest) -> HttpResponse:
    """What should I do now? For those who see customers; others find the way to what they may use."""
    if request.published is None or not may(request, Area.CUSTOMERS):
        return render(request, "web/home_empty.html")
    unit = request.GET.get("unit", "")[:32]
    today = morning_page(request, short=True) if not unit and has_list(request) and may(request, Area.WORK) else None
    if request.is_partial and today:
        return render(request, LIST, {"morning": today})
    return render(request, "web/home.html", {"home": home_page(request, unit), "morning": today})
