"""The floor of a night: what DuckDB needs to read the day's files into Parquet and aggregate them once. No checks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from guanxi.warehouse.landing.contract import Kind, Table
from guanxi.warehouse.landing.control import read_control
from guanxi.warehouse.landing.tables import TABLES


@dataclass(frozen=True, slots=True)
class Floor:
    """Seconds, rows and bytes of one day's files, read and aggregated by DuckDB alone."""

    seconds: float
    rows: int
    bytes: int


def floor_of(folder: Path, out: Path, threads: int = 2) -> Floor:
    """Reads every plain (UTF-8, ``|``) file of a day's folder to Parquet with its types and aggregates it once."""
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    started = time.perf_counter()
    rows = size = 0
    for table in TABLES.values():
        control = read_control(folder / f"{table.name}.ctl")
        file = folder / control.file
        target = out / f"{table.name}.parquet"
        connection.execute(f"copy ({_typed(table, file)}) to '{target}' (format parquet, compression zstd)")
        found = connection.execute(_aggregate(table, target)).fetchall()
        rows += sum(group[-1] for group in found)
        size += file.stat().st_size
    seconds = time.perf_counter() - started
    connection.close()
    return Floor(seconds, rows, size)


def _typed(table: Table, file: Path) -> str:
    columns = ", ".join(f"'{column.name}': 'VARCHAR'" for column in table.columns)
    source = (
        f"read_csv('{file}', delim='|', header=false, auto_detect=false, quote='', escape='', "
        f"ignore_errors=true, columns={{{columns}}})"
    )
    fields = ", ".join(_cast(column.name, column.kind, column.sql_type) for column in table.columns)
    return f"select {fields} from {source}"


def _cast(name: str, kind: Kind, sql_type: str) -> str:
    match kind:
        case Kind.DATE:
            return f"try_strptime({name}, '%Y%m%d')::date as {name}"
        case Kind.TIMESTAMP:
            return f"try_strptime({name}, '%Y%m%d%H%M%S') as {name}"
        case Kind.TEXT | Kind.CODE:
            return name
        case _:
            return f"try_cast({name} as {sql_type}) as {name}"


def _aggregate(table: Table, file: Path) -> str:
    group = next((column.name for column in table.columns if column.kind is Kind.CODE), table.columns[0].name)
    total = f", sum({table.total})" if table.total else ""
    return f"select {group}{total}, count(*) from '{file}' group by all"
