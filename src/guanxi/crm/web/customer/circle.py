"""Who stands together with a customer: a household, and a circle of guarantees as a graph and as a list."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.insight.group_queries import (
    Circle,
    Face,
    Guarantee,
    Household,
    circle_of,
    circle_rows,
    faces,
    household_of,
    household_rows,
)
from guanxi.crm.web import links
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import Frame, customer_frame
from guanxi.crm.web.display import Display
from guanxi.crm.web.erased import unnamed
from guanxi.crm.web.request import StaffRequest

# The place in the palette of what owes and is owed.
FAMILY = 3


def around(request: StaffRequest, frame: Frame) -> tuple[Circle | None, Household | None]:
    """The circle of guarantees and, of a person, the household; two to four queries."""
    party_id = frame.party.id
    guarantees = circle_rows(party_id)
    home = () if frame.party.is_organisation else household_rows(request.scope, party_id)
    ids = {end for row in guarantees for end in (row.guarantor_id, row.party_id)} | {row.party_id for row in home}
    known = faces(request.scope, ids, day=frame.day, unnamed=unnamed(request, ids))
    return circle_of(guarantees, party_id, known), household_of(home, known)


@only_for(Area.CUSTOMERS)
def circle_data(request: StaffRequest, party_id: str) -> JsonResponse:
    """What the graph of a circle is drawn from; of a customer in none, the customer alone."""
    frame = customer_frame(request, party_id, "customer-relations")
    circle, _household = around(request, frame)
    if circle is None:
        alone = Face(party_id, frame.party.name, frame.party.kind)
        circle = Circle({"n0": alone}, (), alone.loan, hidden=0, more=False)
    return JsonResponse(circle_payload(circle, request.display))


def circle_payload(circle: Circle, display: Display) -> dict[str, Any]:
    """Nodes and edges with the words on them: the customer in the middle, then whoever stands next, then the others."""
    steps = _steps(circle)
    return {
        "kind": "network",
        "finding": circle_finding(circle, display),
        "what": _("Who guarantees whose loans; the arrow points to the borrower"),
        "chinese": display.is_chinese,
        "nodes": [
            {
                "key": key,
                "step": steps[key],
                "name": face.name or _("Another customer"),
                "kind": face.kind or "hidden",
                "url": links.customer(face.party_id) if face.party_id else "",
                "words": [_("Loans %(amount)s") % {"amount": display.exact(face.loan)}] if face.party_id else [],
            }
            for key, face in circle.parties.items()
        ],
        "edges": _edges(circle, display),
    }


def _edges(circle: Circle, display: Display) -> list[dict[str, Any]]:
    """One line between two: who guarantee each other have one without an arrow, on which both amounts stand."""
    lines: dict[frozenset[str], list[Guarantee]] = {}
    for edge in circle.guarantees:
        lines.setdefault(frozenset({edge.guarantor, edge.borrower}), []).append(edge)
    return [
        {
            "source": edges[0].guarantor,
            "target": edges[0].borrower,
            "words": [_("guarantees %(amount)s") % {"amount": display.exact(edge.amount)} for edge in edges],
            "family": FAMILY,
            "mutual": len(edges) > 1,
        }
        for edges in lines.values()
    ]


def circle_finding(circle: Circle, display: Display) -> str:
    """What the graph says: how many guarantee each other, and what those who may be seen owe, each once."""
    many = len(circle.parties)
    if not circle.guarantees:
        return _("In no circle of guarantees")
    return ngettext(
        "%(count)s customer guarantees in a circle; those you may see owe %(amount)s together",
        "%(count)s customers guarantee each other; those you may see owe %(amount)s together",
        many,
    ) % {"count": many, "amount": display.exact(circle.loan)}


def _steps(circle: Circle) -> dict[str, int]:
    """How far each stands from the customer in the middle; two and more count as two, as the drawing knows them."""
    near = {
        other
        for edge in circle.guarantees
        for one, other in ((edge.guarantor, edge.borrower), (edge.borrower, edge.guarantor))
        if one == "n0"
    }
    return {key: 0 if key == "n0" else 1 if key in near else 2 for key in circle.parties}
