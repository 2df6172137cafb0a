"""The morning list, and what somebody says of a row with one tap: done, snoozed, not useful; and the way back."""

from __future__ import annotations

import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.contact.codes import Verdict
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.morning_services import occasions_of, say, take_back
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.party.models import Party
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.morning.page import morning_page
from guanxi.crm.web.morning.undo import read_token, token_of
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest

LIST = "web/morning/list.html"


@only_for(Area.WORK)
def morning(request: StaffRequest) -> HttpResponse:
    """What to do today and why, the weightiest first; for an htmx request the list alone."""
    number = request.GET.get("page", "")
    page = int(number) if number.isdecimal() and len(number) < 6 else 1
    context = {"morning": morning_page(request, page=page)}
    return render(request, LIST if request.is_partial else "web/morning/morning.html", context)


@require_POST
@only_for(Area.WORK)
def said(request: StaffRequest, party_id: str, verdict: str) -> HttpResponseBase:
    """Says of some reasons of one customer that they are done, snoozed or not useful."""
    if verdict not in Verdict.values:
        raise Http404
    if not Party.objects.visible_to(request.scope).filter(pk=party_id).exists():
        raise Http404
    try:
        done = say(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            party_id=party_id,
            batch=_key(request),
            occasions=occasions_of(request.POST.getlist("occasion")),
            verdict=verdict,
            until=_until(request) if verdict == Verdict.SNOOZED else None,
        )
    except Party.DoesNotExist:
        raise PermissionDenied(Area.WORK) from None
    except WorkError as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(_back(request))
    if done.many:
        words = {
            Verdict.DONE: _("Done, and off the list."),
            Verdict.SNOOZED: _("Snoozed: it comes back on the day."),
            Verdict.USELESS: _("Noted: reasons of this kind rank lower for you."),
        }
        messages.success(request, words[Verdict(verdict)], extra_tags=f"undo-morning|{token_of(request.user.id, done)}")
    else:
        messages.info(request, _("Nothing was changed: somebody has dealt with it already."))
    return HttpResponseRedirect(_back(request))


@require_POST
@only_for(Area.WORK)
def undo(request: StaffRequest) -> HttpResponseBase:
    """Takes back what was said last."""
    found = read_token(request.user.id, request.POST.get("token", ""))
    if found is None:
        messages.warning(request, _("This can no longer be undone."))
    elif take_back(scope=request.scopes[Verb.EDIT], by=request.user.id, batch=found[0], changes=found[1]):
        messages.info(request, _("It stands on the list again."))
    else:
        messages.warning(request, _("Somebody has changed it since; it stays as it is."))
    return HttpResponseRedirect(_back(request))


def _key(request: StaffRequest) -> UUID:
    """The number by which what is said twice is said once."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _until(request: StaffRequest) -> datetime.date | None:
    try:
        return parse_date(request.POST.get("until") or request.POST.get("day", ""))
    except ValueError:
        return None


def _back(request: StaffRequest) -> str:
    return own_path(request.POST.get("next", ""), default=reverse("morning"))
