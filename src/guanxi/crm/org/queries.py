"""Reads of the organisation: the institution tree, and how far a member of staff sees."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Q

from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.org.models import Institution, Post, Role, Staff

SEES_EVERYTHING = frozenset({Role.HEAD_OFFICE, Role.ANALYST, Role.AUDITOR, Role.STEWARD, Role.SERVICE_AGENT})


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

    def below(self, institution_ids: Iterable[str]) -> tuple[str, ...]:
        """The institutions named and all below them, without repetition, sorted; unknown numbers are left out."""
        found: set[str] = set()
        waiting = [number for number in institution_ids if number in self.nodes]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(self.nodes[number].children)
        return tuple(sorted(found))

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
    """What a member of staff is in the bank today: the roles held, and the scope they give."""

    roles: frozenset[str]
    scope: Scope


def standing_of(staff: Staff, *, version: int, today: datetime.date) -> Standing:
    """The roles of the posts held ``today`` and the scope they add up to; one query.

    Somebody without any post, past or present, stands by the role written beside the name. The widest post decides:
    everything, then the institutions of all managed branches together, then the own customers, then nothing.
    ``version`` is the id of the newest publication, by which the institution tree is remembered.
    """
    posts = list(Post.objects.filter(staff=staff).values_list("role", "institution_id", "valid_from", "valid_to"))
    held = [
        (role, institution)
        for role, institution, valid_from, valid_to in posts
        if (valid_from is None or valid_from <= today) and (valid_to is None or today <= valid_to)
    ]
    if not posts:
        held = [(staff.role, staff.institution_id)]
    roles = frozenset(role for role, _ in held)
    if roles & SEES_EVERYTHING:
        return Standing(roles, Scope(staff.id, Reach.EVERYTHING))
    managed = [institution for role, institution in held if role == Role.BRANCH_MANAGER and institution]
    if managed:
        return Standing(roles, Scope(staff.id, Reach.INSTITUTIONS, institution_tree(version).below(managed)))
    if Role.RM in roles:
        return Standing(roles, Scope(staff.id, Reach.OWN))
    return Standing(roles, Scope(staff.id, Reach.NOTHING))


def scope_of(staff: Staff, *, version: int, today: datetime.date) -> Scope:
    """What ``staff`` may see ``today``; see :func:`standing_of`."""
    return standing_of(staff, version=version, today=today).scope


def managers_of(institution_ids: Iterable[str] | None) -> list[tuple[str, str, str]]:
    """Relationship managers in service as (number, name, institution), of some institutions or of all; one query."""
    posts = Staff.objects.filter(Q(role=Role.RM) | Q(posts__role=Role.RM), left_on__isnull=True)
    if institution_ids is not None:
        posts = posts.filter(institution_id__in=tuple(institution_ids))
    return list(posts.order_by("id").distinct().values_list("id", "name", "institution_id"))
