"""What the tests of the publication share."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from guanxi.sealing import context_of, unseal
from guanxi.warehouse.nights import Night
from guanxi.warehouse.publish import Published, publish
from guanxi.warehouse.publish.declare import Kind
from guanxi.warehouse.publish.tables import TABLES, published, tables_of
from tests.warehouse.publish.bank import small_bank
from tests.warehouse.publish.minibank import MiniBank

ALL = (*(table.name for table in TABLES), "party_searchtoken", "party_linkedparty", "org_post")
# What is different in two publications of the same: numbers given by PostgreSQL, random passwords.
UNLIKE = {"org_staff": ("password",), "org_post": ("id",)}


@dataclass
class House:
    """A bank, a database of its own, and the nights written so far."""

    bank: MiniBank
    url: str
    connection: psycopg.Connection
    nights: list[Night] = field(default_factory=list)

    def write(self, *arguments: Any, **more: Any) -> Night:
        self.nights.append(self.bank.write(*arguments, **more))
        return self.nights[-1]

    def publish(self, *nights: Night, run_id: str = "run", **more: Any) -> Published:
        """Publishes nights, the last one written where none is named."""
        return publish(
            layout=self.bank.layout,
            nights=nights or self.nights[-1:],
            database_url=self.url,
            run_id=run_id,
            time_zone="Asia/Shanghai",
            **more,
        )

    def rows(self, sql: str, *parameters: Any) -> list[tuple]:
        return self.connection.execute(sql.encode(), parameters or None).fetchall()

    def one(self, sql: str, *parameters: Any) -> Any:
        return self.rows(sql, *parameters)[0][0]

    def opened(self, table: str, column: str) -> dict[tuple, str | None]:
        """The clear values of a sealed column by the rows' keys."""
        return opened(self.connection, table, column)

    def everything(self) -> dict[str, list[tuple]]:
        """What people see, by table: all rows, of daily figures those of the business date; in some fixed order."""
        with self.connection.transaction():
            self.connection.execute("set transaction isolation level repeatable read")
            return self._everything()

    def _everything(self) -> dict[str, list[tuple]]:
        found = {"business date": self.rows("select business_date from insight_publication order by id desc limit 1")}
        daily = {table.name for table in tables_of(Kind.DAILY)}
        for name in ALL:
            columns = [
                column
                for (column,) in self.rows(
                    "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
                    " order by attname",
                    name,
                )
                if column not in UNLIKE.get(name, ())
            ]
            listed = ", ".join(f'"{column}"' for column in columns)
            shown = (
                "where business_date = (select business_date from insight_publication order by id desc limit 1)"
                if name in daily
                else ""
            )
            found[name] = self.rows(f"select {listed} from {name} {shown} order by {listed}")
        return found


def opened(connection: psycopg.Connection, table: str, column: str) -> dict[tuple, str | None]:
    """The clear values of a sealed column, by the rows' keys."""
    declared = published(table)
    assert declared is not None
    found = connection.execute(f'select {", ".join(declared.key)}, "{column}" from {table}'.encode()).fetchall()
    return {
        tuple(key): None if value is None else unseal(f"{table}.{column}", context_of(key), value).decode()
        for *key, value in found
    }


def empty(connection: psycopg.Connection) -> None:
    """Leaves a database as it was before its first publication."""
    partitions = connection.execute("select inhrelid::regclass::text from pg_inherits where inhparent::regclass::text"
                                    " = any(%s)", [list(ALL)]).fetchall()  # fmt: skip
    for (name,) in partitions:
        connection.execute(f"drop table {name}".encode())
    connection.execute("drop schema if exists inbox cascade")
    connection.execute(f"truncate insight_publication, {', '.join(ALL)} cascade".encode())


@pytest.fixture(scope="session")
def publishing_database(migrated_template) -> Iterator[str]:
    """A database that these tests publish into, one after the other: making one each would take longer than they."""
    name = f"test_publish_{secrets.token_hex(6)}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{migrated_template}"'.encode())
        yield urlunsplit(parts._replace(path=f"/{name}"))
        connection.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture
def house(publishing_database, tmp_path: Path):
    with psycopg.connect(publishing_database, autocommit=True) as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        empty(connection)
        yield House(small_bank(tmp_path), publishing_database, connection)
