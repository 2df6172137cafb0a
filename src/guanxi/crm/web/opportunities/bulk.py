"""What is done to several opportunities at once: another expected day, another leader."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.many_services import MOST, change_many, open_among
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.people import colleagues
from guanxi.crm.web.contact.tasks import back
from guanxi.crm.web.opportunities.reading import number, reach_of
from guanxi.crm.web.request import StaffRequest


def chosen(request: StaffRequest) -> list[int]:
    """The opportunities that were chosen."""
    found = (number(one) for one in request.POST.getlist("chosen")[:MOST])
    return [one for one in found if one]


def _back(request: StaffRequest) -> str:
    there = back(request)
    return there if there.startswith(reverse("opportunities")) else reverse("opportunities")


@require_POST
@only_for(Area.WORK)
def put_off(request: StaffRequest) -> HttpResponseBase:
    """Asks for a day, then expects some opportunities to close on it."""
    problem, typed = "", request.POST.get("day", "")
    if "day" in request.POST:
        try:
            day = parse_date(typed)
        except ValueError:
            day = None
        if day is None:
            problem = _("Choose a day.")
        else:
            many, _left = change_many(scope=request.scopes[Verb.EDIT], opportunity_ids=chosen(request), expected_on=day)
            words = ngettext(
                "%(number)s opportunity is expected on %(day)s now.",
                "%(number)s opportunities are expected on %(day)s now.",
                many,
            )
            messages.success(request, words % {"number": many, "day": request.display.day(day)})
            return HttpResponseRedirect(_back(request))
    return _between(request, "put_off", problem, typed=typed)


@require_POST
@only_for(Area.WORK)
def give(request: StaffRequest) -> HttpResponseBase:
    """Asks who shall lead, then gives some opportunities to that person."""
    problem, staff_id = "", request.POST.get("staff", "")[:32]
    if "staff" in request.POST:
        try:
            if not staff_id:
                raise SalesError(_("Choose who shall lead them."))
            many, left = change_many(
                scope=request.scopes[Verb.EDIT],
                opportunity_ids=chosen(request),
                owner_id=staff_id,
                reach=reach_of(request, staff_id),
            )
        except SalesError as refused:
            problem = str(refused)
        else:
            words = ngettext(
                "%(number)s opportunity has another leader now.",
                "%(number)s opportunities have another leader now.",
                many,
            )
            messages.success(request, words % {"number": many})
            if left:
                words = ngettext(
                    "%(number)s opportunity stays: that person does not look after its customer.",
                    "%(number)s opportunities stay: that person does not look after their customers.",
                    left,
                )
                messages.warning(request, words % {"number": left})
            return HttpResponseRedirect(_back(request))
    return _between(request, "give", problem, people=colleagues(request), typed=staff_id)


def _between(request: StaffRequest, what: str, problem: str, **context: Any) -> HttpResponse:
    """The page between choosing and doing: which opportunities, and what is still to be said."""
    found = open_among(request.scopes[Verb.EDIT], chosen(request))
    if not found:
        messages.info(request, _("Nothing was changed: none of these is open and yours to change."))
        return HttpResponseRedirect(_back(request))
    context |= {"rows": found, "what": what, "problem": problem, "next": _back(request)}
    return render(request, "web/opportunities/between.html", context, status=422 if problem else 200)
