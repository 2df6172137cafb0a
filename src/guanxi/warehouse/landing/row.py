"""Judges a single line by its contract: for the people who mend rows."""

from __future__ import annotations

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
    form = checked(form, table)
    if "\n" in text or "\r" in text:
        return [RowProblem("", "columns", "The line is more than one line.")]
    try:
        line = text.encode(form.codec)
    except UnicodeEncodeError as error:
        wrong = text[error.start]
        return [RowProblem("", "encoding", f"The character {wrong!r} cannot be written in {form.codec.upper()}.")]
    try:
        fields = read_line(line, table, form)
    except UnreadableLine as error:
        return [RowProblem("", error.rule, error.message)]
    tried = rules(table, form, night)
    broken = _broken(table, form, fields, [rule.condition for rule in tried])
    problems: list[RowProblem] = []
    for rule, breaks in zip(tried, broken, strict=True):
        # One rule a column: an amount that is no number would be out of range as well.
        if breaks and not any(problem.column == rule.column.name for problem in problems):
            problems.append(RowProblem(rule.column.name, rule.name, rule.message(fields)))
    return problems


def _broken(table: Table, form: Format, fields: list[str], conditions: list[str]) -> list[bool]:
    raw = ", ".join(f"CAST(? AS VARCHAR) AS r{i}" for i in range(len(fields)))
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        row = connection.execute(
            f"SELECT {', '.join(f'coalesce({condition}, false)' for condition in conditions)} "
            f"FROM (SELECT *, {values_sql(table, form)} FROM (SELECT *, {parsed_sql(table, form)} "
            f"FROM (SELECT *, {fields_sql(table, form)} FROM (SELECT {raw}))))",
            fields,
        ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT of one row
    return list(row)
