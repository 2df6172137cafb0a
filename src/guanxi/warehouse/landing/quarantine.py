"""Keeps the rows aside that broke a rule: where they stood, what is wrong, and their bytes as the bank wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.judge import Broken, Judge, Keys, literal
from guanxi.warehouse.landing.lines import RowProblem, UnreadableLine, read_line
from guanxi.warehouse.landing.source import Source
from guanxi.warehouse.sealing import Sealing

# What the screen's column holds.
LONGEST_MESSAGE = 500
SHOWN = 80


class Explainer:
    """Says in a sentence what the judge found, from the line itself."""

    def __init__(self, judge: Judge, keys: Sequence[Keys]) -> None:
        self.judge = judge
        self.keys = keys

    def explain(self, broken: Broken, line: bytes) -> RowProblem:
        """The problem of a broken row, whose line as it was judged is ``line``."""
        judge = self.judge
        try:
            fields = read_line(line, judge.table, judge.form)
        except UnreadableLine as error:
            return RowProblem("", error.rule, error.message[:LONGEST_MESSAGE])
        if broken.rule == 0:
            return RowProblem("", "columns", "The line cannot be split into the contract's columns.")
        if broken.rule <= len(judge.rules):
            rule = judge.rules[broken.rule - 1]
            return RowProblem(rule.column.name, rule.name, rule.message(fields)[:LONGEST_MESSAGE])
        names = [column.name for column in judge.table.columns]
        if broken.rule < judge.key_rule:
            position = broken.rule - judge.reference_rule(0)
            column, reference = judge.table.references[position]
            value = fields[names.index(column.name)]
            message = (
                f"{column.name} is {_short(value)}: no {reference.table} of this number in {self.keys[position].says}."
            )
            return RowProblem(column.name, "reference", message[:LONGEST_MESSAGE])
        key = ", ".join(f"{name} {_short(fields[names.index(name)])}" for name in judge.table.key)
        message = f"{key}: the same key stands on line {broken.first_line} already."
        return RowProblem(judge.table.key[0], "key", message[:LONGEST_MESSAGE])


def write_quarantine(
    *,
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    file: Path,
    table: Table,
    form: Format,
    broken: Iterable[list[Broken]],
    explainer: Explainer | None,
    mended: Mapping[int, bytes],
    sealing: Sealing,
) -> None:
    """Writes the quarantine's Parquet file, in the data file's order; an empty one where nothing is broken.

    Grain: one row a line kept aside. ``mended`` has the texts (encoded) that stood in for lines when they were judged:
    they are explained, while ``raw`` is what the bank delivered.
    """
    import pyarrow as pa

    schema = pa.schema(
        [
            ("file", pa.string()),
            ("line", pa.int64()),
            ("column", pa.string()),
            ("rule", pa.string()),
            ("message", pa.string()),
            ("raw", pa.binary()),
            ("encoding", pa.string()),
        ]
    )
    batches: list[pa.RecordBatch] = []
    raw = None
    for portion in broken:
        if raw is None:
            raw = _Lines(file, form)
        assert explainer is not None  # noqa: S101 - only a table that was not delivered has none, and no rows
        rows: list[tuple[int, str, str, str, bytes]] = []
        for row in portion:
            line = raw.line(row.line)
            problem = explainer.explain(row, mended.get(row.line, line))
            rows.append((row.line, problem.column, problem.rule, problem.message, line))
        lines, columns, rules, messages, raws = (list(values) for values in zip(*rows, strict=True))
        same = [[file.name] * len(rows), [form.codec] * len(rows)]
        arrays = [same[0], lines, columns, rules, messages, raws, same[1]]
        batches.append(
            pa.record_batch([pa.array(a, f.type) for a, f in zip(arrays, schema, strict=True)], schema=schema)
        )
    kept = pa.Table.from_batches(batches, schema=schema)
    connection.register("kept_aside", kept)
    connection.execute(
        f"COPY (FROM kept_aside) TO '{literal(path)}' (FORMAT parquet, COMPRESSION zstd{sealing.copy_options})"
    )
    connection.unregister("kept_aside")


class _Lines:
    """The lines of a file by number, asked for in rising order, in one pass."""

    def __init__(self, path: Path, form: Format) -> None:
        self.blocks: Iterator[bytes] = Source(path, form, hashed=False).blocks()
        self.first = 1
        self.count = 0
        self.block = b""
        self.parts: list[bytes] = []

    def line(self, number: int) -> bytes:
        """The bytes of a line without its line end."""
        while number >= self.first + self.count:
            self.first += self.count
            self.block = next(self.blocks)
            self.count = self.block.count(b"\n") + (not self.block.endswith(b"\n"))
            self.parts = []
        if not self.parts:
            block = self.block.replace(b"\r\n", b"\n") if b"\r" in self.block else self.block
            self.parts = block.split(b"\n")
        return self.parts[number - self.first]


def _short(value: str) -> str:
    return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}...")
