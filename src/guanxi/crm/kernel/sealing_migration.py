"""For migrations: a column of clear values becomes one of sealed values, whatever rows there are.

Works on the tables themselves, a batch of rows at a time, within the migration's transaction: cut off, nothing has
changed. Triggers are set aside meanwhile: encrypting a value is no change of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import migrations
from psycopg import sql

from guanxi.sealing import context_of, seal_many

ROWS_A_BATCH = 10_000


def seal_columns(table: str, *columns: str, key: Sequence[str], of: str = "") -> migrations.RunPython:
    """Seals columns of ``table``, with the values of ``key``; ``of`` names the table whose history ``table`` is.

    There is no way back: nothing decrypts a whole table.
    """

    def forwards(_apps: Any, schema_editor: Any) -> None:
        for column in columns:
            _convert(schema_editor.connection, table, column, key, _sealing(f"{of or table}.{column}"))

    return migrations.RunPython(forwards)


def _sealing(label: str) -> Callable[[list[bytes], list[Any]], list[Any]]:
    def convert(contexts: list[bytes], values: list[Any]) -> list[Any]:
        clear = [value.encode() if isinstance(value, str) else value for value in values]
        return [None if one is None else bytes(one) for one in seal_many(label, contexts, clear)]

    return convert


def _convert(
    connection: Any,
    table: str,
    column: str,
    key: Sequence[str],
    convert: Callable[[list[bytes], list[Any]], list[Any]],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attnotnull, atttypid::regtype::text FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attname = %s",
            [table, column],
        )
        required, before = cursor.fetchone()
        fresh = f"{column}_sealed"
        name = sql.Identifier
        with _without_triggers(cursor, table):
            cursor.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {} bytea").format(name(table), name(fresh)))
            for part in _parts(cursor, table):
                _fill(connection, part, column, fresh, key, convert, as_text=before != "bytea")
            # A row that is written twice in one transaction has its references checked at the end, unless asked before.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            statements = [
                sql.SQL("ALTER TABLE {0} DROP COLUMN {1}"),
                sql.SQL("ALTER TABLE {0} RENAME COLUMN {2} TO {1}"),
            ]
            if required:
                statements.append(sql.SQL("ALTER TABLE {0} ALTER COLUMN {1} SET NOT NULL"))
            for statement in statements:
                cursor.execute(statement.format(name(table), name(column), name(fresh)))


def _fill(
    connection: Any,
    part: sql.Composable,
    column: str,
    fresh: str,
    key: Sequence[str],
    convert: Callable[[list[bytes], list[Any]], list[Any]],
    *,
    as_text: bool,
) -> None:
    """Converts the rows of one table or partition: each is read as it stood, and found again by where it stands."""
    name = sql.Identifier
    keys = sql.SQL(", ").join(sql.SQL("{}::text").format(name(one)) for one in key)
    value = sql.SQL("{}::text" if as_text else "{}").format(name(column))
    reading = sql.SQL("SELECT ctid::text, {}, {} FROM ONLY {}").format(value, keys, part)
    writing = sql.SQL(
        "UPDATE ONLY {} AS t SET {} = v.value FROM unnest(%s::tid[], %s::bytea[]) AS v (place, value) "
        "WHERE t.ctid = v.place"
    ).format(part, name(fresh))
    raw = connection.connection
    with raw.cursor(name="sealing") as rows, raw.cursor() as writer:
        rows.execute(reading)
        while batch := rows.fetchmany(ROWS_A_BATCH):
            contexts = [context_of(row[2:]) for row in batch]
            made = convert(contexts, [row[1] for row in batch])
            writer.execute(writing, [[row[0] for row in batch], made])


def _parts(cursor: Any, table: str) -> list[sql.Composable]:
    """The table itself, or its partitions."""
    cursor.execute(
        "SELECT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.inhparent = %s::regclass",
        [table],
    )
    return [sql.Identifier(*names) for names in cursor.fetchall()] or [sql.Identifier(table)]


@contextmanager
def _without_triggers(cursor: Any, table: str) -> Any:
    """Takes a table's triggers away for the block: their conditions name columns."""
    cursor.execute(
        "SELECT tgname, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger'), tgenabled FROM pg_trigger "
        "WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [table],
    )
    found = cursor.fetchall()
    name = sql.Identifier
    for trigger, *_rest in found:
        cursor.execute(sql.SQL("DROP TRIGGER {} ON {}").format(name(trigger), name(table)))
    yield
    for trigger, definition, comment, enabled in found:
        cursor.execute(definition)
        if comment:
            cursor.execute(sql.SQL("COMMENT ON TRIGGER {} ON {} IS {}").format(name(trigger), name(table), comment))
        if enabled == "D":
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(name(table), name(trigger)))
