"""What several pages of opportunities begin with: one of them within the reader's scope, and who may do what."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.consent.roles import may_look
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import standing_of
from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_queries import Whole, one_opportunity
from guanxi.crm.sales.opportunity_services import reaches
from guanxi.crm.web.access import Area
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.contact.people import colleagues
from guanxi.crm.web.request import StaffRequest


def whole_of(request: StaffRequest, opportunity_id: int) -> Whole:
    """One opportunity; 404 outside the scope, and for a customer in the register of erasures; eight queries."""
    try:
        whole = one_opportunity(request.scope, opportunity_id)
    except Opportunity.DoesNotExist:
        raise Http404 from None
    if erased_among([whole.opportunity.party_id]) and not may_look(request.roles):
        raise Http404
    return whole


def may_change(request: StaffRequest, one: Any) -> bool:
    """Whether the verb edit reaches the customer of an opportunity, or its prospect; one query by key."""
    return reaches(request.scopes[Verb.EDIT], one)


def changing(request: StaffRequest, opportunity_id: int) -> Whole:
    """The same for somebody who may change it; 403 for those who only look."""
    whole = whole_of(request, opportunity_id)
    if not may_change(request, whole.opportunity):
        raise PermissionDenied(Area.WORK)
    return whole


def leaders(request: StaffRequest, one: Any) -> list[tuple[str, str]]:
    """Who may lead an opportunity (or a new one with a customer, ``one`` a party): who leads it, who looks after the
    customer, who asks, and those to whom work may be given.
    """
    party = getattr(one, "party", one)
    manager = getattr(party, "manager", None)
    people: dict[str, str] = {}
    if hasattr(one, "owner_id"):
        people[one.owner_id] = one.owner_name or one.owner_id
    if manager is not None:
        people.setdefault(manager.pk, manager.name)
    people.setdefault(request.user.id, request.user.name)
    for number, words in colleagues(request):
        people.setdefault(number, words)
    return list(people.items())


def reach_of(request: StaffRequest, staff_id: str) -> Scope | None:
    """How far somebody may edit today; None for nobody in service. Two queries."""
    person = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if person is None:
        return None
    version = request.published.id if request.published else 0
    return standing_of(person, version=version, today=timezone.localdate()).scopes[Verb.EDIT]


def address(opportunity_id: int) -> str:
    """The page of an opportunity."""
    return reverse("opportunity", args=[opportunity_id])


def number(words: str, most: int = 18) -> int | None:
    """A whole number that somebody sent; None for none."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) <= most else None
