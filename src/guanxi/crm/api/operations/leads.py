"""Leads: handed in by other systems, and read again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Router

from guanxi.crm.api.callers import Token
from guanxi.crm.api.errors import Problem
from guanxi.crm.api.once import answer_once
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import Names
from guanxi.crm.api.schemas import lead as wire
from guanxi.crm.api.schemas.parts import Coded, answers, coded, money
from guanxi.crm.consent.roles import may_look
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.org.token_models import Ability
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadProduct, LeadSource, LeadState
from guanxi.crm.sales.leads.duplicates import twins_of
from guanxi.crm.sales.leads.giving import assign_by_rules
from guanxi.crm.sales.leads.queries import LeadPage, lead_page
from guanxi.crm.sales.leads.services import Details, take_in_lead
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.request import StaffRequest

router = Router(tags=["leads"])
MAY = Token(Ability.LEADS, Area.LEADS)


def _state(state: str) -> Coded:
    return Coded(code=state, label=str(LeadState(state).label))


def _page(request: StaffRequest, lead_id: int) -> LeadPage | None:
    """A lead within the caller's scope; None for what is not there, and for one whose customer is erased."""
    try:
        found = lead_page(request.scope, lead_id, version=request.display.version)
    except Lead.DoesNotExist:
        return None
    party_id = found.lead.party_id
    return None if party_id and not may_look(request.roles) and erased_among([party_id]) else found


def _wire(request: StaffRequest, found: LeadPage) -> wire.Lead:
    lead, names = found.lead, Names(request)
    return wire.Lead(
        id=lead.pk,
        kind=Coded(code=lead.kind, label=str(PartyKind(lead.kind).label)),
        name=lead.name,
        phone=found.phone,
        identifier=found.identifier,
        city=lead.city,
        product=coded(LeadProduct, lead.product),
        amount=money(lead.amount),
        source=Coded(code=lead.source, label=str(LeadSource(lead.source).label)),
        state=_state(lead.state),
        score=lead.score,
        institution=names.institution(lead.institution_id),
        manager=names.staff(lead.manager_id),
        accept_by=lead.accept_by,
        customer=lead.party_id,
        opportunity=lead.opportunity_id,
        made_at=lead.made_at,
        version=lead.version,
    )


@router.get(
    "/{int:lead_id}",
    auth=MAY,
    response=answers(wire.Lead, 404),
    summary=_noop("A lead"),
    url_name="lead",
    description=_noop("How far it is, and who has it."),
)
def lead(request: StaffRequest, lead_id: int) -> Any:
    found = _page(request, lead_id)
    if found is None:
        raise Http404
    take(request, 1)
    return _wire(request, found)


@router.post(
    "",
    auth=MAY,
    response=answers(wire.Taken, 409, status=201),
    summary=_noop("Hand in a lead"),
    url_name="leads",
    description=_noop(
        "It is scored, and given to a manager by the rules. Who may be the same is told and stops nothing."
    ),
)
def take_in(request: StaffRequest, wanted: wire.NewLead) -> Any:
    place = _place(request, wanted.institution)
    details = Details(
        kind=wanted.kind,
        name=wanted.name,
        source=LeadSource.API,
        contact_name=wanted.contact_name,
        phone=wanted.phone,
        identifier=wanted.identifier,
        city=wanted.city,
        industry_code=wanted.industry,
        product=wanted.product or "",
        amount=wanted.amount,
        source_detail=wanted.source_detail,
        text=wanted.note,
    )

    def work() -> wire.Taken:
        twins = twins_of(
            request.scope,
            name=details.name,
            phone=details.phone,
            identifier=details.identifier,
            kind=details.kind,
            version=request.display.version,
        )
        hidden = set() if may_look(request.roles) else erased_among([one.number for one in twins if one.is_customer])
        try:
            made = take_in_lead(key=uuid4(), by=request.user.pk, details=details, institution_id=place).lead
        except SalesError as refused:
            raise Problem("conflict", str(refused)) from None
        if wanted.assign:
            tree = institution_tree(request.display.version)
            assign_by_rules(scope=SYSTEM, by=request.user.pk, lead_ids=[made.pk], tree=tree)
        with entered(SYSTEM):
            made.refresh_from_db(fields=["state"])
        found = _page(request, made.pk)
        return wire.Taken(
            id=made.pk,
            state=_state(made.state),
            lead=_wire(request, found) if found else None,
            duplicates=[
                wire.Twin(id=one.number, is_customer=one.is_customer, agrees_in=list(one.by))
                for one in twins
                if not (one.is_customer and one.number in hidden)
            ],
        )

    return answer_once(request, work)


def _place(request: StaffRequest, asked: str) -> str:
    """The institution that a lead is handed in for: one that the caller edits for, or the own."""
    scope: Scope = request.scopes[Verb.EDIT]
    home = request.user.institution_id or ""
    tree = institution_tree(request.display.version)
    place = asked or home
    if place not in tree.nodes or not (place == home or scope.sight.everything or place in scope.institution_ids):
        raise Problem("not-found", _("No institution of yours has this number or name."))
    return place
