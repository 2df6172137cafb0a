"""The home page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.web.request import StaffRequest


def home(request: StaffRequest) -> HttpResponse:
    """What should I do now?"""
    return render(request, "web/home.html")
