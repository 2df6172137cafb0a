"""What has changed between two states of a table, found by DuckDB."""

from __future__ import annotations

from dataclasses import dataclass

from guanxi.warehouse.publish.declare import Table
from guanxi.warehouse.publish.session import Session


@dataclass(frozen=True, slots=True)
class Difference:
    """Two queries in DuckDB and their sizes: the new and changed rows whole, and the keys of the rows that are gone."""

    changed: str
    changed_rows: int
    gone: str
    gone_rows: int


def compare(session: Session, table: Table, new: str, old: str | None) -> Difference:
    """The difference from ``old`` to ``new``, queries with the table's columns; no ``old`` stands for an empty one.

    Every column is compared by its value, none by a hash; the rows' keys are unique in each. The result lies in
    tables of the session, ``changed_<name>`` and ``gone_<name>``.
    """
    changed, gone = f"changed_{table.name}", f"gone_{table.name}"
    keys = ", ".join(table.key)
    if old is None:
        return Difference(new, session.count(new), f"SELECT {keys} FROM ({new}) WHERE false", 0)
    differs = " OR ".join(f"was.{column} IS DISTINCT FROM now.{column}" for column in table.compared)
    session.connection.execute(
        f"CREATE OR REPLACE TABLE {changed} AS SELECT now.* FROM ({new}) AS now "
        f"LEFT JOIN (SELECT *, true AS stood FROM ({old})) AS was USING ({keys}) "
        f"WHERE was.stood IS NULL OR {differs or 'false'}"
    )
    session.connection.execute(
        f"CREATE OR REPLACE TABLE {gone} AS SELECT {keys} FROM ({old}) AS was ANTI JOIN ({new}) AS now USING ({keys})"
    )
    return Difference(
        f"FROM {changed}", session.count(f"FROM {changed}"), f"FROM {gone}", session.count(f"FROM {gone}")
    )
