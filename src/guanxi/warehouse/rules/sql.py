"""A decision as SQL: SELECT around SELECT, each step adding columns. It says what Zen says, for a million rows at once.

The same text runs on DuckDB, Spark and PostgreSQL. Zen fails where an empty value is compared, and its table then
goes on with the next row; in SQL such a comparison is unknown, and CASE goes on as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from guanxi.warehouse.rules.graph import Graph, Table
from guanxi.warehouse.rules.language import Among, Apply, Expression, Name, Range, Test, Value
from guanxi.warehouse.rules.typing import NUMBER, Field

if TYPE_CHECKING:
    from guanxi.warehouse.rules.versions import Ruling

SIGNS = {"==": "=", "!=": "<>"}
# Wide enough for 10^13 with six decimals, and for a literal times that.
WIDE = "decimal(20, 6)"


def compiled(ruling: Ruling, source: str) -> str:
    """A subselect over ``source``, whose columns have the names of the inputs.

    It adds ``rule_<output>`` for each output, ``rule_version`` and ``rule_path``: the rows that answered, by their
    ids. Where a challenger runs, its share of the customers is decided by it.
    """
    book, share = ruling.book, ruling.share
    ways = [(ruling.champion, "a")] + ([(ruling.challenger, "b")] if ruling.challenger and share else [])
    sql = source
    found: list[list[str]] = []
    for version, mark in ways:
        inputs = {field.name: (field.name, field.kind) for field in book.inputs}
        sql, columns, rows = _steps(version.graph, sql, inputs, mark)
        path = " || ' ' || ".join(rows) or "''"
        found.append([*(columns[output.name][0] for output in book.outputs), f"'{version.label}'", path])
    names = [*(f"rule_{output.name}" for output in book.outputs), "rule_version", "rule_path"]
    if len(ways) == 1:
        answers = found[0]
    else:
        chosen = f"substr(md5('{ruling.salt}' || {book.key}), 1, 4) < '{ruling.share_edge}'"
        answers = [f"case when {chosen} then {b} else {a} end" for a, b in zip(*found, strict=True)]
    added = ", ".join(f"{answer} as {name}" for answer, name in zip(answers, names, strict=True))
    return f"(select *, {added} from {sql} as rule_last)"


def _steps(
    graph: Graph, sql: str, columns: Mapping[str, tuple[str, str]], mark: str
) -> tuple[str, dict[str, tuple[str, str]], list[str]]:
    """Wraps ``sql`` step by step; returns it with where each value stands and the columns that hold the row ids."""
    known = dict(columns)
    rows: list[str] = []
    for number, step in enumerate(graph.steps, 1):
        alias = f"rule_{mark}{number}"
        if isinstance(step, Table):
            cases = " ".join(
                f"when {row_condition(step, place, known)} then {place + 1}" for place in range(len(step.rows))
            )
            sql = f"(select *, case {cases} end as {alias} from {sql} as s_{alias})"
            ids = " ".join(f"when {place} then {text(row.id)}" for place, row in enumerate(step.rows, 1))
            rows.append(f"case {alias} {ids} end")
            made = [
                (column.field, _answers(alias, [row.outputs[place] for row in step.rows], known))
                for place, column in enumerate(step.outputs)
            ]
        else:
            made = [(name, written(found, known)) for name, found in step.values]
        added = ", ".join(f"{answer} as {alias}_{name}" for name, answer in made)
        sql = f"(select *, {added} from {sql} as t_{alias})"
        known |= {name: (f"{alias}_{name}", "") for name, _ in made}
    return sql, known, rows


def _answers(alias: str, answers: Sequence[Expression | None], known: Mapping[str, tuple[str, str]]) -> str:
    """What a table says by the number of its row; rows that say the same share a branch."""
    places: dict[str, list[str]] = {}
    for place, answer in enumerate(answers, 1):
        places.setdefault(written(answer, known) if answer is not None else "null", []).append(str(place))
    cases = " ".join(f"when {alias} in ({', '.join(at)}) then {said}" for said, at in places.items())
    return f"case {cases} end"


def row_condition(table: Table, place: int, known: Mapping[str, tuple[str, str]]) -> str:
    """Whether a row of a table fits."""
    asked = [
        _condition(cell, field, known)
        for field, cell in zip(table.fields, table.rows[place].conditions, strict=True)
        if cell
    ]
    return " and ".join(asked) or "true"


def _condition(cell: Sequence[Test], field: Field, known: Mapping[str, tuple[str, str]]) -> str:
    either = [_test(test, known[field.name][0], field, known) for test in cell]
    return either[0] if len(either) == 1 else f"({' or '.join(either)})"


def _test(test: Test, subject: str, field: Field, known: Mapping[str, tuple[str, str]]) -> str:
    if isinstance(test, Range):
        low, high = _number(test.low), _number(test.high)
        return (
            f"({subject} {'>=' if test.with_low else '>'} {low} and {subject} {'<=' if test.with_high else '<'} {high})"
        )
    if isinstance(test, Among):
        values = ", ".join(written(value, known) for value in test.values)
        inside = f"{subject} {'not in' if test.negated else 'in'} ({values})"
        return f"({subject} is null or {inside})" if test.negated and field.nullable else inside
    if isinstance(test.against, Value) and test.against.value is None:
        return f"{subject} is {'not ' if test.sign == '!=' else ''}null"
    held = f"{subject} {SIGNS.get(test.sign, test.sign)} {written(test.against, known)}"
    return f"({subject} is null or {held})" if test.sign == "!=" and field.nullable else held


def written(found: Expression, known: Mapping[str, tuple[str, str]]) -> str:
    """An expression as SQL."""
    if isinstance(found, Value):
        if isinstance(found.value, bool):
            return str(found.value).lower()
        return text(found.value) if isinstance(found.value, str) else _number(found.value or Decimal(0))
    if isinstance(found, Name):
        column, kind = known[found.name]
        return f"cast({column} as {WIDE})" if kind == NUMBER else column
    parts = [written(part, known) for part in found.parts]
    return _applied(found, parts)


def _applied(found: Apply, parts: list[str]) -> str:
    match found.what:
        case "?":
            return f"case when {parts[0]} then {parts[1]} else {parts[2]} end"
        case "not":
            return f"(not {parts[0]})"
        case "max" | "min":
            return f"{'greatest' if found.what == 'max' else 'least'}({', '.join(parts)})" if parts[1:] else parts[0]
        case "abs":
            return f"abs({parts[0]})"
        case sign:
            return f"({parts[0]} {SIGNS.get(sign, sign)} {parts[1]})"


def text(value: str) -> str:
    """A text as SQL; the language has none with backslashes, of which engines think differently."""
    return "'" + value.replace("'", "''") + "'"


def _number(value: Decimal) -> str:
    said = format(value, "f")
    return f"({said})" if value < 0 else said
