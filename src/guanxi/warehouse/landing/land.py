"""Lands a day: the bank's files in, Parquet by business date out, the bad rows aside; or nothing at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from guanxi.sealed_files import OnceKey
from guanxi.warehouse.landing.arrivals import Arrival, look_at
from guanxi.warehouse.landing.contract import Delivery, Reference, Table
from guanxi.warehouse.landing.control import DeliveryError, Problem
from guanxi.warehouse.landing.judge import (
    DELIVERED,
    Keys,
    empty_parquet,
    keys_of,
    landed_sha256,
    parquet_rows,
    removes,
    write_sha256,
)
from guanxi.warehouse.landing.quarantine import Explainer, write_quarantine
from guanxi.warehouse.landing.reading import Reading, file_problems, read_file
from guanxi.warehouse.landing.rules import rules
from guanxi.warehouse.landing.scratch import Mend
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress, Silent
from guanxi.warehouse.records import state_part

SILENT = Silent()
PART = "part"
ROWS = "rows"
# A file of which more than half cannot be accepted is another file than the one that was agreed on. Small files are
# let through: three bad rows of five are three rows to mend.
FEWEST_TO_REFUSE = 100


@dataclass(frozen=True, slots=True)
class MendedRow:
    """A line that people have mended: its text stands in the line's place before the file is judged.

    ``line`` counts from 1, the header too. Where ``raw`` is given, only a line of exactly these bytes is replaced, so
    that a row mended for one file does not spoil the corrected file that came afterwards.
    """

    table: str
    line: int
    text: str
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One table of a landed day; ``accepted + quarantined == rows``.

    ``bytes`` and ``sha256`` are of the file as delivered; ``amount_total`` is the sum of the contract's total column as
    the control file states it, None where the contract has none. A table that was not delivered has an empty ``file``.
    """

    table: str
    file: str
    delivery: Delivery
    encoding: str
    bytes: int
    rows: int
    accepted: int
    quarantined: int
    amount_total: Decimal | None
    sha256: str


@dataclass(frozen=True, slots=True)
class DayLanding:
    """A landed day, its tables in the order of the contracts. ``unused`` are the mended rows that no line fitted."""

    business_date: date
    opening: bool
    deliveries: tuple[Delivered, ...]
    unused: tuple[MendedRow, ...] = ()


def land_day(
    *,
    folder: Path,
    layout: Layout,
    night: Night,
    mended: Sequence[MendedRow] = (),
    calendar: str = "every_day",
    progress: Progress = SILENT,
    threads: int = 2,
    memory_limit: str = "4GB",
) -> DayLanding:
    """Checks and lands the files of ``folder`` as the night's ``landing`` and ``quarantine`` parts.

    Parts of the same night are replaced; the same files and mended rows give the same rows. ``progress`` counts
    bytes of the data files. Raises :class:`DeliveryError` with everything that is wrong with the folder, in which case
    nothing is landed; ``ValueError`` for an unknown calendar or a mended row that is not one line; ``LookupError``
    where a reference needs the state of the night before and that is not there.
    """
    with _staging(layout) as stage, _database(layout, stage, threads, memory_limit) as connection:
        landing = _Day(connection, stage, layout, night, mended, progress).read(folder, calendar)
        for delivered in landing.deliveries:
            kept = {
                "landing": (layout.sealing.name(PART), DELIVERED),
                "quarantine": (layout.sealing.name(ROWS),),
            }
            for layer, files in kept.items():
                with layout.writing(layer, delivered.table, night.business_date) as aside:
                    for file in files:
                        (stage / delivered.table / file).rename(aside / file)
    return landing


def check_delivery(
    *,
    folder: Path,
    layout: Layout,
    night: Night,
    mended: Sequence[MendedRow] = (),
    calendar: str = "every_day",
    progress: Progress = SILENT,
    threads: int = 2,
    memory_limit: str = "4GB",
) -> DayLanding:
    """As :func:`land_day`, but nothing is landed: says what would be. Raises the same."""
    with _staging(layout) as stage, _database(layout, stage, threads, memory_limit) as connection:
        day = _Day(connection, stage, layout, night, mended, progress)
        return day.read(folder, calendar)


