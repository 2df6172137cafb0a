"""The pinyin of names, computed by DuckDB for all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guanxi.warehouse.publish.search.readings import register
from guanxi.warehouse.publish.search.writing import half_width, without_spaces

if TYPE_CHECKING:
    import duckdb

# The longest `name_pinyin` that PostgreSQL holds, and the longest Latin word that counts as one syllable.
LONGEST = 600
LONGEST_WORD = 18

ONLY_HAN = r"\p{Han}+"
# One character of Chinese, or a run of letters or digits of any other writing.
UNITS = r"\p{Han}|(?:[^\P{L}\p{Han}]|[0-9])+"


def make_names(connection: duckdb.DuckDBPyConnection, parties: str) -> None:
    """Makes the table ``names`` for the parties of a query with ``kind`` and ``name``.

    Grain: one row a kind and name. ``folded`` is the name as it is searched; ``syllables`` are its readings, a
    surname read as a surname and a known word as that word; ``common`` are the most frequent readings of the same
    characters. ``name_pinyin`` is what is published: the syllables joined by spaces, and where the common ones
    differ these too after `` / ``. So it sorts by the first reading, and `` ' ' || name_pinyin`` contains
    ``' xiao m'`` where a name's syllables go on like that, whichever reading was typed.
    """
    register(connection)
    connection.execute(f"""
        CREATE OR REPLACE TABLE names AS
        WITH name AS (
            SELECT kind, name, row_number() OVER () AS number,
                CASE WHEN regexp_full_match(name, '{ONLY_HAN}') THEN name ELSE {half_width("name")} END AS plain
            FROM (SELECT DISTINCT kind, name FROM ({parties}))
        ),
        cut AS (
            SELECT number, kind = 'person' AS person, regexp_extract_all(plain, '{UNITS}') AS units
            FROM name
        ),
        unit AS (
            SELECT number, person, unnest(units) AS unit, unnest(range(1, len(units) + 1)) AS place,
                unnest(list_concat(units[2:], [''])) AS ahead, unnest(list_concat([''], units[:-2])) AS behind
            FROM cut
        ),
        keyed AS (
            SELECT number, place, unit,
                CASE WHEN person AND place = 1 THEN unit END AS surname,
                CASE WHEN person AND place = 1 THEN unit || ahead WHEN person AND place = 2 THEN behind || unit END
                    AS compound,
                CASE WHEN NOT person OR place > 1 THEN unit || ahead END AS word_one,
                CASE WHEN NOT person OR place > 2 THEN behind || unit END AS word_two
            FROM unit
            WHERE unit IS NOT NULL
        ),
        read AS (
            SELECT
                keyed.number, keyed.place,
                coalesce(
                    CASE WHEN keyed.place = 1 THEN compound.syllable_one ELSE compound.syllable_two END,
                    surname.syllable, word_one.syllable_one, word_two.syllable_two,
                    reading.in_names, left(strip_accents(keyed.unit), {LONGEST_WORD})
                ) AS syllable,
                coalesce(reading.common, left(strip_accents(keyed.unit), {LONGEST_WORD})) AS common
            FROM keyed
            LEFT JOIN reading ON reading.letter = keyed.unit
            LEFT JOIN surname ON surname.letter = keyed.surname
            LEFT JOIN compound_surname AS compound ON compound.word = keyed.compound
            LEFT JOIN reading_of_two AS word_one ON word_one.word = keyed.word_one
            LEFT JOIN reading_of_two AS word_two ON word_two.word = keyed.word_two
        ),
        put AS (
            SELECT number, list_transform(places, lambda one: one.syllable) AS syllables,
                list_transform(places, lambda one: one.common) AS common
            FROM (
                -- Sorting short lists costs an eighth of what an ordered aggregate does.
                SELECT number, list_sort(list(struct_pack(
                    place := place, syllable := syllable, common := common))) AS places
                FROM read
                GROUP BY number
            )
        )
        SELECT
            name.kind, name.name, {without_spaces("name.plain")} AS folded,
            coalesce(put.syllables, []) AS syllables,
            coalesce(put.common, []) AS common,
            left(CASE
                WHEN put.syllables IS NULL THEN ''
                WHEN put.syllables = put.common THEN array_to_string(put.syllables, ' ')
                ELSE array_to_string(put.syllables, ' ') || ' / ' || array_to_string(put.common, ' ')
            END, {LONGEST}) AS name_pinyin
        FROM name
        LEFT JOIN put ON put.number = name.number
    """)
