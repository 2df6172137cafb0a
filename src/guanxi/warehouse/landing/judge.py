"""Judges a table's rows in DuckDB: one pass over the scratch file, then references and keys; writes the accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from guanxi.warehouse.landing.contract import Column, Format, Reference, Table
from guanxi.warehouse.landing.formats import file_layout
from guanxi.warehouse.landing.rules import COLUMNS, Rule, judged_sql
from guanxi.warehouse.landing.scratch import Scratch, readable
from guanxi.warehouse.sealing import Sealing, files_of, key_id_of, relation

JUDGED = "judged"
BROKEN = "_broken"
DELIVERED = "delivered.json"
# Columns beyond the contract's that a line may have and still be read as a row; one with more needs the exact way.
SPARE = 4
# What no field holds: an empty field must stay an empty text, so that a missing one can be told from it.
NO_NULL = "\x01no field\x01"


class NotLineByLine(Exception):
    """DuckDB did not find as many rows as the scratch file has lines."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a reference may name: a query of one column ``value``, and what the people call them."""

    query: str
    says: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that broke a rule: its line, and the number of the rule (0 for the number of columns)."""

    line: int
    rule: int
    first_line: int | None = None


class Judge:
    """The rows of one table on one connection. ``threads`` and memory are the connection's.

    Rules are numbered: 0 is the number of columns, then the row's own, then one for each reference, then the key.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, form: Format, rules: Sequence[Rule]
    ) -> None:
        self.connection = connection
        self.table = table
        self.form = form
        self.rules = tuple(rules)

    @property
    def key_rule(self) -> int:
        """The number of the rule that no key comes twice."""
        return len(self.rules) + len(self.table.references) + 1

    def reference_rule(self, position: int) -> int:
        """The number of the rule for ``table.references[position]``."""
        return len(self.rules) + 1 + position

    def load(self, scratch: Scratch) -> None:
        """Reads every line into the table ``judged``: its values and the first rule it breaks.

        Raises :class:`NotLineByLine` for a file that has to be read the exact way.
        """
        self.connection.execute(f"DROP TABLE IF EXISTS {JUDGED}")
        with readable(scratch) as path:
            rows = _reader(path, self.table, self.form)
            select = judged_sql(table=self.table, form=self.form, rows=rows, rules=self.rules, broken=BROKEN)
            try:
                self.connection.execute(f"CREATE TEMP TABLE {JUDGED} AS {select}")
            except duckdb.InvalidInputException as error:
                raise NotLineByLine(str(error)) from None
        found = _one(self.connection, f"SELECT count(*) FROM {JUDGED}")
        if found != scratch.lines:
            raise NotLineByLine(f"{found} rows of {scratch.lines} lines")

    def amount_total(self) -> Decimal | None:
        """The sum of the total column over all rows in which it can be read; None where the contract has none."""
        if self.table.total is None:
            return None
        readable = f"{BROKEN} IS NULL OR {BROKEN} <> {COLUMNS}"
        total = _one(self.connection, f'SELECT sum("{self.table.total}") FILTER ({readable}) FROM {JUDGED}')
        return total if total is not None else Decimal("0.00")

    def check_references(self, keys: dict[Reference, Keys]) -> None:
        """Marks the rows that name a key that is not there. A row that removes is not asked."""
        for position, (column, reference) in enumerate(self.table.references):
            self.connection.execute(
                f"UPDATE {JUDGED} SET {BROKEN} = {self.reference_rule(position)} WHERE rowid IN ("
                f'SELECT j.rowid FROM {JUDGED} j ANTI JOIN ({keys[reference].query}) k ON j."{column.name}" = k.value '
                f'WHERE j.{BROKEN} IS NULL AND j."{column.name}" IS NOT NULL {self._not_removing("j")})'
            )

    def check_keys(self) -> None:
        """Marks the rows whose key stood on an earlier row that is accepted; the first stays."""
        names = ", ".join(f'"{name}"' for name in self.table.key)
        accepted = f"{BROKEN} IS NULL {self._header()}"
        # Grouping numbers is faster than grouping texts: the hashes say where to look, the keys decide.
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE alike AS SELECT hash({names}) AS h FROM {JUDGED} WHERE {accepted} "
            "GROUP BY h HAVING count(*) > 1"
        )
        if not _one(self.connection, "SELECT count(*) FROM alike"):
            return
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE twice AS SELECT {names}, min(rowid) AS first_row FROM {JUDGED} "
            f"WHERE {accepted} AND hash({names}) IN (SELECT h FROM alike) GROUP BY {names} HAVING count(*) > 1"
        )
        self.connection.execute(
            f"UPDATE {JUDGED} SET {BROKEN} = {self.key_rule} WHERE rowid IN ("
            f"SELECT j.rowid FROM {JUDGED} j JOIN twice d ON {self._same_key()} "
            f"WHERE j.{BROKEN} IS NULL AND j.rowid > d.first_row)"
        )

    def counts(self) -> tuple[int, int]:
        """How many rows are accepted, and how many are not."""
        rows = self.connection.execute(
            f"SELECT count(*) FILTER ({BROKEN} IS NULL), count({BROKEN}) FROM {JUDGED} WHERE true {self._header()}"
        ).fetchall()
        return rows[0]

    def reasons(self) -> list[tuple[str, int]]:
        """The rules that rows broke, with how many did, the most frequent first."""
        counted = self.connection.execute(
            f"SELECT {BROKEN}, count(*) FROM {JUDGED} WHERE {BROKEN} IS NOT NULL {self._header()} "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        return [(self._rule_name(number), count) for number, count in counted]

    def write(self, path: Path, sealing: Sealing) -> None:
        """Writes the accepted rows in the file's order.

        Sorted although the rows lie in order: it makes the same bytes however many threads there are, since where row
        groups end depends otherwise on which thread read what. Sorting what is sorted is cheap.
        """
        names = ", ".join(f'"{column.name}"' for column in self.table.columns)
        self.connection.execute(
            f"COPY (SELECT {names}, rowid + 1 AS source_line FROM {JUDGED} WHERE {BROKEN} IS NULL {self._header()} "
            f"ORDER BY source_line) TO '{literal(path)}' "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1{sealing.copy_options})"
        )

    def broken(self, portion: int = 100_000) -> Iterator[list[Broken]]:
        """The rows that are not accepted, in the file's order, in portions."""
        first = "NULL"
        joined = ""
        if _one(self.connection, f"SELECT count(*) FROM {JUDGED} WHERE {BROKEN} = {self.key_rule}"):
            joined = f"LEFT JOIN twice d ON j.{BROKEN} = {self.key_rule} AND {self._same_key()}"
            first = "d.first_row + 1"
        result = self.connection.execute(
            f"SELECT j.rowid + 1, j.{BROKEN}, {first} FROM {JUDGED} j {joined} "
            f"WHERE j.{BROKEN} IS NOT NULL {self._header('j.')} ORDER BY 1"
        )
        while rows := result.fetchmany(portion):
            yield [Broken(*row) for row in rows]

    def forget(self) -> None:
        """Gives the memory back."""
        self.connection.execute(
            f"DROP TABLE IF EXISTS {JUDGED}; DROP TABLE IF EXISTS alike; DROP TABLE IF EXISTS twice"
        )

    def _rule_name(self, number: int) -> str:
        if number == COLUMNS:
            return "columns or encoding"
        if number <= len(self.rules):
            rule = self.rules[number - 1]
            return f"{rule.column.name} {rule.name}"
        if number < self.key_rule:
            return f"{self.table.references[number - self.reference_rule(0)][0].name} reference"
        return "key"

    def _header(self, prefix: str = "") -> str:
        return f"AND {prefix}rowid > 0" if self.form.header else ""

    def _same_key(self) -> str:
        return " AND ".join(f'j."{name}" = d."{name}"' for name in self.table.key)

    def _not_removing(self, alias: str) -> str:
        return f"AND {alias}.change_code <> 'D'" if removes(self.table) else ""


