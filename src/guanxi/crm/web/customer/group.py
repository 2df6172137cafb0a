"""An organisation's own page: its group, who owns and runs it, what it does, whom it pays."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from guanxi.crm.insight.customer_queries import glances
from guanxi.crm.insight.group_queries import faces, group_of, group_rows
from guanxi.crm.party.industry import industry
from guanxi.crm.party.relation_queries import group_structure, network, payroll_count
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.customer.relations import relatives
from guanxi.crm.web.erased import members_without_names, unnamed, without_names
from guanxi.crm.web.request import StaffRequest


@only_for(Area.CUSTOMERS)
def group(request: StaffRequest, party_id: str) -> HttpResponse:
    """The group of one company; 404 for a person."""
    frame = customer_frame(request, party_id, "customer-group")
    if not frame.party.is_organisation:
        raise Http404
    members = members_without_names(request, group_structure(request.scope, party_id, today=frame.day))
    start = (frame.party.name, frame.party.kind)
    around = network(request.scope, party_id, today=frame.day, steps=1, start=start)
    near = relatives(without_names(request, around), request.display)
    people = [one for one in near if one.steers]
    ids = {member.party_id for member in members if member.party_id} | {
        one.node.party_id for one in people if one.node.party_id
    }
    rows = group_rows(request.scope, party_id)
    known = faces(request.scope, rows.party_ids, day=frame.day, unnamed=unnamed(request, rows.party_ids))
    context = {
        "frame": frame,
        "members": members,
        "top": min((member.level for member in members), default=0),
        "people": people,
        "structure": group_of(rows, known),
        "glances": glances(request.scope, ids, day=frame.day),
        "industry": industry(frame.party.industry_code) if frame.party.industry_code else None,
        "payroll": payroll_count(request.scope, party_id, today=frame.day),
    }
    return show(request, "web/customer/group.html", context)
