"""Reads one data file as far as it must be read to know whether it is what its control file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from guanxi.sealed_files import OnceKey
from guanxi.warehouse.landing.arrivals import SEND_AGAIN, Arrival
from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.control import Problem
from guanxi.warehouse.landing.judge import Judge, NotLineByLine
from guanxi.warehouse.landing.lines import UnreadableLine, read_line
from guanxi.warehouse.landing.rules import Rule
from guanxi.warehouse.landing.scratch import Mend, Scratch, make_scratch
from guanxi.warehouse.landing.values import parsed, value


@dataclass(frozen=True, slots=True)
class Reading:
    """A data file that has been read: its scratch form, its rows with the judge, the total as delivered."""

    scratch: Scratch
    judge: Judge
    amount_total: Decimal | None


def read_file(
    *,
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    table: Table,
    form: Format,
    rules: Sequence[Rule],
    aside: Path,
    mends: Mapping[int, Mend] | None = None,
    heard: Callable[[int], None] = lambda size: None,
    once: OnceKey | None = None,
) -> Reading:
    """Reads a file's lines into the judge's table; the caller calls ``judge.forget()`` when done.

    ``aside`` is where a scratch file may be written, encrypted with ``once``. The total is that of the lines as they
    were delivered, whatever was mended.
    """
    judge = Judge(connection, table, form, rules)
    for exact in (False, True):
        scratch = make_scratch(
            path=path, table=table, form=form, aside=aside, mends=mends or {}, exact=exact, heard=heard, once=once
        )
        try:
            judge.load(scratch)
            break
        except NotLineByLine:
            # One line has columns without end, or is empty, or is too long: find it the slow way, once.
            if exact:
                raise
    total = judge.amount_total()
    if total is not None and scratch.mended and mends:
        texts = [mends[number].text.encode(form.codec) for number in scratch.mended]
        total -= _sum_of_lines(connection, table, form, texts)
        total += _sum_of_lines(connection, table, form, list(scratch.mended.values()))
    return Reading(scratch, judge, total)


def file_problems(arrival: Arrival, reading: Reading) -> list[Problem]:
    """What is wrong with a file that has been read, compared with its control file."""
    control, file, scratch = arrival.control, arrival.control.file, reading.scratch
    if scratch.foreign:
        message = f"{file} is written in {scratch.foreign.upper()}, but should be {arrival.form.codec.upper()}."
        what = f"State encoding={scratch.foreign} in {arrival.table.name}.ctl or in feed.toml."
        return [Problem(file, "wrong_encoding", message, what)]
    if scratch.damage and not scratch.cut_short:
        return [Problem(file, "damaged", f"{file} cannot be read to its end: {scratch.damage}.", SEND_AGAIN)]
    if scratch.cut_short or (not scratch.ended and scratch.rows < control.rows):
        why = scratch.damage or "its last line has no end"
        message = (
            f"{file} is cut short: {why}, and only {scratch.rows:,} of the {control.rows:,} rows stated are there."
        )
        return [Problem(file, "truncated", message, SEND_AGAIN)]
    problems: list[Problem] = []
    if scratch.rows != control.rows:
        message = f"{file} has {scratch.rows:,} rows, but its control file states {control.rows:,}."
        problems.append(Problem(file, "rows", message, SEND_AGAIN))
    if reading.amount_total is not None and reading.amount_total != control.amount_total:
        message = (
            f"The sum of {arrival.table.total} in {file} is {reading.amount_total:,f}, but its control file states "
            f"{control.amount_total:,f}."
        )
        problems.append(Problem(file, "amount_total", message, SEND_AGAIN))
    if scratch.sha256 != control.sha256:
        message = (
            f"The SHA-256 of {file} is {scratch.sha256[:12]}..., but its control file states {control.sha256[:12]}...: "
            "the file was changed or damaged on its way."
        )
        problems.append(Problem(file, "checksum", message, SEND_AGAIN))
    return problems


def _sum_of_lines(connection: duckdb.DuckDBPyConnection, table: Table, form: Format, lines: list[bytes]) -> Decimal:
    names = [column.name for column in table.columns]
    position = names.index(table.total or "")
    fields: list[str] = []
    for line in lines:
        try:
            fields.append(read_line(line, table, form)[position])
        except UnreadableLine:
            continue  # it does not count in the file's total either
    column = table.columns[position]
    query = (
        f"SELECT sum({value(column, form, 'f', 'p')}) FROM "
        f"(SELECT f, {parsed(column, form, 'f')} AS p FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS f))"
    )
    row = connection.execute(query, [fields]).fetchone()
    return row[0] if row and row[0] is not None else Decimal(0)
