"""Plan against done at each level of the bank, with the forecast of the period's end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.contact.plan_queries import Figures, Pace, figures_of, pace_of, summed
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import InstitutionTree, institution_tree, managers_of
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.calendar.days import day_of
from guanxi.crm.web.plans.periods import MONTH, QUARTER, WEEK, period_of
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.queries import working_calendar

VIEWS = (WEEK, MONTH, QUARTER)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: an institution or a person, the figures, the forecast (None: the period has not begun)."""

    name: str
    url: str
    figures: Figures
    forecast: int | None

    @property
    def share(self) -> int | None:
        """How much of the plan is done, in per cent; None without a plan."""
        return round(self.figures.done * 100 / self.figures.plan) if self.figures.plan else None

    @property
    def behind(self) -> bool:
        """Whether the plan will not be met at this pace."""
        return self.forecast is not None and self.figures.plan > 0 and self.forecast < self.figures.plan


@only_for(Area.WORK)
def board(request: StaffRequest) -> HttpResponse:
    """An institution with those below it, or its people; who manages nobody sees their own line."""
    name = request.GET.get("view", "")
    day = day_of(request.GET.get("day", ""))
    period = period_of(name if name in VIEWS else MONTH, day)
    tree = institution_tree(request.display.version)
    places = _places(request, tree)
    people = _people(request, places)
    found = figures_of(request.scope, list(people), period.span, period.months)
    pace = pace_of(period.first, period.last, timezone.localdate(), working_calendar())
    here = _here(request, tree, places)
    rows = _rows(request, tree, here, people, found, pace, period.name, day.isoformat())
    members = [number for number, (_name, place) in people.items() if here is None or place in tree.below([here])]
    total = summed(found, members)
    context: dict[str, Any] = {
        "rows": rows,
        "total": Row("", "", total, pace.forecast(total.done)),
        "here": tree.label(here, request.display.language) if here else "",
        "above": _above(request, tree, here, places, period.name, day.isoformat()),
        "period": period,
        "view": period.name,
        "pace": pace,
        "previous": _address(period.name, period.moved(-1).isoformat(), here),
        "next": _address(period.name, period.moved(1).isoformat(), here),
        "views": [(one, _address(one, day.isoformat(), here)) for one in VIEWS],
    }
    return render(request, "web/plans/board.html", context)


def _address(view: str, day: str, here: str | None) -> str:
    return f"{reverse('plan-board')}?{urlencode({'view': view, 'day': day, **({'at': here} if here else {})})}"


def _places(request: StaffRequest, tree: InstitutionTree) -> frozenset[str]:
    """The institutions for whose people the person answers; none for who manages nobody."""
    sight = request.scopes[Verb.ASSIGN].sight
    return frozenset(tree.nodes) if sight.everything else frozenset(sight.institution_ids)


def _people(request: StaffRequest, places: frozenset[str]) -> dict[str, tuple[str, str]]:
    """Whose lines there are, as name and institution by number; one query or two."""
    own = request.user
    found: dict[str, tuple[str, str]] = {own.id: (own.name, own.institution_id or "")}  # type: ignore[attr-defined]
    if places:
        found |= {number: (name, place) for number, name, place in managers_of(places)}
        leaders = Staff.objects.filter(institution_id__in=places, role="branch_manager", left_on__isnull=True)
        found |= {row[0]: (row[1], row[2]) for row in leaders.values_list("id", "name", "institution_id")}
    return found


def _here(request: StaffRequest, tree: InstitutionTree, places: frozenset[str]) -> str | None:
    """The institution that is shown; 404 for one that is not the person's affair, None for who manages nobody."""
    asked = request.GET.get("at", "")[:32]
    if asked:
        if asked not in places or asked not in tree.nodes:
            raise Http404
        return asked
    if not places:
        return None
    known = [tree.nodes[number] for number in places if number in tree.nodes]
    return min(known, key=lambda node: (node.depth, node.id)).id if known else None


def _rows(
    request: StaffRequest, tree: InstitutionTree, here: str | None, people: dict[str, tuple[str, str]],
    found: dict[str, Figures], pace: Pace, view: str, day: str,
) -> list[Row]:  # fmt: skip
    """The institutions right below, then the people of this one itself."""
    rows = []
    for child in tree.nodes[here].children if here else ():
        below = set(tree.below([child]))
        members = [number for number, (_name, place) in people.items() if place in below]
        if members:
            figures = summed(found, members)
            label = tree.label(child, request.display.language)
            rows.append(Row(label, _address(view, day, child), figures, pace.forecast(figures.done)))
    own = [(number, name) for number, (name, place) in people.items() if here is None or place == here]
    for number, name in sorted(own, key=lambda one: one[1]):
        figures = found.get(number, Figures())
        plan_view = view if view != QUARTER else MONTH
        query = {"view": plan_view, "day": day, **({"staff": number} if number != request.user.id else {})}
        rows.append(Row(name, f"{reverse('plan')}?{urlencode(query)}", figures, pace.forecast(figures.done)))
    return rows


def _above(
    request: StaffRequest, tree: InstitutionTree, here: str | None, places: frozenset[str], view: str, day: str
) -> list[tuple[str, str]]:
    """The way up from an institution as far as the person's affair reaches: names with addresses, the topmost first."""
    found: list[tuple[str, str]] = []
    node = tree.nodes.get(here or "")
    while node and node.parent_id in places and node.parent_id in tree.nodes:
        node = tree.nodes[node.parent_id]
        found.insert(0, (node.label(request.display.language), _address(view, day, node.id)))
    return found
