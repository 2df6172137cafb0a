"""What is done with leads: given, accepted, sent back, closed, opened again, converted, shown in full."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.sales.leads.conversion import convert_lead
from guanxi.crm.sales.leads.duplicates import twins_of
from guanxi.crm.sales.leads.giving import accept_leads, assign_by_rules, assign_leads, send_back, takers_among
from guanxi.crm.sales.leads.opening import Wanted
from guanxi.crm.sales.leads.queries import clear_of, open_of
from guanxi.crm.sales.leads.services import close_lead, reopen_lead
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.leads.forms import CloseForm, ConvertForm
from guanxi.crm.web.leads.leads import editable, lead_of, lead_response
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.reveal.forms import USUAL, RevealForm
from guanxi.crm.web.reveal.services import UsedUpError, allowed_a_day, record_reveal, revealed_today
from guanxi.crm.web.reveal.things import href_of
from guanxi.crm.web.signin import confirm
from guanxi.crm.workdays.queries import working_calendar

LONGEST = 500
# Working days in which an opportunity is usually won; who opens one says better.
USUAL_DAYS = 22


def chosen(request: HttpRequest) -> list[int]:
    """The leads that a bulk act is about."""
    numbers = request.POST.getlist("chosen")
    return [int(number) for number in numbers[:LONGEST] if number.isdecimal() and len(number) < 19]


def _back(request: HttpRequest) -> str:
    return own_path(request.POST.get("next", ""), default=reverse("leads"))


@require_POST
@only_for(Area.LEADS)
def accept(request: StaffRequest) -> HttpResponseBase:
    """Accepts leads that were given to the person, or to whom they cover."""
    many = accept_leads(
        scope=request.scopes[Verb.EDIT], by=request.user.id, lead_ids=chosen(request), whose=request.scope.managers
    )
    if many:
        words = ngettext("%(number)s lead is accepted.", "%(number)s leads are accepted.", many)
        messages.success(request, words % {"number": many})
    else:
        messages.info(request, _("Nothing was changed: none of these waits for you."))
    return HttpResponseRedirect(_back(request))


@require_POST
@only_for(Area.TEAM)
def assign(request: StaffRequest) -> HttpResponseBase:
    """Asks to whom, or lets the rules say, and gives leads."""
    scope, numbers = request.scopes[Verb.ASSIGN], chosen(request)
    problem = ""
    if "to" in request.POST:
        try:
            if request.POST["to"] == "rules":
                tree = institution_tree(request.display.version)
                given = assign_by_rules(scope=scope, by=request.user.id, lead_ids=numbers, tree=tree)
            else:
                given = assign_leads(scope=scope, by=request.user.id, lead_ids=numbers, to=request.POST["to"])
        except SalesError as refused:
            problem = str(refused)
        else:
            words = ngettext("%(number)s lead is given.", "%(number)s leads are given.", given.given)
            messages.success(request, words % {"number": given.given})
            if given.left:
                words = ngettext(
                    "%(number)s lead stays where it is.", "%(number)s leads stay where they are.", given.left
                )
                messages.warning(request, words % {"number": given.left})
            return HttpResponseRedirect(_back(request))
    tree, names = institution_tree(request.display.version), staff_names(request.display.version)
    takers = sorted(takers_among(scope).values(), key=lambda one: (one.institution_id, one.open, one.staff_id))
    context = {
        "leads": open_of(scope, numbers, most=LONGEST),
        "takers": [
            (one, names.get(one.staff_id, one.staff_id), tree.label(one.institution_id, request.display.language))
            for one in takers
        ],
        "problem": problem,
        "next": _back(request),
    }
    return render(request, "web/leads/assign.html", context, status=422 if problem else 200)


@require_POST
@only_for(Area.LEADS)
@drafted
def act(request: StaffRequest, lead_id: int) -> HttpResponseBase:
    """Accepts one lead, sends it back, closes it, or opens it again."""
    found = lead_of(request, lead_id)
    if not editable(request, lead_id):
        raise PermissionDenied(Area.LEADS)
    scope, by = request.scopes[Verb.EDIT], request.user.id
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 9 else 0
    try:
        if "accept" in request.POST:
            if accept_leads(scope=scope, by=by, lead_ids=[lead_id], whose=request.scope.managers):
                messages.success(request, _("Accepted: the lead is yours."))
        elif "send_back" in request.POST:
            send_back(scope=scope, by=by, lead_id=lead_id, version=number, text=request.POST.get("text", ""))
            messages.success(request, _("The lead is back in the pool."))
            return redirect("leads")
        elif "reopen" in request.POST:
            reopen_lead(scope=scope, by=by, lead_id=lead_id, version=number)
        else:
            form = CloseForm(request.POST)
            if not form.is_valid():
                return lead_response(request, found, closing=form, status=422)
            entered = form.cleaned_data
            close_lead(scope=scope, by=by, lead_id=lead_id, version=entered["version"], closing=entered["closing"],
                       text=entered["text"])  # fmt: skip
            messages.success(request, _("The lead is closed."))
    except StaleError:
        words = _("Somebody has changed this lead meanwhile. Look at it and decide again.")
        return lead_response(request, lead_of(request, lead_id), problem=words, status=409)
    except SalesError as refused:
        return lead_response(request, found, problem=str(refused), status=422)
    return redirect("lead", lead_id)


@only_for(Area.LEADS)
@drafted
def convert(request: StaffRequest, lead_id: int) -> HttpResponseBase:
    """Turns a lead into a prospect or a customer, with an opportunity; nothing is typed again."""
    found = lead_of(request, lead_id)
    if not editable(request, lead_id):
        raise PermissionDenied(Area.LEADS)
    lead = found.lead
    expected = working_calendar().after(timezone.localdate(), USUAL_DAYS)
    initial = {
        "version": lead.version,
        "title": _title(lead),
        "product": lead.product,
        "amount": lead.amount,
        "expected_on": expected,
        "opportunity": lead.state == LeadState.CONVERTED,
    }
    form = ConvertForm(request.POST if request.method == "POST" else None, initial=initial)
    problem = ""
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        wanted = (
            Wanted(
                title=entered["title"],
                product=entered["product"],
                amount=entered["amount"],
                expected_on=entered["expected_on"],
            )
            if entered["opportunity"]
            else None
        )
        try:
            made = convert_lead(
                scope=request.scopes[Verb.EDIT],
                by=request.user.id,
                lead_id=lead_id,
                version=entered["version"],
                party_id=entered["party"],
                opportunity=wanted,
            )
        except StaleError:
            problem = _("Somebody has changed this lead meanwhile. Look at it and decide again.")
        except Party.DoesNotExist:
            problem = _("No customer of yours has this number.")
        except SalesError as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Done: %(state)s.") % {"state": made.get_state_display()})
            return redirect("lead", lead_id)
    return _convert_page(request, found, form, problem)


def _title(lead: Lead) -> str:
    return f"{lead.name} {lead.get_product_display()}".strip() if lead.product else lead.name


def _convert_page(request: StaffRequest, found: Any, form: ConvertForm, problem: str) -> HttpResponse:
    lead = found.lead
    twins = twins_of(
        request.scopes[Verb.EDIT],
        name=lead.name,
        phone=lead.phone,
        identifier=lead.identifier,
        kind=lead.kind,
        but=lead.pk,
        version=request.display.version,
    )
    context = {
        "page": found,
        "lead": lead,
        "form": form,
        "twins": [one for one in twins if one.is_customer and one.kind == lead.kind],
        "problem": problem,
        "opens": lead.opportunity_id is None,
    }
    return render(request, "web/leads/convert.html", context, status=422 if form.is_bound else 200)


@only_for(Area.LEADS)
@confirm.required
def reveal(request: StaffRequest, lead_id: int, what: str) -> HttpResponse:
    """Shows a lead's phone or identifier in full for a moment: with a reason, counted and logged as a customer's is."""
    found = lead_of(request, lead_id)
    try:
        _lead, clear = clear_of(request.scopes[Verb.REVEAL], lead_id, what)
    except Lead.DoesNotExist:
        return _shown(request, found, "refused", {"why_not": "right"}, status=403)
    if clear is None:
        raise Http404
    form = RevealForm(request.POST if request.method == "POST" else None, initial={"why": USUAL.get(clear.kind)})
    most = allowed_a_day(request.roles)
    if request.method == "POST" and form.is_valid():
        try:
            left = record_reveal(
                staff_id=request.user.pk,
                roles=request.roles,
                party_id=found.lead.party_id or "",
                name=f"lead/{lead_id}/{what}",
                clear=clear,
                why=form.cleaned_data["why"],
                reason=form.cleaned_data["reason"],
            )
        except UsedUpError:
            return _shown(request, found, "refused", {"why_not": "limit", "most": most}, status=429)
        shown = {"clear": clear, "href": href_of(clear), "left": left, "seconds": settings.REVEAL_SECONDS}
        return _shown(request, found, "shown", shown)
    left = max(0, most - revealed_today(request.user.pk, now=timezone.now()))
    if not left:
        return _shown(request, found, "refused", {"why_not": "limit", "most": most})
    asked = {"clear": clear, "masked": clear.masked, "form": form, "left": left, "most": most}
    return _shown(request, found, "form", asked, status=422 if form.errors else 200)


def _shown(request: StaffRequest, found: Any, part: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    template = f"web/reveal/{part}.html"
    named = SimpleNamespace(name=found.lead.name, id="")
    whole = {**context, "party": named, "back": reverse("lead", args=[found.lead.pk])}
    if request.is_partial:
        response = render(request, template, whole, status=status)
    else:
        response = render(request, "web/reveal/page.html", {**whole, "part": template}, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    return response
