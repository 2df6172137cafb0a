"""Has mended lines judged by landing, before they are kept and while nothing is lost by a no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guanxi.crm.quality.lines import explain, table_of
from guanxi.crm.quality.models import QuarantinedRow, Run
from guanxi.crm.quality.queries.quarantine import Formats
from guanxi.warehouse.landing import check_row, check_rows
from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.lines import RowProblem
from guanxi.warehouse.nights import Night


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a line cannot be accepted. ``column`` is empty for the whole line."""

    column: str
    rule: str
    message: str


def objections(*, text: str, table: Table, form: Format, day: date) -> tuple[Objection, ...]:
    """What landing has against a line of a business date's file; empty where it would be accepted. One query.

    Whether a key occurs twice and whether a reference is known is found out by the night itself.
    """
    return _said(table, check_row(table, text, form, nights([day]).get(day)))


def objections_to_rows(lines: Sequence[tuple[QuarantinedRow, str]]) -> list[tuple[Objection, ...]]:
    """As :func:`objections`, for the mended lines of many rows at once: one query, and one judgement a file."""
    formats = Formats()
    known = nights({row.business_date for row, _ in lines})
    files: dict[tuple[str, date, Format], list[int]] = defaultdict(list)
    found: list[tuple[Objection, ...]] = [(Objection("", "table", row.table),) for row, _ in lines]
    for place, (row, _text) in enumerate(lines):
        files[row.table, row.business_date, formats.of(row)].append(place)
    for (name, day, form), places in files.items():
        table = table_of(name)
        if table is None:
            continue
        judged = check_rows(table, [lines[place][1] for place in places], form, known.get(day))
        for place, problems in zip(places, judged, strict=True):
            found[place] = _said(table, problems)
    return found


def nights(days: Sequence[date] | set[date]) -> dict[date, Night]:
    """The nights of some business dates, by which dates in their files are judged; one query."""
    runs = Run.objects.filter(business_date__in=days).order_by("started_at")
    return {day: Night(day, before) for day, before in runs.values_list("business_date", "previous_business_date")}


def _said(table: Table, problems: Sequence[RowProblem]) -> tuple[Objection, ...]:
    return tuple(
        Objection(
            column=problem.column,
            rule=problem.rule,
            message=explain(rule=problem.rule, table=table.name, column=problem.column, message=problem.message),
        )
        for problem in problems
    )
