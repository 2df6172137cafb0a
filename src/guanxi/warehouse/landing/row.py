"""Judges a single line by its contract: for the people who mend rows."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.formats import checked
from guanxi.warehouse.landing.lines import RowProblem, UnreadableLine, read_line
from guanxi.warehouse.landing.rules import fields_sql, parsed_sql, rules, values_sql
from guanxi.warehouse.nights import Night


def check_row(table: Table, text: str, form: Format, night: Night | None = None) -> list[RowProblem]:
    """Everything that a line breaks of its contract, in the columns' order; an empty list for a good one.

    By the very SQL that judges whole files. What needs other rows is left out (``key``, ``reference``), and so are the
    rules on the business date where no ``night`` is given. Costs about ten milliseconds.
    """
    return check_rows(table, [text], form, night)[0]


def check_rows(table: Table, texts: Sequence[str], form: Format, night: Night | None = None) -> list[list[RowProblem]]:
    """As :func:`check_row`, for many lines of one file at once; a list of problems for each line."""
    form = checked(form, table)
    problems: list[list[RowProblem]] = [[] for _ in texts]
    readable: dict[int, list[str]] = {}
    for place, text in enumerate(texts):
        fields = _fields(table, text, form)
        if isinstance(fields, RowProblem):
            problems[place].append(fields)
        else:
            readable[place] = fields
    tried = rules(table, form, night)
    found = _broken(table, form, list(readable.values()), [rule.condition for rule in tried]) if readable else []
    for (place, fields), broken in zip(readable.items(), found, strict=True):
        for rule, breaks in zip(tried, broken, strict=True):
            # One rule a column: an amount that is no number would be out of range as well.
            if breaks and not any(problem.column == rule.column.name for problem in problems[place]):
                problems[place].append(RowProblem(rule.column.name, rule.name, rule.message(fields)))
    return problems


def _fields(table: Table, text: str, form: Format) -> list[str] | RowProblem:
    if "\n" in text or "\r" in text:
        return RowProblem("", "columns", "The line is more than one line.")
    try:
        line = text.encode(form.codec)
    except UnicodeEncodeError as error:
        wrong = text[error.start]
        return RowProblem("", "encoding", f"The character {wrong!r} cannot be written in {form.codec.upper()}.")
    try:
        return read_line(line, table, form)
    except UnreadableLine as error:
        return RowProblem("", error.rule, error.message)


def _broken(
    table: Table, form: Format, rows: Sequence[Sequence[str]], conditions: Sequence[str]
) -> list[tuple[bool, ...]]:
    """For each row, which of the conditions it meets."""
    import pyarrow as pa

    names = [f"r{i}" for i in range(len(table.columns))]
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:  # noqa: TID251 - a few rows, no files
        connection.register("lines", pa.table([*columns, pa.array(range(len(rows)))], names=[*names, "place"]))
        found = connection.execute(
            f"SELECT {', '.join(f'coalesce({condition}, false)' for condition in conditions)} "
            f"FROM (SELECT *, {values_sql(table, form)} FROM (SELECT *, {parsed_sql(table, form)} "
            f"FROM (SELECT place, {fields_sql(table, form)} FROM lines))) ORDER BY place"
        ).fetchall()
    return [tuple(row) for row in found]
