"""The DuckDB in which a publication is computed: parts of the warehouse, seen as the published tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pyarrow as pa

from guanxi.keyring import DataKey
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.publish.declare import Column, Table
from guanxi.warehouse.publish.sealing import opening
from guanxi.warehouse.publish.search.tokens import set_index_key
from guanxi.warehouse.publish.wire import ROWS_A_BATCH
from guanxi.warehouse.sealing import extension, files_of, quoted, relation


class MissingPartError(Exception):
    """The warehouse does not hold a part that is to be published; the message names it."""


class PublicationAddressError(Exception):
    """DuckDB does not reach PostgreSQL; the message holds no address."""


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

    def files(self, table: Table, day: date) -> tuple[Path, ...]:
        """The Parquet files of one night's part, in the order of their names; raises :class:`MissingPartError`."""
        folder = self.layout.part(table.layer, table.dataset, day)
        files = files_of(folder)
        if not files:
            raise MissingPartError(
                f"The warehouse has no {table.layer}/{table.dataset} of {day}: run the night of {day} again."
            )
        return files

    def rows(self, table: Table, day: date, files: Sequence[Path] | None = None) -> str:
        """SQL: one night's part as the published table's rows, its columns in order and of their published types."""
        source = relation(files or self.files(table, day))
        columns = ", ".join(f"{self._value(column)} AS {column.name}" for column in table.columns)
        joined = ""
        if table.named:
            kind, name = table.named
            joined = f" LEFT JOIN names ON names.kind = part.{kind} AND names.name = part.{name}"
        return f"SELECT {columns} FROM (SELECT *, DATE '{day}' AS part_day FROM {source}) AS part{joined}"

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
            self.connection.execute(f"LOAD {quoted(extension('postgres_scanner'))}")
            refused = ""
            try:
                self.connection.execute(f"ATTACH {quoted(database_url)} AS there (TYPE postgres, READ_ONLY)")
            except duckdb.Error as error:
                # Its message quotes the address, password and all; and it would come along as the cause.
                refused = _without_address(str(error), database_url)
            if refused:
                raise PublicationAddressError(refused)

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
    connection = layout.sealing.connect(spill=scratch, threads=threads, memory_limit=memory_limit)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield Session(layout, connection, time_zone, scratch, set_index_key(connection))
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _without_address(message: str, database_url: str) -> str:
    """The last line of what went wrong, unless it quotes the address or its password."""
    last = message.strip().splitlines()[-1]
    password = urlsplit(database_url).password
    if database_url in last or (password and (password in last or unquote(password) in last)):
        return "DuckDB could not connect to PostgreSQL by DATABASE_URL."
    return f"DuckDB could not connect to PostgreSQL by DATABASE_URL: {last}"
