"""The functions of the database by which policies ask about another record: whether it is seen, or linked.

Written into each policy, the question would bring the other table's policy with it, and that one's sub-selects, once
for each table of a query: to plan them takes longer than to answer. A function's plan is kept by the session. It is
PL/pgSQL, since PostgreSQL may write functions of plain SQL out into the query, and it runs with the rights and behind
the policies of whoever asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from guanxi.crm.kernel.linkage import TABLE, is_linked

LINKED = "guanxi_sees_linked"
# Those of earlier versions that no policy calls any more.
GONE = ("guanxi_linked()",)


def seen(model: type[Model], column: str) -> str:
    """The condition that the record of ``model`` to which ``column`` points is seen, as SQL."""
    return f"{_name(model)}({column})"


def linked(column: str) -> str:
    """The condition that a record lies across the wall for whoever asks, as SQL; for records asked for one by one."""
    return f"{LINKED}({column})"


def linked_row(column: str, *, retail: str, corporate: str) -> str:
    """The same written out, for tables that a list walks row by row: a fifth of what a call of the function costs."""
    return is_linked(column, retail, corporate, f"public.{TABLE}")


def make(using: Any, cursor: Any, models: Iterable[type[Model]], *, retail: str, corporate: str) -> None:
    """Makes the functions for records of ``models``, and that of links, where they are not so already.

    ``retail`` and ``corporate`` are expressions of the institutions from whose side somebody looks across the wall.
    """
    sides = {"retail": retail, "corporate": corporate, "table": f"public.{TABLE}"}
    _make(cursor, LINKED, "varchar", "boolean", f"RETURN {is_linked('$1', **sides)};")
    for model in models:
        options = model._meta
        key = options.pk
        body = f"RETURN EXISTS (SELECT 1 FROM public.{options.db_table} r WHERE r.{key.column} = $1);"
        _make(cursor, _name(model), key.rel_db_type(using) or "", "boolean", body)


def clear(cursor: Any) -> None:
    """Drops what no policy calls any more, once all policies are made."""
    for name in GONE:
        cursor.execute(f"DROP FUNCTION IF EXISTS public.{name}")


def _name(model: type[Model]) -> str:
    return f"guanxi_sees_{model._meta.db_table}"


def _make(cursor: Any, name: str, takes: str, gives: str, body: str) -> None:
    mark = hashlib.sha256(f"{takes} {gives} {body}".encode()).hexdigest()[:16]
    cursor.execute(
        "SELECT obj_description(oid, 'pg_proc') FROM pg_proc "
        "WHERE proname = %s AND pronamespace = 'public'::regnamespace",
        [name],
    )
    if cursor.fetchone() == (mark,):
        return
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}({takes}) RETURNS {gives} LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10 "
        f"AS $$ BEGIN {body} END $$"
    )
    cursor.execute(f"COMMENT ON FUNCTION {name}({takes}) IS '{mark}'")
