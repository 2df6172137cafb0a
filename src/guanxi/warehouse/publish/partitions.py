"""Partitions: built aside by several connections at once, attached in the publishing transaction, retired after it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from threading import Lock, local
from time import monotonic, sleep
from typing import Any

from psycopg import errors

from guanxi.warehouse.publish.database import (
    ASIDE,
    Connection,
    Index,
    TableBusyError,
    connect,
    indexes,
    patiently,
    rows,
    run,
    value,
)
from guanxi.warehouse.publish.declare import Partition, Table
from guanxi.warehouse.publish.sealing import sealed
from guanxi.warehouse.publish.session import Session
from guanxi.warehouse.publish.tally import Tally
from guanxi.warehouse.publish.wire import copy_into

MOST_BUILDERS = 4
# Detaching an old partition waits for its readers; where they take longer than this (seconds), the next night does it.
RETIRING = 20.0


@dataclass(frozen=True, slots=True)
class Fresh:
    """A partition that is built aside: ``sql`` gives its rows in DuckDB, ``rows`` is how many."""

    table: Table
    first: date
    sql: str
    rows: int

    @property
    def name(self) -> str:
        """Its name, without a schema."""
        return f"{self.table.name}_{self.partition.label(self.first)}"

    @property
    def aside(self) -> str:
        """Where it is built."""
        return f"{ASIDE}.{self.name}"

    @property
    def partition(self) -> Partition:
        """How its table is cut."""
        assert self.table.partition is not None  # noqa: S101 - only partitioned tables have partitions
        return self.table.partition


@dataclass
class Builder:
    """Fills and indexes partitions, several at a time; :meth:`finish` waits for all of them.

    ``written`` counts each partition's rows. Everything that a builder commits lies aside: nobody reads it.
    """

    database_url: str
    session: Session
    tally: Tally
    written: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(max(1, min(MOST_BUILDERS, os.cpu_count() or 1)), thread_name_prefix="build")
        self.own = local()
        self.lock = Lock()
        self.connections: list[Connection] = []
        self.futures: list[Future[None]] = []

    def build(self, fresh: Iterable[Fresh]) -> None:
        """Begins to build partitions, the largest first."""
        for one in sorted(fresh, key=lambda each: -each.rows):
            self._submit(self._load, one)

    def finish(self) -> None:
        """Waits until everything is built; raises what went wrong in the building."""
        while True:
            with self.lock:
                waiting, self.futures = self.futures, []
            if not waiting:
                return
            for future in waiting:
                future.result()

    def close(self) -> None:
        """Stops what is still being built and closes the connections."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        with self.lock:
            for connection in self.connections:
                connection.cancel_safe()
        # Not by waiting for the futures: those that were cancelled before they began never say that they are done.
        self.pool.shutdown()
        for connection in self.connections:
            connection.close()

    def _submit(self, work: Any, *arguments: Any) -> None:
        with self.lock:
            self.futures.append(self.pool.submit(work, *arguments))

    def _connection(self) -> Connection:
        if not hasattr(self.own, "connection"):
            self.own.connection = connect(self.database_url)
            # The builders are the parallelism: PostgreSQL's own workers would only be more than there are processors.
            run(self.own.connection, "SET max_parallel_maintenance_workers = 0")
            with self.lock:
                self.connections.append(self.own.connection)
        return self.own.connection

    def _load(self, fresh: Fresh) -> None:
        connection, table = self._connection(), fresh.table
        with connection.transaction():
            run(
                connection,
                f"CREATE TABLE {fresh.aside} (LIKE {table.name} INCLUDING ALL EXCLUDING INDEXES, "
                # What it says lets the partition be attached without being read.
                f"CONSTRAINT {fresh.name}_holds CHECK ({fresh.partition.condition(fresh.first)}))",
            )
            count = copy_into(
                connection,
                f"COPY {fresh.aside} ({', '.join(table.column_names)}) FROM STDIN (FORMAT binary, FREEZE true)",
                sealed(self.session.stream(fresh.sql, self.session.cursor()), table),
                lambda rows: self.tally.wrote(rows, table.name),
            )
            run(connection, f"ANALYZE {fresh.aside}")
        with self.lock:
            self.written[fresh.name] = count
        for index in indexes(connection, table.name):
            self._submit(self._index, fresh, index)

    def _index(self, fresh: Fresh, index: Index) -> None:
        unique = "UNIQUE " if index.unique else ""
        run(
            self._connection(),
            f"CREATE {unique}INDEX {_index_name(fresh, index)} ON {fresh.aside} USING {index.using}",
        )
        self.tally.wrote(0, fresh.table.name)


