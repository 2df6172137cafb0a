"""Relations: the network around a customer as a graph, and the same as a list that the keyboard reaches."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.crm.insight.customer_queries import Glance, glances
from guanxi.crm.party.codes import RelationKind, relation_word
from guanxi.crm.party.relation_queries import MUTUAL, Edge, Network, Node, Payroll, network, payroll_count
from guanxi.crm.web import links
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.circle import around
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.display import Display
from guanxi.crm.web.erased import without_names
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.tiers import tier_label


@dataclass(frozen=True, slots=True)
class Family:
    """A group of relations: its place in the order and in the palette, its shape, its kinds."""

    place: int
    icon: str
    kinds: frozenset[str] = frozenset()


KIN = Family(1, icon="heart", kinds=frozenset({RelationKind.SPOUSE, RelationKind.PARENT, RelationKind.HOUSEHOLD}))
OWNERSHIP = Family(
    2,
    icon="chart-pie",
    kinds=frozenset({RelationKind.SHAREHOLDER, RelationKind.CONTROLLER, RelationKind.PARENT_COMPANY}),
)
WORK = Family(
    3,
    icon="briefcase",
    kinds=frozenset({RelationKind.LEGAL_REPRESENTATIVE, RelationKind.EXECUTIVE, RelationKind.EMPLOYER}),
)
STEERING = (OWNERSHIP.kinds | WORK.kinds) - {RelationKind.EMPLOYER}
OTHERS = Family(5, icon="link")


def family_of(kind: str) -> Family:
    """Which group of relations a kind belongs to."""
    return next((family for family in (KIN, OWNERSHIP, WORK) if kind in family.kinds), OTHERS)


@dataclass(frozen=True, slots=True)
class Relative:
    """A party at the other end of one or more relations; ``words`` say what it is to the one looked from.

    ``steers`` says that it owns or runs the one looked from, ``represents`` that it does so before the law.
    """

    node: Node
    words: str
    family: Family
    represents: bool
    steers: bool


def relatives(found: Network, display: Display, key: str = "n0") -> tuple[Relative, ...]:
    """The parties related to one node of a network, each once: family first, then ownership, work, others."""
    ends: dict[str, list[tuple[Edge, Node, bool]]] = {}
    for edge, node, first in found.edges_at(key):
        ends.setdefault(node.key, []).append((edge, node, first))
    made = []
    for relations_to in ends.values():
        told = [one for one in relations_to if one[0].kind != RelationKind.HOUSEHOLD] or relations_to
        told.sort(key=lambda one: (family_of(one[0].kind).place, one[0].kind))
        share = max((edge.share for edge, _node, _first in told if edge.share is not None), default=Decimal(0))
        relative = Relative(
            node=told[0][1],
            words=between_words().join(
                dict.fromkeys(_relation_text(edge, display, back=first) for edge, _node, first in told)
            ),
            family=family_of(told[0][0].kind),
            steers=any(edge.kind in STEERING and not first for edge, _node, first in told),
            represents=any(edge.kind == RelationKind.LEGAL_REPRESENTATIVE and not first for edge, _node, first in told),
        )
        made.append((relative.family.place, -share, relative.words, relative.node.hidden, relative.node.key, relative))
    return tuple(one[-1] for one in sorted(made, key=lambda one: one[:-1]))


def between_words() -> str:
    """What stands between words of a list."""
    return pgettext("between words", ", ")


def _relation_text(edge: Edge, display: Display, *, back: bool) -> str:
    text = relation_word(edge.kind, back=back)
    return text if edge.share is None else f"{text} {share_text(edge.share, display)}"


def share_text(share: Decimal, display: Display) -> str:
    """A share held: without decimals where it is a whole per cent."""
    return display.percent(share, 0 if share == round(share, 2) else 2)


@dataclass(frozen=True, slots=True)
class Listed:
    """A party of the first step with the relations that lead on from it, for the list beside the graph."""

    relative: Relative
    glance: Glance | None
    onward: tuple[Relative, ...]


def _listed(found: Network, seen: dict[str, Glance], display: Display) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            relative=relative,
            glance=seen.get(relative.node.party_id),
            onward=tuple(one for one in relatives(found, display, relative.node.key) if one.node.step == 2),
        )
        for relative in relatives(found, display)
    )


@only_for(Area.CUSTOMERS)
def relations(request: StaffRequest, party_id: str) -> HttpResponse:
    """The relations of one customer, two steps far."""
    frame = customer_frame(request, party_id, "customer-relations")
    found = network(request.scope, party_id, today=frame.day, start=(frame.party.name, frame.party.kind))
    found = without_names(request, found)
    seen = glances(request.scope, (node.party_id for node in found.nodes[1:] if node.party_id), day=frame.day)
    payroll = Payroll(0, more=False)
    if frame.party.is_organisation:
        payroll = payroll_count(request.scope, party_id, today=frame.day)
    circle, household = around(request, frame)
    context = {
        "frame": frame,
        "circle": circle,
        "household": household,
        "network": found,
        "listed": _listed(found, seen, request.display),
        "payroll": payroll,
        "hidden": sum(node.hidden for node in found.nodes),
    }
    return show(request, "web/customer/relations.html", context)


@only_for(Area.CUSTOMERS)
def network_data(request: StaffRequest, party_id: str) -> JsonResponse:
    """What the graph is drawn from."""
    frame = customer_frame(request, party_id, "customer-relations")
    found = network(request.scope, party_id, today=frame.day, start=(frame.party.name, frame.party.kind))
    found = without_names(request, found)
    seen = glances(request.scope, (node.party_id for node in found.nodes if node.party_id), day=frame.day)
    return JsonResponse(graph_payload(found, seen, request.display))


def graph_payload(found: Network, seen: dict[str, Glance], display: Display) -> dict[str, Any]:
    """Nodes and edges with the words on them; a hidden party has neither name nor address."""
    return {
        "kind": "network",
        "finding": network_finding(found),
        "what": _("Relations up to two steps"),
        "chinese": display.is_chinese,
        "nodes": [_node(node, seen.get(node.party_id), display) for node in found.nodes],
        "edges": _edges(found, display),
    }


def _edges(found: Network, display: Display) -> list[dict[str, Any]]:
    """One line between two parties, however many relations there are: the words stand on it together.

    The arrow shows who is what to whom, as the first relation says it.
    """
    lines: dict[frozenset[str], list[Edge]] = {}
    for edge in sorted(found.edges, key=lambda edge: (family_of(edge.kind).place, edge.kind)):
        lines.setdefault(frozenset({edge.source, edge.target}), []).append(edge)
    return [
        {
            "source": edges[0].source,
            "target": edges[0].target,
            "words": list(dict.fromkeys(_relation_text(edge, display, back=False) for edge in edges)),
            "family": family_of(edges[0].kind).place,
            "mutual": edges[0].kind in MUTUAL,
        }
        for edges in lines.values()
    ]


def _node(node: Node, glance: Glance | None, display: Display) -> dict[str, Any]:
    words = []
    if glance:
        words = [
            str(tier_label(glance.tier, glance.sub_tier)),
            _("Assets %(amount)s") % {"amount": display.exact(glance.assets)},
        ]
        if glance.loan:
            words.append(_("Loans %(amount)s") % {"amount": display.exact(glance.loan)})
    return {
        "key": node.key,
        "step": node.step,
        "name": node.name or _("Another customer"),
        "kind": node.kind or "hidden",
        "url": links.customer(node.party_id) if node.party_id else "",
        "words": words,
    }


def network_finding(found: Network) -> str:
    """What the graph says: how many are linked, how many of them are not among one's customers."""
    others = len(found.nodes) - 1
    hidden = sum(node.hidden for node in found.nodes)
    if others <= 0:
        return _("No relations known")
    if hidden:
        return _("Linked with %(count)s others, %(hidden)s of them looked after elsewhere") % {
            "count": others,
            "hidden": hidden,
        }
    return _("Linked with %(count)s of our customers") % {"count": others}
