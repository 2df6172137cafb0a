"""Whether a table answers everything, nothing twice, and with every row.

Each subject of the table is cut at every value that a cell names: between two cuts all cells agree, so a handful of
parts stand for all values. A comparison with other values (``>= 1.3 * x``) is a subject of its own: above, at or below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from guanxi.warehouse.rules.findings import Finding
from guanxi.warehouse.rules.graph import Row, Table
from guanxi.warehouse.rules.language import Among, Range, Test, Value
from guanxi.warehouse.rules.typing import FLAG, TEXT, Field, asks_empty, side, sides

# Looks at a row, for all tables of a file together: about a second.
MOST_LOOKS = 10_000_000
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


@dataclass(frozen=True, slots=True)
class _Part:
    """Values of a subject about which all cells agree: one of them, and words for them."""

    value: Decimal | str | bool | None
    words: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """What cells ask about: a field, or a field against an expression (``against``)."""

    name: str
    against: str
    parts: tuple[_Part, ...]


class _TooMany(Exception):
    """More combinations than are tried."""


def judge(table: Table, left: list[int]) -> list[Finding]:
    """The gaps, overlaps and rows that never answer. ``left`` holds how many looks are left, and is counted down."""
    subjects = _subjects(table)
    found: list[Finding] = []
    try:
        accepted = [_accepted(table, row, subjects, left) for row in table.rows]
        for place, row in enumerate(table.rows):
            if not _reached(accepted[:place], accepted[place], left):
                found.append(Finding("unreachable", table.name, place + 1))
                continue
            for earlier in range(place):
                _look(left, len(subjects) + sum(map(len, accepted[place])) // 8)
                shared = _shared(accepted[earlier], accepted[place])
                if shared and not _otherwise(row) and table.rows[earlier].outputs != row.outputs:
                    where = _words(subjects, [min(parts) for parts in shared], accepted[earlier], accepted[place])
                    column = _telling(table, place, earlier)
                    said = {"other": str(earlier + 1), "detail": where}
                    found.append(Finding("overlap", table.name, place + 1, column, said))
                    break
        everything = [frozenset(range(len(subject.parts))) for subject in subjects]
        hole = _hole(accepted, everything, left)
        if hole is not None:
            said = {"detail": _words(subjects, hole, *accepted)}
            found.append(Finding("gap", table.name, column=_last_asked(table, subjects, accepted), said=said))
    except _TooMany:
        found.append(Finding("too_many", table.name))
    return found


def _last_asked(table: Table, subjects: Sequence[_Subject], rows: Sequence[Sequence[frozenset[int]]]) -> str:
    """The column to look at for a gap: the last of those by which rows tell cases apart."""
    asked = {
        subject.name
        for place, subject in enumerate(subjects)
        if any(len(row[place]) < len(subject.parts) for row in rows)
    }
    return next((column.name for column in reversed(table.inputs) if column.field in asked), "")


def _otherwise(row: Row) -> bool:
    return not any(row.conditions)


def _telling(table: Table, place: int, earlier: int) -> str:
    """The column to look at: the first in which the two rows ask for different things, else the first."""
    for column, mine, theirs in zip(
        table.inputs, table.rows[place].conditions, table.rows[earlier].conditions, strict=True
    ):
        if mine and theirs and mine != theirs:
            return column.name
    return table.inputs[0].name if table.inputs else ""


def _subjects(table: Table) -> list[_Subject]:
    """The subjects of a table, in the order of its columns."""
    tests: dict[tuple[str, str], list[Test]] = {}
    fields = {field.name: field for field in table.fields}
    for row in table.rows:
        for field, cell in zip(table.fields, row.conditions, strict=True):
            for test in cell:
                tests.setdefault((field.name, side(test)), []).append(test)
    return [
        _Subject(name, against, _parts(fields[name], asked, against))
        for (name, against), asked in sorted(tests.items(), key=lambda item: list(fields).index(item[0][0]))
    ]


def _parts(field: Field, tests: Sequence[Test], against: str) -> tuple[_Part, ...]:
    empty = (_Part(None, "= null"),) if field.nullable else ()
    if against:
        return (
            *(_Part(Decimal(at), f"{sign} {against}") for at, sign in ((-1, "<"), (0, "="), (1, ">"))),
            *empty,
        )
    if field.values is not None:
        return (*(_Part(value, f"= {_said(value)}") for value in field.values), *empty)
    if field.kind == FLAG:
        return (_Part(True, "= true"), _Part(False, "= false"), *empty)
    named = _named(tests)
    if field.kind == TEXT:
        other = "any other: " + "".join(sorted(map(str, named)))
        others = _Part(other, "!= " + ", ".join(_said(value) for value in named))
        return (*(_Part(value, f"= {_said(value)}") for value in named), others, *empty)
    return (*_lines(sorted(value for value in named if isinstance(value, Decimal)), field.decimals), *empty)


def _named(tests: Sequence[Test]) -> list[Any]:
    found: dict[Any, None] = {}
    for test in tests:
        values = (
            [test.low, test.high]
            if isinstance(test, Range)
            else [value.value for value in test.values]
            if isinstance(test, Among)
            else [test.against.value]
            if isinstance(test.against, Value)
            else []
        )
        found |= dict.fromkeys(value for value in values if value is not None)
    return list(found)


def _lines(cuts: list[Decimal], decimals: int | None) -> list[_Part]:
    """The points and what lies between them; of a field with so many decimals only what it can be."""
    step = Decimal(1).scaleb(-decimals) if decimals is not None else None
    if not cuts:
        return [_Part(Decimal(0), "= 0")]
    parts = [_Part(cuts[0] - 1, f"< {cuts[0]}")]
    for place, cut in enumerate(cuts):
        if step is None or cut % step == 0:
            parts.append(_Part(cut, f"= {cut}"))
        if place + 1 == len(cuts):
            continue
        after = cuts[place + 1]
        inside = (cut + after) / 2
        if step is not None:
            inside = (cut / step).to_integral_value(ROUND_FLOOR) * step + step
        if inside < after:
            parts.append(_Part(inside, f"in ({cut}..{after})"))
    return [*parts, _Part(cuts[-1] + 1, f"> {cuts[-1]}")]


def _said(value: Decimal | str | bool) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _accepted(table: Table, row: Row, subjects: Sequence[_Subject], left: list[int]) -> list[frozenset[int]]:
    """Of each subject the parts that a row takes. A cell is about one subject (``mixed`` refuses others)."""
    taken = [frozenset(range(len(subject.parts))) for subject in subjects]
    for field, cell in zip(table.fields, row.conditions, strict=True):
        if not cell:
            continue
        (against,) = sides(cell) or {""}
        place = next(i for i, one in enumerate(subjects) if (one.name, one.against) == (field.name, against))
        asked = sum(len(test.values) if isinstance(test, Among) else 1 for test in cell)
        _look(left, asked * len(subjects[place].parts))
        fits = {
            number for number, part in enumerate(subjects[place].parts) if any(_fits(test, part.value) for test in cell)
        }
        taken[place] &= frozenset(fits)
    return taken


def _fits(test: Test, value: Any) -> bool:
    """Whether a value passes a test as Zen has it: empty is neither above nor below anything. Against an expression
    the value is how far it lies above."""
    if asks_empty(test):
        return (value is None) == (test.sign == "==")
    if isinstance(test, Among):
        return (value in {entry.value for entry in test.values}) != test.negated
    if isinstance(test, Range):
        if value is None:
            return False
        above = value >= test.low if test.with_low else value > test.low
        return above and (value <= test.high if test.with_high else value < test.high)
    against = test.against.value if isinstance(test.against, Value) else Decimal(0)
    if test.sign in {"==", "!="}:
        return SIGNS[test.sign](value, against)
    return value is not None and SIGNS[test.sign](value, against)


def _look(left: list[int], many: int) -> None:
    left[0] -= many
    if left[0] < 0:
        raise _TooMany


def _shared(one: Sequence[frozenset[int]], other: Sequence[frozenset[int]]) -> list[frozenset[int]] | None:
    both = [mine & theirs for mine, theirs in zip(one, other, strict=True)]
    return both if all(both) else None


def _reached(earlier: list[list[frozenset[int]]], row: list[frozenset[int]], left: list[int]) -> bool:
    """Whether a row takes anything that none of the earlier ones does."""
    return all(row) and _hole(earlier, row, left) is not None


def _hole(rows: list[list[frozenset[int]]], space: list[frozenset[int]], left: list[int]) -> list[int] | None:
    """A combination within ``space`` that no row takes, or None."""
    known: set[tuple[int, frozenset[int]]] = set()

    def search(depth: int, alive: frozenset[int]) -> list[int] | None:
        if not alive:
            return [min(parts) for parts in space[depth:]]
        if depth == len(space) or (depth, alive) in known:
            return None
        for part in sorted(space[depth]):
            _look(left, 1 + len(alive))
            found = search(depth + 1, frozenset(row for row in alive if part in rows[row][depth]))
            if found is not None:
                return [part, *found]
        known.add((depth, alive))
        return None

    return search(0, frozenset(range(len(rows))))


def _words(subjects: Sequence[_Subject], parts: Sequence[int], *rows: Sequence[frozenset[int]]) -> str:
    """A combination in words: of the subjects about which any of the rows asks."""
    said = []
    for place, (subject, part) in enumerate(zip(subjects, parts, strict=True)):
        if any(len(row[place]) < len(subject.parts) for row in rows):
            said.append(f"{subject.name} {subject.parts[part].words}")
    return ", ".join(said)
