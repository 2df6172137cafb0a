"""Makes the blind tokens of leads anew with the active data key, a batch at a time, while the site serves.

A lead is looked up under every key in the file, so at no moment is one missed. What stood before a change is done too:
taking a file back brings it into the lead again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from guanxi.crm.kernel.rotation import ROWS_A_BATCH, Heard, Used, batch, used_by_tokens
from guanxi.crm.sales.leads.folding import identifier_token, phone_token
from guanxi.crm.sales.models import Lead, LeadEvent
from guanxi.keyring import keyring

TABLE = "sales_lead tokens"
TOKENS = ("phone_token", "identifier_token")
MODELS: tuple[Any, ...] = (Lead, LeadEvent)


def used() -> Iterator[Used]:
    """By which keys the tokens of leads, and of what stood before, were made."""
    for model in MODELS:
        for column in TOKENS:
            yield from used_by_tokens(model._meta.db_table, column, where=f"{column} <> ''")


def rotate_lead_tokens(heard: Heard | None = None) -> int:
    """Makes anew the tokens of every row that has one of another key; returns how many rows were written."""
    written = 0
    for model in MODELS:
        after = 0
        while True:
            with batch() as raw:
                rows = _stale(model, after)
                _write(raw, model, rows)
            if not rows:
                break
            after = rows[-1].pk
            written += len(rows)
            if heard:
                heard(written, written)
    return written


def _stale(model: Any, after: int) -> list[Any]:
    """The next rows with a token of another key, locked, in the order of their own key."""
    mine = f"x{keyring().active.id}:"
    of_another = " OR ".join(f"({column} <> '' AND NOT starts_with({column}, %s))" for column in TOKENS)
    key = model._meta.pk.column
    table = model._meta.db_table
    sql = f"SELECT * FROM {table} WHERE {key} > %s AND ({of_another}) ORDER BY {key} LIMIT %s FOR UPDATE"
    return list(model._base_manager.raw(sql, [after, *(mine for _column in TOKENS), ROWS_A_BATCH]))


def _write(raw: Any, model: Any, rows: Sequence[Any]) -> None:
    if not rows:
        return
    table, key = model._meta.db_table, model._meta.pk.column
    raw.execute(
        f"UPDATE {table} t SET phone_token = v.phone, identifier_token = v.identifier "
        f"FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[]) AS v (id, phone, identifier) WHERE t.{key} = v.id",
        [
            [row.pk for row in rows],
            [phone_token(row.phone) for row in rows],
            [identifier_token(row.identifier) for row in rows],
        ],
    )
