"""Leads of those around a company who are no customers yet, with one tap."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.crm.insight.link_queries import Linked, around
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import OPEN, LeadSource
from guanxi.crm.sales.leads.folding import fold
from guanxi.crm.sales.leads.services import Details, take_in_lead
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import customer_frame, may_edit
from guanxi.crm.web.customer.linkage import figures_seen
from guanxi.crm.web.request import StaffRequest

# The lead of a name beside a company has a key of its own, so that two taps make one.
LINKS = UUID("0b7f1c7e-5b1c-4d6e-8a1f-3f4c5f0f7a52")


@require_POST
@only_for(Area.CUSTOMERS)
def make_leads(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """Takes in a lead of every supplier and buyer who is no customer: for whoever looks after the company, else into
    its institution's pool. Names of which there is an open lead already are left out.
    """
    frame = customer_frame(request, party_id, "customer-linkage")
    if not may_edit(request, party_id):
        raise PermissionDenied(Area.LEADS)
    if not frame.party.is_organisation:
        return redirect("customer", party_id)  # beside a person stands nobody of whom payments tell
    strangers = around(request.scope, party_id, figures_seen(request)).strangers
    with entered(SYSTEM):
        there = set(
            Lead.objects.filter(name_folded__in=[fold(one.name) for one in strangers], state__in=OPEN).values_list(
                "name_folded", flat=True
            )
        )
    new = [one for one in strangers if fold(one.name) not in there]
    manager = frame.party.manager.pk if frame.party.manager else None
    made = sum(_make(request, one, frame.party.name, party_id, frame.party.institution.pk, manager) for one in new)
    if made:
        words = ngettext("%(many)s lead is made.", "%(many)s leads are made.", made) % {"many": made}
        messages.success(request, words)
    else:
        messages.info(request, _("There are leads of all of them already."))
    return redirect("customer-linkage", party_id)


def _make(
    request: StaffRequest, one: Linked, company: str, party_id: str, institution_id: str, manager: str | None
) -> bool:
    details = Details(
        kind=PartyKind.ORGANISATION,
        name=one.name,
        source=LeadSource.LINKAGE,
        source_detail=company[:120],
    )
    try:
        taken = take_in_lead(
            key=uuid5(LINKS, f"{party_id}/{one.key}"),
            by=request.user.id,
            details=details,
            institution_id=institution_id,
            manager_id=manager if manager == request.user.id else None,
        )
    except SalesError:
        return False  # somebody else was a moment earlier
    return taken.made