def removes(table: Table) -> bool:
    """Whether the table's rows say if they remove."""
    return any(column.name == "change_code" for column in table.columns)


def keys_of(*, table: Table, column: Column, today: Path, before: Path | None) -> Keys:
    """What may be referred to in a table: today's accepted rows, over the state of the night before for an increment.

    ``before`` is the folder of the previous night's ``core`` part, None where today's file is full.
    """
    name = f'"{column.name}"'
    landed = relation([today])
    if not removes(table):
        query = f"SELECT {name} AS value FROM {landed}"
    else:
        query = f"SELECT {name} AS value FROM {landed} WHERE change_code <> 'D'"
    if before is not None:
        state = f"SELECT {name} AS value FROM {relation(files_of(before), name)}"
        if removes(table):
            state += f" WHERE {name} NOT IN (SELECT {name} FROM {landed} WHERE change_code = 'D')"
        query += f" UNION ALL {state}"
    says = f"today's {table.name} file" if before is None else f"today's {table.name} file nor what was known before"
    return Keys(query, says)


def empty_parquet(connection: duckdb.DuckDBPyConnection, table: Table, path: Path, sealing: Sealing) -> None:
    """Writes a landing part without rows, for a table that was not delivered."""
    columns = ", ".join(f'CAST(NULL AS {column.sql_type}) AS "{column.name}"' for column in table.columns)
    connection.execute(
        f"COPY (SELECT {columns}, CAST(NULL AS BIGINT) AS source_line WHERE false) TO '{literal(path)}' "
        f"(FORMAT parquet, COMPRESSION zstd{sealing.copy_options})"
    )


def write_sha256(folder: Path, sha256: str) -> None:
    """Notes beside a landing part the SHA-256 of the data file from which it was made."""
    (folder / DELIVERED).write_text(json.dumps({"sha256": sha256}), encoding="ascii")


def landed_sha256(connection: duckdb.DuckDBPyConnection, part: Path) -> str:
    """The SHA-256 of the data file from which a landing part was made; empty for a part without a file."""
    try:
        return json.loads((part / DELIVERED).read_text(encoding="ascii"))["sha256"]
    except FileNotFoundError:
        pass
    # Parts from before files were encrypted hold it within.
    plain = [file for file in files_of(part) if not key_id_of(file)]
    rows = [
        row
        for file in plain
        for row in connection.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata('{literal(file)}') WHERE decode(key) = 'sha256'"
        ).fetchall()
    ]
    return rows[0][0] if rows else ""


def parquet_rows(connection: duckdb.DuckDBPyConnection, part: Path) -> int:
    """How many rows a part of a dataset has, by its files' footers; 0 where there is no such part."""
    files = files_of(part)
    return _one(connection, f"SELECT count(*) FROM {relation(files)}") if files else 0


def literal(path: Path) -> str:
    """A path inside an SQL literal."""
    return str(path).replace("'", "''")


def _reader(path: Path, table: Table, form: Format) -> str:
    delimiter = file_layout(form).scratch_delimiter(form)
    names = [f"r{i}" for i in range(len(table.columns))] + [f"x{i}" for i in range(SPARE)]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return (
        f"read_csv('{literal(path)}', delim='{delimiter}', header=false, auto_detect=false, quote='', escape='', "
        f"comment='', new_line='\\n', nullstr='{NO_NULL}', null_padding=true, strict_mode=true, compression='none', "
        f"encoding='utf-8', columns={{{columns}}})"
    )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has a row
    return row[0]
