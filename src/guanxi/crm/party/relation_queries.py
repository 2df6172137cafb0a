"""How parties are related: the network around one, the group of a company, those it pays.

A party that the scope does not reach appears, where a relation leads to it, without name and number, and nothing is
followed beyond it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from guanxi.crm.kernel.periods import not_over
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.codes import RelationKind
from guanxi.crm.party.models import Party, PartyRelation

FIRST_STEP_LIMIT = 60
SECOND_STEP_LIMIT = 80
GROUP_LEVELS = 5
GROUP_LIMIT = 200
PAYROLL_COUNTED = 1000
NOT_STAFF = [kind for kind in RelationKind.values if kind != RelationKind.EMPLOYER]


@dataclass(frozen=True, slots=True)
class Node:
    """A party in a network. ``key`` names it within this network alone; a hidden one has no name and no number."""

    key: str
    step: int
    party_id: str = ""
    name: str = ""
    kind: str = ""

    @property
    def hidden(self) -> bool:
        """Whether it lies outside the scope."""
        return not self.party_id


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation between two nodes: *source is (kind) of target*. ``share`` is a fraction."""

    source: str
    target: str
    kind: str
    share: Decimal | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Network:
    """The parties within two steps of one, itself first. ``truncated`` says that there are more than are here."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    truncated: bool

    def hiding(self, party_ids: Collection[str]) -> Network:
        """The same, in which some parties have neither name nor number: as those outside the scope."""
        if not party_ids:
            return self
        nodes = (Node(node.key, node.step) if node.party_id in party_ids else node for node in self.nodes)
        return replace(self, nodes=tuple(nodes))

    def edges_at(self, key: str) -> tuple[tuple[Edge, Node, bool], ...]:
        """The relations of one node, each with the party at its other end and whether the node is its first."""
        by_key = {node.key: node for node in self.nodes}
        return tuple(
            (edge, by_key[edge.target if edge.source == key else edge.source], edge.source == key)
            for edge in self.edges
            if key in {edge.source, edge.target}
        )


def _names(scope: Scope, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    rows = Party.objects.visible_to(scope).filter(id__in=list(ids)).values_list("id", "name", "kind")
    return {party_id: (name, kind) for party_id, name, kind in rows}


# Read the same from both ends, and often delivered from both.
MUTUAL = frozenset({RelationKind.SPOUSE, RelationKind.HOUSEHOLD, RelationKind.OTHER})


class _Row(NamedTuple):
    party_id: str
    related_party_id: str
    kind: str
    share: Decimal | None
    valid_from: date | None
    valid_to: date | None


def _pair(row: _Row) -> tuple[str, str, str]:
    one, other = row.party_id, row.related_party_id
    return (min(one, other), max(one, other), row.kind) if row.kind in MUTUAL else (one, other, row.kind)


# The kinds wanted are named, not the one unwanted excluded, so that the index alone passes over a company's staff.
_TOUCHING = """
(SELECT party_id, related_party_id, kind, share, valid_from, valid_to FROM party_partyrelation
    WHERE party_id = ANY(%(ids)s) AND kind = ANY(%(kinds)s) AND (valid_to IS NULL OR valid_to >= %(today)s)
    ORDER BY party_id, related_party_id, kind LIMIT %(limit)s)
UNION ALL
(SELECT party_id, related_party_id, kind, share, valid_from, valid_to FROM party_partyrelation
    WHERE related_party_id = ANY(%(ids)s) AND (valid_to IS NULL OR valid_to >= %(today)s)
    ORDER BY related_party_id, kind, party_id LIMIT %(limit)s)
"""


def _touching(visible: list[str], today: date, *, limit: int) -> list[_Row]:
    """Relations to and from parties that have been found within the scope, without those to the staff of a company.

    One query, written out since every customer's first page asks it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHING, {"ids": visible, "kinds": NOT_STAFF, "today": today, "limit": limit})
        return [_Row(*row) for row in cursor.fetchall()]


