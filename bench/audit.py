"""The audit log: what recording a view costs a page, how fast the chain is sealed and verified."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from bench.clients import timing

DATABASE = "guanxi_bench_audit"
SECONDS = 6.0
FILLED = 300_000


def measure(var: Path, entries: int = FILLED) -> dict[str, Any]:
    """Fills a log of its own, seals and verifies it, then records with one writer and with eight while it is sealed."""
    url = _database(var)
    _django(url, var)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from guanxi.crm.audit.sealing import seal
    from guanxi.crm.audit.verification import verify

    filled = _fill(entries)
    sealed = _seconds(seal)
    verified = _seconds(lambda: _whole(verify()))
    results = {
        "entries": entries,
        "filled_a_second": entries / filled,
        "sealed_a_second": entries / sealed,
        "verified_a_second": entries / verified,
        "insert": asdict(timing(_floor(url))),
        "one": asdict(timing(_write("one"))),
        "eight": asdict(timing(_eight(url, var))),
    }
    seal()
    results["whole"] = _whole(verify())
    return results


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _whole(report: Any) -> int:
    if not report.whole:
        raise RuntimeError(f"the chain is not whole: {report.findings[0]}")
    return int(report.entries)


def _database(var: Path) -> str:
    """An empty database on the server that is there."""
    from guanxi.postgres import ensure_database

    url = ensure_database(var)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)")
        connection.execute(f"create database {DATABASE} encoding 'UTF8' template template0")
    return psycopg.conninfo.make_conninfo(url, dbname=DATABASE)


def _django(conninfo: str, var: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.crm.config.settings"
    import shutil

    import django
    from django.conf import settings

    django.setup()
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    settings.DATABASES["default"] |= {
        "NAME": DATABASE,
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
    }
    settings.AUDIT_HEADS = var / "audit-heads"
    if multiprocessing.parent_process() is None:
        shutil.rmtree(settings.AUDIT_HEADS, ignore_errors=True)


def _fill(entries: int) -> float:
    """A log as it would be: two thousand people, a million customers; by the service's own hand."""
    from django.db import transaction

    started = time.perf_counter()
    for first in range(0, entries, 10_000):
        with transaction.atomic():
            for number in range(first, min(first + 10_000, entries)):
                _record(number)
    return time.perf_counter() - started


def _record(number: int) -> None:
    from guanxi.crm.audit.context import traced
    from guanxi.crm.audit.services import record

    with traced(actor=f"{number * 7919 % 2_000:04d}", roles=("rm",), address="10.20.30.40"):
        record(
            action="view",
            subject=f"P{number * 104_729 % 1_000_000:08d}",
            kind="customer-value",
            detail={"part": True},
        )


def _write(_who: str, start: int = 0) -> list[float]:
    measured = []
    number, deadline = start, time.perf_counter() + SECONDS
    while time.perf_counter() < deadline:
        started = time.perf_counter()
        _record(number)
        measured.append((time.perf_counter() - started) * 1000)
        number += 8
        time.sleep(0.002)  # a page is more than its entry
    return measured


def _floor(url: str) -> list[float]:
    """The bare round trip of one statement that writes a row as wide, without index, digest or Django."""
    measured = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create unlogged table floor_of_entry (id bigint, words text, detail jsonb, mac bytea)")
        for number in range(2_000):
            started = time.perf_counter()
            connection.execute(
                "insert into floor_of_entry values (%s, %s, %s, %s)", [number, "x" * 90, '{"part": true}', b"0" * 32]
            )
            measured.append((time.perf_counter() - started) * 1000)
            time.sleep(0.002)
    return measured


def _eight(url: str, var: Path) -> list[float]:
    """Two processes of four threads, as ``guanxi serve`` has on two cores, each with its sealer."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    processes = [context.Process(target=_process, args=(url, var, number, answers)) for number in range(2)]
    for process in processes:
        process.start()
    measured = [one for _process_ in processes for one in answers.get(timeout=300)]
    for process in processes:
        process.join()
    return measured


def _process(url: str, var: Path, number: int, answers: Any) -> None:
    _django(url, var)
    from guanxi.crm.audit.sealing import start_sealer

    start_sealer()
    measured: list[float] = []
    threads = [
        threading.Thread(target=lambda start=start: measured.extend(_write("eight", number * 4 + start)))
        for start in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(measured)


def render(measured: dict[str, Any]) -> str:
    """What was measured, as Markdown."""
    rows = (("bare insert", "insert"), ("one writer", "one"), ("eight writers, sealed meanwhile", "eight"))
    lines = [
        f"### The audit log, {measured['entries']:,} entries (milliseconds an entry)",
        "",
        "| | p50 | p95 | entries |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {measured[key]['p50']:.2f} | {measured[key]['p95']:.2f} | {measured[key]['count']:,} |"
            for name, key in rows
        ),
        "",
        f"Sealed {measured['sealed_a_second']:,.0f}, verified {measured['verified_a_second']:,.0f} entries a second.",
    ]
    return "\n".join(lines)
