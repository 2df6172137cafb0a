"""Sealed columns on their way between DuckDB and PostgreSQL: sealed as they are written, opened to be compared.

Microseconds of processor time a value, on one core: see ``make bench BENCH=encryption``. Python holds its lock while it
seals, but DuckDB computes the next batch and PostgreSQL takes in the last one meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from guanxi.sealing import seal_column, unseal_column
from guanxi.warehouse.publish.declare import Table

ROWS_AT_ONCE = 50_000


def sealed(batches: Iterable[pa.RecordBatch], table: Table | None) -> Iterator[pa.RecordBatch]:
    """The batches of a table's rows, those columns sealed that are declared so; others as they are."""
    columns = [] if table is None else [column.name for column in table.columns if column.sealed]
    for batch in batches:
        found = [name for name in columns if name in batch.schema.names]
        if not found or table is None:
            yield batch
            continue
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            yield _sealed(batch.slice(start, ROWS_AT_ONCE), table, found)


def _sealed(batch: pa.RecordBatch, table: Table, names: Sequence[str]) -> pa.RecordBatch:
    contexts = _contexts([batch.column(name) for name in table.key])
    for name in names:
        clear = batch.column(name).cast(pa.string()).cast(pa.binary()).to_pylist()
        made = pa.array(seal_column(f"{table.name}.{name}", contexts, clear), pa.binary())
        batch = batch.set_column(batch.schema.get_field_index(name), name, made)
    return batch


def _contexts(key: Sequence[pa.Array]) -> list[bytes]:
    """What identifies each row, as ``sealing.context_of`` makes it of one."""
    pieces: list[Any] = []
    for column in key:
        text = column.cast(pa.string())
        pieces += [pc.call_function("binary_length", [text]).cast(pa.string()), pa.scalar(":"), text]
    joined = pc.call_function("binary_join_element_wise", [*pieces, pa.scalar("")])
    return joined.cast(pa.binary()).to_pylist()


def opening(connection: Any, table: Table) -> Mapping[str, Callable[[str], str]]:
    """For each sealed column of a table, what makes SQL that opens it, of the name of the relation it stands in.

    Registers the functions that do so with the DuckDB connection; raising from within, they say which key is missing.
    """
    made: dict[str, Callable[[str], str]] = {}
    for column in table.columns:
        if column.sealed:
            function = f"opened_{table.name}_{column.name}"
            if not connection.execute(
                "SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [function]
            ).fetchone():
                connection.create_function(
                    function, _opener(f"{table.name}.{column.name}"), ["BLOB", "VARCHAR"], "VARCHAR", type="arrow"
                )
            made[column.name] = _call(function, column.name, table.key)
    return made


def _call(function: str, column: str, key: Sequence[str]) -> Callable[[str], str]:
    def call(relation: str) -> str:
        texts = [f"CAST({relation}.{name} AS VARCHAR)" for name in key]
        context = " || ".join(f"strlen({text}) || ':' || {text}" for text in texts)
        return f"{function}({relation}.{column}, {context})"

    return call


@cache
def _opener(label: str) -> Callable[[Any, Any], Any]:
    def opened(values: Any, contexts: Any) -> Any:
        found = unseal_column(label, contexts.cast(pa.binary()).to_pylist(), values.to_pylist())
        return pa.array(found, pa.binary()).cast(pa.string())

    return opened
