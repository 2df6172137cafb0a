"""What one member of staff can see, put together: reach by verb and line, institutions, books, counts, areas."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from guanxi.crm.insight.reach_queries import Reached, night_on, reached_beside, reached_by_books
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import BLIND, KIND_OF_LINE, Scope, Sight
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Line, Role, Staff
from guanxi.crm.org.past import Held, held_on
from guanxi.crm.org.queries import InstitutionTree
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.navigation import PLACES

VERBS: Mapping[Verb, Any] = {
    Verb.SEE: _("see"),
    Verb.EDIT: _("edit"),
    Verb.ASSIGN: _("assign"),
    Verb.EXPORT: _("export"),
    Verb.REVEAL: _("reveal"),
    Verb.APPROVE: _("approve"),
}
LINES: tuple[Line, ...] = (Line.RETAIL, Line.CORPORATE)


@dataclass(frozen=True, slots=True)
class Amount:
    """What some verbs reach on one line. ``reached`` is None before the first night."""

    line: str
    reached: Reached | None
    before: Reached | None = None

    @property
    def more(self) -> int | None:
        """How many customers more than on the day compared with; None where nothing is compared."""
        if self.reached is None or self.before is None:
            return None
        return self.reached.customers - self.before.customers


@dataclass(frozen=True, slots=True)
class Ability:
    """Verbs that reach the same, and what they reach on each line."""

    verbs: tuple[Any, ...]
    amounts: tuple[Amount, ...]
    books: int
    single: int
    links: bool


@dataclass(frozen=True, slots=True)
class Place:
    """An institution in the picture of the tree: what may be done there on each line, ``below`` more alike."""

    name: str
    depth: int
    below: int
    verbs: tuple[tuple[Any, ...], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What came and went between two days, in words, by what it is."""

    title: Any
    came: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A person's reach on one day: ``counts`` by scope and kind of customer."""

    held: Held
    night: datetime.date | None
    counts: Mapping[Scope, Mapping[str, Reached]]


@dataclass(frozen=True, slots=True)
class SightPage:
    """Everything ``web/sight.html`` draws. ``differences`` is None where no other day is compared."""

    staff: Staff
    now: Day
    then: Day | None
    abilities: tuple[Ability, ...]
    places: tuple[Place, ...]
    whole_bank: bool
    areas: tuple[Any, ...]
    differences: tuple[Difference, ...] | None = None
    single_unknown: bool = field(default=False)


def day_of(staff: Staff, day: datetime.date, *, tree: InstitutionTree, newest: datetime.date | None) -> Day:
    """A person's reach on a day; nine queries and one or two for each scope that differs from the others.

    Each count is asked as the person, so that the database's own policies say the same.
    """
    held = held_on(staff, day, tree=tree)
    night = night_on(day)
    counts: dict[Scope, Mapping[str, Reached]] = {}
    for scope in dict.fromkeys(held.standing.scopes.values()):
        if night is None:
            counts[scope] = {}
            continue
        with protection.entered(scope):
            found = dict(reached_by_books(scope, night))
            for kind, reached in (reached_beside(scope, night) if night == newest else {}).items():
                found[kind] = found.get(kind, Reached()) + reached
        counts[scope] = found
    return Day(held, night, counts)


def sight_page(
    staff: Staff,
    *,
    day: datetime.date,
    other: datetime.date | None,
    tree: InstitutionTree,
    newest: datetime.date | None,
    language: str,
    names: Mapping[str, str],
) -> SightPage:
    """The page for one day, against another where one is given; ``names`` of the staff by number."""
    now = day_of(staff, day, tree=tree, newest=newest)
    then = day_of(staff, other, tree=tree, newest=newest) if other else None
    days = [one for one in (now, then) if one]
    scope = now.held.standing.scope
    return SightPage(
        staff=staff,
        now=now,
        then=then,
        abilities=tuple(_abilities(now, then)),
        places=tuple(_places(now.held.standing.scopes, tree, language)),
        whole_bank=scope.retail.everything and scope.corporate.everything,
        areas=_areas(staff, now.held),
        differences=_differences(now.held, then.held, tree, language, names) if then else None,
        single_unknown=any(_names_single(one) and one.night != newest for one in days),
    )


def _names_single(day: Day) -> bool:
    return any(scope.supported or scope.links for scope in day.counts)


