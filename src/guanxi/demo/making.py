"""What the parts of the generator share while a bank is being made: a DuckDB connection, the spec, the draws."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from guanxi.demo.draws import Draws, literal
from guanxi.demo.spec import BankSpec

ORGANISATIONS = 0.05
"""Share of the customers that are organisations."""


@dataclass(frozen=True, slots=True)
class Making:
    """A bank in the making. Tables of the connection are numbered from 1; amounts in them are whole cents.

    Days within the window are counted from 0 (the spec's first day); a moment is a day and a second of it.
    """

    connection: duckdb.DuckDBPyConnection
    spec: BankSpec
    draws: Draws

    def insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Appends a few rows, made in Python, to a table; values are text, numbers, dates and None."""
        for start in range(0, len(rows), 1000):
            values = ", ".join("(" + ", ".join(map(_value, row)) + ")" for row in rows[start : start + 1000])
            self.connection.execute(f"INSERT INTO {table} VALUES {values}")

    @property
    def organisations(self) -> int:
        """How many customers are organisations; their party numbers follow the persons'."""
        return max(10, round(self.spec.customers * ORGANISATIONS))

    @property
    def persons(self) -> int:
        """How many customers are persons; their party numbers are 1 and on."""
        return self.spec.customers - self.organisations

    def run(self, statement: str) -> None:
        """Runs one statement."""
        self.connection.execute(statement)

    def day(self, day: date) -> int:
        """The number of a day within the window; negative before it."""
        return (day - self.spec.first_day).days


def open_making(spec: BankSpec, folder: Path) -> Making:
    """A connection to a database in ``folder``, with bounded memory, in which a bank can be made.

    Rows come out in the order of the tables they are read from, however many threads read them: the files depend on
    it, so it is set rather than assumed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(folder / "bank.duckdb")
    connection.execute("SET preserve_insertion_order = true")
    # A long IN list would become a join, and a join does not keep the order.
    connection.execute("SET disabled_optimizers = 'in_clause'")
    connection.execute(f"SET threads = {os.cpu_count() or 2}")
    connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
    connection.execute("SET memory_limit = '4GB'")
    return Making(connection, spec, Draws(spec.seed))


def _value(value: object) -> str:
    if value is None or isinstance(value, str | int | float):
        return literal(value)
    return sql_date(value) if isinstance(value, date) else f"{value}"


def sql_date(day: date) -> str:
    """A date as SQL."""
    return f"DATE '{day.isoformat()}'"
