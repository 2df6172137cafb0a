"""Opportunities: as a list by the filters of the page, one with its parts, opened, and moved through its stages."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any, Literal
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Query, Router
from pydantic import Field

from guanxi.crm.api.callers import Token
from guanxi.crm.api.errors import Problem
from guanxi.crm.api.once import answer_once
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import Names, customer_of
from guanxi.crm.api.schemas import opportunity as wire
from guanxi.crm.api.schemas.parts import Bound, Coded, Named, Number, Parameters, Text, answers, cny, money
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.token_models import Ability
from guanxi.crm.party.models import Party
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import CloseReason
from guanxi.crm.sales.opportunity_codes import Origin, Part, ProductLine, Required, State
from guanxi.crm.sales.opportunity_moves import Ending, move_stage
from guanxi.crm.sales.opportunity_queries import Whole, pipelines, reasons
from guanxi.crm.sales.opportunity_services import Entered, open_opportunity
from guanxi.crm.web.access import Area
from guanxi.crm.web.listing.listing import narrowed, page_of_fields, recorded, state_of
from guanxi.crm.web.opportunities.listing import LIST, source
from guanxi.crm.web.opportunities.reading import changing, reach_of, whole_of
from guanxi.crm.web.request import StaffRequest

router = Router(tags=["opportunities"])
MAY = Token(Ability.OPPORTUNITIES, Area.OPPORTUNITIES)
MAY_WRITE = Token(Ability.OPPORTUNITIES_WRITE, Area.OPPORTUNITIES)
FIELDS = (
    "id", "title", "party_id", "party__name", "lead_id", "pipeline__line", "stage__code", "stage__name_zh",
    "stage__name_en", "stage__probability", "state", "amount_cny", "contribution", "expected_on", "closed_on",
    "owner_id", "institution_id", "version",
)  # fmt: skip


class Asked(Parameters):
    """What narrows and orders the list, and which page of it."""

    q: Text = Field("", max_length=80, description=_noop("Words of the title, name or number of the customer."))
    line: list[ProductLine] = Field([], max_length=6, description=_noop("Any of these."))
    state: list[State] = Field([], max_length=3, description=_noop("Any of these; the open ones where none is named."))
    owner: Number | None = Field(None, description=_noop("Staff number of who leads them."))
    institution: Number | None = Field(None, description=_noop("With all institutions below it."))
    expected_since: datetime.date | None = None
    expected_until: datetime.date | None = None
    amount_min: Bound | None = Field(None, description=_noop("CNY."))
    amount_max: Bound | None = Field(None, description=_noop("CNY."))
    sort: Literal["expected", "-expected", "-amount", "amount", "-changed", "changed"] = "expected"
    limit: int = Field(50, ge=1, le=200)
    page: str = Field("", max_length=600, description=_noop("The value of next of the page before."))


@router.get(
    "",
    auth=MAY,
    response=answers(wire.OpportunityPage),
    summary=_noop("List opportunities"),
    url_name="opportunities",
    description=_noop("Those of customers you may see, the next to close first, a page at a time. There is no total."),
)
def opportunities(request: StaffRequest, asked: Query[Asked]) -> Any:
    listing = replace(LIST, page_size=asked.limit)
    state = state_of(listing, request, narrow=lambda _values: False)
    if asked.page and state.cursor is None:
        raise Problem("invalid-cursor", _("Give back next as it was, with the same filters and the same sort."))
    page = page_of_fields(listing, narrowed(listing, request, source(request), state), state, FIELDS)
    take(request, len(page.rows))
    facts = {**recorded(listing, state), "first": page.first, "rows": len(page.rows)}
    record(action=Action.LIST, kind="api-v1:opportunities", detail=facts)
    names = Names(request)
    return wire.OpportunityPage(
        items=[_row(names, dict(zip(page.fields, row, strict=False))) for row in page.rows],
        next=page.following.write(listing.name) if page.following else None,
    )


def _row(names: Names, found: dict[str, Any]) -> wire.OpportunityRow:
    return wire.OpportunityRow(
        id=found["id"],
        title=found["title"],
        customer=Named(id=found["party_id"], name=found["party__name"]) if found["party_id"] else None,
        lead=None if found["party_id"] else found["lead_id"],
        line=_line(found["pipeline__line"]),
        stage=Coded(code=found["stage__code"], label=names.label(found["stage__name_zh"], found["stage__name_en"])),
        state=_state(found["state"]),
        probability=found["stage__probability"],
        amount=cny(found["amount_cny"]),
        contribution=cny(found["contribution"]),
        expected_on=found["expected_on"],
        closed_on=found["closed_on"],
        manager=names.staff(found["owner_id"]) or Named(id=found["owner_id"], name=found["owner_id"]),
        institution=names.institution(found["institution_id"]),
        version=found["version"],
    )


def _line(line: str) -> Coded:
    return Coded(code=line, label=str(ProductLine(line).label))


def _state(state: str) -> Coded:
    return Coded(code=state, label=str(State(state).label))


@router.get(
    "/pipelines",
    auth=MAY,
    response=answers(wire.Pipelines),
    summary=_noop("The pipelines"),
    url_name="pipelines",
    description=_noop("The stages of each product line as the bank has set them, and the reasons for the end."),
)
def lines(request: StaffRequest) -> Any:
    names = Names(request)
    return wire.Pipelines(
        pipelines=[
            wire.Pipeline(
                line=_line(one.pipeline.line),
                name=names.label(one.pipeline.name_zh, one.pipeline.name_en),
                stages=[
                    wire.PipelineStage(
                        code=stage.code,
                        label=names.label(stage.name_zh, stage.name_en),
                        state=_state(stage.state),
                        probability=stage.probability,
                        required=[Coded(code=code, label=str(Required(code).label)) for code in stage.required],
                    )
                    for stage in one.stages
                ],
            )
            for one in pipelines()
        ],
        reasons=[
            wire.EndReason(code=one.code, label=names.label(one.name_zh, one.name_en), state=_state(one.state))
            for one in reasons()
        ],
    )


def _wire(request: StaffRequest, whole: Whole) -> wire.Opportunity:
    one, names = whole.opportunity, Names(request)
    return wire.Opportunity(
        id=one.pk,
        title=one.title,
        customer=Named(id=one.party_id, name=one.party.name) if one.party_id else None,
        lead=None if one.party_id else one.lead_id,
        line=_line(one.pipeline.line),
        stage=Coded(code=one.stage.code, label=names.label(one.stage.name_zh, one.stage.name_en)),
        state=_state(one.state),
        probability=one.stage.probability,
        amount=money(one.amount, one.currency),
        amount_cny=cny(one.amount_cny),
        contribution=cny(one.contribution),
        term_days=one.term_days,
        expected_on=one.expected_on,
        need=one.need,
        decider=one.decider,
        manager=Named(id=one.owner_id, name=one.owner_name or one.owner_id),
        institution=names.institution(one.institution_id),
        products=[
            wire.OpportunityProduct(
                id=line.product_id,
                name=names.label(line.product.name, line.product.name_en or ""),
                amount=money(line.amount, one.currency),
                term_days=line.term_days,
                price=line.price,
                below_floor=line.below_floor,
                contribution=None if line.contribution is None else cny(line.contribution),
            )
            for line in whole.products
        ],
        team=[
            wire.TeamMember(
                staff=Named(id=member.staff_id, name=member.who or member.staff_id),
                part=Coded(code=member.part, label=str(Part(member.part).label)),
                share=member.share / 100,
            )
            for member in whole.team
        ],
        competitors=[rival.name for rival in whole.competitors],
        origin=Coded(code=one.origin, label=str(Origin(one.origin).label)),
        opened_at=one.opened_at,
        stage_since=one.stage_since,
        closed_on=one.closed_on,
        reason=Coded(code=one.reason.code, label=names.label(one.reason.name_zh, one.reason.name_en))
        if one.reason
        else None,
        reason_text=one.reason_text,
        version=one.version,
    )


@router.get(
    "/{int:opportunity_id}",
    auth=MAY,
    response=answers(wire.Opportunity, 404),
    summary=_noop("An opportunity"),
    url_name="opportunity",
    description=_noop("How far it is, with its products, its team and who competes."),
)
def opportunity(request: StaffRequest, opportunity_id: int) -> Any:
    whole = whole_of(request, opportunity_id)
    take(request, 1)
    return _wire(request, whole)


@router.post(
    "",
    auth=MAY_WRITE,
    response=answers(wire.Opportunity, 404, 409, status=201),
    summary=_noop("Open an opportunity"),
    url_name="opportunity-new",
    description=_noop("With a customer whom you may edit; it begins in the first stage of its line's pipeline."),
)
def open_one(request: StaffRequest, wanted: wire.NewOpportunity) -> Any:
    customer_of(request, wanted.customer, Verb.EDIT)
    _check_leader(request, wanted)
    entered = Entered(
        title=wanted.title,
        expected_on=wanted.expected_on,
        need=wanted.need,
        decider=wanted.decider,
        amount=wanted.amount,
        currency=wanted.currency,
        term_days=wanted.term_days,
    )

    def work() -> wire.Opportunity:
        try:
            made = open_opportunity(
                scope=request.scopes[Verb.EDIT],
                by=request.user.pk,
                key=uuid4(),
                party_id=wanted.customer,
                line=wanted.line,
                entered=entered,
                owner_id=wanted.manager or "",
            ).opportunity
        except SalesError as refused:
            raise Problem("conflict", str(refused)) from None
        return _wire(request, whole_of(request, made.pk))

    return answer_once(request, work)


def _check_leader(request: StaffRequest, wanted: wire.NewOpportunity) -> None:
    """Whoever is to lead it can work with the customer."""
    if not wanted.manager or wanted.manager == request.user.pk:
        return
    reach = reach_of(request, wanted.manager)
    if reach is None or not Party.objects.visible_to(reach).filter(pk=wanted.customer).exists():
        raise Problem("conflict", _("This person does not look after the customer."))


@router.post(
    "/{int:opportunity_id}/move",
    auth=MAY_WRITE,
    response=answers(wire.Opportunity, 404, 409, 412),
    summary=_noop("Move an opportunity to another stage"),
    url_name="opportunity-move",
    description=_noop(
        "As the page does: what a stage requires must be known before. Where somebody has changed it since you read "
        "it, nothing is done."
    ),
)
def move(request: StaffRequest, opportunity_id: int, wanted: wire.StageMove) -> Any:
    whole = changing(request, opportunity_id)
    stage = next((one for one in whole.stages if one.code == wanted.stage), None)
    if stage is None:
        raise Problem("conflict", _("This pipeline has no such stage."))
    reason = None
    if wanted.reason:
        found = CloseReason.objects.filter(code=wanted.reason, state=stage.state, is_active=True).first()
        if found is None:
            raise Problem("conflict", _("Choose one of the reasons."))
        reason = found.pk

    def work() -> wire.Opportunity:
        try:
            move_stage(
                scope=request.scopes[Verb.EDIT],
                by=request.user.pk,
                opportunity_id=opportunity_id,
                version=wanted.version,
                stage_id=stage.pk,
                ending=Ending(reason_id=reason, text=wanted.text, competitor=wanted.competitor),
            )
        except StaleError as stale:
            words = _("Read it again, and decide again.")
            raise Problem("changed-meanwhile", words, version=str(stale.current.version)) from None
        except SalesError as refused:
            raise Problem("conflict", str(refused)) from None
        return _wire(request, whole_of(request, opportunity_id))

    return answer_once(request, work, status=200)
