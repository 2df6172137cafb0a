"""Writes files as a bank's core system would: for the demo bank, the adapters of public data, and the tests.

Set-based: DuckDB writes the lines in UTF-8, Python transcodes them block by block.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import duckdb

from guanxi.warehouse.landing.contract import Column, Delivery, Format, Kind, Table
from guanxi.warehouse.landing.control import ControlFile, write_control
from guanxi.warehouse.landing.formats import MARKS, checked, file_layout
from guanxi.warehouse.landing.reading import read_file
from guanxi.warehouse.sealing import PLAIN

BLOCK = 8 * 1024 * 1024


def data_file(table: str, form: Format) -> str:
    """The name of a table's data file: ``<table>.dat``, or ``<table>.dat.gz`` where it is compressed."""
    return f"{table}.dat.gz" if form.compression else f"{table}.dat"


def write_table(
    *,
    connection: duckdb.DuckDBPyConnection,
    query: str,
    table: Table,
    format: Format,  # noqa: A002 - the word that everybody expects
    folder: Path,
    business_date: date,
    delivery: Delivery,
    opening: bool,
) -> ControlFile:
    """Writes a table's data file and its control file into a day's folder; returns what the control file states.

    ``query`` is a SELECT (or ``FROM table``) on ``connection`` with a column for each of the contract's, by name and
    in types that cast to theirs; other columns are ignored. Rows are written in the query's order. The query is run
    twice (for the lines, and for the count and the total), so it must give the same rows each time.

    The same rows give the same bytes. The values are not judged: what breaks the contract is written all the same.
    Raises ``BadFormat`` for a format that does not suit the table, ``duckdb.Error`` for a text that holds a line end,
    a control character or the unquoted delimiter, ``ValueError`` for a field wider than its fixed width.
    """
    format = checked(format, table)  # noqa: A001
    layout = file_layout(format)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / data_file(table.name, format)
    (folder / data_file(table.name, Format(compression="" if format.compression else "gzip"))).unlink(missing_ok=True)
    total = f'sum(CAST("{table.total}" AS {table.column(table.total).sql_type}))' if table.total else "NULL"
    rows, amount = connection.execute(f"SELECT count(*), {total} FROM ({query})").fetchall()[0]
    values = {column.name: value_sql(column, format) for column in table.columns}
    line = layout.line_sql(table, format, values)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as scratch:
        lines = Path(scratch) / "lines"
        connection.execute(
            f"COPY (SELECT {line} FROM ({query})) TO '{_literal(lines)}' "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER e'\\x02')"
        )
        sha256 = _pour(lines, path, table, format)
    control = ControlFile(
        table=table.name,
        business_date=business_date,
        file=path.name,
        delivery=delivery,
        rows=rows,
        amount_total=(amount or Decimal("0.00")) if table.total else None,
        sha256=sha256,
        opening=opening,
        encoding=format.encoding,
        delimiter=format.delimiter if format.layout == "delimited" else None,
    )
    write_control(folder, control)
    return control


def describe_file(path: Path, table: Table, format: Format) -> tuple[int, Decimal | None, str]:  # noqa: A002
    """What a control file must state of a data file as it lies there: rows, amount total, SHA-256.

    For files that were changed after :func:`write_table`; the same reading as landing's, so the two agree on which
    amounts can be read. The compression follows from the name.
    """
    form = checked(replace(format, compression="gzip" if path.name.endswith(".gz") else ""), table)
    with tempfile.TemporaryDirectory(prefix="guanxi-") as scratch:
        with PLAIN.connect(spill=Path(scratch)) as connection:
            reading = read_file(
                connection=connection, path=path, table=table, form=form, rules=[], aside=Path(scratch) / "lines"
            )
        return reading.scratch.rows, reading.amount_total, reading.scratch.sha256


def value_sql(column: Column, form: Format) -> str:
    """The text of a typed column in the file, as an SQL expression; NULL where the value is."""
    name = f'"{column.name}"'
    match column.kind:
        case Kind.DATE:
            return f"strftime(CAST({name} AS DATE), '{form.date_format}')"
        case Kind.TIMESTAMP:
            return f"strftime(CAST({name} AS TIMESTAMP), '{form.timestamp_format}')"
        case Kind.DECIMAL:
            text = f"CAST(CAST({name} AS {column.sql_type}) AS VARCHAR)"
            return f"replace({text}, '.', '')" if form.decimal == "implied" else text
        case Kind.FLAG:
            return f"CASE WHEN CAST({name} AS BOOLEAN) THEN '1' WHEN NOT CAST({name} AS BOOLEAN) THEN '0' END"
        case _:
            return f"CAST({name} AS VARCHAR)"


def _pour(lines: Path, path: Path, table: Table, form: Format) -> str:
    """Copies UTF-8 lines into the data file, transcoded, headed and compressed; returns the file's SHA-256."""
    layout = file_layout(form)
    with path.open("wb") as file:
        hashing = _Hashing(file)
        target: BinaryIO = hashing  # type: ignore[assignment]
        if form.compression:
            # Level 1: a demo bank is made faster, and a real bank's files are not ours. No time of day: same bytes.
            target = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=hashing, mtime=0)  # type: ignore[arg-type]
        if form.encoding == "utf-8-sig":
            target.write(MARKS["utf-8"])
        if form.header:
            target.write(_header(table, form))
        for block in _blocks(lines):
            target.write(layout.from_scratch(block, table, form))
        if form.compression:
            target.close()
    return hashing.digest.hexdigest()


def _header(table: Table, form: Format) -> bytes:
    names = [column.name for column in table.columns]
    if form.layout == "fixed":
        return " ".join(names).encode() + b"\n"
    return form.delimiter.join(names).encode() + b"\n"


def _blocks(path: Path) -> Iterator[bytes]:
    """A file in blocks of about eight megabytes, each of whole lines."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block + file.readline()


class _Hashing:
    """A file that is written to and hashed at the same time."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def write(self, block: bytes) -> int:
        self.digest.update(block)
        return self.file.write(block)

    def flush(self) -> None:
        self.file.flush()


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
