"""One row a record: what two records are compared by, each with its validity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from guanxi.warehouse.identity.standardise import dates, divisions, documents, names, text
from guanxi.warehouse.identity.standardise.addresses import create_addresses
from guanxi.warehouse.identity.standardise.documents import create_documents
from guanxi.warehouse.identity.standardise.names import create_names
from guanxi.warehouse.identity.standardise.phones import create_phones
from guanxi.warehouse.identity.standardise.records import Records

if TYPE_CHECKING:
    import duckdb


def prepare(connection: duckdb.DuckDBPyConnection, own_divisions: Mapping[str, str] | None = None) -> None:
    """Gives a connection all macros and tables that standardising needs; about a second."""
    text.register(connection)
    divisions.register(connection, own_divisions)
    documents.register(connection)
    names.register(connection)
    dates.register(connection)


def standardise(connection: duckdb.DuckDBPyConnection, records: Records, today: date) -> None:
    """Makes ``standard_name``, ``standard_document``, ``standard_phone`` and ``standard_address``: each value with its
    original and its validity. The connection is :func:`prepare`\\ d."""
    create_names(connection, records.parties)
    create_documents(connection, records.identifiers, f"DATE '{today}'")
    create_phones(connection, records.contacts)
    create_addresses(connection, records.contacts)


def create_features(connection: duckdb.DuckDBPyConnection, records: Records, today: date) -> None:
    """Makes ``person_feature`` and ``organisation_feature``, one row a record of that kind, after :func:`standardise`.

    Dates are texts of eight digits, as they are compared digit by digit; NULL is unknown. ``other_1`` and ``other_2``
    are documents without a check digit, with their kind before the number.
    """
    _shared(connection, records)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE person_feature AS
        WITH resident AS (
            SELECT record_id, max_by(number, rank) AS resident, max_by(validity, rank) AS resident_validity
            FROM (SELECT *, CASE validity WHEN 'valid' THEN 3 WHEN 'unchecked' THEN 2 ELSE 1 END
                    + CASE WHEN outdated THEN 0 ELSE 0.5 END AS rank
                  FROM standard_document
                  WHERE kind = 'resident_id' AND validity NOT IN ('missing', 'placeholder'))
            GROUP BY record_id
        ), born AS (
            SELECT party.record_id, party.gender, party.birth_date, resident.*  EXCLUDE (record_id),
                date_validity(party.birth_date, DATE '{today}') AS stated,
                CASE WHEN resident_validity IN ('valid', 'unchecked') THEN resident_birth(resident) END AS by_number
            FROM ({records.parties}) AS party LEFT JOIN resident USING (record_id)
            WHERE party.kind = 'person'
        )
        SELECT born.record_id, standard_name.name, standard_name.validity AS name_validity, former, latin,
            letters AS name_letters, family_letters, given_letters,
            given_letters || family_letters AS turned_letters, sorted AS name_sorted,
            family, given, left(family_letters, 1) || left(given_letters, 1) AS initials,
            strftime(CASE stated WHEN 'valid' THEN birth_date ELSE by_number END, '%Y%m%d') AS birth,
            CASE WHEN stated = 'valid' AND by_number <> birth_date THEN 'contradicts_number'
                WHEN stated <> 'valid' AND by_number IS NOT NULL THEN 'valid' ELSE stated END AS birth_validity,
            coalesce(gender, CASE WHEN resident_validity = 'valid' THEN resident_gender(resident) END) AS gender,
            resident, coalesce(resident_validity, 'missing') AS resident_validity,
            other.numbers[1] AS other_1, other.numbers[2] AS other_2, {_CONTACT}
        FROM born
        JOIN standard_name USING (record_id)
        LEFT JOIN other_document AS other USING (record_id)
        LEFT JOIN reach USING (record_id)
        ORDER BY born.record_id
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE organisation_feature AS
        WITH code AS (
            SELECT record_id,
                max_by(number, rank) FILTER (WHERE kind = 'unified_credit_code') AS credit,
                max_by(validity, rank) FILTER (WHERE kind = 'unified_credit_code') AS credit_validity,
                max_by(CASE kind WHEN 'organisation_code' THEN number ELSE organisation_of(number) END, rank)
                    AS organisation
            FROM (SELECT *, CASE validity WHEN 'valid' THEN 2 ELSE 0 END
                    + CASE kind WHEN 'unified_credit_code' THEN 1 ELSE 0 END AS rank
                  FROM standard_document
                  WHERE kind IN ('unified_credit_code', 'organisation_code')
                    AND validity NOT IN ('missing', 'placeholder'))
            GROUP BY record_id
        )
        SELECT party.record_id, standard_name.name, standard_name.validity AS name_validity, former, latin, core,
            letters AS name_letters, standard_name.code AS name_code,
            CASE date_validity(established_on, DATE '{today}') WHEN 'valid'
                THEN strftime(established_on, '%Y%m%d') END AS founded,
            date_validity(established_on, DATE '{today}') AS founded_validity,
            credit, coalesce(credit_validity, 'missing') AS credit_validity, organisation,
            other.numbers[1] AS other_1, other.numbers[2] AS other_2, {_CONTACT}
        FROM ({records.parties}) AS party
        JOIN standard_name USING (record_id)
        LEFT JOIN code USING (record_id)
        LEFT JOIN other_document AS other USING (record_id)
        LEFT JOIN reach USING (record_id)
        WHERE party.kind = 'organisation'
        ORDER BY party.record_id
    """)
    connection.execute("DROP TABLE other_document")
    connection.execute("DROP TABLE reach")