def attach(connection: Connection, fresh: Fresh, *, replaced: str | None, patience: float) -> None:
    """Attaches a built partition within the caller's transaction, in the place of ``replaced`` where there is one.

    Attaching keeps nobody from reading; replacing needs the table for itself until the transaction ends. Raises
    ``TableBusyError`` where readers leave no moment for that within ``patience`` seconds.
    """
    table = fresh.table.name
    primary = next(index for index in indexes(connection, table) if index.primary)
    schema = value(
        connection,
        "SELECT nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid WHERE c.oid = %s::regclass",
        [table],
    )

    def act() -> None:
        if replaced:
            run(connection, f"DROP TABLE {replaced}")
        key = _index_name(fresh, primary)
        run(connection, f"ALTER TABLE {fresh.aside} ADD CONSTRAINT {key} PRIMARY KEY USING INDEX {key}")
        run(connection, f"ALTER TABLE {fresh.aside} SET SCHEMA {schema}")
        there = f"{schema}.{fresh.name}"
        run(connection, f"ALTER TABLE {table} ATTACH PARTITION {there} {fresh.partition.bounds(fresh.first)}")
        run(connection, f"ALTER TABLE {there} DROP CONSTRAINT {fresh.name}_holds")

    patiently(connection, act, patience=patience, table=table)


def retire(connection: Connection, table: Table, names: Iterable[str]) -> list[str]:
    """Detaches and drops partitions without keeping anybody from reading; outside of a transaction.

    A transaction that began before may still see an earlier day as the last without having read its rows: detaching
    waits for those that have read only, so all that are open are waited for first. Where readers hold a partition for
    long it stays for the next publication to retire. Returns what was dropped.
    """
    dropped: list[str] = []
    names = list(names)
    if not names or not _outlived(connection):
        return dropped
    for name in names:
        try:
            run(connection, f"SET statement_timeout = '{RETIRING}s'")
            run(connection, f"ALTER TABLE {table.name} DETACH PARTITION {name} CONCURRENTLY")
            patiently(connection, lambda name=name: _drop(connection, name), patience=10, table=table.name)
        except (errors.QueryCanceled, errors.LockNotAvailable, errors.ObjectNotInPrerequisiteState, TableBusyError):
            return dropped
        finally:
            run(connection, "SET statement_timeout = 0")
        dropped.append(name)
    return dropped


def _outlived(connection: Connection) -> bool:
    """Waits until every transaction in this database that is open now has ended; false where one is still open."""
    opened = [
        transaction
        for (transaction,) in rows(
            connection,
            "SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'virtualxid' AND a.datname = current_database()"
            # Those of clients only: PostgreSQL's own, a vacuum for one, have no user and read no figures.
            " AND a.usesysid IS NOT NULL AND pid <> pg_backend_pid()",
        )
    ]
    until = monotonic() + RETIRING
    while value(connection, "SELECT count(*) FROM pg_locks WHERE virtualtransaction = ANY (%s)", [opened]):
        if monotonic() > until:
            return False
        sleep(0.02)
    return True


def _drop(connection: Connection, name: str) -> None:
    run(connection, f"DROP TABLE {name}")


def _index_name(fresh: Fresh, index: Index) -> str:
    """The partition's index that belongs to one of its table's: within 63 characters, and never another's name."""
    ending = "pkey" if index.primary else index.name
    return f"{fresh.name}_{ending}"[:63]
