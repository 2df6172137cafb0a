"""Puts the board together: people, or the institutions in which they work where there are too many for a page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import InstitutionTree, institution_tree, managers_of
from guanxi.crm.web.board.measures import MEASURES
from guanxi.crm.web.board.measures.base import Asked, Cell, Column
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.team.views import assigned_institutions

# So many people fit a page that answers "who needs help?"; above that their institutions stand first.
PEOPLE_MOST = 60
DEFAULT_SORT = "quiet"


@dataclass(frozen=True, slots=True)
class Person:
    """A relationship manager in service."""

    number: str
    name: str
    institution: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a person or an institution (with how many people), the values of each measure, and its cells."""

    key: str
    name: str
    small: str
    url: str
    values: tuple[Any, ...]
    cells: tuple[Cell, ...]
    people: int = 0

    @property
    def labelled(self) -> list[tuple[Cell, Any]]:
        """Each cell with its column's name, which stands beside it on the phone."""
        return [(cell, column.label) for cell, column in zip(self.cells, columns(), strict=True)]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board. ``above`` leads from the widest institution to the one shown, as (name, address)."""

    lines: tuple[Line, ...]
    total: Line
    columns: tuple[Column, ...]
    sort: str
    at: str
    above: tuple[tuple[str, str], ...]
    people: int
    today: datetime.date
    week: datetime.date
    by_institution: bool


def columns() -> tuple[Column, ...]:
    """The columns of the page, in their order."""
    return tuple(column for measure in MEASURES for column in measure.columns if column.page)


def people_of(request: StaffRequest, at: str = "") -> list[Person]:
    """The managers whom the reader is responsible for, of one institution and all below it where ``at`` names one."""
    wanted = assigned_institutions(request)
    if at:
        below = set(institution_tree(request.display.version).below([at]))
        wanted = tuple(sorted(below if wanted is None else below & set(wanted)))
    return [Person(*row) for row in managers_of(wanted)]


def asked_of(request: StaffRequest, staff: Iterable[str]) -> Asked:
    """What a board of some people asks for."""
    return Asked(request.scopes[Verb.ASSIGN], tuple(staff), request.day, timezone.localdate())


def board_of(request: StaffRequest, *, at: str = "", sort: str = "", flat: bool = False) -> Board:
    """The board of an institution, or of all that the reader is responsible for; a query a measure and one for people.

    ``flat`` lists people however many there are: for the meeting's sheet.
    """
    tree, language = institution_tree(request.display.version), request.display.language
    people = people_of(request, at)
    asked = asked_of(request, [one.number for one in people])
    read = [measure.read(asked) for measure in MEASURES]
    values = {
        one.number: tuple(found.get(one.number, measure.none) for measure, found in zip(MEASURES, read, strict=True))
        for one in people
    }
    grouped = not flat and len(people) > PEOPLE_MOST and len({one.institution for one in people}) > 1
    if grouped:
        lines = _institutions(request, tree, people, values, at)
    else:
        lines = [
            _line(request, one.number, one.name, tree.label(one.institution, language),
                  reverse("board-person", args=[one.number]), values[one.number])
            for one in people
        ]  # fmt: skip
    keys = [column.key for column in columns()]
    sort = sort if sort in keys else DEFAULT_SORT
    place = keys.index(sort)
    lines.sort(key=lambda line: (-line.cells[place].number, line.key))
    total = _line(request, "", "", "", "", _sum(values.values()), people=len(people))
    return Board(
        lines=tuple(lines),
        total=total,
        columns=columns(),
        sort=sort,
        at=at,
        above=_above(request, tree, at),
        people=len(people),
        today=asked.today,
        week=asked.week,
        by_institution=grouped,
    )


def _line(
    request: StaffRequest, key: str, name: str, small: str, url: str, values: tuple[Any, ...], people: int = 0
) -> Line:
    cells = tuple(
        column.draw(request.display, value)
        for measure, value in zip(MEASURES, values, strict=True)
        for column in measure.columns
        if column.page
    )
    return Line(key, name, small, url, values, cells, people)


def _sum(values: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    total = tuple(measure.none for measure in MEASURES)
    for row in values:
        total = tuple(measure.combine(a, b) for measure, a, b in zip(MEASURES, total, row, strict=True))
    return total


def _institutions(
    request: StaffRequest, tree: InstitutionTree, people: list[Person], values: dict[str, tuple[Any, ...]], at: str
) -> list[Line]:
    """A line for each institution below the one shown in which, or below which, anybody works."""
    paths = {one.number: _path(tree, one.institution) for one in people}
    depth = len(_path(tree, at)) if at else _shared(list(paths.values()))
    groups: dict[str, list[str]] = {}
    for one in people:
        path = paths[one.number]
        groups.setdefault(path[min(depth, len(path) - 1)], []).append(one.number)
    lines = []
    for number, members in groups.items():
        summed = _sum(values[one] for one in members)
        url = f"{reverse('board')}?{urlencode({'at': number})}"
        label = tree.label(number, request.display.language)
        lines.append(_line(request, number, label, "", url, summed, people=len(members)))
    return lines


def _path(tree: InstitutionTree, number: str) -> list[str]:
    node = tree.nodes.get(number)
    return node.path.strip("/").split("/") if node else [number]


def _shared(paths: list[list[str]]) -> int:
    """How many institutions from the topmost down all paths have in common."""
    shared = 0
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        shared += 1
    return shared


def _above(request: StaffRequest, tree: InstitutionTree, at: str) -> tuple[tuple[str, str], ...]:
    if not at:
        return ()
    own = assigned_institutions(request)
    within = [number for number in _path(tree, at) if own is None or number in own]
    language = request.display.language
    return tuple((tree.label(number, language), f"{reverse('board')}?{urlencode({'at': number})}") for number in within)
