"""Who sees a customer, and why: the scope engine's own rules, asked from the other side."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F, Q

from guanxi.crm.kernel.periods import not_over
from guanxi.crm.kernel.scope import KIND_OF_LINE
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import CROSSING, GRANTS, Span, span_of
from guanxi.crm.org.models import Assignment, Cover, Line, Post
from guanxi.crm.org.queries import InstitutionTree


class Why(StrEnum):
    """By what somebody sees a customer, the nearest first."""

    LEAD = "lead"
    COVER = "cover"
    SUPPORT = "support"
    INSTITUTION = "institution"
    LINKAGE = "linkage"
    BANK = "bank"


NEAREST = list(Why)


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody who sees the customer today: as what, why, until when, and which other verbs the post gives."""

    staff_id: str
    name: str
    role: str
    institution_id: str
    why: Why
    until: datetime.date | None
    verbs: tuple[Verb, ...]


def who_sees(
    *,
    party_id: str,
    kind: str,
    institution_id: str,
    manager_id: str | None,
    tree: InstitutionTree,
    today: datetime.date,
    linked_from: Iterable[str] = (),
) -> tuple[Seer, ...]:
    """Everybody who sees one customer today, the nearest first; three queries.

    ``linked_from`` are the institutions that have a customer of the other line to whom this one is related
    (``party.queries.institutions_linked_to``). The same grants as the scope engine's; a test holds the two against each
    other for everybody.
    """
    line = next(line for line, of in KIND_OF_LINE.items() if of == kind)
    above = {institution_id, *(_above(institution_id, tree))}
    across = frozenset(linked_from)
    for place in across:
        above |= {place, *_above(place, tree)}
    lasting = Q(valid_from__lte=today) & not_over(today)
    covers = list(
        Cover.objects.filter(lasting, staff_id=manager_id).values_list("substitute_id", "valid_to")
        if manager_id
        else ()
    )
    supports = list(
        Assignment.objects.filter(lasting, party_id=party_id, kind=Assignment.Kind.SUPPORT).values_list(
            "staff_id", "valid_to"
        )
    )
    named: dict[str, tuple[Why, datetime.date | None]] = {
        **{number: (Why.SUPPORT, until) for number, until in supports},
        **{number: (Why.COVER, until) for number, until in covers},
    }
    if manager_id:
        named[manager_id] = (Why.LEAD, None)
    far = [role for role, grants in GRANTS.items() if grants.get(Verb.SEE) in (Span.LEGAL_ENTITY, Span.ALL)]
    posts = (
        Post.objects.filter(
            Q(staff_id__in=named) | Q(institution_id__in=above) | Q(role__in=far),
            Q(valid_from__isnull=True) | Q(valid_from__lte=today),
            not_over(today),
            role__in=list(GRANTS),
            staff__is_active=True,
        )
        .annotate(name=F("staff__name"))
        .order_by("staff_id", "id")
    )
    found: dict[str, Seer] = {}
    for post in posts:
        seer = _seer(post, named, line, institution_id, tree, across)
        if seer and (post.staff_id not in found or _rank(seer) < _rank(found[post.staff_id])):
            found[post.staff_id] = seer
    return tuple(sorted(found.values(), key=lambda seer: (_rank(seer), -_depth(seer, tree), seer.staff_id)))


@dataclass(frozen=True, slots=True)
class Support:
    """An arrangement by which somebody supports a customer today."""

    id: int
    staff_id: str


def supports_of(party_id: str, *, today: datetime.date) -> tuple[Support, ...]:
    """Who supports a customer today; one query by index."""
    rows = Assignment.objects.filter(
        not_over(today),
        party_id=party_id,
        kind=Assignment.Kind.SUPPORT,
        valid_from__lte=today,
    )
    return tuple(Support(*row) for row in rows.values_list("id", "staff_id"))


def _seer(
    post: Post,
    named: dict[str, tuple[Why, datetime.date | None]],
    line: str,
    institution_id: str,
    tree: InstitutionTree,
    across: frozenset[str],
) -> Seer | None:
    span = span_of(post.role, Verb.SEE)
    verbs = tuple(verb for verb in Verb if verb in GRANTS[post.role])
    if span is None:
        return None
    # A post of the own customers leads by being named; others see beyond their institutions what they are named for.
    if post.staff_id in named and (span is Span.OWN or named[post.staff_id][0] is not Why.LEAD):
        why, until = named[post.staff_id]
        return Seer(post.staff_id, post.name, post.role, post.institution_id, why, until, verbs)  # type: ignore[attr-defined]
    if post.role in CROSSING and post.line not in (line, Line.BOTH, ""):
        if any(_reaches(span, post.institution_id, place, tree) for place in across):
            return Seer(
                post.staff_id,
                post.name,  # type: ignore[attr-defined]
                post.role,
                post.institution_id,
                Why.LINKAGE,
                post.valid_to,
                verbs,
            )
        return None
    if post.line not in (line, Line.BOTH, "") or not _reaches(span, post.institution_id, institution_id, tree):
        return None
    why = Why.BANK if span in (Span.LEGAL_ENTITY, Span.ALL) else Why.INSTITUTION
    return Seer(post.staff_id, post.name, post.role, post.institution_id, why, post.valid_to, verbs)  # type: ignore[attr-defined]


def _reaches(span: Span, place: str, institution_id: str, tree: InstitutionTree) -> bool:
    match span:
        case Span.ALL:
            return True
        case Span.LEGAL_ENTITY:
            return place in tree.nodes and institution_id in tree.below([tree.legal_entity(place)])
        case Span.INSTITUTION:
            return place == institution_id
        case Span.SUBTREE:
            return institution_id in tree.below([place])
        case _:
            return False


def _above(institution_id: str, tree: InstitutionTree) -> Iterable[str]:
    node = tree.nodes.get(institution_id)
    while node is not None and node.parent_id:
        yield node.parent_id
        node = tree.nodes.get(node.parent_id)


def _rank(seer: Seer) -> int:
    return NEAREST.index(seer.why)


def _depth(seer: Seer, tree: InstitutionTree) -> int:
    node = tree.nodes.get(seer.institution_id)
    return node.depth if node else 0


@dataclass(frozen=True, slots=True)
class CoverLine:
    """A cover that lasts or will come."""

    id: int
    staff_id: str
    substitute_id: str
    substitute: str
    first: datetime.date
    last: datetime.date
    reason: str


def covers_of(staff_ids: Iterable[str], *, today: datetime.date) -> tuple[CoverLine, ...]:
    """The covers of some people that have not ended, the nearest first; one query."""
    rows = Cover.objects.filter(staff_id__in=list(staff_ids), valid_to__gte=today).order_by("valid_from", "id")
    return tuple(
        CoverLine(*row)
        for row in rows.values_list(
            "id", "staff_id", "substitute_id", "substitute__name", "valid_from", "valid_to", "reason"
        )
    )
