"""From whom and to whom the person may hand over: managers of the own institutions, leavers, and nobody."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from guanxi.crm.handover.capacity import Standing, standings
from guanxi.crm.insight.book_queries import Holding, books_by_manager, customers_in
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import institution_tree, managers_of
from guanxi.crm.web.request import StaffRequest

NO_BOOK = Holding()


@dataclass(frozen=True, slots=True)
class Giver:
    """Somebody whose customers could be handed over. ``left``: not in service as a relationship manager any more."""

    number: str
    name: str
    institution: str
    customers: int
    left: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could receive, with what they lead and may lead."""

    number: str
    name: str
    institution: str
    standing: Standing
    chosen: bool


def assigned(request: StaffRequest) -> tuple[str, ...] | None:
    """The institutions whose customers the person may assign; None for all."""
    scope = request.scopes[Verb.ASSIGN]
    return None if scope.sight.everything else scope.institution_ids


def givers(request: StaffRequest) -> list[Giver]:
    """Everybody who leads customers within what the person may assign, leavers first, then the largest books."""
    tree, language = institution_tree(request.display.version), request.display.language
    books = books_by_manager(request.scopes[Verb.ASSIGN], date=request.day)
    serving = {number: (name, place) for number, name, place in managers_of(assigned(request))}
    others = {one.pk: one for one in Staff.objects.filter(pk__in=set(books) - set(serving))}
    found = [
        Giver(number, name, tree.label(place, language), books.get(number, NO_BOOK).customers, left=False)
        for number, (name, place) in serving.items()
    ]
    for number in set(books) - set(serving):
        one = others.get(number)
        place = tree.label(one.institution_id, language) if one and one.institution_id else ""
        gone = one is None or not one.is_active or one.left_on is not None
        found.append(Giver(number, one.name if one else number, place, books[number].customers, left=gone))
    return sorted(found, key=lambda one: (not one.left, -one.customers, one.number))


def without_manager(request: StaffRequest) -> int:
    """How many customers within what the person may assign have no lead manager."""
    if request.published is None:
        return 0
    return customers_in(request.published.id, request.day, request.scopes[Verb.ASSIGN], None, "")


def receivers(request: StaffRequest, *, but: str | None, chosen: list[str]) -> list[Candidate]:
    """The managers in service of the own institutions, but the giver; those with most room first."""
    tree, language = institution_tree(request.display.version), request.display.language
    people = [row for row in managers_of(assigned(request)) if row[0] != but]
    known = standings([number for number, _name, _place in people], tree=tree, today=timezone.localdate())
    found = [
        Candidate(number, name, tree.label(place, language), known[number], number in chosen)
        for number, name, place in people
        if number in known
    ]
    return sorted(found, key=lambda one: (not one.chosen, one.institution, one.number))
