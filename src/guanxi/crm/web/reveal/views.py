"""The reveal's pages: a form in a sheet (or, without script, on a page of its own), and the value for a moment."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import contact_ban
from guanxi.crm.consent.roles import may_look
from guanxi.crm.kernel.sensitive import Clear
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.party.models import Party
from guanxi.crm.party.queries import PartyProfile, party_profile
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import reaches
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.reveal.forms import USUAL, RevealForm
from guanxi.crm.web.reveal.services import UsedUpError, allowed_a_day, record_reveal, revealed_today
from guanxi.crm.web.reveal.things import THINGS, href_of
from guanxi.crm.web.signin import confirm


@only_for(Area.CUSTOMERS)
@confirm.required
def reveal(request: StaffRequest, party_id: str, what: str, key: str) -> HttpResponse:
    """Asks what one value is needed for, and shows it: only to whom the verb *reveal* reaches the customer."""
    party = _party(request, party_id)
    scope = request.scopes[Verb.REVEAL]
    if not reaches(scope, party):
        return _answer(request, "refused", {"party": party, "why_not": "right"}, status=403)
    clear = THINGS[what](scope, party_id, key) if what in THINGS else None
    if clear is None:
        raise Http404
    context = {"party": party, "clear": clear, "masked": clear.masked, "what": what, "key": key}
    form = RevealForm(request.POST if request.method == "POST" else None, initial={"why": USUAL.get(clear.kind)})
    if request.method == "POST" and form.is_valid():
        return _reveal(request, context, clear, form)
    most = allowed_a_day(request.roles)
    left = max(0, most - revealed_today(request.user.pk, now=timezone.now()))
    if not left:
        return _answer(request, "refused", {**context, "why_not": "limit", "most": most})
    status = 422 if form.errors else 200
    return _answer(request, "form", {**context, "form": form, "left": left, "most": most}, status=status)


def _reveal(request: StaffRequest, context: dict[str, Any], clear: Clear, form: RevealForm) -> HttpResponse:
    try:
        left = record_reveal(
            staff_id=request.user.pk,
            roles=request.roles,
            party_id=context["party"].id,
            name=f"{context['what']}/{context['key']}",
            clear=clear,
            why=form.cleaned_data["why"],
            reason=form.cleaned_data["reason"],
        )
    except UsedUpError:
        refused = {**context, "why_not": "limit", "most": allowed_a_day(request.roles)}
        return _answer(request, "refused", refused, status=429)
    shown = {**context, "href": href_of(clear), "left": left, "seconds": settings.REVEAL_SECONDS}
    return _answer(request, "shown", shown)


def _party(request: StaffRequest, party_id: str) -> PartyProfile:
    """The customer, where the person sees it; one in the register of erasures is there for few."""
    try:
        party = party_profile(request.scope, party_id)
    except Party.DoesNotExist:
        raise Http404 from None
    if contact_ban(request.scope, party_id).limit is LimitKind.ERASURE and not may_look(request.roles):
        raise Http404
    return party


def _answer(request: StaffRequest, part: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    template = f"web/reveal/{part}.html"
    if request.is_partial:
        response = render(request, template, context, status=status)
    else:
        response = render(request, "web/reveal/page.html", {**context, "part": template}, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    return response
