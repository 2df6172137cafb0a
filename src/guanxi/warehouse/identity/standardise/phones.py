"""Phone numbers as one international number each (E.164), judged by the metadata of ``phonenumbers``.

Numbers written plainly are judged by the library's own patterns within DuckDB, the others by the library itself, each
distinct text once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers

from guanxi.warehouse.sealing import quoted

if TYPE_CHECKING:
    import duckdb

KINDS = ("mobile", "landline")


def standard_phone(text: str) -> tuple[str | None, str]:
    """A number as E.164 with its validity: ``valid``, ``format`` (no number of any country) or ``missing``.

    A number without a country is China's.
    """
    if not text.strip():
        return None, "missing"
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None, "format"
    if not phonenumbers.is_valid_number(number):
        return None, "format"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), "valid"


def create_phones(connection: duckdb.DuckDBPyConnection, contacts: str) -> None:
    """Makes ``standard_phone``: one row a record, kind and place of a number.

    ``contacts`` is a query with record_id, kind, sequence_no, value. Columns: record_id, kind, sequence_no, original,
    number (E.164, NULL where it is none), validity.
    """
    mobile, fixed = _patterns()
    # What stands before a Chinese number: the country's code however dialled, and the trunk prefix.
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE phone_text AS
        WITH text AS (
            SELECT DISTINCT value AS original,
                regexp_replace(half_width(value), '[\\s\\-()（）]|(?:转|分机|#|(?i:ext\\.?|x)).*$', '', 'g') AS digits
            FROM ({contacts}) WHERE kind IN {KINDS}
        ), national AS (
            SELECT original, digits, regexp_replace(digits, '^(?:(?:\\+|00)86)?0?', '') AS national FROM text
        )
        SELECT original, digits,
            CASE WHEN regexp_full_match(national, {quoted(mobile)}) OR regexp_full_match(national, {quoted(fixed)})
                THEN '+86' || national END AS number,
            CASE WHEN digits IS NULL OR digits = '' THEN 'missing' WHEN number IS NOT NULL THEN 'valid' END AS validity
        FROM national
    """)
    import pyarrow as pa

    odd = connection.execute("SELECT original FROM phone_text WHERE validity IS NULL").fetchall()
    judged = [(text, *standard_phone(text)) for (text,) in odd]
    columns = list(zip(*judged, strict=True)) or [(), (), ()]
    names = ("original", "number", "validity")
    made = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    connection.register("made", made)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE standard_phone AS
        SELECT record_id, kind, sequence_no, value AS original, coalesce(text.number, odd.number) AS number,
            coalesce(text.validity, odd.validity, 'missing') AS validity
        FROM ({contacts}) AS contact
        JOIN phone_text AS text ON text.original = contact.value
        LEFT JOIN made AS odd ON odd.original = contact.value
        WHERE kind IN {KINDS}
    """)
    connection.unregister("made")
    connection.execute("DROP TABLE phone_text")


def _patterns() -> tuple[str, str]:
    """The library's patterns of China's mobile and fixed numbers."""
    china = phonenumbers.PhoneMetadata.metadata_for_region("CN")
    if china is None or china.mobile is None or china.fixed_line is None:
        raise RuntimeError("phonenumbers knows no numbers of China")
    mobile, fixed = (
        "".join((described.national_number_pattern or "").split()) for described in (china.mobile, china.fixed_line)
    )
    return mobile, fixed
