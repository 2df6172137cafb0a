"""Reads of the organisation: the institution tree, and how far a member of staff sees."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from django.db.models import Q

from guanxi.crm.kernel.scope import BLIND, Scope, Sight
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import CROSSING, Span, span_of
from guanxi.crm.org.models import Institution, Line, Role, Staff


@dataclass(frozen=True, slots=True)
class Node:
    """One institution in the tree; ``path`` is its numbers from the topmost down, each followed by ``/``."""

    id: str
    name: str
    name_en: str
    kind: str
    path: str
    depth: int
    parent_id: str | None
    children: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """The institution's name in a language, the Chinese one where there is no other."""
        return self.name_en or self.name if language.startswith("en") else self.name


@dataclass(frozen=True, slots=True)
class InstitutionTree:
    """Every institution by number, in the order of the tree (each above those below it)."""

    nodes: dict[str, Node] = field(default_factory=dict)
    _below: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def below(self, institution_ids: Iterable[str]) -> tuple[str, ...]:
        """The institutions named and all below them, without repetition, sorted; unknown numbers are left out."""
        named = [number for number in institution_ids if number in self.nodes]
        if len(named) != 1:
            return self._walked(named)
        # Each request asks it for the places of who asks, once a verb.
        if named[0] not in self._below:
            self._below[named[0]] = self._walked(named)
        return self._below[named[0]]

    def _walked(self, named: list[str]) -> tuple[str, ...]:
        found: set[str] = set()
        waiting = [*named]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(self.nodes[number].children)
        return tuple(sorted(found))

    def legal_entity(self, institution_id: str) -> str:
        """The bank to which an institution belongs: the nearest one above that is a head office, else the topmost."""
        number = institution_id
        while True:
            node = self.nodes[number]
            if node.kind == Institution.Kind.BANK or not node.parent_id or node.parent_id not in self.nodes:
                return number
            number = node.parent_id

    def bank_around(self, institution_id: str) -> tuple[str, ...]:
        """All institutions of the bank to which one belongs; none for one that is not known."""
        return self.below([self.legal_entity(institution_id)]) if institution_id in self.nodes else ()

    def label(self, institution_id: str, language: str) -> str:
        """An institution's name; its number where it is not known."""
        node = self.nodes.get(institution_id)
        return node.label(language) if node else institution_id


def institution_tree(version: int) -> InstitutionTree:
    """The institutions as of a publication (its id); read once a process and publication, one query."""
    return _tree(version)


@lru_cache(maxsize=2)
def _tree(version: int) -> InstitutionTree:
    rows = list(
        Institution.objects.order_by("path", "id").values_list(
            "id", "name", "name_en", "kind", "path", "depth", "parent_id"
        )
    )
    children: dict[str, list[str]] = {}
    for row in rows:
        if row[6]:
            children.setdefault(row[6], []).append(row[0])
    return InstitutionTree({row[0]: Node(*row, children=tuple(children.get(row[0], ()))) for row in rows})


def staff_names(version: int) -> dict[str, str]:
    """Name by staff number as of a publication (its id); read once a process and publication, one query."""
    return _names(version)


@lru_cache(maxsize=2)
def _names(version: int) -> dict[str, str]:
    return dict(Staff.objects.values_list("id", "name"))


def forget() -> None:
    """Drops what this process remembers of institutions and names; for tests and for the administration."""
    _tree.cache_clear()
    _names.cache_clear()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member of staff is in the bank today: the roles held, and the scope that they give for each verb."""

    roles: frozenset[str]
    scopes: Mapping[Verb, Scope]

    @property
    def scope(self) -> Scope:
        """What is seen."""
        return self.scopes[Verb.SEE]


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as far as it decides about a scope."""

    role: str
    institution_id: str | None
    line: str


# One query for all that decides about somebody: posts (any period, to know whether there ever was one), whom they
# cover today, which customers they support today.
_STANDING = """
SELECT 'post', role, institution_id, line,
    coalesce(valid_from <= %(today)s, true) AND coalesce(valid_to >= %(today)s, true)
FROM org_post WHERE staff_id = %(staff)s
UNION ALL
SELECT 'cover', staff_id, NULL, '', true
FROM org_cover WHERE substitute_id = %(staff)s AND valid_from <= %(today)s AND valid_to >= %(today)s
UNION ALL
SELECT 'support', party_id, NULL, '', true
FROM org_assignment WHERE staff_id = %(staff)s AND kind = 'support'
    AND valid_from <= %(today)s AND coalesce(valid_to >= %(today)s, true)
"""


