"""The customer list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase

from guanxi.crm.insight.book_queries import customers_beside, customers_in
from guanxi.crm.insight.models import SubTier, Tier
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customers.listing import CUSTOMERS, NOBODY
from guanxi.crm.web.listing.listing import State, Total
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.request import StaffRequest

# So many rows are sorted by anything, and counted, in some ten milliseconds.
FEW = 20_000
BY_BOOK = frozenset({"tier", "institution", "manager"})


@only_for(Area.CUSTOMERS)
def customers(request: StaffRequest) -> HttpResponseBase:
    """The customers within one's scope."""
    own = request.scope.reach is Reach.OWN

    def narrow(values: dict[str, Any]) -> bool:
        return own or counted(request, values) + beside(request) <= FEW

    def total(state: State) -> Total | None:
        if not (set(state.values) <= BY_BOOK and _whole_tiers(state.values)):
            return None
        # Books do not know single customers: where some are seen beside them, few are counted, and of many it is said
        # how many there are at least.
        if not (request.scope.supported or request.scope.links):
            return Total(counted(request, state.values), exact=True)
        known = 0 if narrow(state.values) else counted(request, state.values)
        return Total(known, exact=False) if known else None

    left_out = frozenset({"manager", "institution"}) if own else frozenset({"maturity"})
    shown = Shown(template="web/customers.html", narrow=narrow, total=total, left_out=left_out)
    return respond(request, CUSTOMERS, shown)


def counted(request: StaffRequest, values: dict[str, Any]) -> int:
    """At most how many customers there are under the filters by tier, institution and manager; others lessen it."""
    if request.published is None:
        return 0
    institution, manager = values.get("institution"), values.get("manager")
    tiers = sorted({Tier.PREMIER if tier in SubTier.values else tier for tier in values.get("tier", [])})
    return customers_in(
        request.published.id,
        request.day,
        request.scope,
        institution_tree(request.published.id).below([institution]) if institution else None,
        "" if manager == NOBODY else manager,
        tuple(tiers),
    )


def beside(request: StaffRequest) -> int:
    """At most how many single customers are seen beside posts and books, as far as :data:`FEW` goes."""
    if request.published is None or not (request.scope.supported or request.scope.links):
        return 0
    return customers_beside(request.published.id, request.scope, at_most=FEW + 1)


def _whole_tiers(values: dict[str, Any]) -> bool:
    """Whether the books, which know tiers but not their subdivisions, can count these tiers."""
    asked = set(values.get("tier", [])) & set(SubTier.values)
    return not asked or asked == set(SubTier.values)
