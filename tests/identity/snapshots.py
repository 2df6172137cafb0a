"""Everything that stands in the tables that follow a merge, to be held against what stood there before."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from guanxi.crm.kernel.merging import How, registered

# What a merge writes of itself: earlier rows stay as they were.
GROWS = ("identity_merge", "identity_alias", "identity_decision")
# What follows from other tables.
DERIVED = ("insight_bookday", "effort_effort")


def tables() -> tuple[list[str], list[str]]:
    """The tables that must be the same afterwards, and those that may only have grown."""
    logs = {one.table for one in registered() if one.how is How.STAYS and not one.why.startswith("kept by")}
    histories = {one.history for one in registered() if one.history}
    same = {one.table for one in registered()} | histories | set(DERIVED) - logs
    return sorted(same - logs - set(GROWS)), sorted(logs | set(GROWS))


def taken() -> dict[str, list[str]]:
    """The rows of every such table, each as text, in their own order."""
    found = {}
    same, grows = tables()
    with connection.cursor() as cursor:
        for table in (*same, *grows):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """What is not as it was, in words; empty where everything is."""
    same, grows = tables()
    wrong = []
    for table in same:
        wrong += [f"{table} lacks {row}" for row in sorted(set(before[table]) - set(after[table]))]
        wrong += [f"{table} has {row}" for row in sorted(set(after[table]) - set(before[table]))]
        if len(before[table]) != len(after[table]):
            wrong.append(f"{table}: {len(before[table])} rows before, {len(after[table])} after")
    for table in grows:
        wrong += [f"{table} lacks {row}" for row in sorted(set(before[table]) - set(after[table]))]
    return wrong


def naming(number: str) -> dict[str, int]:
    """How many rows still name a number, by table and column, of every column that names customers."""
    columns = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.column in {"party_id", "related_party_id", "other_id"}
        and model._meta.db_table.partition("_")[0] != "procrastinate"
    }
    found = {}
    with connection.cursor() as cursor:
        for table, column in sorted(columns):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [number])
            if many := cursor.fetchone()[0]:
                found[f"{table}.{column}"] = many
    return found
