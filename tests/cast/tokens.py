"""The cast's search tokens, made by the rules by which the night makes them."""

from __future__ import annotations

from functools import cache

import duckdb
import pyarrow as pa

from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier, SearchToken
from guanxi.warehouse.publish.search.names import make_names
from guanxi.warehouse.publish.search.tokens import make_name_tokens, set_index_key, token_rows


def search_tokens(
    parties: list[Party], identifiers: list[PartyIdentifier], contacts: list[ContactPoint]
) -> list[SearchToken]:
    """What each party is found by."""
    connection = duckdb.connect()
    set_index_key(connection)
    connection.register("party_in", _table(parties, "id", "kind", "name", "institution_id"))
    connection.register("identifier_in", _table(identifiers, "party_id", "number"))
    connection.register("contact_in", _table(contacts, "party_id", "kind", "value"))
    make_names(connection, "SELECT kind, name FROM party_in")
    connection.execute(make_name_tokens("SELECT * FROM names"))
    rows = connection.execute(
        token_rows("SELECT * FROM party_in", "SELECT * FROM identifier_in", "SELECT * FROM contact_in")
    ).fetchall()
    connection.close()
    return [
        SearchToken(token=token, institution_id=place, party_id=party, kind=kind)
        for token, place, party, kind in sorted(set(rows))
    ]


def _table(rows: list, *names: str) -> pa.Table:
    return pa.table({name: [getattr(row, name) for row in rows] for name in names})


@cache
def pinyin_of(names: tuple[tuple[str, str], ...]) -> dict[tuple[str, str], str]:
    """The published pinyin of (kind, name)."""
    connection = duckdb.connect()
    kinds, words = zip(*names, strict=True)
    connection.register("party_in", pa.table({"kind": list(kinds), "name": list(words)}))
    make_names(connection, "SELECT kind, name FROM party_in")
    rows = connection.execute("SELECT kind, name, name_pinyin FROM names").fetchall()
    connection.close()
    return {(kind, name): pinyin for kind, name, pinyin in rows}
