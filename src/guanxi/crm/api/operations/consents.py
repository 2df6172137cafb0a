"""May I contact this customer? And what the customer says about it; requests under the law."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Query, Router
from pydantic import Field

from guanxi.crm.api.callers import Token
from guanxi.crm.api.errors import Problem
from guanxi.crm.api.once import answer_once
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import customer_of
from guanxi.crm.api.schemas import consent as wire
from guanxi.crm.api.schemas.parts import Coded, Number, Parameters, answers
from guanxi.crm.consent.case_queries import cases_of
from guanxi.crm.consent.case_services import CaseError, open_case
from guanxi.crm.consent.codes import BY_CHANNEL, Channel, Decision, Purpose, Why, channels_of
from guanxi.crm.consent.models import ConsentEvent, RightsCase
from guanxi.crm.consent.queries import consent_matrix, may_contact
from guanxi.crm.consent.rights_codes import CaseKind, CaseStatus
from guanxi.crm.consent.roles import may_look, may_record
from guanxi.crm.consent.rules import Answer
from guanxi.crm.consent.services import ConsentError, Evidence, record_consent, withdraw_consent
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.token_models import Ability
from guanxi.crm.web.access import Area
from guanxi.crm.web.request import StaffRequest

router = Router(tags=["consents"])
MAY_READ = Token(Ability.CONSENTS, Area.CUSTOMERS)


def _coded(choices: Any, value: str) -> Coded:
    return Coded(code=value, label=str(choices(value).label))


def _answer(purpose: str, channel: str, found: Answer) -> wire.Answer:
    return wire.Answer(
        purpose=_coded(Purpose, purpose),
        channel=_coded(Channel, channel),
        allowed=found.allowed,
        why=_coded(Why, found.why),
        since=found.since_day,
        until=found.until,
    )


@router.get(
    "/{party_id}/consents",
    auth=MAY_READ,
    response=answers(wire.Answers, 404),
    summary=_noop("Consents of a customer"),
    url_name="customer-consents",
    description=_noop("May the customer be contacted: every purpose and channel, as of today, with the reason."),
)
def customer_consents(request: StaffRequest, party_id: Number) -> Any:
    customer_of(request, party_id)
    take(request, 1)
    rows = consent_matrix(request.scope, party_id).rows
    return wire.Answers(items=[_answer(row.purpose, cell.channel, cell.answer) for row in rows for cell in row.cells])


class Asked(Parameters):
    """For what, and through which channel."""

    purpose: Purpose = Field(description=_noop("For what"))
    channel: Channel = Field(Channel.ANY, description=_noop("Needed for marketing and surveys."))


@router.get(
    "/{party_id}/may-contact",
    auth=MAY_READ,
    response=answers(wire.Answer, 404),
    summary=_noop("May I contact this customer"),
    url_name="customer-may-contact",
    description=_noop("One answer, for the moment before a call or a message. Nothing said means no."),
)
def customer_may_contact(request: StaffRequest, party_id: Number, asked: Query[Asked]) -> Any:
    customer_of(request, party_id)
    if asked.channel not in channels_of(asked.purpose):
        raise Problem("invalid", _("This purpose and this channel do not go together."))
    take(request, 1)
    return _answer(asked.purpose, asked.channel, may_contact(party_id, asked.purpose, asked.channel))


@router.post(
    "/{party_id}/consents",
    auth=Token(Ability.CONSENTS_WRITE, Area.CUSTOMERS),
    response=answers(wire.Recorded, 404, 409, status=201),
    summary=_noop("Record a consent or its withdrawal"),
    url_name="customer-consents",
    description=_noop(
        "What the customer says now holds everywhere at once. A withdrawal wins over a consent of the same day."
    ),
)
def record_customer_consent(request: StaffRequest, party_id: Number, said: wire.Consent) -> Any:
    _writable(request, party_id)

    def work() -> wire.Recorded:
        try:
            made = _record(party_id, said, request.user.pk)
        except ConsentError as refused:
            raise Problem("conflict", str(refused)) from None
        return wire.Recorded(
            items=[
                wire.Said(id=event.pk, purpose=event.purpose, channel=event.channel, decision=event.decision)
                for event in made
            ]
        )

    return answer_once(request, work)


def _record(party_id: str, said: wire.Consent, staff_id: str) -> tuple[ConsentEvent, ...]:
    evidence = Evidence(how=said.how, reference=said.evidence, note=said.note, staff_id=staff_id)
    if said.decision == Decision.GIVEN:
        if said.purpose is None:
            raise ConsentError(_("Consent is given for one purpose at a time."))
        return record_consent(
            party_id=party_id,
            purpose=said.purpose,
            channels=said.channels,
            evidence=evidence,
            said_on=said.said_on,
            valid_until=said.valid_until,
        )
    if said.channels and said.purpose not in BY_CHANNEL:
        raise ConsentError(_("This purpose and this channel do not go together."))
    return withdraw_consent(
        party_id=party_id,
        purposes=tuple(Purpose) if said.purpose is None else (said.purpose,),
        channels=said.channels or None,
        evidence=evidence,
        said_on=said.said_on,
    )


def _writable(request: StaffRequest, party_id: str) -> None:
    """A customer within the scope of editing, for roles that record what customers say."""
    if not may_record(request.roles):
        raise Problem("no-right", _("Ask whoever assigns posts in your institution."))
    customer_of(request, party_id, Verb.EDIT)


@router.get(
    "/{party_id}/requests",
    auth=MAY_READ,
    response=answers(wire.Requests, 404),
    summary=_noop("Requests of a customer"),
    url_name="customer-requests",
    description=_noop("The last requests of the person, and by when each is answered."),
)
def customer_requests(request: StaffRequest, party_id: Number) -> Any:
    if not (may_record(request.roles) or may_look(request.roles)):
        raise Problem("no-right", _("Ask whoever assigns posts in your institution."))
    customer_of(request, party_id)
    take(request, 1)
    return wire.Requests(items=[_received(case) for case in cases_of(request.scope, party_id)])


@router.post(
    "/{party_id}/requests",
    auth=Token(Ability.REQUESTS_WRITE, Area.CUSTOMERS),
    response=answers(wire.Received, 404, 409, status=201),
    summary=_noop("Take in a request of a person"),
    url_name="customer-requests",
    description=_noop(
        "Access, correction, erasure and the rest: opens a case with a deadline and returns its receipt."
    ),
)
def receive_request(request: StaffRequest, party_id: Number, asked: wire.Request) -> Any:
    _writable(request, party_id)

    def work() -> wire.Received:
        try:
            case = open_case(party_id=party_id, staff_id=request.user.pk, **asked.model_dump())
        except CaseError as refused:
            raise Problem("conflict", str(refused)) from None
        return _received(case)

    return answer_once(request, work)


def _received(case: RightsCase) -> wire.Received:
    return wire.Received(
        number=case.number,
        kind=_coded(CaseKind, case.kind),
        status=_coded(CaseStatus, case.status),
        received_on=timezone.localdate(case.received_at),
        due_on=case.due_on,
    )