def network(
    scope: Scope, party_id: str, *, today: date, steps: int = 2, start: tuple[str, str] | None = None
) -> Network:
    """The relations in force on ``today`` around one party, up to two steps far; two queries a step.

    ``start`` is the party's name and kind where the caller has fetched it within the scope already; without it one
    query more does.

    The staff of a company are left out (see :func:`payroll_count`); a person's employer is there. Empty for a party
    that the scope does not reach.
    """
    names = {party_id: start} if start else _names(scope, [party_id])
    if party_id not in names:
        return Network((), (), truncated=False)
    step_of = {party_id: 0}
    relations: dict[tuple[str, str, str], _Row] = {}
    truncated = False
    frontier = [party_id]
    for step, limit in list(enumerate((FIRST_STEP_LIMIT, SECOND_STEP_LIMIT), 1))[:steps]:
        if not frontier:
            break
        found = _touching(frontier, today, limit=limit + 1)
        new = dict.fromkeys(end for row in found for end in (row.party_id, row.related_party_id) if end not in step_of)
        kept = list(new)[:limit]
        truncated |= len(new) > limit or len(found) > limit
        step_of |= dict.fromkeys(kept, step)
        for row in found:
            if row.party_id in step_of and row.related_party_id in step_of:
                relations[_pair(row)] = row
        seen = _names(scope, kept)
        names |= seen
        frontier = [end for end in kept if end in seen]
    keys = {end: f"n{place}" for place, end in enumerate(step_of)}
    return Network(
        nodes=tuple(
            Node(keys[end], step, end, *names[end]) if end in names else Node(keys[end], step)
            for end, step in step_of.items()
        ),
        edges=tuple(
            Edge(keys[row.party_id], keys[row.related_party_id], row.kind, row.share, row.valid_from, row.valid_to)
            for row in relations.values()
        ),
        truncated=truncated,
    )


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A company of a group: ``level`` is negative above the company looked from, positive below it.

    ``depth`` is counted from the topmost one.
    """

    level: int
    depth: int
    party_id: str
    name: str
    share: Decimal | None

    @property
    def hidden(self) -> bool:
        """Whether it lies outside the scope."""
        return not self.party_id


# One walk, upwards or downwards. It goes on from visible companies only, and ends where it meets itself.
_WALK = """
WITH RECURSIVE walk (ended, other, share, level) AS (
    SELECT r.{near}, r.{far}, r.share, 1
    FROM party_partyrelation r
    WHERE r.{near} = %s AND r.kind = 'parent_company' AND (r.valid_to IS NULL OR r.valid_to >= %s)
    UNION ALL
    SELECT r.{near}, r.{far}, r.share, walk.level + 1
    FROM walk JOIN party_partyrelation r ON r.{near} = walk.other
    WHERE r.kind = 'parent_company' AND (r.valid_to IS NULL OR r.valid_to >= %s) AND walk.level < {levels}
        AND walk.other IN ({visible})
) CYCLE other SET met USING trail
SELECT other, share, level FROM walk WHERE NOT met ORDER BY trail LIMIT {limit}
"""


def group_structure(scope: Scope, party_id: str, *, today: date) -> tuple[GroupMember, ...]:
    """The companies above and below one company, topmost first, itself (level 0) among them; four queries.

    Below it they stand in the order of the tree, each before its own subsidiaries.
    """
    own = _names(scope, [party_id])
    if party_id not in own:
        return ()
    above = [
        row for row in _walk(scope, party_id, today, near="related_party_id", far="party_id") if row[0] != party_id
    ]
    below = [
        row for row in _walk(scope, party_id, today, near="party_id", far="related_party_id") if row[0] != party_id
    ]
    names = own | _names(scope, {row[0] for row in (*above, *below)})

    highest = max((level for _other, _share, level in above), default=0)

    def member(other: str, share: Decimal | None, level: int) -> GroupMember:
        known = other in names
        return GroupMember(level, level + highest, other if known else "", names[other][0] if known else "", share)

    return (
        *(member(other, share, -level) for other, share, level in sorted(above, key=lambda row: -row[2])),
        member(party_id, None, 0),
        *(member(other, share, level) for other, share, level in below),
    )


def _walk(scope: Scope, party_id: str, today: date, *, near: str, far: str) -> list[tuple[str, Decimal | None, int]]:
    visible, parameters = Party.objects.visible_to(scope).values("id").query.sql_with_params()
    sql = _WALK.format(near=near, far=far, levels=GROUP_LEVELS, limit=GROUP_LIMIT, visible=visible)
    with connection.cursor() as cursor:
        cursor.execute(sql, [party_id, today, today, *parameters])
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class Payroll:
    """How many of a company's staff are customers within the scope; ``more`` where counting stopped."""

    count: int
    more: bool


def payroll_count(scope: Scope, party_id: str, *, today: date) -> Payroll:
    """The staff of a company that the scope reaches, counted up to ``PAYROLL_COUNTED``; one query."""
    rows = PartyRelation.objects.filter(
        not_over(today),
        party_id=party_id,
        kind=RelationKind.EMPLOYER,
        related_party__in=Party.objects.visible_to(scope),
    )[: PAYROLL_COUNTED + 1]
    count = rows.count()
    return Payroll(min(count, PAYROLL_COUNTED), more=count > PAYROLL_COUNTED)
