"""Corporate-retail linkage: who stands around a company, who of them banks with us, and what each is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.consent.roles import may_look
from guanxi.crm.insight.link_queries import Around, Linked, Standing, around
from guanxi.crm.insight.models import CustomerFigure, LinkRole
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.customer.frame import Frame, customer_frame, show
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Those of one role, for a card of the page. ``unnamed`` are customers of whom nothing may be shown."""

    role: str
    title: str | Promise
    icon: str
    paid: bool = False
    rows: tuple[Linked, ...] = ()
    unnamed: int = 0

    @property
    def many(self) -> int:
        """How many there are in all."""
        return len(self.rows) + self.unnamed

    @property
    def ours(self) -> int:
        """How many are customers within sight."""
        return sum(one.standing is Standing.CUSTOMER for one in self.rows)


GROUPS = (
    Group(role=LinkRole.OWNER, title=_("Owners"), icon="chart-pie"),
    Group(role=LinkRole.MANAGER, title=_("Management"), icon="briefcase"),
    Group(role=LinkRole.SUPPLIER, title=_("Suppliers"), icon="truck", paid=True),
    Group(role=LinkRole.BUYER, title=_("Buyers"), icon="shopping-cart", paid=True),
)


def figures_seen(request: StaffRequest) -> Any:
    """The figures of everybody who may be named to the person."""
    rows = CustomerFigure.objects.visible_to(request.scope).filter(business_date=request.business_date)
    return rows if may_look(request.roles) else not_erased(rows)


def company_frame(request: StaffRequest, party_id: str) -> Frame:
    """The frame of one company; 404 for a person, and outside the scope."""
    frame = customer_frame(request, party_id, "customer-linkage")
    if not frame.party.is_organisation:
        raise Http404
    return frame


def groups_of(found: Around) -> tuple[Group, ...]:
    """The cards of the page, those with anybody in them."""
    made = []
    for group in GROUPS:
        rows = found.of(group.role)
        named = tuple(one for one in rows if one.name)
        made.append(replace(group, rows=named, unnamed=len(rows) - len(named)))
    return tuple(one for one in made if one.many)


@require_safe
@only_for(Area.CUSTOMERS)
def linkage(request: StaffRequest, party_id: str) -> HttpResponse:
    """Who stands around one company."""
    frame = company_frame(request, party_id)
    found = around(request.scope, party_id, figures_seen(request))
    elsewhere = any(one.standing is Standing.ELSEWHERE for one in found.linked)
    context = {
        "frame": frame,
        "found": found,
        "groups": groups_of(found),
        "may_refer": may(request, Area.WORK),
        "hidden": elsewhere or found.staff.known > found.staff.seen,
    }
    return show(request, "web/customer/linkage.html", context)