_CONTACT = """phone_1, phone_2, coalesce(phone_validity, 'missing') AS phone_validity, mail,
            reach.code, part_1, part_2, part_3, house, coalesce(address_validity, 'missing') AS address_validity,
            CASE WHEN house IS NOT NULL AND part_2 IS NOT NULL THEN concat_ws('|', reach.code,
                CASE WHEN regexp_matches(part_1, '\\p{Han}') THEN part_1 END, part_2, house) END AS home"""


def _shared(connection: duckdb.DuckDBPyConnection, records: Records) -> None:
    """Makes ``other_document`` and ``reach``: what persons and organisations have alike, one row a record."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE other_document AS
        SELECT record_id, list_sort(list(DISTINCT kind || ':' || number)) AS numbers
        FROM standard_document
        WHERE kind NOT IN ('resident_id', 'unified_credit_code', 'organisation_code')
            AND validity NOT IN ('missing', 'placeholder')
        GROUP BY record_id
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE reach AS
        WITH phone AS (
            SELECT record_id, list_distinct(list(number ORDER BY kind DESC, sequence_no, number)
                    FILTER (WHERE number IS NOT NULL)) AS numbers,
                min(validity) AS others, bool_or(validity = 'valid') AS valid
            FROM standard_phone GROUP BY record_id
        ), address AS (
            SELECT record_id, min_by(address, rank) AS address
            FROM (SELECT record_id, address,
                    list_position(['registered_address', 'home_address', 'work_address'], kind) * 100 + sequence_no
                        AS rank
                  FROM standard_address AS address)
            GROUP BY record_id
        ), mail AS (
            SELECT record_id, min_by(lower(trim(half_width(value))), (kind <> 'email', sequence_no)) AS mail
            FROM ({records.contacts}) WHERE kind IN ('email', 'wechat') GROUP BY record_id
        )
        SELECT record_id, phone.numbers[1] AS phone_1, phone.numbers[2] AS phone_2,
            CASE WHEN phone.valid THEN 'valid' ELSE phone.others END AS phone_validity, mail.mail,
            address.address.code, address.address.part_1, address.address.part_2, address.address.part_3,
            address.address.house, address.address.validity AS address_validity
        FROM phone FULL JOIN address USING (record_id) FULL JOIN mail USING (record_id)
    """)