@contextmanager
def _staging(layout: Layout) -> Iterator[Path]:
    stage = layout.work / "landing"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _database(layout: Layout, stage: Path, threads: int, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = layout.sealing.connect(
        spill=stage / "spill",
        threads=threads,
        memory_limit=memory_limit,
        preserve_insertion_order=True,
        # A long IN list becomes a join, which does not keep the order of rows: line numbers would be wrong.
        disabled_optimizers="in_clause",
    )
    try:
        yield connection
    finally:
        connection.close()


@dataclass(slots=True)
class _Day:
    """One reading of a day's folder into the stage. What is staged is landed only when no file had a problem."""

    connection: duckdb.DuckDBPyConnection
    stage: Path
    layout: Layout
    night: Night
    mended: Sequence[MendedRow]
    progress: Progress
    problems: list[Problem] = field(default_factory=list)
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    used: set[tuple[str, int]] = field(default_factory=set)
    done: int = 0
    total: int = 0
    once: OnceKey | None = None

    def __post_init__(self) -> None:
        self.once = OnceKey() if self.layout.sealing.key_id else None

    def read(self, folder: Path, calendar: str) -> DayLanding:
        """Stages every table; raises :class:`DeliveryError` with all problems."""
        self.arrivals, self.problems = look_at(
            folder=folder, night=self.night, calendar=calendar, sha256_before=self._sha256_before()
        )
        self.total = sum(arrival.path.stat().st_size for arrival in self.arrivals.values())
        deliveries: list[Delivered] = []
        for table in TABLES.values():
            (self.stage / table.name).mkdir()
            arrival = self.arrivals.get(table.name)
            if arrival is not None:
                deliveries += self._table(arrival)
            elif not self.problems:
                deliveries.append(self._nothing(table))
        if self.problems:
            raise DeliveryError(self.problems)
        unused = tuple(row for row in self.mended if (row.table, row.line) not in self.used)
        return DayLanding(self.night.business_date, self.night.opening, tuple(deliveries), unused)

    def _table(self, arrival: Arrival) -> list[Delivered]:
        table = arrival.table
        aside = self.stage / table.name / "scratch"
        mends = {row.line: Mend(row.text, row.raw) for row in self.mended if row.table == table.name}
        reading = read_file(
            connection=self.connection,
            path=arrival.path,
            table=table,
            form=arrival.form,
            rules=rules(table, arrival.form, self.night),
            aside=aside,
            mends=mends,
            once=self.once,
            heard=lambda size: self.progress.report(self.done + size // 2, self.total, table.name),
        )
        aside.unlink(missing_ok=True)
        self.used |= {(table.name, line) for line in reading.scratch.mended}
        self.problems += file_problems(arrival, reading)
        if reading.scratch.rows == 0 and arrival.control.rows == 0:
            self.problems += self._emptied(arrival)
        delivered = [] if self.problems else self._judge(arrival, reading, mends)
        reading.judge.forget()
        self.done += arrival.path.stat().st_size
        self.progress.report(self.done, self.total, table.name)
        return delivered

    def _judge(self, arrival: Arrival, reading: Reading, mends: dict[int, Mend]) -> list[Delivered]:
        table, judge, scratch = arrival.table, reading.judge, reading.scratch
        keys = {reference: self._keys(reference) for _, reference in table.references}
        judge.check_references(keys)
        judge.check_keys()
        accepted, quarantined = judge.counts()
        if quarantined * 2 > scratch.rows >= FEWEST_TO_REFUSE:
            self.problems.append(_mostly_bad(arrival, scratch.rows, quarantined, judge.reasons()))
            return []
        judge.write(self._staged(table.name, PART), self.layout.sealing)
        write_sha256(self.stage / table.name, scratch.sha256)
        write_quarantine(
            connection=self.connection,
            path=self._staged(table.name, ROWS),
            sealing=self.layout.sealing,
            file=arrival.path,
            table=table,
            form=arrival.form,
            broken=judge.broken() if quarantined else [],
            explainer=Explainer(judge, [keys[reference] for _, reference in table.references]),
            mended={line: mends[line].text.encode(arrival.form.codec) for line in scratch.mended},
        )
        return [
            Delivered(
                table=table.name,
                file=arrival.path.name,
                delivery=arrival.control.delivery,
                encoding=arrival.form.codec,
                bytes=scratch.size,
                rows=scratch.rows,
                accepted=accepted,
                quarantined=quarantined,
                amount_total=reading.amount_total,
                sha256=scratch.sha256,
            )
        ]

    def _emptied(self, arrival: Arrival) -> list[Problem]:
        """A full file without rows says that everything is gone, which is hardly ever meant."""
        table, previous = arrival.table, self.night.previous
        state = table.delivery is Delivery.FULL or removes(table)
        if previous is None or not state or arrival.control.delivery is Delivery.INCREMENT:
            return []
        parts = [
            self.layout.part("landing", table.name, previous),
            state_part(self.layout, table.name, previous),
        ]
        before = max(parquet_rows(self.connection, part) for part in parts)
        if not before:
            return []
        file = arrival.control.file
        message = f"{file} is announced as full and has no rows: all {before:,} of {previous} would be gone."
        what = "Where nothing changed, announce the file as an increment; otherwise have it sent again."
        return [Problem(file, "emptied", message, what)]

    def _nothing(self, table: Table) -> Delivered:
        empty_parquet(self.connection, table, self._staged(table.name, PART), self.layout.sealing)
        write_sha256(self.stage / table.name, "")
        write_quarantine(
            connection=self.connection,
            path=self._staged(table.name, ROWS),
            sealing=self.layout.sealing,
            file=Path(),
            table=table,
            form=table.format,
            broken=[],
            explainer=None,
            mended={},
        )
        nothing = Decimal("0.00") if table.total else None
        return Delivered(table.name, "", Delivery.INCREMENT, table.format.codec, 0, 0, 0, 0, nothing, "")

    def _keys(self, reference: Reference) -> Keys:
        """What may be referred to: today's rows alone where the table came in full, else over the night before."""
        table = TABLES[reference.table]
        arrival = self.arrivals.get(table.name)
        before = None
        if arrival is None or arrival.control.delivery is Delivery.INCREMENT:
            if self.night.previous is None:
                before = None
            else:
                before = state_part(self.layout, table.name, self.night.previous)
                if not before.is_dir():
                    raise LookupError(
                        f"Today's {table.name} is an increment, but the warehouse has no {table.name} of "
                        f"{self.night.previous}."
                    )
        column = table.column(reference.column)
        return keys_of(table=table, column=column, today=self._staged(table.name, PART), before=before)

    def _staged(self, table: str, stem: str) -> Path:
        return self.stage / table / self.layout.sealing.name(stem)

    def _sha256_before(self) -> dict[str, str]:
        if self.night.previous is None:
            return {}
        found: dict[str, str] = {}
        for name in TABLES:
            part = self.layout.part("landing", name, self.night.previous)
            if part.is_dir() and (sha256 := landed_sha256(self.connection, part)):
                found[name] = sha256
        return found


def _mostly_bad(arrival: Arrival, rows: int, quarantined: int, reasons: list[tuple[str, int]]) -> Problem:
    file = arrival.control.file
    most = ", ".join(f"{name} {count:,}" for name, count in reasons[:3])
    return Problem(
        file,
        "mostly_bad",
        f"{quarantined:,} of the {rows:,} rows in {file} break the contract ({most}), which is more than half.",
        "Compare the file with docs/file-interface.md: columns, encoding and delimiter first. Have it sent again, or "
        "state its format in feed.toml.",
    )
