"""Triggers that keep sums while rows are written: one call a statement, whatever writes.

They belong to the tables' owner: whoever may write a row need not be able to write a sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# What a statement brought and took, by kind of statement: transition tables of PostgreSQL.
ADDED, REMOVED = "SELECT 1 AS turn, n.* FROM added n", "SELECT -1 AS turn, r.* FROM removed r"
TOUCHED = {"insert": ADDED, "delete": REMOVED, "update": f"{ADDED} UNION ALL {REMOVED}"}
REFERENCING = {
    "insert": "REFERENCING NEW TABLE AS added",
    "delete": "REFERENCING OLD TABLE AS removed",
    "update": "REFERENCING NEW TABLE AS added OLD TABLE AS removed",
}


def statement_trigger(name: str, event: str, table: str, body: str) -> str:
    """A trigger after each statement with its function, as SQL; only one of a single kind knows what was touched."""
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN{body}
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table}
{REFERENCING.get(event, "")} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def are_there(cursor: Any, tables: Iterable[str]) -> bool:
    """Whether all of these tables are there; migrated only in part, some are not."""
    cursor.execute("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) AS t (name)", [[*tables]])
    return bool(cursor.fetchone()[0])
