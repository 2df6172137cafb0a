"""Writes landed rows as the landing step does: one Parquet file a table and night, the contract's columns and types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from guanxi.warehouse.landing.contract import Column, Kind
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import Layout

Rows = Mapping[str, Iterable[Mapping[str, Any]]]

TYPES = {
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.INTEGER: pa.int32(),
    Kind.FLAG: pa.bool_(),
}


def arrow_type(column: Column) -> pa.DataType:
    if column.kind is Kind.DECIMAL:
        return pa.decimal128(column.precision, column.scale)
    return TYPES.get(column.kind, pa.string())


def write_landing(layout: Layout, day: date, tables: Rows) -> None:
    """Lands ``tables`` for ``day``; a table that is not named gets an empty file."""
    for table in TABLES.values():
        rows = [dict(row) for row in tables.get(table.name, ())]
        has_change_code = any(column.name == "change_code" for column in table.columns)
        for line, row in enumerate(rows, 1):
            unknown = set(row) - {column.name for column in table.columns}
            assert not unknown, f"{table.name} has no {unknown}"
            row["source_line"] = line
            if has_change_code:
                row.setdefault("change_code", "U")
        schema = pa.schema(
            [*((column.name, arrow_type(column)) for column in table.columns), ("source_line", pa.int64())]
        )
        with layout.writing("landing", table.name, day) as aside:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), aside / "part.parquet")
