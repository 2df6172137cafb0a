"""Brings the snapshots up to date in PostgreSQL: changed rows are written over, rows that are gone are removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guanxi.warehouse.publish.database import Connection, indexes, is_empty, rows, run, value
from guanxi.warehouse.publish.declare import Table
from guanxi.warehouse.publish.difference import Difference
from guanxi.warehouse.publish.sealing import sealed
from guanxi.warehouse.publish.session import Session
from guanxi.warehouse.publish.tables import published
from guanxi.warehouse.publish.tally import Tally
from guanxi.warehouse.publish.wire import copy_into

# Below this many rows an index is kept up row by row sooner than it is dropped and built anew.
WORTH_AN_INDEX = 20_000


@dataclass(frozen=True, slots=True)
class Written:
    """What a publication did to one table: rows written and removed, and the rows that it holds afterwards."""

    written: int
    deleted: int
    total: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where a session's rows are written to, within the publishing transaction of ``connection``."""

    connection: Connection
    session: Session
    tally: Tally

    def fill(self, table: str, columns: tuple[str, ...], sql: str, *, freeze: bool = False, label: str = "") -> int:
        """Copies the rows of a query into a table of PostgreSQL; returns how many.

        ``label`` is the published table whose rows they are, where ``table`` is another one.
        """
        return copy_into(
            self.connection,
            f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary{', FREEZE true' if freeze else ''})",
            sealed(self.session.stream(sql), published(label or table)),
            lambda count: self.tally.wrote(count, label or table),
        )

    def stage(self, like: str, columns: tuple[str, ...], sql: str) -> str:
        """A temporary table with the columns of ``like`` and the rows of a query; gone with the transaction."""
        name = f"staged_{like}_{len(columns)}"
        run(self.connection, f"DROP TABLE IF EXISTS pg_temp.{name}")
        run(
            self.connection,
            f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {like} WITH NO DATA",
        )
        self.fill(name, columns, sql, label=like)
        run(self.connection, f"ANALYZE {name}")
        return name


def write(target: Target, table: Table, difference: Difference, total: int) -> Written:
    """Merges a difference into its table. ``total`` is how many rows there are afterwards."""
    target.tally.expect(difference.changed_rows + difference.gone_rows)
    if is_empty(target.connection, table.name):
        if table.filled < 100:
            run(target.connection, f"ALTER TABLE {table.name} SET (fillfactor = {table.filled})")
        in_order = f"SELECT * FROM ({difference.changed}) ORDER BY {', '.join(table.key)}"
        return Written(load_empty(target, table.name, table.column_names, [in_order], total), 0, total)
    deleted = remove(target, table.name, table.key, difference.gone) if difference.gone_rows else 0
    written = 0
    if difference.changed_rows:
        staged = target.stage(table.name, table.column_names, f"{difference.changed} ORDER BY {', '.join(table.key)}")
        names = ", ".join(table.column_names)
        keys = ", ".join(table.key)
        others = [name for name in table.column_names if name not in table.key]
        action = f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}" if others else "NOTHING"
        written = run(
            target.connection,
            f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {staged} ON CONFLICT ({keys}) DO {action}",
        ).rowcount
    return Written(written, deleted, total)


def remove(target: Target, table: str, key: tuple[str, ...], sql: str) -> int:
    """Removes the rows whose keys a query names; returns how many there were."""
    staged = target.stage(table, key, sql)
    matches = " AND ".join(f"{table}.{column} = {staged}.{column}" for column in key)
    return run(target.connection, f"DELETE FROM {table} USING {staged} WHERE {matches}").rowcount


def load_empty(target: Target, table: str, columns: tuple[str, ...], sorted_rows: Sequence[str], about: int) -> int:
    """Fills an empty table as fast as it goes: rows frozen as they are copied, indexes built once they are there.

    ``sorted_rows`` are queries, whose rows follow each other in the order of the table's key; there are ``about`` so
    many. Takes the table for itself until the transaction ends: there is nothing in it that anybody could read.
    """
    connection = target.connection
    if value(connection, "SELECT count(*) FROM pg_constraint WHERE confrelid = %s::regclass", [table]):
        return sum(target.fill(table, columns, sql) for sql in sorted_rows)
    run(connection, f"TRUNCATE {table}")
    restore: Callable[[], None] | None = None
    if about >= WORTH_AN_INDEX:
        restore = _without_indexes(connection, table)
    count = sum(target.fill(table, columns, sql, freeze=True) for sql in sorted_rows)
    if restore:
        restore()
    run(connection, f"ANALYZE {table}")
    return count


def _without_indexes(connection: Connection, table: str) -> Callable[[], None]:
    """Drops a table's constraints and indexes; what is returned makes them again, under their names."""
    constraints = rows(
        connection,
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'x')",
        [table],
    )
    named = {name for name, _ in constraints}
    plain = [index for index in indexes(connection, table) if index.name not in named]
    for name, _ in constraints:
        run(connection, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for index in plain:
        run(connection, f'DROP INDEX "{index.name}"')

    def restore() -> None:
        for name, definition in constraints:
            run(connection, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for index in plain:
            unique = "UNIQUE " if index.unique else ""
            run(connection, f'CREATE {unique}INDEX "{index.name}" ON {table} USING {index.using}')

    return restore
