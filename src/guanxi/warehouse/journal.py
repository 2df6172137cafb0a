"""What a run leaves in the operational database for people to see: steps, files, tests, rows kept aside.

It writes on a connection of its own that commits at once, so that progress is seen while it happens and stays when a
run is killed. The tables are those of the app ``quality``; a test holds the columns named here to its models.
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg

from guanxi.postgres import PUBLISHING
from guanxi.sealing import context_of, seal, unseal
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.peak import peak_bytes, reset_peak
from guanxi.warehouse.sealing import files_of, relation

RUNNING, DONE, STOPPED = "running", "done", "stopped"
RAW, MENDED, MESSAGE = (f"quality_quarantinedrow.{name}" for name in ("raw", "mended", "message"))
REPORT_SECONDS = 0.25
ROWS_A_FETCH = 10_000


class Problem(Protocol):
    """Why a run stopped: the file, the rule it broke, what is wrong, what to do."""

    @property
    def file(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def what_to_do(self) -> str: ...


def new_run_id() -> str:
    """A run's name: a UUID of version 7, so that names sort by time."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


class StepJournal:
    """One step under way: hears how far it is, and is told what it came to."""

    def __init__(self, connection: psycopg.Connection, run_id: str, position: int) -> None:
        self.connection = connection
        self.key = (run_id, position)
        self.rows = 0
        self.peak = 0
        self.seconds = 0.0
        self._said = 0.0

    def report(self, done: int, total: int, detail: str = "") -> None:
        """Writes how far the step is, at most four times a second."""
        now = time.monotonic()
        if now - self._said < REPORT_SECONDS and done != total:
            return
        self._said = now
        self.connection.execute(
            "update quality_runstep set done = %s, total = %s, detail = %s where run_id = %s and position = %s",
            (done, total, detail[:200], *self.key),
        )

    def end(self, status: str) -> None:
        """Writes what the step came to."""
        self.connection.execute(
            "update quality_runstep set status = %s, seconds = %s, rows = %s, peak_bytes = %s"
            " where run_id = %s and position = %s",
            (status, self.seconds, self.rows, self.peak, *self.key),
        )


