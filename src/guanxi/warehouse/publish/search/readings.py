"""How characters are read: tables made once from pypinyin's dictionaries, for DuckDB to join names with."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from guanxi.warehouse.publish.search.surnames import COMPOUND_SURNAMES, IN_NAMES, SURNAMES

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DIAERESIS = "\N{COMBINING DIAERESIS}"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables ``reading``, ``reading_of_two``, ``surname`` and ``compound_surname`` in the database.

    ``reading``: a row a character: how it is read in names (``in_names``) and most often (``common``).
    ``reading_of_two``: a row a word of two characters of which one is read otherwise than alone (银行, 重庆).
    ``surname``, ``compound_surname``: a row a surname of one or two characters with its own reading.
    """
    import pyarrow as pa

    common = _common()
    tables = {
        "reading": pa.table(
            {
                "letter": list(common),
                "in_names": [IN_NAMES.get(letter, syllable) for letter, syllable in common.items()],
                "common": list(common.values()),
            }
        ),
        "reading_of_two": _pairs(_words_of_two()),
        "surname": pa.table({"letter": list(SURNAMES), "syllable": list(SURNAMES.values())}),
        "compound_surname": _pairs(COMPOUND_SURNAMES),
    }
    for name, table in tables.items():
        connection.register("made", table)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM made")
        connection.unregister("made")


def plain(syllable: str) -> str:
    """A syllable as it is typed: without its tone, ``v`` for ``ü``."""
    letters = []
    for letter in unicodedata.normalize("NFD", syllable):
        if letter == DIAERESIS:
            letters[-1] = "v"
        elif not unicodedata.combining(letter):
            letters.append(letter)
    return "".join(letters).replace("ɡ", "g")


@cache
def _common() -> dict[str, str]:
    """The most frequent reading of each character."""
    from pypinyin.constants import PINYIN_DICT

    return {chr(code): plain(readings.split(",")[0]) for code, readings in PINYIN_DICT.items()}


@cache
def _words_of_two() -> dict[str, tuple[str, str]]:
    """Words of two characters that are not read as their characters are in names."""
    from pypinyin.constants import PHRASES_DICT

    common = _common()
    found = {}
    for word, readings in PHRASES_DICT.items():
        if len(word) == len(readings) == 2:
            pair = (plain(readings[0][0]), plain(readings[1][0]))
            if pair != tuple(IN_NAMES.get(letter, common.get(letter)) for letter in word):
                found[word] = pair
    return found


def _pairs(words: dict[str, tuple[str, str]]) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {
            "word": list(words),
            "syllable_one": [pair[0] for pair in words.values()],
            "syllable_two": [pair[1] for pair in words.values()],
        }
    )
