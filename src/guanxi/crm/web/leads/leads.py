"""The list of leads, a new one, and one that is read and changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.consent.roles import may_look
from guanxi.crm.contact.activity_queries import timeline
from guanxi.crm.contact.calendar_queries import appointments_of
from guanxi.crm.contact.codes import WITH_CUSTOMER
from guanxi.crm.contact.task_queries import open_tasks_of
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.protection import SYSTEM
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.party.industry import industry
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.sales.leads.duplicates import Twin, twins_of
from guanxi.crm.sales.leads.giving import assign_by_rules
from guanxi.crm.sales.leads.queries import LeadPage, lead_page, waiting_for
from guanxi.crm.sales.leads.services import change_lead, take_in_lead, taken_before
from guanxi.crm.sales.models import Lead, Opportunity
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.contact.words import KINDS, place_words, read_place
from guanxi.crm.web.leads.forms import CloseForm, LeadForm, values_of
from guanxi.crm.web.leads.listing import LEADS, NOBODY
from guanxi.crm.web.leads.words import assigns, places_for, score_mark, state_mark
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.request import StaffRequest

TO_ME, TO_RULES, TO_POOL = "me", "rules", "pool"


@only_for(Area.LEADS)
def leads(request: StaffRequest) -> HttpResponseBase:
    """The leads, the latest first."""
    own = request.scope.reach is Reach.OWN

    def narrow(values: dict[str, Any]) -> bool:
        someones = values.get("who") not in (None, NOBODY)
        return own or someones or bool({"mine", "to_accept"} & set(values.get("only", ())))

    left_out = frozenset({"manager", "institution"}) if own and len(request.scope.managers) <= 1 else frozenset()
    waiting = waiting_for(request.scope, request.user.id, timezone.now())
    context = {"assigns": assigns(request), "waiting": waiting}
    shown = Shown(template="web/leads/leads.html", narrow=narrow, left_out=left_out, context=context)
    return respond(request, LEADS, shown)


def _where(request: StaffRequest) -> list[tuple[str, Any]]:
    """Who may get a new lead: who enters it, somebody by the rules, nobody yet."""
    ways: list[tuple[str, Any]] = [(TO_RULES, _("Whoever the rules say")), (TO_POOL, _("Nobody yet: into the pool"))]
    if request.scopes[Verb.EDIT].managers:
        ways.insert(0, (TO_ME, _("I keep it")))
    return ways


@only_for(Area.LEADS)
@drafted
def new(request: StaffRequest) -> HttpResponseBase:
    """A new lead by hand. Where somebody who may be the same is there already, it is shown first, and asked once."""
    places, ways = places_for(request), _where(request)
    if request.method != "POST":
        return _new_page(request, LeadForm.fresh(places=places, to=ways))
    form = LeadForm(request.POST, places=places, to=ways)
    if not form.is_valid():
        return _new_page(request, form)
    found = form.cleaned_data
    if there := taken_before(key=found["key"], by=request.user.id):
        return _entered(request, there)
    twins = _twins(request, form)
    if twins and found["checked"] != _mark(twins):
        return _new_page(request, form, twins=twins)
    home = places[0][0] if places else ""
    to = found.get("to") or ways[0][0]
    place = found.get("institution") or home
    try:
        taken = take_in_lead(
            key=found["key"] or uuid4(),
            by=request.user.id,
            details=form.details(),
            institution_id=place,
            manager_id=request.user.id if to == TO_ME else None,
        )
    except SalesError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _new_page(request, form)
    if taken.made and to == TO_RULES:
        tree = institution_tree(request.display.version)
        assign_by_rules(scope=SYSTEM, by=request.user.id, lead_ids=[taken.lead.pk], tree=tree)
    return _entered(request, taken.lead)


def _entered(request: StaffRequest, lead: Lead) -> HttpResponseBase:
    """To the lead where the person sees it, else to the list with where it went."""
    there = Lead.objects.visible_to(request.scope).filter(pk=lead.pk).exists()
    messages.success(request, _("The lead is taken in.") if there else _("The lead is taken in and was passed on."))
    return redirect("lead", lead.pk) if there else redirect("leads")


def _twins(request: StaffRequest, form: LeadForm, *, but: int = 0) -> tuple[Twin, ...]:
    found = form.cleaned_data
    twins = twins_of(
        request.scope,
        name=found["name"],
        phone=found["phone"],
        identifier=found["identifier"],
        kind=found["kind"],
        but=but,
        version=request.display.version,
    )
    hidden = set() if may_look(request.roles) else erased_among([one.number for one in twins if one.is_customer])
    return tuple(one for one in twins if not (one.is_customer and one.number in hidden))


def _mark(twins: tuple[Twin, ...]) -> str:
    """What the page that showed these sends with "take in all the same": other ones are shown anew."""
    return ",".join(f"{'c' if one.is_customer else 'l'}{one.number}" for one in twins)[:400]


def _new_page(request: StaffRequest, form: LeadForm, *, twins: tuple[Twin, ...] = ()) -> HttpResponse:
    status = 409 if twins else 422 if form.is_bound else 200
    context = {"form": form, "twins": twins, "mark": _mark(twins)}
    return render(request, "web/leads/new.html", context, status=status)


def lead_of(request: StaffRequest, lead_id: int) -> LeadPage:
    """The lead within the person's scope; 404 for what is not there, and for one whose customer is erased."""
    try:
        found = lead_page(request.scope, lead_id, version=request.display.version)
    except Lead.DoesNotExist:
        raise Http404 from None
    if found.lead.party_id and not may_look(request.roles) and erased_among([found.lead.party_id]):
        raise Http404
    return found


