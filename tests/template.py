"""A database that holds this version's tables and no rows, made once and copied in a moment.

Migrating an empty database takes most of a minute on a busy machine; copying one takes a moment. The copy's name holds
a digest of all migrations, so an older one is never taken for this version's; it is removed when a newer one is made.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from psycopg import sql

SOURCES = Path(__file__).resolve().parent.parent / "src" / "guanxi" / "crm"
PREFIX = "guanxi_template_"
LOCK = 0x6775616E78690002


def name() -> str:
    """The template's name for the migrations as they stand in the sources."""
    digest = hashlib.sha256(django.get_version().encode())
    for file in sorted(SOURCES.glob("*/migrations/*.py")):
        digest.update(file.read_bytes())
    lock = SOURCES.parents[2] / "requirements" / "base.lock"
    digest.update(lock.read_bytes())
    return f"{PREFIX}{digest.hexdigest()[:16]}"


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    """A connection to the tests' server, one process at a time: nobody copies what another still makes."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        yield connection


def copied_to(connection: psycopg.Connection, database: str) -> bool:
    """Makes ``database`` a copy of the template, in the place of what bore the name; whether there is a template."""
    template = name()
    if not exists(connection, template):
        return False
    copy(connection, template, database)
    return True


def make_from(connection: psycopg.Connection, database: str) -> None:
    """Makes the template of a fresh database that nobody is connected to; removes those of other versions."""
    for (old,) in connection.execute(
        "select datname from pg_database where datname like %s", [f"{PREFIX}%"]
    ).fetchall():
        remove(connection, old)
    copy(connection, database, name())


def remove(connection: psycopg.Connection, database: str) -> None:
    """Drops a database where it is there, whoever is connected to it."""
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))


def exists(connection: psycopg.Connection, database: str) -> bool:
    """Whether there is a database of that name."""
    return bool(connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone())


def copy(connection: psycopg.Connection, template: str, database: str) -> None:
    """Makes ``database``, in the place of what bore the name, a copy of ``template``, where nobody is connected."""
    remove(connection, database)
    connection.execute(
        sql.SQL("create database {} template {}").format(sql.Identifier(database), sql.Identifier(template))
    )
