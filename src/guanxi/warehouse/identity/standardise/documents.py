"""Identity documents and codes of organisations in one spelling each, and whether they can be right.

A number's validity is one word: ``valid`` (everything that can be checked holds), ``unchecked`` (nothing speaks against
it, and no check digit for it), or what is wrong: ``missing``, ``placeholder``, ``format``, ``check_digit``, ``region``,
``birth_date``. Numbers that are not valid are kept and compared all the same: they are how one finds typing errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guanxi.warehouse.identity.checkdigits import (
    CREDIT_ALPHABET,
    ORGANISATION_ALPHABET,
    credit_check_sql,
    organisation_check_sql,
    resident_check_sql,
)

if TYPE_CHECKING:
    import duckdb

_FORMATS = {
    # Chinese passports, and what those of other countries look like.
    "passport": r"(?:[DEGHPSK][A-Z]?[0-9]{7,8}|[A-Z0-9]{6,12})",
    "hk_macau_permit": r"[HMC][0-9A-Z][0-9]{7}(?:[0-9]{2})?",
    "taiwan_permit": r"[0-9]{8}(?:[0-9]{2})?",
    "military_id": r"(?:\p{Han}+字第)?[0-9A-Z]{5,18}号?",
}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the macros ``document_number(kind, t)`` and ``document_validity(kind, n)`` of what the first gave.

    Also ``resident_birth(n)`` and ``resident_gender(n)`` of a standard resident number, and ``organisation_of(n)``, the
    organisation code within a credit code. Needs ``text`` and, for the validity of ``resident_region``, a join with
    ``division_year``.
    """
    eighteen = "substr(n, 1, 6) || '19' || substr(n, 7, 9)"
    macros = {
        "squeezed(t)": r"upper(regexp_replace(half_width(t), '[\s\-_.·/]', '', 'g'))",
        "resident_eighteen(n)": f"CASE WHEN regexp_full_match(n, '[0-9]{{15}}')"
        f" THEN {eighteen} || {resident_check_sql(f'({eighteen})')}"
        " WHEN regexp_full_match(n, '[0-9]{17}[X×*]') THEN substr(n, 1, 17) || 'X' ELSE n END",
        "permit_number(n)": "CASE WHEN regexp_full_match(n, '[HM]?[0-9]{10}') THEN left(n, length(n) - 2) ELSE n END",
        "document_number(kind, t)": """nullif(CASE kind
            WHEN 'resident_id' THEN resident_eighteen(squeezed(t))
            WHEN 'hk_macau_permit' THEN permit_number(squeezed(t))
            WHEN 'taiwan_permit' THEN permit_number(squeezed(t))
            WHEN 'organisation_code' THEN right(squeezed(t), 9)
            ELSE squeezed(t) END, '')""",
        "resident_birth(n)": "try_strptime(substr(n, 7, 8), '%Y%m%d')::DATE",
        "resident_gender(n)": "CASE WHEN try_cast(substr(n, 17, 1) AS INTEGER) % 2 = 1 THEN 'M' ELSE 'F' END",
        "organisation_of(n)": "CASE WHEN length(n) = 18 THEN substr(n, 9, 9) END",
        # The same digit throughout, or counted upwards: somebody had to type something.
        "is_placeholder(n)": "length(replace(n, left(n, 1), '')) = 0 OR contains('01234567890123456789', n)"
        " OR regexp_matches(n, '^(?:0+|1+|9+|123456)[0-9]{0,2}$')",
        "resident_validity(n)": f"""CASE
            WHEN n IS NULL THEN 'missing'
            WHEN is_placeholder(n) OR n LIKE '11111119111111%' THEN 'placeholder'
            WHEN NOT regexp_full_match(n, '[0-9]{{17}}[0-9X]') THEN 'format'
            WHEN right(n, 1) <> {resident_check_sql("substr(n, 1, 17)")} THEN 'check_digit'
            WHEN resident_birth(n) IS NULL OR year(resident_birth(n)) < 1870 THEN 'birth_date'
            ELSE 'valid' END""",
        "credit_validity(n)": f"""CASE
            WHEN n IS NULL THEN 'missing'
            WHEN NOT regexp_full_match(n, '[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}') THEN 'format'
            WHEN right(n, 1) <> {credit_check_sql("substr(n, 1, 17)")} THEN 'check_digit'
            ELSE 'valid' END""",
        "organisation_validity(n)": f"""CASE
            WHEN n IS NULL THEN 'missing'
            WHEN is_placeholder(n) THEN 'placeholder'
            WHEN NOT regexp_full_match(n, '[{ORGANISATION_ALPHABET}]{{8}}[0-9X]') THEN 'format'
            WHEN right(n, 1) <> {organisation_check_sql("substr(n, 1, 8)")} THEN 'check_digit'
            ELSE 'valid' END""",
        "document_validity(kind, n)": f"""CASE
            WHEN n IS NULL THEN 'missing'
            WHEN kind = 'resident_id' THEN resident_validity(n)
            WHEN kind = 'unified_credit_code' THEN credit_validity(n)
            WHEN kind = 'organisation_code' THEN organisation_validity(n)
            WHEN is_placeholder(n) OR length(n) < 5 THEN 'placeholder'
            {" ".join(f"WHEN kind = '{kind}' AND NOT regexp_full_match(n, '{form}') THEN 'format'"
                      for kind, form in _FORMATS.items())}
            ELSE 'unchecked' END""",
    }  # fmt: skip
    for name, body in macros.items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name} AS {body}")


def create_documents(connection: duckdb.DuckDBPyConnection, identifiers: str, today: str) -> None:
    """Makes ``standard_document``: one row a record, kind and original number.

    ``identifiers`` is a query with record_id, kind, number, valid_to; ``today`` an SQL date. Columns: record_id, kind,
    original, number (standard), validity, outdated (its last day has passed).
    """
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE standard_document AS
        WITH numbered AS (
            SELECT record_id, kind, number AS original, document_number(kind, number) AS number, valid_to,
                regexp_full_match(squeezed(number), '[0-9]{{15}}') AS fifteen
            FROM ({identifiers})
        ), judged AS (
            SELECT *, document_validity(kind, number) AS stated FROM numbered
        )
        SELECT record_id, kind, original, number,
            CASE
                WHEN kind <> 'resident_id' OR stated <> 'valid' THEN stated
                WHEN resident_birth(number) > {today} THEN 'birth_date'
                -- A code counts while it stood and after it was given: people keep the number of where they were born.
                WHEN division.code IS NULL OR division.last_year < year(resident_birth(number)) THEN 'region'
                WHEN fifteen THEN 'unchecked'
                ELSE 'valid'
            END AS validity,
            coalesce(valid_to < {today}, false) AS outdated
        FROM judged
        LEFT JOIN division_year AS division
            ON division.code = CASE kind WHEN 'resident_id' THEN substr(number, 1, 6) END
    """)
