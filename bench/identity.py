"""One customer, one number: the first link of all records beside plain Splink, then a night's increment against all.

The bank is the demo's, 8 % of its persons entered twice. Plain Splink gets the features that are standardised already,
the same keys, levels and training rules, and clusters what it found: no standardising, no rules, no register, no files.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from guanxi.demo.bank import BankSpec, write_bank
from guanxi.warehouse.decisions import Decisions
from guanxi.warehouse.identity import link_night, state
from guanxi.warehouse.identity.model import Model
from guanxi.warehouse.identity.night import MODELS
from guanxi.warehouse.identity.thresholds import Thresholds
from guanxi.warehouse.landing.land import land_day
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.peak import peak_bytes, reset_peak
from guanxi.warehouse.progress import Silent
from guanxi.warehouse.records import RECORDS
from guanxi.warehouse.sealing import files_of, relation

THREADS = 2
MEMORY = "4GB"
CHANGED = 10_000
DAY = date(2026, 11, 20)
FULL = dict.fromkeys(state.KEYS, "full")
GOALS = {"times": 3.0, "seconds": 60.0, "bytes": 6 << 30}


class _Steps:
    """Keeps how long each step of a night took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()
        self._detail = ""

    def report(self, done: int, total: int, detail: str = "") -> None:
        """A step begins: the one before has ended."""
        now = time.perf_counter()
        if self._detail:
            self.seconds[self._detail] = now - self._since
        self._since, self._detail = now, detail


def measure(root: Path, customers: int) -> dict[str, Any]:
    """The bank's files, the first link, plain Splink, the increment; a bank that lies there is taken again."""
    folder = root / f"identity_{customers}"
    layout = Layout(folder / "warehouse")
    _prepare(folder, layout, customers)
    first = _linked(layout, Night(DAY), FULL)
    _keep_records(layout, Night(DAY), FULL)
    plain = _plain(layout, folder / "spill")
    changed = _change(layout)
    second = Night(DAY + timedelta(days=1), DAY)
    increment = _linked(layout, second, {})
    with duckdb.connect() as connection:
        numbers = state.carried(layout, "identity_number", DAY)
        records, parties = connection.execute(
            f"SELECT count(*), count(DISTINCT party_number) FROM ({numbers})"
        ).fetchall()[0]
    return {
        "customers": customers,
        "records": records,
        "parties": parties,
        "first": first,
        "plain": plain,
        "times": first["seconds"] / plain["seconds"],
        "increment": increment | {"changed": changed},
        "load": os.getloadavg(),
    }


def _prepare(folder: Path, layout: Layout, customers: int) -> None:
    """Lands the bank's files, once."""
    spec = BankSpec(
        customers=customers, nights=0, last_day=DAY, daily_days=1, month_ends=0, bad_rows=False, plain=True,
        duplicates=0.08,
    )  # fmt: skip
    shutil.rmtree(layout.root / "core", ignore_errors=True)
    write_bank(spec, folder / "files", Silent())
    if DAY not in layout.days("landing", "contact_point"):
        land_day(folder=folder / "files" / DAY.isoformat(), layout=layout, night=Night(DAY), threads=THREADS)
    tomorrow = DAY + timedelta(days=1)
    for table in state.KEYS:
        shutil.rmtree(layout.part("landing", table, tomorrow), ignore_errors=True)
    print(f"identity: {customers:,} customers are landed", file=sys.stderr)


def _linked(layout: Layout, night: Night, deliveries: dict[str, str]) -> dict[str, Any]:
    steps = _Steps()
    load = os.getloadavg()[0]
    reset_peak()
    started, used = time.perf_counter(), time.process_time()
    done = link_night(
        layout=layout, night=night, deliveries=deliveries, decisions=Decisions(), progress=steps, threads=THREADS,
        memory_limit=MEMORY,
    )  # fmt: skip
    seconds, used = time.perf_counter() - started, time.process_time() - used
    steps.report(0, 0, "end")
    print(f"identity: {night.business_date} linked in {seconds:.1f} s: {done}, {steps.seconds}", file=sys.stderr)
    return {
        "seconds": seconds, "processor": used, "peak_bytes": peak_bytes(), "steps": steps.seconds,
        "compared": done.records, "waiting": done.waiting, "load": load,
    }  # fmt: skip


