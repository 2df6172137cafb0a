"""The DuckDB in which a publication is computed: parts of the warehouse, seen as the published tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from guanxi.keyring import DataKey
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.publish.declare import Column, Table
from guanxi.warehouse.publish.sealing import opening
from guanxi.warehouse.publish.search.tokens import set_index_key
from guanxi.warehouse.publish.wire import ROWS_A_BATCH


class MissingPartError(Exception):
    """The warehouse does not hold a part that is to be published; the message names it."""


@dataclass(frozen=True, slots=True)
class Session:
    """One publication's DuckDB. ``connection`` is the caller's own; other threads take a :meth:`cursor` each.

    ``index_key`` makes its blind tokens: the key that was active when it began, whatever becomes of it meanwhile.
    """

    layout: Layout
    connection: duckdb.DuckDBPyConnection
    time_zone: str
    scratch: Path
    index_key: DataKey

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection to the same database for another thread."""
        return self.connection.cursor()

    def files(self, table: Table, day: date) -> list[Path]:
        """The Parquet files of one night's part, in the order of their names; raises :class:`MissingPartError`."""
        folder = self.layout.part(table.layer, table.dataset, day)
        files = sorted(folder.glob("*.parquet"))
        if not files:
            raise MissingPartError(
                f"The warehouse has no {table.layer}/{table.dataset} of {day}: run the night of {day} again."
            )
        return files

    def rows(self, table: Table, day: date, files: Sequence[Path] | None = None) -> str:
        """SQL: one night's part as the published table's rows, its columns in order and of their published types."""
        listed = ", ".join(quoted(str(file)) for file in files or self.files(table, day))
        columns = ", ".join(f"{self._value(column)} AS {column.name}" for column in table.columns)
        joined = ""
        if table.named:
            kind, name = table.named
            joined = f" LEFT JOIN names ON names.kind = part.{kind} AND names.name = part.{name}"
        return (
            f"SELECT {columns} FROM (SELECT *, DATE '{day}' AS part_day "
            f"FROM read_parquet([{listed}], hive_partitioning = false)) AS part{joined}"
        )

    def standing(self, table: Table, day: date, database_url: str) -> str:
        """SQL: what stands in PostgreSQL of a table, published for ``day``, with the columns of :meth:`rows`.

        Reads through DuckDB's PostgreSQL extension, which sees what is committed; the first call attaches it.
        """
        self.attach(database_url)
        opens = opening(self.connection, table)
        columns = ", ".join(
            f"CAST({self._standing(column, opens)} AS {column.type}) AS {column.name}" for column in table.columns
        )
        return f"SELECT {columns} FROM (SELECT *, DATE '{day}' AS there_day FROM there.public.{table.name}) AS there"

    def attach(self, database_url: str) -> None:
        """Attaches PostgreSQL for reading as ``there``."""
        attached = self.connection.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = 'there'").fetchone()
        if not attached:
            self.connection.execute(f"LOAD {quoted(str(_extension()))}")
            self.connection.execute(f"ATTACH {quoted(database_url)} AS there (TYPE postgres, READ_ONLY)")

    def stream(self, sql: str, cursor: duckdb.DuckDBPyConnection | None = None) -> pa.RecordBatchReader:
        """The rows of a query as Arrow batches, computed while they are read."""
        return (cursor or self.connection).execute(sql).to_arrow_reader(ROWS_A_BATCH)

    def count(self, sql: str) -> int:
        """The number of rows of a query."""
        found = self.connection.execute(f"SELECT count(*) FROM ({sql})").fetchone()
        return int(found[0]) if found else 0

    def _standing(self, column: Column, opens: Mapping[str, Callable[[str], str]]) -> str:
        if column.name in opens:
            return opens[column.name]("there")
        return column.published or f"there.{column.name}"

    def _value(self, column: Column) -> str:
        if column.type == "TIMESTAMPTZ":
            return f"({column.source}) AT TIME ZONE {quoted(self.time_zone)}"
        return f"CAST({column.source} AS {column.type})"


@contextmanager
def opened(layout: Layout, *, time_zone: str, threads: int, memory_limit: str) -> Iterator[Session]:
    """A session whose scratch files lie below the warehouse's work folder and go when it ends."""
    scratch = layout.work / "publish"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    connection = duckdb.connect()
    try:
        connection.execute(f"SET threads = {int(threads)}")
        connection.execute(f"SET memory_limit = {quoted(memory_limit)}")
        connection.execute(f"SET temp_directory = {quoted(str(scratch))}")
        connection.execute("SET TimeZone = 'UTC'")
        yield Session(layout, connection, time_zone, scratch, set_index_key(connection))
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _extension() -> Path:
    """The file of DuckDB's PostgreSQL extension, from its wheel: nothing is fetched from the network."""
    import duckdb_extension_postgres_scanner

    found = sorted(Path(duckdb_extension_postgres_scanner.__file__).parent.rglob("postgres_scanner.duckdb_extension"))
    if not found:
        raise FileNotFoundError("the wheel duckdb-extension-postgres-scanner holds no extension")
    return found[-1]


def quoted(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
