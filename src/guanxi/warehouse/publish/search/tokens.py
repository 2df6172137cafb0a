"""What parties are found by: the rows of the table of search tokens, computed by DuckDB.

A token's first character says its kind: ``n`` one or two characters of a name; ``p`` pinyin from a syllable's start
to a syllable's end; ``i`` initials; ``d`` four digits in a row of a phone number; ``x`` a whole customer number,
identifier or phone number. Those of ``d`` and ``x`` are blind (:mod:`guanxi.blindindex`): DuckDB computes here what
Python does there. ``query.py`` says which of them a typed text is looked up by: the two belong together.
"""

from __future__ import annotations

from typing import Any

from guanxi.blindindex import WIDTHS, pads
from guanxi.keyring import DataKey, keyring
from guanxi.warehouse.publish.search.writing import half_width, without_spaces

# Raise it when the rules below change: every party's tokens are then compared with what is published.
VERSION = 2

# Pinyin and initials are cut after so many syllables: who types more is found by these and then rechecked.
MOST_SYLLABLES = 4
# An organisation is found by pinyin from each of its first syllables.
MOST_STARTS = 6
PHONE_RUN = 4
LONGEST_TOKEN = 80
# Phones have eight runs in eleven digits; how many tokens there will be is only guessed, for the progress.
TOKENS_A_PHONE = 8

PHONES = ("mobile", "landline")


KINDS = "dinpx"
BLIND = "dx"


def set_index_key(connection: Any, key: DataKey | None = None) -> DataKey:
    """Tells a DuckDB connection the key of blind tokens, the active one where none is given; returns it.

    As parameters, so that no statement, and no error that quotes one, ever holds it.
    """
    key = key or keyring().active
    inner, outer = pads(key)
    for name, value in (("index_key", key.id), ("index_inner", inner), ("index_outer", outer)):
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    return key


def _blind(kind: str, word: str) -> str:
    """SQL: the blind token of a text."""
    inner = f"unhex(sha256(getvariable('index_inner') || encode('{kind}' || {word})))"
    digest = f"unhex(sha256(getvariable('index_outer') || {inner}))"
    return f"'{kind}' || getvariable('index_key') || ':' || left(base64({digest}), {WIDTHS[kind]})"


def make_name_tokens(names: str) -> str:
    """SQL that makes the table ``name_tokens`` from rows of ``names``.

    Grain: one row a kind and name; ``n``, ``p`` and ``i`` are lists of its tokens of these kinds, each once.
    """
    pinyin, initials = [], []
    for reading in ("syllables", "common"):
        starts = (
            f"CASE WHEN kind = 'person' THEN least({MOST_STARTS}, greatest(least(2, len({reading})), "
            f"len({reading}) - 1)) ELSE least({MOST_STARTS}, len({reading})) END"
        )
        ends = f"range(start, least(start + {MOST_SYLLABLES}, len({reading}) + 1))"
        spoken = f"""flatten(list_transform(range(1, 1 + {starts}), lambda start:
                list_transform({ends}, lambda stop: 'p' || array_to_string({reading}[start:stop], ''))))"""
        first = f"array_to_string(list_transform({reading}, lambda one: left(one, 1)), '')"
        # A person's from the first character and from the given name's; an organisation's from everywhere, but a
        # single initial only from the first: nobody looks for all that have an "s" somewhere.
        begins = f"CASE WHEN kind = 'person' THEN {starts} ELSE len({reading}) END"
        least = "CASE WHEN kind = 'person' OR start = 1 THEN 1 ELSE 2 END"
        longest = f"least({MOST_SYLLABLES}, len({reading}) - start + 1)"
        abbreviated = f"""flatten(list_transform(range(1, 1 + {begins}), lambda start:
                list_transform(range({least}, 1 + {longest}), lambda size: 'i' || substr({first}, start, size))))"""
        for lists, tokens in ((pinyin, spoken), (initials, abbreviated)):
            # Most names have one reading only.
            lists.append(f"CASE WHEN syllables = common THEN [] ELSE {tokens} END" if lists else tokens)
    return f"""
        CREATE OR REPLACE TABLE name_tokens AS
        SELECT kind, name,
            list_distinct(list_concat(
                list_transform(range(1, 1 + length(folded)), lambda start: 'n' || substr(folded, start, 1)),
                list_transform(range(1, length(folded)), lambda start: 'n' || substr(folded, start, 2))
            )) AS n,
            list_distinct(list_concat({", ".join(pinyin)})) AS p,
            list_distinct(list_concat({", ".join(initials)})) AS i
        FROM ({names})
    """


def token_rows(parties: str, identifiers: str, contacts: str, kinds: str = KINDS) -> str:
    """SQL: the search tokens of some parties, of some kinds, each once.

    Grain: one row a token, institution and party, with the party's kind. ``parties`` is a query with ``id``, ``kind``,
    ``name``, ``institution_id``; ``identifiers`` one with ``party_id`` and ``number``; ``contacts`` one with
    ``party_id``, ``kind`` and ``value``; of these two only the rows of the parties count. Needs the table
    ``name_tokens``, and for ``d`` and ``x`` what :func:`set_index_key` says to the connection.
    """
    branches = {
        # Ten thousand tokens are computed once each, instead of eight for each phone.
        "d": f"""
        SELECT run.token, one.institution_id, one.id AS party_id, one.kind
        FROM (
            SELECT DISTINCT id, kind, institution_id, substr(digits, place, {PHONE_RUN}) AS digits
            FROM (
                SELECT id, kind, institution_id, digits, unnest(range(1, length(digits) - {PHONE_RUN} + 2)) AS place
                FROM number
            )
        ) AS one
        JOIN (
            SELECT lpad(number::VARCHAR, {PHONE_RUN}, '0') AS digits, {_blind("d", "digits")} AS token
            FROM range({10**PHONE_RUN}) AS every (number)
        ) AS run USING (digits)""",
        "x": f"""
        SELECT DISTINCT {_blind("x", "word")} AS token, institution_id, id AS party_id, kind
        FROM (
            SELECT {half_width("id")} AS word, institution_id, id, kind FROM party
            UNION ALL
            SELECT {without_spaces(half_width("identifier.number"))}, party.institution_id, party.id, party.kind
            FROM ({identifiers}) AS identifier
            JOIN party ON party.id = identifier.party_id
            UNION ALL
            SELECT digits, institution_id, id, kind FROM number
        )
        WHERE word <> ''""",
    }
    for kind in "nip":
        branches[kind] = f"""
        SELECT unnest(name_tokens.{kind}) AS token, party.institution_id, party.id AS party_id, party.kind
        FROM party
        JOIN name_tokens ON name_tokens.kind = party.kind AND name_tokens.name = party.name"""
    phones = ", ".join(f"'{kind}'" for kind in PHONES)
    return f"""
        WITH party AS ({parties}),
        number AS (
            SELECT party.id, party.kind, party.institution_id,
                regexp_replace({half_width("contact.value")}, '[^0-9]', '', 'g') AS digits
            FROM ({contacts}) AS contact
            JOIN party ON party.id = contact.party_id
            WHERE contact.kind IN ({phones})
        )
        {" UNION ALL ".join(branches[kind] for kind in kinds)}
    """