def standing_of(staff: Staff, *, version: int, today: datetime.date) -> Standing:
    """The roles of the posts held ``today`` and the scopes they add up to; one query.

    Somebody without any post, past or present, stands by the role written beside the name. Posts add up, each on its
    own line of business; who covers for somebody has that book besides, and supported customers one by one.
    ``version`` is the id of the newest publication, by which the institution tree is remembered.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"staff": staff.id, "today": today})
        rows = cursor.fetchall()
    posts = [row for row in rows if row[0] == "post"]
    held = [HeldPost(*row[1:4]) for row in posts if row[4]]
    if not posts:
        held = [HeldPost(staff.role, staff.institution_id, staff.line)]
    return standing_by(
        staff.id,
        held,
        covered=(row[1] for row in rows if row[0] == "cover"),
        supported=(row[1] for row in rows if row[0] == "support"),
        tree=institution_tree(version),
    )


def standing_by(
    staff_id: str,
    held: list[HeldPost],
    *,
    covered: Iterable[str],
    supported: Iterable[str],
    tree: InstitutionTree,
) -> Standing:
    """What posts, covered managers and supported customers add up to."""
    books, single = tuple(sorted(set(covered))), tuple(sorted(set(supported)))
    return Standing(
        frozenset(post.role for post in held),
        {verb: _scope_for(verb, staff_id, held, books, single, tree) for verb in Verb},
    )


def _scope_for(
    verb: Verb,
    staff_id: str,
    held: list[HeldPost],
    covered: tuple[str, ...],
    supported: tuple[str, ...],
    tree: InstitutionTree,
) -> Scope:
    sights = {Line.RETAIL: BLIND, Line.CORPORATE: BLIND}
    links: dict[str, set[str]] = {Line.RETAIL: set(), Line.CORPORATE: set()}
    own = False
    for post in held:
        span = span_of(post.role, verb)
        if span is None:
            continue
        if span is Span.OWN:
            own = True
            continue
        sight = _sight(span, post.institution_id, tree)
        for line in sights:
            if post.line in (line, Line.BOTH, ""):
                sights[line] |= sight
        if post.role in CROSSING and verb is Verb.SEE and post.line in links:
            links[post.line] |= set(sight.institution_ids)
    # Whoever looks after customers by name does so beyond the post, but only with the verbs that a post gives.
    serves = any(span_of(post.role, verb) for post in held)
    retail, corporate = sights[Line.RETAIL], sights[Line.CORPORATE]
    if retail.everything and corporate.everything:
        return Scope.everything(staff_id)
    return Scope(
        staff_id,
        retail,
        corporate,
        managers=((staff_id, *covered) if own else covered) if serves else (),
        supported=supported if serves else (),
        retail_links=() if corporate.everything else tuple(sorted(links[Line.RETAIL])),
        corporate_links=() if retail.everything else tuple(sorted(links[Line.CORPORATE])),
    )


def _sight(span: Span, institution_id: str | None, tree: InstitutionTree) -> Sight:
    if span is Span.ALL:
        return Sight(everything=True)
    if span is Span.LEGAL_ENTITY:
        if not institution_id or institution_id not in tree.nodes:
            # Before the first night there is no tree, and nothing to see.
            return Sight(everything=not tree.nodes)
        seen = tree.below([tree.legal_entity(institution_id)])
        return Sight(everything=True) if len(seen) == len(tree.nodes) else Sight(institution_ids=seen)
    if not institution_id:
        return BLIND
    if span is Span.INSTITUTION:
        return Sight(institution_ids=(institution_id,))
    return Sight(institution_ids=tree.below([institution_id]))


def scope_of(staff: Staff, *, version: int, today: datetime.date) -> Scope:
    """What ``staff`` may see ``today``; see :func:`standing_of`."""
    return standing_of(staff, version=version, today=today).scope


def managers_of(institution_ids: Iterable[str] | None) -> list[tuple[str, str, str]]:
    """Relationship managers in service as (number, name, institution), of some institutions or of all; one query."""
    posts = Staff.objects.filter(Q(role=Role.RM) | Q(posts__role=Role.RM), left_on__isnull=True)
    if institution_ids is not None:
        posts = posts.filter(institution_id__in=tuple(institution_ids))
    return list(posts.order_by("id").distinct().values_list("id", "name", "institution_id"))
