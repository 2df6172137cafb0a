"""What the rooms below hold about a person, for the register; rooms beside this one register their own models."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent import models as own
from guanxi.crm.consent.rights_codes import DataKind
from guanxi.crm.handover.models import Item
from guanxi.crm.holding import codes as holding_codes
from guanxi.crm.holding.models import Agreement, AgreementKind, AgreementParty, Event
from guanxi.crm.insight import models as insight
from guanxi.crm.kernel.personal import Held, register
from guanxi.crm.org.models import Assignment
from guanxi.crm.party import codes as party_codes
from guanxi.crm.party.models import ContactPoint, LinkedParty, Party, PartyIdentifier, PartyRelation, SearchToken

PARTY = ("party_id",)
# The law on money laundering forbids telling a customer how the bank judges that risk.
AML = ("aml_risk",)


def register_all() -> None:
    """Registers the models of party, holding, insight and of this room."""
    register(
        Held(
            model=Party,
            lookups=("id",),
            kind=DataKind.IDENTITY,
            title=_("Who you are"),
            left_out=(*AML, "name_pinyin"),
            words={
                "gender": party_codes.Gender,
                "education": party_codes.Education,
                "investment_risk": party_codes.InvestmentRisk,
                "organisation_scale": party_codes.OrganisationScale,
            },
        ),
        Held(
            model=PartyIdentifier,
            lookups=PARTY,
            kind=DataKind.IDENTITY,
            title=_("Your documents"),
            words={"kind": party_codes.IdentifierKind},
        ),
        Held(
            model=ContactPoint,
            lookups=PARTY,
            kind=DataKind.IDENTITY,
            title=_("How to reach you"),
            words={"kind": party_codes.ContactKind},
        ),
        Held(
            model=PartyRelation,
            lookups=("party_id", "related_party_id"),
            kind=DataKind.IDENTITY,
            title=_("Your relations to others"),
        ),
        Held(
            model=LinkedParty,
            lookups=PARTY,
            kind=DataKind.IDENTITY,
            title=_("customers across the wall"),
            copy_of="party.PartyRelation",
        ),
        Held(model=Assignment, lookups=PARTY, kind=DataKind.OPERATION, title=_("Who looks after you")),
        Held(
            model=apps.get_model("org", "AssignmentEvent"),
            lookups=PARTY,
            kind=DataKind.OPERATION,
            title=_("Who looked after you before"),
            left_out=("pgh_context",),
        ),
        Held(model=Item, lookups=PARTY, kind=DataKind.OPERATION, title=_("When you were handed over")),
        Held(model=SearchToken, lookups=PARTY, kind=DataKind.IDENTITY, title=_("Search index"), copy_of="party.Party"),
        Held(
            model=Agreement,
            lookups=PARTY,
            kind=DataKind.AGREEMENT,
            title=_("Your accounts, loans and products"),
            words={
                "kind": AgreementKind,
                "status": holding_codes.AgreementStatus,
                "repayment": holding_codes.Repayment,
            },
        ),
        Held(
            model=AgreementParty,
            lookups=PARTY,
            kind=DataKind.AGREEMENT,
            title=_("Your part in agreements of others"),
            words={"role": holding_codes.AgreementRole},
        ),
        Held(
            model=Event,
            lookups=PARTY,
            kind=DataKind.TRANSACTION,
            title=_("Your transactions"),
            left_out=("night",),
            words={"kind": holding_codes.EventKind, "channel": holding_codes.Channel},
        ),
    )
    register(
        *(
            Held(model=model, lookups=PARTY, kind=DataKind.ANALYSIS, title=title, left_out=left_out)
            for model, title, left_out in (
                # Why somebody is in a tier may tell of a risk that must not be told.
                (insight.CustomerFigure, _("Balances, contribution and tier"), ("name_pinyin", "tier_reason")),
                (insight.AgreementFigure, _("Figures of each agreement"), ()),
                (insight.AgreementMonth, _("Figures of each agreement by month"), ()),
                (insight.CustomerMonth, _("Contribution by month"), ()),
                (insight.BalanceChange, _("Daily totals"), ()),
                (insight.TierChange, _("Changes of tier"), ("reason",)),
                (insight.Movement, _("Large movements"), ()),
                (insight.Maturity, _("What matures"), ()),
                (insight.Alert, _("What somebody should act on"), ()),
            )
        )
    )
    register(
        Held(
            model=insight.CompanyLink,
            lookups=("party_id", "other_id"),
            kind=DataKind.ANALYSIS,
            title=_("Companies that you are linked with"),
            words={"role": insight.LinkRole},
        ),
        Held(
            model=insight.Ownership,
            lookups=("party_id", "owner_id"),
            kind=DataKind.ANALYSIS,
            title=_("Companies that you own or control"),
        ),
        Held(
            model=insight.GroupMember,
            lookups=PARTY,
            kind=DataKind.ANALYSIS,
            title=_("The group that you belong to"),
            left_out=("group_id", "parent_id"),
        ),
        Held(
            model=insight.GuaranteeCircle,
            lookups=("party_id", "guarantor_id"),
            kind=DataKind.ANALYSIS,
            title=_("Guarantees in a circle that you stand in"),
            left_out=("circle_id",),
        ),
        Held(
            model=insight.HouseholdMember,
            lookups=PARTY,
            kind=DataKind.ANALYSIS,
            title=_("That you were found to live in a household"),
            left_out=("household_id",),
        ),
        Held(model=own.ConsentEvent, lookups=PARTY, kind=DataKind.EVIDENCE, title=_("What you agreed to and withdrew")),
        Held(model=own.ConsentState, lookups=PARTY, kind=DataKind.EVIDENCE, title=_("What holds now")),
        Held(model=own.Limit, lookups=PARTY, kind=DataKind.EVIDENCE, title=_("Stops of use")),
        Held(model=own.RightsCase, lookups=PARTY, kind=DataKind.EVIDENCE, title=_("Your requests")),
        Held(
            model=own.CaseStep,
            lookups=("case__party_id",),
            kind=DataKind.EVIDENCE,
            title=_("What became of your requests"),
        ),
        Held(
            model=own.Correction,
            lookups=("case__party_id",),
            kind=DataKind.OPERATION,
            title=_("Corrections you asked for"),
        ),
        Held(
            model=own.Package,
            lookups=("case__party_id",),
            kind=DataKind.OPERATION,
            title=_("Copies of your data made for you"),
        ),
    )
