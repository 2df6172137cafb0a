"""The customer in an address: there, or 404 as for one that does not exist. And names beside numbers."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import get_language

from guanxi.crm.api.schemas.parts import Coded, Named
from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import limits_of
from guanxi.crm.consent.roles import may_look
from guanxi.crm.insight.models import SubTier, Tier
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.party.queries import PartyProfile, party_profile
from guanxi.crm.web.request import StaffRequest


def customer_of(request: StaffRequest, party_id: str, verb: Verb = Verb.SEE) -> tuple[PartyProfile, frozenset[str]]:
    """The profile of one customer within the scope of ``verb``, and the stops of use in force; two queries.

    One in the register of erasures is there only for those who answer for personal data. Raises ``Http404``.
    """
    if request.business_date is None:
        raise Http404
    try:
        party = party_profile(request.scopes[verb], party_id)
    except Party.DoesNotExist:
        raise Http404 from None
    limits = limits_of([party_id]).get(party_id, frozenset())
    if LimitKind.ERASURE in limits and not may_look(request.roles):
        raise Http404
    return party, limits


class Names:
    """Names of institutions and staff as of the publication that is shown, in the caller's language; no query a row."""

    def __init__(self, request: StaffRequest) -> None:
        version = request.published.id if request.published else 0
        self._tree, self._staff = institution_tree(version), staff_names(version)
        self._language = get_language() or "zh-hans"

    def institution(self, number: str) -> Named:
        """An institution."""
        return Named(id=number, name=self._tree.label(number, self._language))

    def staff(self, number: str | None) -> Named | None:
        """A member of staff; None for none."""
        return Named(id=number, name=self._staff.get(number, number)) if number else None

    def label(self, chinese: str, english: str) -> str:
        """The name of something that has one in each language."""
        return english if english and self._language.startswith("en") else chinese


def tier(code: str) -> Coded:
    """A tier with its word."""
    return Coded(code=code, label=str(Tier(code).label) if code in Tier.values else code)


def sub_tier(code: str) -> Coded | None:
    """A subdivision with its word; None for none."""
    return Coded(code=code, label=str(SubTier(code).label) if code in SubTier.values else code) if code else None
