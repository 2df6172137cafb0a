"""A file of rules as a form, and the form as a file again: every cell a field, named by its row and column."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from guanxi.crm.rulings.words import fault_words, named
from guanxi.warehouse.rules import Book, Finding, RuleError, findings
from guanxi.warehouse.rules.graph import EXPRESSION, ROW_ID, TABLE, body, loaded

# A form may have a thousand fields; the rest of them are the page's own.
MOST_FIELDS = 950


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the form: its name, what stands in it, what is wrong with it."""

    name: str
    value: str
    label: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    id: str
    number: int
    note: Cell
    conditions: tuple[Cell, ...]
    answers: tuple[Cell, ...]
    fault: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, the value that it is about."""

    name: str
    field: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, or a step that reckons (``formulas``: name and expression)."""

    id: str
    name: str
    inputs: tuple[Head, ...]
    outputs: tuple[Head, ...]
    lines: tuple[Line, ...]
    formulas: tuple[tuple[Cell, Cell], ...]
    fault: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as the page shows it. ``faults`` are all that is wrong, each with its place; ``readable``: there are
    tables to show; ``editable``: every cell can be a field of its own, and the form is not too long."""

    sheets: tuple[Sheet, ...]
    faults: tuple[tuple[str, str], ...]
    readable: bool
    editable: bool = False


def opened(book: Book, content: str, hits: frozenset[str] = frozenset()) -> Opened:
    """The file of a book; ``hits`` are ids of rows to mark."""
    wrong = findings(book, content)
    told = tuple((_place(found), fault_words(found)) for found in wrong)
    try:
        nodes = loaded(content)["nodes"]
    except RuleError:
        return Opened((), told, readable=False)
    sheets = tuple(
        _sheet(node, [found for found in wrong if found.table == (node.get("name") or node["id"])], hits)
        for node in nodes
        if node["type"] in {TABLE, EXPRESSION}
    )
    return Opened(sheets, told, readable=True, editable=_editable(nodes, sheets))


def _editable(nodes: list[Mapping[str, Any]], sheets: tuple[Sheet, ...]) -> bool:
    """Whether no two fields would have one name, and they are not too many."""
    rows = [str(row.get(ROW_ID) or "") for node in nodes for row in body(node).get("rules", [])]
    fields = [cell.name for sheet in sheets for pair in sheet.formulas for cell in pair]
    fields += [
        cell.name for sheet in sheets for line in sheet.lines for cell in (line.note, *line.conditions, *line.answers)
    ]
    return all(rows) and len(set(fields)) == len(fields) <= MOST_FIELDS


def _place(found: Finding) -> str:
    row = _("row %(number)s") % {"number": found.row} if found.row else ""
    return ", ".join(part for part in (named(found.table), row, named(found.column)) if part)


def _sheet(node: Mapping[str, Any], wrong: list[Finding], hits: frozenset[str]) -> Sheet:
    content = body(node)
    name = str(node.get("name") or node["id"])

    def fault(row: int, column: str | None) -> str:
        return " ".join(
            fault_words(found) for found in wrong if found.row == row and (column is None or found.column == column)
        )

    def cells(row: Mapping[str, Any], number: int, columns: list[Mapping[str, Any]]) -> tuple[Cell, ...]:
        return tuple(
            Cell(
                f"c:{row.get(ROW_ID)}:{column.get('id')}",
                str(row.get(str(column.get("id"))) or ""),
                named(str(column.get("name") or column.get("field"))),
                fault(number, str(column.get("name") or column.get("field"))),
            )
            for column in columns
        )

    inputs, outputs = content.get("inputs", []), content.get("outputs", [])
    lines = tuple(
        Line(
            id=str(row.get(ROW_ID)),
            number=number,
            note=Cell(f"n:{row.get(ROW_ID)}", named(str(row.get("_description") or "")), ""),
            conditions=cells(row, number, inputs),
            answers=cells(row, number, outputs),
            fault=fault(number, ""),
            hit=str(row.get(ROW_ID)) in hits,
        )
        for number, row in enumerate(content.get("rules", []), 1)
    )
    formulas = tuple(
        (
            Cell(f"k:{entry.get('id')}", str(entry.get("key") or ""), ""),
            Cell(f"x:{entry.get('id')}", str(entry.get("value") or ""), "", fault(number, None)),
        )
        for number, entry in enumerate(content.get("expressions", []), 1)
    )
    return Sheet(
        id=str(node["id"]),
        name=named(name),
        inputs=tuple(_head(column) for column in inputs),
        outputs=tuple(_head(column) for column in outputs),
        lines=lines,
        formulas=formulas,
        fault=" ".join(fault_words(found) for found in wrong if not found.row),
    )


def _head(column: Mapping[str, Any]) -> Head:
    field = str(column.get("field") or "")
    return Head(named(str(column.get("name") or field)), field)


def written(content: str, form: Mapping[str, Any]) -> str:
    """The file with what the form says, and with what its button ``do`` asks for: a row more or less, up or down.

    ``content`` is the file as it stands, which must be readable; cells that the form does not have stay.
    """
    found = loaded(content)
    own = Counter(str(row.get(ROW_ID) or "") for node in found["nodes"] for row in body(node).get("rules", []))
    for node in found["nodes"]:
        step = body(node)
        for row in step.get("rules", []):
            # A page that stood open may name rows by an id that several have by now, or none.
            if not row.get(ROW_ID) or own[str(row[ROW_ID])] > 1:
                continue
            for column in [*step.get("inputs", []), *step.get("outputs", [])]:
                name = f"c:{row.get(ROW_ID)}:{column.get('id')}"
                if name in form:
                    row[column["id"]] = str(form[name]).strip()
            note = form.get(f"n:{row.get(ROW_ID)}")
            # A note that shipped is shown in the reader's language: unchanged, it stays what it is.
            if note is not None and note.strip() != named(str(row.get("_description") or "")):
                row["_description"] = note.strip()[:200]
        for entry in step.get("expressions", []):
            for mark, key in (("k", "key"), ("x", "value")):
                if (name := f"{mark}:{entry.get('id')}") in form:
                    entry[key] = str(form[name]).strip()
    verb, _colon, row_id = str(form.get("do") or "").partition(":")
    if row_id:
        _rearrange(found, verb, row_id)
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _rearrange(found: Mapping[str, Any], verb: str, row_id: str) -> None:
    taken = {str(row.get(ROW_ID)) for node in found["nodes"] for row in body(node).get("rules", [])}
    for node in found["nodes"]:
        rows: list[dict[str, Any]] = body(node).get("rules", [])
        place = next((at for at, row in enumerate(rows) if str(row.get(ROW_ID)) == row_id), None)
        if place is None:
            continue
        if verb == "add":
            fresh = next(f"n{number}" for number in range(1, len(taken) + 2) if f"n{number}" not in taken)
            # Above: below the last row, which is for everything else, nothing would be reached.
            rows.insert(place, {ROW_ID: fresh})
        elif verb == "remove":
            del rows[place]
        elif verb in {"up", "down"}:
            other = place + (1 if verb == "down" else -1)
            if 0 <= other < len(rows):
                rows[place], rows[other] = rows[other], rows[place]
        return
