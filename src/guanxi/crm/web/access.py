"""Which areas of the site a role may use. What they see inside is the scope's affair (``guanxi.crm.kernel.scope``)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from guanxi.crm.consent.roles import LOOKERS
from guanxi.crm.kernel.scope import BLIND, Reach
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Role
from guanxi.crm.quality.rights import READERS
from guanxi.crm.web.exports.rights import may_approve, may_export
from guanxi.crm.web.handover.rights import uses as uses_handovers
from guanxi.crm.web.request import StaffRequest


class Area(StrEnum):
    """A part of the site that is open to some roles."""

    HOME = "home"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    BULLETIN = "bulletin"
    INDUSTRIES = "industries"
    WORK = "work"
    OPPORTUNITIES = "opportunities"
    PRICES = "prices"
    LEADS = "leads"
    TEAM = "team"
    HANDOVERS = "handovers"
    IDENTITY = "identity"
    RULES = "rules"
    RULE_MAKING = "rule_making"
    CUSTOMER_QUALITY = "customer_quality"
    QUALITY = "quality"
    QUARANTINE = "quarantine"
    RUNS = "runs"
    AUDIT = "audit"
    RIGHTS = "rights"
    UNUSUAL = "unusual"
    HISTORY = "history"
    EXPORTS = "exports"
    ADMINISTRATION = "administration"


RULE_MAKERS = frozenset({Role.ANALYST, Role.HEAD_OFFICE})

# Rows kept aside hold customers' data of every institution as delivered: never for those who see only some of them.
ROLES: dict[Area, frozenset[str]] = {
    # Who makes customers one, and several again.
    Area.IDENTITY: frozenset({Role.STEWARD}),
    # Rules speak of no customer: whom they concern may read them, auditors look on.
    Area.RULES: frozenset({*RULE_MAKERS, Role.AUDITOR}),
    # Who answers for the quality of customers' data, each within what they see.
    Area.CUSTOMER_QUALITY: frozenset({Role.STEWARD, Role.HEAD_OFFICE, Role.BRANCH_MANAGER, Role.ANALYST, Role.AUDITOR}),
    Area.QUALITY: frozenset(READERS),
    Area.QUARANTINE: frozenset(READERS),
    Area.RUNS: frozenset(READERS),
    # Whom the log watches must not read it: neither administrators nor those who steer.
    Area.AUDIT: frozenset({Role.AUDITOR, Role.OFFICER}),
    Area.UNUSUAL: frozenset({Role.AUDITOR, Role.OFFICER}),
    Area.RIGHTS: LOOKERS,
    Area.HISTORY: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}


# The areas that are open by what somebody sees or may do, whatever the role is called.
OTHERWISE: dict[Area, Callable[[StaffRequest], bool]] = {
    Area.CUSTOMERS: lambda request: request.scope.reach is not Reach.NOTHING,
    # Persons have no industry: for those who see organisations, and for own books, whatever is in them.
    Area.INDUSTRIES: lambda request: (
        request.scope.corporate != BLIND
        or request.scope.links
        or bool(request.scope.managers or request.scope.supported)
    ),
    # Rules decide about every customer of the union, on both lines: they are made by those who see them all, so that no
    # member bank and no line changes the tiers of the others.
    Area.RULE_MAKING: lambda request: bool(request.roles & RULE_MAKERS) and request.scope.reach is Reach.EVERYTHING,
    # Whoever may change something about a customer has work to plan and to record.
    Area.WORK: lambda request: request.scopes[Verb.EDIT].reach is not Reach.NOTHING,
    Area.OPPORTUNITIES: lambda request: request.scope.reach is not Reach.NOTHING,
    # Prices beyond the floor wait for whoever may approve something about customers.
    Area.PRICES: lambda request: request.scopes[Verb.APPROVE].reach is not Reach.NOTHING,
    Area.LEADS: lambda request: request.scopes[Verb.EDIT].reach is not Reach.NOTHING,
    Area.TEAM: lambda request: request.scopes[Verb.ASSIGN].sight != BLIND,
    Area.HANDOVERS: uses_handovers,
    Area.EXPORTS: lambda request: may_export(request) or may_approve(request),
    Area.ADMINISTRATION: lambda request: bool(request.user.is_staff),
}


def may(request: StaffRequest, area: Area) -> bool:
    """Whether the person may use an area today; costs no query."""
    if not request.user.is_authenticated:
        return False
    if area in (Area.HOME, Area.PRODUCTS, Area.BULLETIN):
        return True
    if area in ROLES:
        return bool(request.roles & ROLES[area])
    return OTHERWISE[area](request)


def only_for(area: Area) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view that answers 403, with a page that says whom to ask, to those who may not use ``area``."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(request, area):
                raise PermissionDenied(area)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
