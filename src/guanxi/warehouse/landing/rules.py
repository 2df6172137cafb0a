"""The rules of a row, made from a contract: as SQL for a whole file, with the sentence for the one row that breaks it.

In the SQL, the fields as delivered are the text columns ``f0``, ``f1``, ...; their values in the contract's types are
``v0``, ``v1``, ..., NULL for an empty field and for one that is not exactly of the column's form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guanxi.warehouse.landing.contract import Column, Dates, Format, Kind, Table
from guanxi.warehouse.landing.formats import file_layout
from guanxi.warehouse.landing.values import parsed, pattern, value
from guanxi.warehouse.nights import Night

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
COLUMNS = 0
SHOWN = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a row must not break. ``condition`` is true for a row that breaks it."""

    name: str
    column: Column
    position: int
    condition: str
    says: str

    def message(self, fields: Sequence[str]) -> str:
        """The sentence for a row, which names the value and the rule."""
        value = fields[self.position]
        shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}..."
        return (
            f"{self.column.name} is empty: {self.says}"
            if not value
            else f"{self.column.name} is {shown!r}: {self.says}"
        )


def fields_sql(table: Table, form: Format) -> str:
    """A SELECT's list over the raw columns ``r0``, ...: the fields without padding."""
    layout = file_layout(form)
    return ", ".join(f"{layout.field_sql(column, f'r{i}')} AS f{i}" for i, column in enumerate(table.columns))


def parsed_sql(table: Table, form: Format) -> str:
    """A SELECT's list over the fields: ``p0``, ..., what DuckDB makes of each field, still too loosely."""
    return ", ".join(f"{parsed(column, form, f'f{i}')} AS p{i}" for i, column in enumerate(table.columns))


def values_sql(table: Table, form: Format) -> str:
    """A SELECT's list over fields and parsed fields: ``v0``, ..., the values."""
    return ", ".join(f"{value(column, form, f'f{i}', f'p{i}')} AS v{i}" for i, column in enumerate(table.columns))


def rules(table: Table, form: Format, night: Night | None) -> list[Rule]:
    """The rules of a single row, in the order in which they are tried; without a night, not those about its date."""
    made: list[Rule] = []
    for i, column in enumerate(table.columns):
        made += [
            Rule(name, column, i, condition, says)
            for name, condition, says in _column_rules(column, form, f"f{i}", f"v{i}")
        ]
    if table.dated and night is not None:
        position = [column.name for column in table.columns].index(table.dated)
        condition, says = _date_rule(table, night, f"v{position}")
        made.append(Rule("date", table.columns[position], position, condition, says))
    return made


def judged_sql(*, table: Table, form: Format, rows: str, rules: Sequence[Rule], broken: str) -> str:
    """A SELECT of every row of ``rows`` (a FROM clause with columns ``r0``, ... and ``x0``): its values by the
    contract's names, and ``broken``, the number of the first rule that it breaks: NULL for none, 0 for the number of
    columns, n for ``rules[n - 1]``."""
    last = len(table.columns) - 1
    values = ", ".join(f'v{i} AS "{column.name}"' for i, column in enumerate(table.columns))
    cases = " ".join(f"WHEN {rule.condition} THEN {number}" for number, rule in enumerate(rules, start=1))
    return (
        f"SELECT {values}, CASE WHEN r{last} IS NULL OR x0 IS NOT NULL THEN {COLUMNS} {cases} END AS {broken} "
        f"FROM (SELECT *, {values_sql(table, form)} FROM (SELECT *, {parsed_sql(table, form)} "
        f"FROM (SELECT *, {fields_sql(table, form)} FROM {rows})))"
    )


def _column_rules(column: Column, form: Format, field: str, held: str) -> list[tuple[str, str, str]]:
    made: list[tuple[str, str, str]] = []
    if column.required:
        condition = f"{field} = ''"
        if column.kind is Kind.TEXT:
            # Two comparisons single out the few that begin with a blank, of either width.
            blank = f"({field} < '!' OR {field} >= '\u3000' AND {field} < '\u3001')"
            condition = f"{blank} AND trim({field}, ' \u3000\t') = ''"
        made.append(("required", condition, "it must have a value."))
    match column.kind:
        case Kind.TEXT:
            condition = f"strlen({field}) > {column.length} AND length({field}) > {column.length}"
            made.append(("length", condition, f"it has more than {column.length} characters."))
        case Kind.CODE | Kind.FLAG:
            allowed = column.values if column.kind is Kind.CODE else ("1", "0")
            listed = ", ".join(f"'{word}'" for word in allowed)
            condition = f"{field} <> '' AND {field} NOT IN ({listed})"
            made.append(("value", condition, f"it must be one of {', '.join(allowed)}."))
        case Kind.DATE | Kind.TIMESTAMP:
            shown = form.date_format if column.kind is Kind.DATE else form.timestamp_format
            what = "a date" if column.kind is Kind.DATE else "a time"
            made.append(("type", f"{field} <> '' AND {held} IS NULL", f"it is not {what} written {readable(shown)}."))
            condition = f"{held} < DATE '{FIRST_DAY}' OR {held} >= DATE '{date(LAST_DAY.year + 1, 1, 1)}'"
            made.append(("range", condition, f"it must lie between {FIRST_DAY} and {LAST_DAY}."))
        case _:
            made += _number_rules(column, form, field, held)
    return made


def _number_rules(column: Column, form: Format, field: str, held: str) -> list[tuple[str, str, str]]:
    wrong = f"{field} <> '' AND {held} IS NULL"
    if column.kind is Kind.INTEGER:
        form_says = "it is not a whole number written in digits, with - before it where it is negative."
        size_says = "it is beyond 2147483647."
    elif form.decimal == "implied":
        form_says = f"it is not an amount written in digits alone, the last {column.scale} of them decimals."
        size_says = f"it has more than {column.precision} digits."
    else:
        form_says = f"it is not a number like -1234.5 with at most {column.scale} decimals and no other marks."
        size_says = f"it has more than {(column.precision or 0) - (column.scale or 0)} digits before the point."
    made = [
        ("type", f"{wrong} AND NOT regexp_full_match({field}, '{pattern(column, form)}')", form_says),
        ("range", wrong, size_says),
    ]
    if column.low is not None:
        made.append(("range", f"{held} < {column.low:f}", f"it must be at least {column.low:f}."))
    if column.high is not None:
        made.append(("range", f"{held} > {column.high:f}", f"it must be at most {column.high:f}."))
    return made


def _date_rule(table: Table, night: Night, held: str) -> tuple[str, str]:
    day = f"CAST({held} AS DATE)"
    today = night.business_date
    if night.previous is not None and table.dates is Dates.DAY:
        return f"{day} <> DATE '{today}'", f"it must be the business date {today}."
    if night.previous is not None and table.dates is Dates.SINCE:
        condition = f"{day} <= DATE '{night.previous}' OR {day} > DATE '{today}'"
        return condition, f"it must lie after {night.previous}, the business date before, and not after {today}."
    return f"{day} > DATE '{today}'", f"it must not lie after the business date {today}."


def readable(written: str) -> str:
    """A date format in the letters that people use: ``%Y%m%d`` is ``YYYYMMDD``."""
    for mark, letters in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%H", "HH"), ("%M", "MI"), ("%S", "SS")):
        written = written.replace(mark, letters)
    return written
