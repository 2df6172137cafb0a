"""The rules by which leads get their points and their managers, in words, for everybody who works with leads."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from guanxi.crm.org.queries import staff_names
from guanxi.crm.sales.leads.giving import setup
from guanxi.crm.sales.leads.queries import rules
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.request import StaffRequest


@only_for(Area.LEADS)
def lead_rules(request: StaffRequest) -> HttpResponse:
    """What counts, who gets a lead, and how long there is to accept one; three queries."""
    found, language, names = rules(), request.display.language, staff_names(request.display.version)
    context = {
        "scoring": [(one, one.label(language), criterion) for one, criterion in found.scoring],
        "assigning": [
            (one, one.label(language), way, [names.get(number, number) for number in sorted(one.numbers)])
            for one, way in found.assigning
        ],
        "setup": setup(),
        "administers": may(request, Area.ADMINISTRATION),
    }
    return render(request, "web/leads/rules.html", context)