class RunJournal:
    """One run for one business date, from its start to its end."""

    def __init__(
        self, database_url: str, *, run_id: str, business_date: date, previous: date | None, folder: str
    ) -> None:
        self.connection = psycopg.connect(database_url, autocommit=True)
        self.run_id = run_id
        self.business_date = business_date
        self.steps = 0
        self.connection.execute(
            "insert into quality_run (id, business_date, previous_business_date, status, started_at, folder, problems)"
            " values (%s, %s, %s, %s, now(), %s, '[]')",
            (run_id, business_date, previous, RUNNING, folder[:500]),
        )

    @contextmanager
    def step(self, name: str) -> Iterator[StepJournal]:
        """A step of the run; its time and peak memory are taken here, its rows are set by the block."""
        self.steps += 1
        step = StepJournal(self.connection, self.run_id, self.steps)
        self.connection.execute(
            "insert into quality_runstep (run_id, position, name, status, started_at, done, total, detail)"
            " values (%s, %s, %s, %s, now(), 0, 0, '')",
            (self.run_id, self.steps, name, RUNNING),
        )
        reset_peak()
        started = time.monotonic()
        status = STOPPED
        try:
            yield step
            status = DONE
        finally:
            step.seconds = time.monotonic() - started
            step.peak = max(step.peak, peak_bytes())
            step.end(status)

    def files(self, deliveries: Iterable[Any]) -> None:
        """Writes what was delivered: objects with the fields of ``landing.land.Delivered``."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                'insert into quality_filedelivery (run_id, "table", file, delivery, encoding, bytes, rows, accepted,'
                " quarantined, amount_total, sha256) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (self.run_id, d.table, d.file, str(d.delivery), d.encoding, d.bytes, d.rows, d.accepted,
                     d.quarantined, d.amount_total, d.sha256)
                    for d in deliveries
                ],
            )  # fmt: skip

    def tests(self, outcomes: Iterable[Any]) -> None:
        """Writes how the data tests ended: objects with the fields of ``engine.TestOutcome``."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                'insert into quality_testresult (run_id, name, model, "column", severity, status, failures, message)'
                " values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (self.run_id, o.name[:200], o.model[:80], o.column[:80], o.severity, o.status, o.failures,
                     o.message[:500])
                    for o in outcomes
                ],
            )  # fmt: skip

    def reconciliations(self, found: Iterable[Any]) -> None:
        """Writes the figures that must agree: objects with the fields of ``engine.Reconciled``."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into quality_reconciliation (run_id, rule, expected, actual) values (%s, %s, %s, %s)",
                [(self.run_id, r.rule[:80], r.expected, r.actual) for r in found],
            )

    def quarantine(self, layout: Layout, tables: Sequence[str]) -> int:
        """Brings the night's rows kept aside before people; returns how many there are.

        Lines are encrypted with their row (:mod:`guanxi.sealing`). A line whose bytes are those of an earlier run of
        the same day keeps them as they are encrypted there, its status and its mended text. A line
        that was kept aside, was mended and no longer is kept aside becomes *accepted*; one that is no longer kept
        aside without having been mended (the file was corrected) goes.
        """
        with self.connection.transaction():
            # No rotation of keys writes a line anew between its being read and being compared.
            self.connection.execute("select pg_advisory_xact_lock(%s)", (PUBLISHING,))
            stood = self._standing()
            self.connection.execute(
                "create temporary table found (like quality_quarantinedrow including defaults) on commit drop"
            )
            self.connection.execute("alter table found drop column id")
            columns = '(business_date, "table", file, line, "column", rule, message, raw, encoding, status, mended)'
            with (
                layout.sealing.reader() as source,
                self.connection.cursor().copy(f"copy found {columns} from stdin") as copy,
            ):
                for table in tables:
                    part = layout.part("quarantine", table, self.business_date)
                    for file, line, column, rule, message, raw, encoding in _rows(source, part):
                        context = context_of((self.business_date, table, line))
                        kept = bytes(stood.get((table, line, raw)) or seal(RAW, context, raw))
                        why = bytes(seal(MESSAGE, context, message.encode()))
                        said = (file, line, column, rule, why, kept, encoding)
                        copy.write_row((self.business_date, table, *said, "waiting", b""))
            return self._merge_quarantine(columns)

    def _standing(self) -> dict[tuple[str, int, bytes], bytes]:
        """The lines that stand there of the day, as they are encrypted, by table, number and bytes."""
        return {
            (table, line, unseal(RAW, context_of((self.business_date, table, line)), raw)): raw
            for table, line, raw in self.connection.execute(
                'select "table", line, raw from quality_quarantinedrow where business_date = %s', (self.business_date,)
            )
        }

    def _merge_quarantine(self, columns: str) -> int:
        self.connection.execute(
            "update quality_quarantinedrow q set status = 'accepted'"
            " where business_date = %s and status = 'mended' and not exists (select from found f"
            ' where f."table" = q."table" and f.line = q.line)',
            (self.business_date,),
        )
        self.connection.execute(
            "delete from quality_quarantinedrow q where business_date = %s and status <> 'accepted'"
            ' and not exists (select from found f where f."table" = q."table" and f.line = q.line and f.raw = q.raw)',
            (self.business_date,),
        )
        # A mended text that was refused again waits anew, with what is wrong with it now.
        self.connection.execute(
            f"insert into quality_quarantinedrow as q {columns} select {columns.strip('()')} from found"
            ' on conflict (business_date, "table", line) do update set "column" = excluded."column",'
            " rule = excluded.rule, message = excluded.message, file = excluded.file, raw = excluded.raw,"
            " encoding = excluded.encoding,"
            " status = case when q.status in ('mended', 'accepted') then 'waiting' else q.status end".encode()
        )
        found = self.connection.execute("select count(*) from found").fetchone()
        return found[0] if found else 0

    def finish(self) -> None:
        """Marks the run as done."""
        self._end(DONE, ())

    def stop(self, problems: Sequence[Problem]) -> None:
        """Marks the run as stopped, with why."""
        self._end(STOPPED, problems)

    def _end(self, status: str, problems: Sequence[Problem]) -> None:
        words = ("file", "rule", "message", "what_to_do")
        told = [{word: getattr(problem, word) for word in words} for problem in problems]
        self.connection.execute(
            "update quality_run set status = %s, finished_at = now(), problems = %s where id = %s",
            (status, json.dumps(told, ensure_ascii=False, default=str), self.run_id),
        )
        self.connection.close()


def close_abandoned(database_url: str) -> int:
    """Marks runs that were killed as stopped; only whoever holds the warehouse's lock may say so. Returns how many."""
    problem = [
        {"file": "", "rule": "killed", "message": "The run was cut off before it ended.",
         "what_to_do": "Nothing was lost: start the night's job again."}
    ]  # fmt: skip
    with psycopg.connect(database_url) as connection:
        connection.execute("update quality_runstep set status = 'stopped' where status = 'running'")
        return connection.execute(
            "update quality_run set status = 'stopped', finished_at = now(), problems = %s where status = 'running'",
            (json.dumps(problem),),
        ).rowcount


def mended_rows(database_url: str, day: date) -> list[tuple[str, int, str, bytes]]:
    """The day's lines that people mended: table, line, the mended text, and the bytes it stands for."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            'select "table", line, mended, raw from quality_quarantinedrow'
            " where business_date = %s and status in ('mended', 'accepted') and mended <> ''"
            ' order by "table", line',
            (day,),
        ).fetchall()
    rows = []
    for table, line, mended, raw in found:
        context = context_of((day, table, line))
        rows.append((table, line, unseal(MENDED, context, mended).decode(), unseal(RAW, context, raw)))
    return rows


def earliest_mended(database_url: str) -> date | None:
    """The earliest day with mended rows that wait to be replayed."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select min(business_date) from quality_quarantinedrow where status = 'mended'"
        ).fetchone()
    return found[0] if found else None


def _rows(source: duckdb.DuckDBPyConnection, part: Path) -> Iterator[tuple[Any, ...]]:
    files = files_of(part)
    if not files:
        return
    found = source.execute(
        f'select file, line, "column", rule, left(message, 500), raw, encoding from {relation(files)} order by line'
    )
    while rows := found.fetchmany(ROWS_A_FETCH):
        yield from rows
