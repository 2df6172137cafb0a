"""One customer: who it is, what it holds, what it is worth, how it is related."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _noop
from ninja import Query, Router
from pydantic import Field

from guanxi.crm.api.callers import Token
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import Names, customer_of, sub_tier, tier
from guanxi.crm.api.schemas import customer as wire
from guanxi.crm.api.schemas.parts import Coded, Named, Number, Parameters, answers, coded, money
from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import contact_ban
from guanxi.crm.holding.codes import AgreementRole, AgreementStatus, RiskGrade
from guanxi.crm.holding.models import Agreement, AgreementKind
from guanxi.crm.holding.queries import RoleHeld, holdings, others_in_own, roles_in_others
from guanxi.crm.insight.codes import tier_reason
from guanxi.crm.insight.customer_queries import (
    MONTHS_SHOWN,
    Worth,
    agreement_standings,
    closed_months,
    tier_history,
    worth,
)
from guanxi.crm.kernel.sensitive import shown
from guanxi.crm.org.token_models import Ability
from guanxi.crm.party import codes
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.crm.party.queries import contacts, documents
from guanxi.crm.party.relation_queries import network
from guanxi.crm.web.access import Area
from guanxi.crm.web.erased import roles_without_names, without_names
from guanxi.crm.web.request import StaffRequest

router = Router(tags=["customer"])
MAY = Token(Ability.CUSTOMERS, Area.CUSTOMERS)
# How marketing reaches each kind of contact.
CHANNEL_OF = {
    codes.ContactKind.MOBILE: ("phone", "sms"),
    codes.ContactKind.LANDLINE: ("phone",),
    codes.ContactKind.EMAIL: ("email",),
    codes.ContactKind.WECHAT: ("wechat",),
}


@router.get(
    "/{party_id}",
    auth=MAY,
    response=answers(wire.Customer, 404),
    summary=_noop("One customer"),
    url_name="customer",
    description=_noop(
        "Who the customer is, how to reach it, and what the night published of it. Sensitive values are masked."
    ),
)
def customer(request: StaffRequest, party_id: Number) -> Any:
    party, limits = customer_of(request, party_id)
    take(request, 1)
    names, found = Names(request), worth(request.scope, party_id, day=request.day)
    ban = contact_ban(request.scope, party_id)
    return wire.Customer(
        id=party.id,
        kind=party.kind,
        name=party.name,
        name_latin=party.name_en,
        gender=coded(codes.Gender, party.gender),
        birth_date=party.birth_date,
        nationality=party.nationality,
        education=coded(codes.Education, party.education),
        occupation=party.occupation,
        income=shown(Party, "annual_income", party.annual_income),
        industry=party.industry_code,
        size=coded(codes.OrganisationScale, party.organisation_scale),
        registered_capital=money(party.registered_capital),
        employees=party.employees,
        founded_on=party.established_on,
        institution=names.institution(party.institution.pk),
        manager=names.staff(party.manager.pk if party.manager else None),
        customer_since=party.opened_on,
        risk_appetite=coded(codes.InvestmentRisk, party.investment_risk),
        restricted=party.restricted,
        status=party.status,
        use_stopped=_stop(limits),
        documents=[
            wire.Document(
                kind=_word(codes.IdentifierKind, paper.kind),
                number=shown(PartyIdentifier, "number", paper.masked, paper.kind),
                valid_from=paper.valid_from,
                valid_to=paper.valid_to,
                is_primary=paper.is_primary,
            )
            for paper in documents(request.scope, party_id)
        ],
        contacts=[
            wire.Contact(
                kind=_word(codes.ContactKind, one.kind),
                value=shown(ContactPoint, "value", one.value, one.kind),
                is_primary=one.is_primary,
                marketing_allowed=any(
                    channel in ban.open and not ban.forbids(channel)
                    for channel in CHANNEL_OF.get(codes.ContactKind(one.kind), ("post",))
                )
                if one.kind in codes.ContactKind.values
                else False,
            )
            for one in contacts(request.scope, party_id)
        ],
        business_date=request.day,
        figures=_figures(found) if found else None,
    )


def _word(choices: Any, code: str) -> Coded:
    return coded(choices, code) or Coded(code="", label="")


def _stop(limits: frozenset[str]) -> Coded | None:
    kind = next((kind for kind in (LimitKind.ERASURE, LimitKind.RESTRICTION) if kind in limits), None)
    return coded(LimitKind, kind) if kind else None


def _figures(found: Worth) -> wire.Figures:
    return wire.Figures.model_validate(
        {
            "tier": tier(found.tier),
            "sub_tier": sub_tier(found.sub_tier),
            "tier_since": found.tier_since,
            "tier_reason": tier_reason(found.tier_reason),
            "assets": found.assets,
            "loan": found.loan,
            "deposit": found.deposit,
            "wealth": found.wealth,
            "assets_average": found.assets_average,
            "contribution_month": found.contribution_mtd,
            "contribution_12_months": found.contribution_r12,
            "deposit_12_months": found.deposit_r12,
            "loan_12_months": found.loan_r12,
            "fee_12_months": found.fee_r12,
            "e_banking_12_months": found.e_banking_r12,
            "agreements": found.product_count,
            "days_overdue": found.days_overdue or 0,
            "risk_grade": coded(RiskGrade, found.risk_grade),
            "next_maturity": found.next_maturity,
        }
    )


class Which(Parameters):
    """Which agreements."""

    closed: bool = Field(False, description=_noop("Those that have ended as well."))


@router.get(
    "/{party_id}/holdings",
    auth=MAY,
    response=answers(wire.Holdings, 404),
    summary=_noop("What a customer holds"),
    url_name="customer-holdings",
    description=_noop(
        "Agreements with their balances, and the roles between this customer and others (guarantors, joint holders)."
    ),
)
def customer_holdings(request: StaffRequest, party_id: Number, which: Query[Which]) -> Any:
    customer_of(request, party_id)
    take(request, 1)
    held = holdings(request.scope, party_id)
    standings = agreement_standings(request.scope, party_id, day=request.day)
    names = Names(request)
    return wire.Holdings(
        business_date=request.day,
        items=[
            wire.Agreement(
                id=one.id,
                kind=_word(AgreementKind, one.kind),
                number=shown(Agreement, "account_number", one.number),
                product=Named(id=one.product.id, name=names.label(one.product.name, one.product.name_en)),
                dimension=one.dimension,
                currency=one.currency,
                opened_on=one.opened_on,
                closed_on=one.closed_on,
                status=coded(AgreementStatus, one.status),
                balance=money(one.balance, one.currency),
                amount=money(one.amount, one.currency),
                annual_rate=one.annual_rate,
                maturity_date=one.maturity_date,
                auto_renew=one.auto_renew,
                risk_grade=coded(RiskGrade, one.risk_grade),
                days_overdue=one.days_overdue,
                overdue=money(one.overdue_amount, one.currency),
                balance_cny=money(standings[one.id].balance) if one.id in standings else None,
                contribution_12_months=money(standings[one.id].contribution_r12) if one.id in standings else None,
            )
            for one in (held.agreements if which.closed else held.open)
        ],
        roles_in_others=[
            _role(one)
            for one in roles_without_names(request, roles_in_others(request.scope, party_id, today=request.day))
        ],
        others_in_own=[
            _role(one)
            for one in roles_without_names(request, others_in_own(request.scope, party_id, today=request.day), own=True)
        ],
        truncated=held.truncated,
    )


def _role(one: RoleHeld) -> wire.Role:
    return wire.Role(
        role=coded(AgreementRole, one.role),
        other=None if one.hidden else Named(id=one.other_id, name=one.other_name),
        agreement_id=one.agreement_id or None,
        kind=coded(AgreementKind, one.agreement_kind),
        balance=money(one.balance, one.currency),
    )


@router.get(
    "/{party_id}/relations",
    auth=MAY,
    response=answers(wire.Relations, 404),
    summary=_noop("Relations of a customer"),
    url_name="customer-relations",
    description=_noop(
        "Family, ownership and work, two steps far. Nothing leads on from somebody who is no customer of yours."
    ),
)
def customer_relations(request: StaffRequest, party_id: Number) -> Any:
    party, _limits = customer_of(request, party_id)
    around = network(request.scope, party_id, today=request.day, start=(party.name, party.kind))
    found = without_names(request, around)
    take(request, sum(not node.hidden for node in found.nodes))
    return wire.Relations(
        parties=[
            wire.Party(
                key=node.key, step=node.step, id=node.party_id or None, name=node.name or None, kind=node.kind or None
            )
            for node in found.nodes
        ],
        relations=[
            wire.Related(
                source=edge.source,
                target=edge.target,
                kind=_word(codes.RelationKind, edge.kind),
                share=edge.share,
                valid_from=edge.valid_from,
                valid_to=edge.valid_to,
            )
            for edge in found.edges
        ],
        truncated=found.truncated,
    )


class Back(Parameters):
    """How far back."""

    months: int = Field(12, ge=1, le=MONTHS_SHOWN, description=_noop("So many closed months."))


@router.get(
    "/{party_id}/value",
    auth=MAY,
    response=answers(wire.Value, 404),
    summary=_noop("Contribution and balances by month"),
    url_name="customer-value",
    description=_noop(
        "What the customer brings in, month by month, by dimension and component, with average daily balances."
    ),
)
def customer_value(request: StaffRequest, party_id: Number, back: Query[Back]) -> Any:
    customer_of(request, party_id)
    take(request, 1)
    found = worth(request.scope, party_id, day=request.day)
    months = closed_months(request.scope, party_id, day=request.day, count=back.months)
    return wire.Value(
        business_date=request.day,
        contribution_month=money(found.contribution_mtd) if found else None,
        contribution_12_months=money(found.contribution_r12) if found else None,
        months=[wire.ValueMonth.model_validate(month) for month in months],
    )


@router.get(
    "/{party_id}/tiers",
    auth=MAY,
    response=answers(wire.TierHistory, 404),
    summary=_noop("Tiers of a customer over time"),
    url_name="customer-tiers",
    description=_noop("When and why the customer came into which tier, the newest first."),
)
def customer_tiers(request: StaffRequest, party_id: Number) -> Any:
    customer_of(request, party_id)
    take(request, 1)
    steps = tier_history(request.scope, party_id, day=request.day)
    return wire.TierHistory(
        items=[
            wire.TierStep(
                night=step.night,
                before=sub_tier(step.sub_tier_before) or (tier(step.tier_before) if step.tier_before else None),
                after=sub_tier(step.sub_tier) or (tier(step.tier) if step.tier else None),
                reason=step.why,
            )
            for step in steps
        ]
    )
