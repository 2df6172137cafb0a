"""What the nights carry on of linking, as datasets of the layer ``core``, and tonight's records as queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from guanxi.warehouse.identity.register import Alias, Register
from guanxi.warehouse.identity.standardise import Records
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.records import state_part
from guanxi.warehouse.sealing import files_of, quoted, relation

if TYPE_CHECKING:
    import duckdb

LAYER = "core"
KEYS = {
    "party": ("party_id",),
    "party_identifier": ("party_id", "identifier_kind", "identifier_number"),
    "contact_point": ("party_id", "contact_kind", "sequence_no"),
}
COLUMNS = {
    "party": "party_id, party_kind, party_name, party_name_en, gender, birth_date, established_on, opened_on",
    "party_identifier": "party_id, identifier_kind, identifier_number, valid_to",
    "contact_point": "party_id, contact_kind, sequence_no, contact_value, region_code",
}


def carried(layout: Layout, name: str, day: date | None) -> str:
    """A query of a dataset's rows after ``day``; empty where there are none."""
    files = files_of(layout.part(LAYER, name, day)) if day is not None else ()
    return f"FROM {relation(files)}" if files else ""


def write(layout: Layout, connection: duckdb.DuckDBPyConnection, name: str, day: date, query: str) -> None:
    """Writes a dataset's part of a night."""
    with layout.writing(LAYER, name, day) as folder:
        connection.execute(
            f"COPY ({query}) TO {quoted(folder / layout.sealing.name())}"
            f" (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1{layout.sealing.copy_options})"
        )


def records_of(layout: Layout, night: Night, deliveries: Mapping[str, str]) -> Records:
    """The bank's records after tonight's files: those of the night before, and what the files say of them."""
    said = {table: _now(layout, night, table, deliveries.get(table) == "full") for table in KEYS}
    return Records(said["party"], said["party_identifier"], said["contact_point"])


def changed_of(layout: Layout, night: Night) -> str:
    """A query of the records (``record_id``) of which tonight's files say anything."""
    return " UNION ".join(f"SELECT party_id AS record_id FROM {_landed(layout, night, table)}" for table in KEYS)


def read_register(connection: duckdb.DuckDBPyConnection, layout: Layout, day: date | None) -> Register:
    """The register after the night of ``day``."""
    numbers, aliases = carried(layout, "identity_number", day), carried(layout, "identity_alias", day)
    several = "SELECT party_number FROM ({}) GROUP BY ALL HAVING count(*) > 1"
    found = (
        connection.execute(
            f"SELECT record_id, party_number FROM ({numbers}) WHERE party_number IN ({several.format(numbers)})"
        ).fetchall()
        if numbers
        else []
    )
    known = (
        connection.execute(f"SELECT alias, party_number, since, until, cause FROM ({aliases})").fetchall()
        if aliases
        else []
    )
    return Register(dict(sorted(found)), tuple(Alias(*row) for row in sorted(known, key=lambda row: (row[0], row[2]))))


def _landed(layout: Layout, night: Night, table: str) -> str:
    return relation(files_of(layout.part("landing", table, night.business_date)))


def _now(layout: Layout, night: Night, table: str, full: bool) -> str:
    columns, landed = COLUMNS[table], _landed(layout, night, table)
    tonight = f"SELECT {columns} FROM {landed} WHERE change_code = 'U'"
    before = _before(layout, night, table)
    if full or not before:
        return tonight
    same = " AND ".join(f"tonight.{key} = before.{key}" for key in KEYS[table])
    return (
        f"{tonight} UNION ALL SELECT {columns} FROM {before} AS before"
        f" WHERE NOT EXISTS (SELECT 1 FROM {landed} AS tonight WHERE {same})"
    )


def _before(layout: Layout, night: Night, table: str) -> str:
    """What stood in a table after the night before, by record."""
    files = files_of(state_part(layout, table, night.previous)) if night.previous is not None else ()
    return relation(files) if files else ""