def _keep_records(layout: Layout, night: Night, deliveries: dict[str, str]) -> None:
    """The state by record, which the night's models write."""
    records = state.records_of(layout, night, deliveries)
    queries = {"party": records.party, "party_identifier": records.identifier, "contact_point": records.contact}
    with duckdb.connect() as connection:
        for table, query in queries.items():
            state.write(layout, connection, RECORDS[table], night.business_date, query)


def _change(layout: Layout) -> int:
    """Lands a night in which ten thousand records are stated anew, each with another phone."""
    tomorrow = DAY + timedelta(days=1)
    with duckdb.connect() as connection:
        connection.execute(f"""
            CREATE TABLE chosen AS
            SELECT party_id FROM ({state.carried(layout, "party_record", DAY)})
            ORDER BY hash(party_id), party_id LIMIT {CHANGED}
        """)
        fresh = "'138' || lpad((hash(party_id) % 100000000)::VARCHAR, 8, '0')"
        for table in state.KEYS:
            landed = relation(files_of(layout.part("landing", table, DAY)))
            replaced = (
                f" REPLACE (CASE contact_kind WHEN 'mobile' THEN {fresh} ELSE contact_value END AS contact_value)"
                if table == "contact_point"
                else ""
            )
            query = f"SELECT *{replaced} FROM {landed} SEMI JOIN chosen USING (party_id)"
            with layout.writing("landing", table, tomorrow) as folder:
                connection.execute(f"COPY ({query}) TO '{folder / layout.sealing.name()}' (FORMAT parquet)")
    return CHANGED


def _plain(layout: Layout, spill: Path) -> dict[str, Any]:
    """Splink alone, on the features of the same records."""
    spill.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    reset_peak()
    seconds: dict[str, float] = {}
    for model in MODELS:
        with duckdb.connect() as connection:
            connection.execute(f"SET threads = {THREADS}; SET memory_limit = '{MEMORY}'")
            connection.execute(f"SET temp_directory = '{spill}'")
            started = time.perf_counter()
            _splink(connection, model, state.carried(layout, f"identity_{model.kind}", DAY))
            seconds[model.kind] = time.perf_counter() - started
    print(f"identity: plain Splink in {sum(seconds.values()):.1f} s: {seconds}", file=sys.stderr)
    return {"seconds": sum(seconds.values()), "steps": seconds, "peak_bytes": peak_bytes(), "load": load}


def _splink(connection: duckdb.DuckDBPyConnection, model: Model, features: str) -> None:
    """As Splink's own guide does it: u by random sampling, m by expectation maximisation, predict, cluster."""
    from splink import DuckDBAPI, Linker, SettingsCreator

    connection.execute(f"CREATE TABLE features AS {features}")
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator.from_path_or_dict(model.settings(model.parameters()))
    linker = Linker(api.register("features"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in model.training:
        pairs = connection.execute(
            f"SELECT count(*) FROM features AS l JOIN features AS r ON {rule} AND l.record_id < r.record_id"
        ).fetchall()[0][0]
        if pairs > 20:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never")
    linker.clustering.cluster_pairwise_predictions_at_threshold(found, threshold_match_probability=Thresholds().merged)


def render(measured: dict[str, Any]) -> str:
    """The table of the performance page."""
    first, plain, increment = measured["first"], measured["plain"], measured["increment"]
    gibi = 1 << 30
    lines = [
        f"### Linking {measured['records']:,} records of {measured['parties']:,} customers",
        "",
        "| | seconds | peak memory | load when it began |",
        "|---|---:|---:|---:|",
    ]
    for word, one in (
        ("first link of all", first),
        ("plain Splink with the same rules", plain),
        (f"a night with {increment['changed']:,} changed records", increment),
    ):
        lines.append(f"| {word} | {one['seconds']:.1f} | {one['peak_bytes'] / gibi:.1f} GiB | {one['load']:.1f} |")
    goals = (
        f"First link: **{measured['times']:.1f} times** plain Splink (goal {GOALS['times']:.0f});"
        f" the night's goal is {GOALS['seconds']:.0f} s and {GOALS['bytes'] / gibi:.0f} GiB."
    )
    lines += [
        "",
        goals,
        "",
        "| step | first link, s | night, s |",
        "|---|---:|---:|",
    ]
    for step, seconds in first["steps"].items():
        lines.append(f"| {step} | {seconds:.1f} | {increment['steps'].get(step, 0):.1f} |")
    return "\n".join(lines)
