"""Re-encrypts what stands in the database with the active key, while the site serves.

Every sealed column of every model, the history of rows as well, a batch of rows at a time in the order of their keys:
each batch is a transaction, so it can be killed at any moment and begun again, and passes over what is new already. A
batch holds the publication's lock, so that neither writes over the other: a publication waits for a batch, a rotation
for a publication. Triggers do not hear of it: encrypting a value anew is no change of it. Run as the tables' owner.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pgtrigger
from django.db import connection, models, transaction
from psycopg import Connection, errors, sql

from guanxi.crm.kernel.sealed import sealed_fields, sealed_models
from guanxi.keyring import KeyringError
from guanxi.postgres import PUBLISHING
from guanxi.sealing import context_of, head_now, name_of, seal_column, unseal_column

ROWS_A_BATCH = 2_000
# Between two batches somebody else may take the lock: a publication asks for it ten times a second.
PAUSE = 0.02

Heard = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Used:
    """How many values of one place were sealed by one key, and with what."""

    place: str
    key_id: str
    cipher: str
    values: int


def used_by_tokens(table: str, column: str, *, where: str) -> Iterator[Used]:
    """By which keys the blind tokens of a column were made; ``where`` is the rows that have one, as SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT split_part(substr({column}, 2), ':', 1), count(*) FROM {table} WHERE {where} GROUP BY 1 ORDER BY 1"
        )
        for key_id, count in cursor.fetchall():
            yield Used(f"{table}.{column}", key_id, "hmac-sha256", count)


def used() -> Iterator[Used]:
    """By which keys the values of every sealed column are sealed."""
    for model in sealed_models():
        for field in sealed_fields(model):
            yield from _used(model._meta.db_table, field)


def _used(table: str, field: Any) -> Iterator[Used]:
    query = sql.SQL(
        "SELECT substr({0}, 1, 2 + get_byte({0}, 1)), count(*) FROM {1} WHERE length({0}) > 2 GROUP BY 1 ORDER BY 1"
    ).format(sql.Identifier(field.column), sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(query)
        for head, count in cursor.fetchall():
            kind, key_id = name_of(bytes(head) + bytes(28))  # as long as the shortest value
            yield Used(f"{table}.{field.column}", key_id, str(kind), count)


@contextmanager
def batch() -> Iterator[Connection[Any]]:
    """A transaction of a rotation, with the publication's lock and without triggers; on Django's own connection."""
    ignored = [part for model, one in pgtrigger.registered() for part in _names(model, one)]
    with transaction.atomic():
        raw: Any = connection.connection
        raw.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
        raw.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(ignored) + "}"])
        yield raw
    time.sleep(PAUSE)


def _names(model: Any, trigger: Any) -> tuple[str, str]:
    return trigger.get_pgid(model), f"{model._meta.db_table}:{trigger.get_pgid(model)}"


def rotate_fields(model: type[models.Model], heard: Heard | None = None) -> int:
    """Seals anew what is not sealed by the active key and cipher in one model's table; returns how many rows.

    ``heard`` is told how many rows are done of how many. Raises :class:`KeyringError`, which says what cannot be
    opened; what was done before stays done.
    """
    table = _Table(model)
    total = table.count()
    done, after = 0, None
    while True:
        try:
            with batch() as raw:
                rows = table.stale(raw, after)
                if rows:
                    table.write(raw, rows)
        except (errors.DeadlockDetected, errors.LockNotAvailable):
            continue  # somebody else writes these rows: what they write is read again
        if not rows:
            return done
        after = rows[-1][: len(table.walk)]
        done += len(rows)
        if heard:
            heard(done, max(total, done))


class _Table:
    """One table on its way to the active key."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name = model._meta.db_table
        self.fields = sealed_fields(model)
        key = model._meta.pk
        self.walk: Sequence[Any] = key.fields if isinstance(key, models.CompositePrimaryKey) else [key]
        columns: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
        self.contexts = [[columns[name] for name in one.key] for one in self.fields]

    @property
    def _stale(self) -> sql.Composable:
        stale = sql.SQL("(length({0}) > 0 AND substr({0}, 1, %(size)s) <> %(head)s)")
        return sql.SQL(" OR ").join(stale.format(sql.Identifier(field.column)) for field in self.fields)

    def _parameters(self) -> dict[str, Any]:
        head = head_now()
        return {"head": head, "size": len(head)}

    def count(self) -> int:
        """How many rows hold something that another key sealed."""
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(self.name), self._stale)
        with connection.cursor() as cursor:
            cursor.execute(query, self._parameters())
            return int(cursor.fetchone()[0])

    def stale(self, raw: Connection[Any], after: Sequence[Any] | None) -> list[Any]:
        """The next such rows: what they are walked by, then each field's value and the texts of its context."""
        columns: list[sql.Composable] = [sql.Identifier("t", field.column) for field in self.walk]
        order = sql.SQL(", ").join(columns)
        for field, context in zip(self.fields, self.contexts, strict=True):
            columns.append(sql.Identifier("t", field.column))
            columns += [sql.SQL("{}::text").format(sql.Identifier("t", one.column)) for one in context]
        conditions = sql.SQL("({})").format(self._stale)
        parameters = self._parameters()
        if after is not None:
            places = sql.SQL(", ").join(sql.Placeholder(f"after{at}") for at in range(len(after)))
            conditions = sql.SQL("({}) > ({}) AND {}").format(order, places, conditions)
            parameters |= {f"after{at}": value for at, value in enumerate(after)}
        query = sql.SQL("SELECT {} FROM {} AS t WHERE {} ORDER BY {} LIMIT {} FOR UPDATE").format(
            sql.SQL(", ").join(columns), sql.Identifier(self.name), conditions, order, sql.Literal(ROWS_A_BATCH)
        )
        return raw.execute(query, parameters).fetchall()

    def write(self, raw: Connection[Any], rows: Sequence[Any]) -> None:
        """Writes those rows' values, sealed anew."""
        made, at = [], len(self.walk)
        for field, context in zip(self.fields, self.contexts, strict=True):
            contexts = [context_of(row[at + 1 : at + 1 + len(context)]) for row in rows]
            try:
                clear = unseal_column(field.label, contexts, [row[at] for row in rows])
            except KeyringError as error:
                raise KeyringError(f"{self.name}, between {rows[0][:1]} and {rows[-1][:1]}: {error}") from error
            made.append(seal_column(field.label, contexts, clear))
            at += 1 + len(context)
        keys = [sql.SQL("%s::{}[]").format(sql.SQL(cast("Any", field.cast_db_type(connection)))) for field in self.walk]
        values = [sql.SQL("%s::bytea[]") for _ in made]
        names = [sql.Identifier(f"key{at}") for at in range(len(keys))]
        fresh = [sql.Identifier(f"value{at}") for at in range(len(made))]
        statement = sql.SQL("UPDATE {} AS t SET {} FROM unnest({}) AS v ({}) WHERE {}").format(
            sql.Identifier(self.name),
            sql.SQL(", ").join(
                sql.SQL("{} = v.{}").format(sql.Identifier(field.column), name)
                for field, name in zip(self.fields, fresh, strict=True)
            ),
            sql.SQL(", ").join([*keys, *values]),
            sql.SQL(", ").join([*names, *fresh]),
            sql.SQL(" AND ").join(
                sql.SQL("t.{} = v.{}").format(sql.Identifier(field.column), name)
                for field, name in zip(self.walk, names, strict=True)
            ),
        )
        walked = [[row[at] for row in rows] for at in range(len(self.walk))]
        raw.execute(statement, [*walked, *made])