def editable(request: StaffRequest, lead_id: int) -> bool:
    """Whether the person may change the lead; one query."""
    return Lead.objects.visible_to(request.scopes[Verb.EDIT]).filter(pk=lead_id).exists()


@only_for(Area.LEADS)
@drafted
def lead(request: StaffRequest, lead_id: int) -> HttpResponseBase:
    """One lead: read, and changed by whoever may."""
    found = lead_of(request, lead_id)
    if request.method != "POST":
        return lead_response(request, found, LeadForm.of(found.lead))
    if not editable(request, lead_id):
        raise PermissionDenied(Area.LEADS)
    form = LeadForm(request.POST, lead=found.lead)
    if not form.is_valid():
        return lead_response(request, found, form, status=422)
    try:
        change_lead(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            lead_id=lead_id,
            version=form.cleaned_data["version"] or 0,
            details=form.details(),
        )
    except StaleError as stale:
        data = request.POST.copy()
        data["version"] = str(stale.current.version)
        return lead_response(request, found, LeadForm(data, lead=found.lead), stale=stale.current, status=409)
    except SalesError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return lead_response(request, found, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("lead", lead_id)


def lead_response(
    request: StaffRequest,
    found: LeadPage,
    form: LeadForm | None = None,
    *,
    closing: CloseForm | None = None,
    stale: Lead | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one lead. ``stale``: what somebody else has made of it; ``problem`` is said about an act."""
    lead = found.lead
    field = industry(lead.industry_code) if lead.industry_code else None
    may_change = editable(request, lead.pk)
    form = form or LeadForm.of(lead)
    today = timezone.localdate()
    done = timeline(request.scope, None, lead_id=lead.pk, before=read_place(request.GET.get("before", "")))
    context: dict[str, Any] = {
        "page": found,
        "lead": lead,
        "timeline": done,
        "before": place_words(done.before),
        "later": bool(request.GET.get("before")),
        "tasks": open_tasks_of(request.scope, None, lead_id=lead.pk, today=today),
        "appointments": appointments_of(request.scope, None, lead_id=lead.pk, since=timezone.now()),
        "today": today,
        "kinds": [(kind, KINDS[kind].icon) for kind in WITH_CUSTOMER],
        "state": state_mark(lead.state),
        "score": score_mark(lead.score),
        "place": institution_tree(request.display.version).label(lead.institution_id, request.display.language),
        "industry": (field.division or field.section) if field else "",
        "form": form,
        "closing": closing or CloseForm(initial={"version": lead.version}),
        "stale": stale,
        "differences": _differences(form, stale) if stale else [],
        "problem": problem,
        "may_change": may_change and (lead.is_open or lead.state == LeadState.PROSPECT),
        "may_reopen": may_change and lead.state == LeadState.CLOSED,
        "may_accept": lead.state == LeadState.ASSIGNED
        and lead.manager_id in (request.user.id, *request.scope.managers),
        "may_send_back": may_change and lead.state in (LeadState.ASSIGNED, LeadState.ACCEPTED),
        "may_assign": assigns(request) and lead.is_open,
        "may_reveal": Lead.objects.visible_to(request.scopes[Verb.REVEAL]).filter(pk=lead.pk).exists(),
        "overdue": bool(lead.accept_by and lead.accept_by <= timezone.now()),
        "may_open": may_change and lead.state == LeadState.CONVERTED and lead.opportunity_id is None,
        "opportunity_url": _address(lead.opportunity_id),
        "opportunity": _opportunity(request, lead),
        "parts": [part for part in found.parts if part.holds],
        "language": request.display.language,
        "editing": form.is_bound,
    }
    return render(request, "web/leads/lead.html", context, status=status)


def _opportunity(request: StaffRequest, lead: Lead) -> str:
    """What the opportunity of a lead is called; its number where the reader does not see it."""
    if lead.opportunity_id is None:
        return ""
    rows = Opportunity.objects.visible_to(request.scope).filter(pk=lead.opportunity_id)
    return rows.values_list("title", flat=True).first() or str(lead.opportunity_id)


def _address(opportunity_id: int | None) -> str:
    """Where an opportunity is shown; empty for none."""
    if opportunity_id is None:
        return ""
    try:
        return reverse("opportunity", args=[opportunity_id])
    except NoReverseMatch:
        return ""


def _differences(form: LeadForm, current: Lead) -> list[tuple[Any, str, str]]:
    """The fields in which what was typed is not what stands now: label, what stands, what was typed."""
    form.is_valid()
    found = []
    for name, value in values_of(current).items():
        typed = form.cleaned_data.get(name)
        if name == "version" or name not in form.fields or (typed or "") == (value or ""):
            continue
        choices = dict(getattr(form.fields[name], "choices", []) or [])
        words = [str(choices.get(one, one if one is not None else "")) for one in (value, typed)]
        found.append((form.fields[name].label, words[0], words[1]))
    return found
