"""Makes the blind tokens of the search anew with the active key, party by party, while the site serves.

In one transaction a batch of parties loses its old tokens and gets its new ones, and the site looks a number up under
every key in the file: at no moment is anybody not found. The night's publication makes tokens with the key that was
active when it began; where that is another one than the last publication's, it compares them all by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from django.db import connection

from guanxi.crm.kernel.rotation import Heard, Used, batch, used_by_tokens
from guanxi.crm.party.models import ContactPoint, PartyIdentifier
from guanxi.keyring import keyring
from guanxi.warehouse.publish.search.tokens import BLIND, PHONES, set_index_key, token_rows
from guanxi.warehouse.sealing import PLAIN

TABLE = "party_searchtoken"
PARTIES_A_BATCH = 1_000
_BLIND = f"token ~ '^[{BLIND}]'"


def used() -> Iterator[Used]:
    """By which keys the blind tokens were made."""
    yield from used_by_tokens(TABLE, "token", where=_BLIND)


def rotate_tokens(heard: Heard | None = None) -> int:
    """Makes anew the tokens of every party that has one of another key; returns how many tokens were written.

    ``heard`` is told how many parties are looked through of how many.
    """
    done, written, after = 0, 0, ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM party_party")
        total = cursor.fetchone()[0]
    with PLAIN.connect(threads=1) as engine:
        while True:
            with batch() as raw:
                parties = raw.execute(
                    "SELECT id, institution_id, kind FROM party_party WHERE id > %s ORDER BY id LIMIT %s",
                    [after, PARTIES_A_BATCH],
                ).fetchall()
                written += _rotate(raw, engine, parties) if parties else _drop_orphans(raw)
            if not parties:
                return written
            after = parties[-1][0]
            done += len(parties)
            if heard:
                heard(done, total)


def _rotate(raw: Any, engine: Any, parties: Sequence[tuple[str, str, str]]) -> int:
    ids = [party_id for party_id, _institution, _kind in parties]
    key = keyring().active
    standing = raw.execute(
        f"SELECT token, institution_id, party_id, kind FROM {TABLE} WHERE party_id = ANY(%s) AND {_BLIND}", [ids]
    ).fetchall()
    old = {party_id for token, _institution, party_id, _kind in standing if not token.startswith(key.id + ":", 1)}
    if not old:
        return 0
    set_index_key(engine, key)
    fresh = set(_tokens(engine, [party for party in parties if party[0] in old]))
    stale = [row for row in standing if row[2] in old and row not in fresh]
    added = sorted(fresh.difference(standing))
    raw.execute(f"INSERT INTO {TABLE} (token, institution_id, party_id, kind) SELECT * FROM {_ROWS}", _columns(added))
    raw.execute(
        f"DELETE FROM {TABLE} AS t USING {_ROWS} AS v (token, institution_id, party_id, kind) "
        "WHERE (t.token, t.institution_id, t.party_id, t.kind) = (v.token, v.institution_id, v.party_id, v.kind)",
        _columns(stale),
    )
    return len(added)


_ROWS = "unnest(%s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[])"


def _columns(rows: Sequence[tuple[str, str, str, str]]) -> list[list[str]]:
    return [[row[at] for row in rows] for at in range(4)]


def _tokens(engine: Any, parties: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str, str]]:
    """The blind tokens of some parties, by the rules by which the night makes them."""
    ids = [party_id for party_id, _institution, _kind in parties]
    numbers: Any = PartyIdentifier.objects.filter(party_id__in=ids)
    contacts: Any = ContactPoint.objects.filter(party_id__in=ids, kind__in=PHONES)
    for name, columns, rows in (
        ("party_in", ("id", "institution_id", "kind"), parties),
        ("identifier_in", ("party_id", "number"), [(row.party_id, row.number) for row in numbers]),
        ("contact_in", ("party_id", "kind", "value"), [(row.party_id, row.kind, row.value) for row in contacts]),
    ):
        arrays = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(columns))]
        engine.register(name, pa.table(dict(zip(columns, arrays, strict=True))))
    return engine.execute(token_rows("FROM party_in", "FROM identifier_in", "FROM contact_in", BLIND)).fetchall()


def _drop_orphans(raw: Any) -> int:
    """Removes tokens of another key whose party is no longer there: nothing can make them anew."""
    raw.execute(
        f"DELETE FROM {TABLE} AS t WHERE {_BLIND} AND substr(token, 2, %s) <> %s "
        "AND NOT EXISTS (SELECT FROM party_party AS p WHERE p.id = t.party_id)",
        [len(keyring().active.id) + 1, keyring().active.id + ":"],
    )
    return 0