def _abilities(now: Day, then: Day | None) -> Iterable[Ability]:
    scopes = now.held.standing.scopes
    for scope in dict.fromkeys(scopes.values()):
        if scope.reach == "nothing":
            continue
        verbs = tuple(verb for verb in Verb if scopes[verb] == scope)
        earlier = then.counts[then.held.standing.scopes[verbs[0]]] if then else None
        found = now.counts[scope]
        lines = [
            (str(Line(line).label), found.get(KIND_OF_LINE[line], Reached()), _of(earlier, KIND_OF_LINE[line]))
            for line in LINES
        ]
        if "" in found or (earlier and "" in earlier):
            lines.append((str(_("not told apart")), found.get("", Reached()), _of(earlier, "")))
        yield Ability(
            verbs=tuple(VERBS[verb] for verb in verbs),
            amounts=tuple(
                Amount(line, reached if now.night else None, before if then and then.night else None)
                for line, reached, before in lines
            ),
            books=len(scope.managers),
            single=len(scope.supported),
            links=scope.links,
        )


def _of(counts: Mapping[str, Reached] | None, kind: str) -> Reached | None:
    return None if counts is None else counts.get(kind, Reached())


def _places(scopes: Mapping[Verb, Scope], tree: InstitutionTree, language: str) -> Iterable[Place]:
    """The institutions where something may be done, each once: whoever is below and alike is counted, not named."""
    mark = {number: _mark(scopes, number) for number in tree.nodes}
    nothing = _mark(scopes, None)

    def walk(number: str, depth: int, above: Any) -> Iterable[Place]:
        own = mark[number]
        shown = own not in (above, nothing)
        if shown:
            alike = sum(1 for below in tree.below([number]) if mark[below] == own) - 1
            yield Place(tree.label(number, language), min(depth, 4), alike, own)
        for child in tree.nodes[number].children:
            yield from walk(child, depth + shown, own)

    for number, node in tree.nodes.items():
        if not node.parent_id or node.parent_id not in tree.nodes:
            yield from walk(number, 0, nothing)


def _mark(scopes: Mapping[Verb, Scope], number: str | None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """By line, the verbs that reach an institution's customers by post."""

    def reaches(sight: Sight) -> bool:
        return number is not None and (sight.everything or number in sight.institution_ids)

    return (
        tuple(VERBS[verb] for verb in Verb if reaches(scopes[verb].retail)),
        tuple(VERBS[verb] for verb in Verb if reaches(scopes[verb].corporate)),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """As much of a request as :func:`may` looks at: who somebody is, not who asks."""

    user: Staff
    roles: frozenset[str]
    scope: Scope
    scopes: Mapping[Verb, Scope]


def _areas(staff: Staff, held: Held) -> tuple[Any, ...]:
    if not held.active:
        return ()
    standing = held.standing
    asked = cast("Any", _Asked(staff, standing.roles, standing.scope, standing.scopes))
    words = {place.area: place.label for place in reversed(PLACES)} | {Area.HISTORY: _("History")}
    return tuple(words[area] for area in Area if area in words and may(asked, area))


def _differences(
    now: Held, then: Held, tree: InstitutionTree, language: str, names: Mapping[str, str]
) -> tuple[Difference, ...]:
    def places(numbers: Iterable[str]) -> tuple[str, ...]:
        return tuple(tree.label(number, language) for number in sorted(numbers))

    found = []
    for verb in Verb:
        for line in LINES:
            before = _institutions(getattr(then.standing.scopes[verb], line), tree)
            after = _institutions(getattr(now.standing.scopes[verb], line), tree)
            title = f"{VERBS[verb]} · {Line(line).label}"
            found.append(Difference(title, places(after - before), places(before - after)))
    for title, before, after in (
        (_("Books"), _books(then, names), _books(now, names)),
        (_("Supported customers"), set(then.supported), set(now.supported)),
        (_("Roles"), _roles(then), _roles(now)),
    ):
        found.append(Difference(title, tuple(sorted(after - before)), tuple(sorted(before - after))))
    return tuple(one for one in found if one.came or one.went)


def _books(held: Held, names: Mapping[str, str]) -> set[str]:
    return {f"{names.get(one.staff_id, '')} {one.staff_id}".strip() for one in held.covers}


def _roles(held: Held) -> set[str]:
    return {str(dict(Role.choices).get(role, role)) for role in held.standing.roles}


def _institutions(sight: Sight, tree: InstitutionTree) -> set[str]:
    if sight == BLIND:
        return set()
    return set(tree.nodes) if sight.everything else set(sight.institution_ids)
