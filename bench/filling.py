"""Rows of a bench's bank by set-based SQL: what a model does not say is filled with its default, or with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EMPTY = {
    "BigAutoField": None, "AutoField": None, "BinaryField": "''::bytea", "BooleanField": "false",
    "CharField": "''", "DateField": "current_date", "DateTimeField": "now()", "ForeignKey": "''", "JSONField": "'{}'",
    "OneToOneField": "''", "SlugField": "''", "TextField": "''", "UUIDField": "gen_random_uuid()",
}  # fmt: skip


def insert(cursor: Any, model: Any, known: dict[str, str], source: str, *, table: str = "") -> None:
    """``INSERT … SELECT`` of ``known`` (column: expression) from a query; the other columns as :func:`_empty` says.

    Raises ``KeyError`` where a column of ``known`` is not the model's.
    """
    fields = [field for field in model._meta.concrete_fields if field.get_internal_type() != "CompositePrimaryKey"]
    if unknown := set(known) - {field.column for field in fields}:
        raise KeyError(f"{model._meta.db_table} has no column {', '.join(sorted(unknown))}")
    values = {field.column: known.get(field.column) or _empty(field) for field in fields}
    written = {column: value for column, value in values.items() if value is not None}
    names = ", ".join(f'"{column}"' for column in written)
    into = table or model._meta.db_table
    cursor.execute(f"INSERT INTO {into} ({names}) SELECT {', '.join(written.values())} FROM ({source}) s")


def _empty(field: Any) -> str | None:
    """What stands in a column that nothing is said of; None where the database numbers the rows."""
    if field.null:
        return "NULL"
    kind = field.get_internal_type()
    if field.has_default() and not callable(field.default):
        value = field.default
        if isinstance(value, bool):
            return str(value).lower()
        return "'" + str(getattr(value, "value", value)).replace("'", "''") + "'"
    if kind == "JSONField" and field.default is list:
        return "'[]'"
    return EMPTY.get(kind, "0")


@contextmanager
def without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """A table's indexes, but for its key, are dropped before it is filled, and built in one go afterwards."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid)"
        " FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary",
        [table],
    )
    found = cursor.fetchall()
    for index, _definition, constraint, _said in found:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}")
    yield
    for _index, definition, constraint, said in found:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {said}' if constraint else definition)


@contextmanager
def partition(cursor: Any, table: str, day: Any) -> Iterator[str]:
    """A day's partition, filled aside and then attached, as the night does; gives its name."""
    name = f"{table}_{day:%Y%m%d}"
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)")
    yield name
    cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES IN ('{day}')")
