"""What every page of a customer has: who it is, the key figures, and the tabs."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import Ban, contact_ban
from guanxi.crm.consent.roles import may_look
from guanxi.crm.insight.codes import tier_reason
from guanxi.crm.insight.customer_queries import Worth, worth
from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Role
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.party.queries import Contact, PartyProfile, contacts, party_profile
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.request import StaffRequest

# Besides those who may assign customers: those whose work it is to ask who sees what.
ASKING = frozenset({Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class _Section:
    url_name: str
    label: str | Promise
    icon: str
    whose: str = ""  # empty: of persons and organisations
    asks: bool = False  # only for those who may ask who sees the customer


_SECTIONS: tuple[_Section, ...] = (
    _Section("customer", _("Overview"), icon="layout-dashboard"),
    _Section("customer-holdings", _("Holdings"), icon="wallet"),
    _Section("customer-value", _("Value"), icon="chart-bar"),
    _Section("customer-activities", _("Activities"), icon="messages"),
    _Section("customer-opportunities", _("Opportunities"), icon="target-arrow"),
    _Section("customer-events", _("Events"), icon="arrows-exchange"),
    _Section("customer-relations", _("Relations"), icon="affiliate"),
    _Section("customer-linkage", _("Linkage"), icon="circles-relation", whose=PartyKind.ORGANISATION),
    _Section("customer-group", _("Group"), icon="hierarchy-2", whose=PartyKind.ORGANISATION),
    _Section("customer-tiers", _("Tier"), icon="stairs-up"),
    _Section("customer-identity", _("Identity and contacts"), icon="id"),
    _Section("customer-consents", _("Consents"), icon="checklist"),
    _Section("customer-access", _("Who sees this"), icon="eye", asks=True),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A section of the page with its own address."""

    url: str
    label: str | Promise
    icon: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The head of a customer's page as of ``day``. ``worth`` is None for a party without published figures.

    ``may_reveal``: whether the person may have a masked value shown, with a reason. ``audit_url`` leads those who may
    know to who looked at the customer; empty for others. ``records``: whether the person may record what is done with
    this customer.
    """

    party: PartyProfile
    worth: Worth | None
    contacts: tuple[Contact, ...]
    ban: Ban
    tabs: tuple[Tab, ...]
    day: datetime.date
    may_reveal: bool
    audit_url: str = ""
    records: bool = False

    @property
    def phone(self) -> Contact | None:
        """The number to call: the first mobile, else the first landline."""
        return next((contact for contact in self.contacts if contact.is_phone), None)

    @property
    def tier_reason(self) -> str:
        """Why the customer is in this tier, in words; empty where nothing stands behind it."""
        return tier_reason(self.worth.tier_reason) if self.worth else ""

    @property
    def age(self) -> int | None:
        """Full years of a person at the business date."""
        return self.party.age(self.day)


def customer_frame(request: StaffRequest, party_id: str, tab: str) -> Frame:
    """The frame of one customer with one tab open; four queries. 404 outside the scope of who asks.

    A customer in the register of erasures is there only for those who answer for personal data.
    """
    if request.business_date is None:
        raise Http404
    try:
        party = party_profile(request.scope, party_id)
    except Party.DoesNotExist:
        raise Http404 from None
    ban = contact_ban(request.scope, party_id)
    if ban.limit is LimitKind.ERASURE and not may_look(request.roles):
        raise Http404  # kept because the law says so, and for nobody's daily work
    asks = bool(request.roles & ASKING) or request.scopes[Verb.ASSIGN].reach is not Reach.NOTHING
    return Frame(
        party=party,
        worth=worth(request.scope, party_id, day=request.business_date),
        contacts=contacts(request.scope, party_id),
        ban=ban,
        tabs=tuple(
            Tab(reverse(one.url_name, args=[party_id]), one.label, one.icon, one.url_name == tab)
            for one in _SECTIONS
            if one.whose in {"", party.kind} and (asks or not one.asks)
        ),
        day=request.business_date,
        may_reveal=reaches(request.scopes[Verb.REVEAL], party),
        audit_url=reverse("audit-customer", args=[party_id]) if may(request, Area.AUDIT) else "",
        records=reaches(request.scopes[Verb.EDIT], party),
    )


def reaches(scope: Scope, party: PartyProfile | Party) -> bool:
    """Whether a scope reaches a party that was read already; costs no query but where the scope crosses the wall."""
    manager_id = party.manager.pk if party.manager else None
    return scope.reaches(
        record=party.id, kind=party.kind, institution_id=party.institution.pk, manager_id=manager_id
    ) or (scope.links and Party.objects.visible_to(scope).filter(pk=party.id).exists())


def may_edit(request: StaffRequest, party_id: str) -> bool:
    """Whether the verb edit reaches this customer, not only see: posts add up, and one may see further than another
    may write. One query by primary key.
    """
    return Party.objects.visible_to(request.scopes[Verb.EDIT]).filter(pk=party_id).exists()


def show(request: StaffRequest, template: str, context: dict[str, Any], *, part: str = "section") -> HttpResponse:
    """A whole page, or for an htmx request the named part of the same template."""
    return render(request, f"{template}#{part}" if request.is_partial else template, context)
