"""The operational database as a publication sees it: connections, the lock, what stands there, what was left over."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import errors

from guanxi.postgres import PUBLISHING
from guanxi.warehouse.publish.declare import Table

Connection = psycopg.Connection[Any]
Parameters = Sequence[object] | Mapping[str, object] | None

# Connections of a publication are known by this name: whoever holds the lock may end those that a killed one left.
APPLICATION = "guanxi publish"
# Partitions are built here, aside; what is found here when a publication starts was left over by a killed one.
ASIDE = "inbox"

# How long a statement that needs a table for itself may keep others waiting before it steps back and tries again.
LOCK_TIMEOUT = "200ms"
BETWEEN_TRIES = 0.3


class PublicationRunningError(Exception):
    """Another publication holds the lock."""


class TableBusyError(Exception):
    """Somebody read a table for so long that the publication gave up waiting; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Index:
    """One index of a table: its name, its definition from ``USING`` on, whether it is the primary key or unique."""

    name: str
    using: str
    primary: bool
    unique: bool


def connect(database_url: str) -> Connection:
    """A connection for publishing; in autocommit mode, so that transactions are where the code says so."""
    connection = psycopg.connect(database_url, autocommit=True, application_name=APPLICATION)
    connection.prepare_threshold = None
    for setting, value in (
        # A server process whose publication was killed notices within a second instead of at the end of its work.
        ("client_connection_check_interval", "1s"),
        ("timezone", "UTC"),
        ("maintenance_work_mem", "512MB"),
        ("statement_timeout", "0"),
        ("lock_timeout", "0"),
    ):
        run(connection, f"SET {setting} = '{value}'")
    return connection


def run(connection: Connection, statement: str, parameters: Parameters = None) -> psycopg.Cursor[Any]:
    """Runs one statement."""
    return connection.execute(statement.encode(), parameters)


def rows(connection: Connection, statement: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    return run(connection, statement, parameters).fetchall()


def value(connection: Connection, statement: str, parameters: Parameters = None) -> Any:
    """The first column of the first row; None where there is none."""
    row = run(connection, statement, parameters).fetchone()
    return row[0] if row else None


@contextmanager
def only_one(connection: Connection, patience: float) -> Iterator[None]:
    """Holds the publication's lock for the block and ends what a killed publication still does.

    Waits ``patience`` seconds for it; raises :class:`PublicationRunningError` where somebody else keeps it.
    """
    deadline = time.monotonic() + patience
    while not value(connection, "SELECT pg_try_advisory_lock(%s)", [PUBLISHING]):
        if time.monotonic() >= deadline:
            raise PublicationRunningError("Another publication is at work on this database: wait for it to end.")
        time.sleep(0.1)
    try:
        run(
            connection,
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
            "WHERE application_name = %s AND datname = current_database() AND pid <> pg_backend_pid()",
            [APPLICATION],
        )
        yield
    finally:
        if not connection.closed:
            run(connection, "SELECT pg_advisory_unlock(%s)", [PUBLISHING])


def patiently(connection: Connection, act: Callable[[], None], *, patience: float, table: str) -> None:
    """Does what needs a table for itself, without keeping readers waiting for longer than a moment at a time.

    Tries again until ``patience`` seconds are over, then raises :class:`TableBusyError`. Works inside a transaction,
    whose earlier work is kept, and outside of one.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            if connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE:
                run(connection, f"SET lock_timeout = '{LOCK_TIMEOUT}'")
                try:
                    act()
                finally:
                    run(connection, "SET lock_timeout = 0")
            else:
                with connection.transaction():
                    run(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                    act()
                    run(connection, "SET LOCAL lock_timeout = 0")
            return
        except errors.LockNotAvailable:
            if time.monotonic() >= deadline:
                raise TableBusyError(
                    f"{table} is being read without a pause: end the long query on it and publish again."
                ) from None
        time.sleep(BETWEEN_TRIES)


def indexes(connection: Connection, table: str) -> list[Index]:
    """The indexes of a table, its primary key first."""
    found = rows(
        connection,
        "SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisprimary, i.indisunique FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass "
        "ORDER BY i.indisprimary DESC, c.relname",
        [table],
    )
    return [Index(name, re.split(r" USING ", text, maxsplit=1)[1], key, unique) for name, text, key, unique in found]


def is_empty(connection: Connection, table: str) -> bool:
    """Whether a table has no rows; costs the same for any size."""
    return not value(connection, f"SELECT EXISTS (SELECT 1 FROM {table})")


def partitions(connection: Connection, table: Table) -> dict[date, str]:
    """A partitioned table's partitions: the first day of each, and its name with its schema."""
    partition = table.partition
    assert partition is not None  # noqa: S101 - callers ask for partitioned tables
    found = rows(
        connection,
        "SELECT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.inhparent = %s::regclass ORDER BY c.relname",
        [table.name],
    )
    return {partition.day_of(name.removeprefix(f"{table.name}_")): f"{schema}.{name}" for schema, name in found}


def clear_aside(connection: Connection, tables: Sequence[Table]) -> list[str]:
    """Removes what a killed publication left: partitions that were built but not attached, or detached but not dropped.

    Returns the names of the tables removed.
    """
    run(connection, f"CREATE SCHEMA IF NOT EXISTS {ASIDE}")
    left = [
        f"{ASIDE}.{name}"
        for (name,) in rows(
            connection,
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' "
            "AND NOT relispartition",
            [ASIDE],
        )
    ]
    for table in tables:
        if table.partition is None:
            continue
        for schema, name in rows(
            connection,
            "SELECT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE i.inhparent = %s::regclass AND i.inhdetachpending",
            [table.name],
        ):
            run(connection, f"ALTER TABLE {table.name} DETACH PARTITION {schema}.{name} FINALIZE")
        left += [
            name
            for (name,) in rows(
                connection,
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition AND pg_table_is_visible(oid) "
                "AND relname ~ %s",
                [f"^{table.name}_[0-9]+$"],
            )
        ]
    for name in left:
        run(connection, f"DROP TABLE {name}")
    return left
