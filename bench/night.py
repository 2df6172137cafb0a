"""The night's job at a given size: the opening with its history, then one more day, beside the floor of that day."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from bench.floor import floor_of
from guanxi.demo.bank import BankSpec, write_bank
from guanxi.postgres import start_embedded
from guanxi.warehouse.night.options import NightOptions
from guanxi.warehouse.night.register import NightRegister
from guanxi.warehouse.night.run import run_nights
from guanxi.warehouse.progress import Silent
from guanxi.warehouse.sealing import wanted

THREADS = 2


def processor_seconds() -> float:
    """What this process and its ended children have used; PostgreSQL is neither."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


LAST_DAY = date(2026, 11, 20)


def database_of(root: Path, customers: int, history: int) -> str:
    """The address of the database of a bank that was measured."""
    return start_embedded(root / "postgres", database=f"bench_{customers}_{history}")


def prepare(root: Path, customers: int, history: int) -> tuple[NightOptions, Path]:
    """The files of a plain bank with ``history`` days behind it, and an empty database; returns options and inbox."""
    name = f"bench_{customers}_{history}"
    folder = root / name
    inbox = folder / "files"
    started = time.perf_counter()
    write_bank(BankSpec(customers=customers, daily_days=history, month_ends=0, nights=2, last_day=LAST_DAY, plain=True),
               inbox, Silent())  # fmt: skip
    print(f"files of {customers:,} customers, {history} days: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    url = database_of(root, customers, history)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists public cascade; drop schema if exists inbox cascade")
        connection.execute("create schema public")
    migrate(url)
    shutil.rmtree(folder / "warehouse", ignore_errors=True)
    shutil.rmtree(folder / "inbox", ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    options = NightOptions(
        inbox=folder / "inbox", warehouse=folder / "warehouse", database_url=url, threads=THREADS, encrypt=wanted()
    )
    return options, inbox


def migrate(url: str) -> None:
    """Brings the database at ``url`` to this version, in a process of its own (Django reads its settings once)."""
    import os
    import subprocess

    environment = os.environ | {"DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "guanxi.cli", "migrate"], env=environment, check=True, capture_output=True)


def measure(root: Path, customers: int, history: int) -> dict[str, Any]:
    """Opening, one settling day and the measured day; seconds, rows and peak memory of each step, and the floor."""
    options, files = prepare(root, customers, history)
    feed = files / "feed.toml"
    if feed.exists():
        (options.inbox / feed.name).symlink_to(feed)
    days = sorted(entry for entry in files.iterdir() if entry.is_dir() and entry.name[0].isdigit())
    result: dict[str, Any] = {"customers": customers, "history": history, "nights": []}
    for position, day in enumerate(days):
        (options.inbox / day.name).symlink_to(day)
        if position == len(days) - 1:
            floor_of(day, root / "floor", THREADS)  # once for the page cache
            floor = floor_of(day, root / "floor", THREADS)
            result["floor"] = {"seconds": floor.seconds, "rows": floor.rows, "bytes": floor.bytes}
        started, used = time.perf_counter(), processor_seconds()
        run_nights(options)
        seconds, used = time.perf_counter() - started, processor_seconds() - used
        record = NightRegister(options.warehouse).all()[-1]
        steps = [
            {"name": step.name, "seconds": step.seconds, "rows": step.rows, "peak_bytes": step.peak_bytes}
            for step in record.steps
        ]
        result["nights"].append({"day": day.name, "seconds": seconds, "cpu": used, "steps": steps})
        print(f"{day.name}: {seconds:.1f} s", file=sys.stderr)
    result["ratio"] = result["nights"][-1]["seconds"] / result["floor"]["seconds"]
    return result
