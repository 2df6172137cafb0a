"""A customer's opportunities with the four stages of the process, and opening a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.opportunity_codes import Process, State
from guanxi.crm.sales.opportunity_queries import (
    currencies,
    days_in_stage,
    moves_of_customer,
    of_customer,
    pipelines,
    stands_long,
)
from guanxi.crm.sales.opportunity_services import open_opportunity
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.whom import customer_of, recording
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.opportunities.forms import TERMS, OpportunityForm
from guanxi.crm.web.opportunities.reading import leaders
from guanxi.crm.web.opportunities.words import process_mark
from guanxi.crm.web.request import StaffRequest

TAB = "customer-opportunities"


@dataclass(frozen=True, slots=True)
class ProcessPart:
    """One of the four stages across a customer's opportunities: those that stand in it, and the last who brought one
    there.
    """

    process: Process
    icon: str
    standing: tuple[Any, ...]
    last: Any | None

    @property
    def many(self) -> int:
        """How many stand in it."""
        return len(self.standing)


def process_parts(rows: tuple[Any, ...], moves: tuple[Any, ...]) -> tuple[ProcessPart, ...]:
    """The four stages of a customer's opportunities; what was lost stands in none."""
    return tuple(
        ProcessPart(
            one,
            process_mark(one),
            tuple(row for row in rows if row.stage.process == one and row.state != State.LOST),
            next((move for move in moves if move.to_stage.process == one), None),
        )
        for one in Process
    )


@only_for(Area.CUSTOMERS)
def opportunities(request: StaffRequest, party_id: str) -> HttpResponse:
    """What a customer may buy, and how far each has come; two queries of its own."""
    frame = customer_frame(request, party_id, TAB)
    rows = of_customer(request.scope, party_id)
    now = timezone.now()
    context: dict[str, Any] = {
        "frame": frame,
        "parts": process_parts(rows, moves_of_customer(request.scope, party_id)) if rows else (),
        "open": [(row, days_in_stage(row, now), stands_long(row, now)) for row in rows if row.is_open],
        "closed": [row for row in rows if not row.is_open],
        "today": timezone.localdate(),
    }
    return show(request, "web/opportunities/customer.html", context)


@only_for(Area.CUSTOMERS)
@drafted
def add(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """Opens an opportunity with a customer."""
    frame = customer_frame(request, party_id, "customer-activities")
    recording(customer_of(frame))
    lines = [(one.pipeline.line, one.pipeline.label(request.display.language)) for one in pipelines()]
    common: dict[str, Any] = {
        "display": request.display,
        "currencies": currencies(),
        "people": leaders(request, frame.party),
        "lines": lines,
    }
    asked = request.GET.get("line", "")
    if request.method != "POST":
        form = OpportunityForm.fresh(line=asked if asked in dict(lines) else "", **common)
        manager = frame.party.manager
        form.initial["owner"] = manager.pk if manager else request.user.id
        return _page(request, frame, form)
    form = OpportunityForm(request.POST, **common)
    if not form.is_valid():
        return _page(request, frame, form)
    try:
        found = open_opportunity(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            key=form.cleaned_data["key"] or uuid4(),
            party_id=party_id,
            line=form.cleaned_data["line"],
            entered=form.entered(),
            owner_id=form.cleaned_data.get("owner") or "",
        )
    except SalesError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _page(request, frame, form)
    if found.made:
        messages.success(request, _("The opportunity is open."))
    return HttpResponseRedirect(reverse("opportunity", args=[found.opportunity.pk]))


def _page(request: StaffRequest, frame: Any, form: OpportunityForm) -> HttpResponse:
    context = {"frame": frame, "form": form, "terms": TERMS, "back": reverse(TAB, args=[frame.party.id])}
    return render(request, "web/opportunities/new.html", context, status=422 if form.is_bound else 200)
