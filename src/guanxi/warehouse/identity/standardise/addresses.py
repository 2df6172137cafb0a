"""Addresses as a division code and parts: what the text begins with is looked up by longest match.

Chinese addresses run from the large to the small without a mark between; Latin ones the other way, parted by commas.
Either becomes up to three named parts (town or suburb, street, estate or village), the numbers in it, and a code: the
division's, or the postcode where there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

KINDS = ("home_address", "work_address", "registered_address")
_LONGEST = 24
_UNITS = "号弄巷栋幢座单元室楼层组队排户门附之第"


def create_addresses(connection: duckdb.DuckDBPyConnection, contacts: str) -> None:
    """Makes ``standard_address``: one row a record, kind and place of an address.

    ``contacts`` is a query with record_id, kind, sequence_no, value, region_code. Columns: record_id, kind,
    sequence_no, original, code, validity, part_1 to part_3, house (the numbers, joined by hyphens), rest (what follows
    the division). Validity: ``valid``, ``ambiguous`` (several divisions are called so), ``region`` (none was found; the
    code the bank states stands), ``missing``.
    """
    # Few beginnings are shared by many addresses: what stands before the first number is enough.
    connection.execute(rf"""
        CREATE OR REPLACE TEMP TABLE address_text AS
        WITH spelt AS (
            SELECT original, lower(regexp_replace(plain(original), '^中国', '')) AS text,
                regexp_matches(original, '\p{{Han}}') AS chinese
            FROM (SELECT DISTINCT value AS original FROM ({contacts}) WHERE kind IN {KINDS})
        )
        SELECT *, CASE WHEN chinese
            THEN left(regexp_extract(replace(text, ' ', ''), '^\p{{Han}}+'), {_LONGEST}) END AS begins
        FROM spelt
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE address_place AS
        WITH prefix AS (
            SELECT begins, left(begins, size) AS prefix
            FROM (SELECT begins, unnest(range(2, length(begins) + 1)) AS size
                  FROM (SELECT DISTINCT begins FROM address_text))
        )
        SELECT begins, max(length(text)) AS size, arg_max(codes, length(text)) AS codes
        FROM prefix JOIN division_spelling ON text = prefix
        GROUP BY begins
    """)
    connection.execute(rf"""
        CREATE OR REPLACE TEMP TABLE address_part AS
        WITH matched AS (
            SELECT original, chinese, coalesce(codes, []) AS codes, size IS NOT NULL AS found,
                CASE WHEN chinese THEN substr(replace(text, ' ', ''), coalesce(size, 0) + 1) ELSE text END AS rest
            FROM address_text
            LEFT JOIN address_place USING (begins)
        ), cut AS (
            SELECT *,
                CASE WHEN chinese THEN regexp_extract(rest, '^[^0-9]{{1,7}}?(?:镇|乡|街道|苏木)') END AS town,
                CASE WHEN NOT chinese THEN list_filter(list_transform(string_split(rest, ','), lambda one:
                    letters(regexp_replace(one, '\b[0-9]+\b', ' ', 'g'))), lambda one: length(one) > 3) END AS words,
                regexp_extract_all(rest, '[0-9]+') AS numbers
            FROM matched
        ), named AS (
            SELECT *, CASE WHEN chinese THEN list_filter(list_transform(
                string_split_regex(substr(rest, length(town) + 1), '[0-9a-z\-—、，,#()（）]+'),
                lambda one: ltrim(one, '{_UNITS}')), lambda one: length(one) > 1) END AS places
            FROM cut
        )
        SELECT original, codes, found, nullif(rest, '') AS rest,
            nullif(CASE WHEN chinese THEN town ELSE words[-1] END, '') AS part_1,
            nullif(CASE WHEN chinese THEN places[1] WHEN len(words) > 1 THEN words[1] END, '') AS part_2,
            nullif(CASE WHEN chinese THEN places[2] WHEN len(words) > 2 THEN words[2] END, '') AS part_3,
            nullif(array_to_string(CASE WHEN chinese THEN numbers
                ELSE list_filter(numbers, lambda one: length(one) < 4) END, '-'), '') AS house,
            CASE WHEN NOT chinese THEN list_filter(numbers, lambda one: length(one) BETWEEN 4 AND 6)[-1] END AS postcode
        FROM named
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE standard_address AS
        SELECT contact.record_id, contact.kind, contact.sequence_no, part.original,
            -- What the bank states wins where the text says less, or says it of several.
            CASE WHEN len(codes) = 1 AND (region_code IS NULL OR NOT (codes[1] LIKE '%00')) THEN codes[1]
                ELSE coalesce(region_code, postcode) END AS code,
            CASE WHEN nullif(trim(contact.value), '') IS NULL THEN 'missing'
                WHEN len(codes) = 1 OR list_contains(codes, region_code) THEN 'valid'
                WHEN len(codes) > 1 THEN 'ambiguous'
                WHEN postcode IS NOT NULL OR region_code IS NOT NULL AND rest IS NOT NULL THEN 'valid'
                ELSE 'region' END AS validity,
            part_1, part_2, part_3, house, rest
        FROM ({contacts}) AS contact JOIN address_part AS part ON part.original = contact.value
        WHERE contact.kind IN {KINDS}
    """)
    for table in ("address_text", "address_place", "address_part"):
        connection.execute(f"DROP TABLE {table}")
