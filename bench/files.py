"""What encrypting files costs: Parquet of some millions of rows, written and read; the night's job with and without.

Processor seconds of the job and its children (PostgreSQL's own are the same either way) beside the seconds that passed:
on a shared machine only the first can be compared.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.night import measure as measure_night
from bench.night import processor_seconds
from guanxi.warehouse.sealing import PLAIN, VARIABLE, Sealing, content_digest

ROWS = 3_000_000
TIMES = 5
TABLE = f"""
    select i as id, '客户' || (i % 100000) as name, printf('1101011990%08d', i) as number,
      cast(hash(i) % 100000000 as decimal(18, 2)) as amount, date '2026-01-01' + cast(i % 300 as int) as day,
      'A' || (i % 7) as kind, cast(hash(i + 1) % 100000000 as decimal(18, 2)) as other, cast(hash(i) as varchar) as word
    from range({ROWS}) r(i)
"""
WORDS = {False: "plain", True: "encrypted"}


def measure(root: Path, customers: int, history: int) -> dict[str, Any]:
    """Both measurements, plain and encrypted in turns."""
    result: dict[str, Any] = {"rows": ROWS, "customers": customers, "parquet": parquet(root / "files"), "nights": {}}
    for encrypt in (False, True):
        os.environ[VARIABLE] = str(int(encrypt))
        result["nights"][WORDS[encrypt]] = measure_night(root, customers, history)["nights"]
    return result


def parquet(folder: Path) -> dict[str, dict[str, list[float]]]:
    """Seconds of processor and clock to write, to read, to digest a file of eight columns: the medians of five."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    taken: dict[str, list[dict[str, tuple[float, float]]]] = {word: [] for word in WORDS.values()}
    for _ in range(TIMES):
        taken[WORDS[False]].append(_once(folder, PLAIN))
        taken[WORDS[True]].append(_once(folder, Sealing.of_environment({})))
    shutil.rmtree(folder)
    return {
        word: {step: [statistics.median(one[step][which] for one in times) for which in (0, 1)] for step in times[0]}
        for word, times in taken.items()
    }


def _once(folder: Path, sealing: Sealing) -> dict[str, tuple[float, float]]:
    file = folder / sealing.name()
    options = f"format parquet, parquet_version v2, compression zstd, compression_level 1{sealing.copy_options}"
    read = (
        "select count(distinct kind), sum(amount), max(word), max(name), max(number), max(day), sum(other)"
        f" from read_parquet('{file}'{sealing.read_options})"
    )
    with sealing.connect(threads=2) as connection:
        connection.execute(f"create table t as {TABLE}")
        return {
            "write": _timed(lambda: connection.execute(f"copy (from t order by id) to '{file}' ({options})")),
            "read": _timed(lambda: connection.execute(read).fetchall()),
            "digest": _timed(lambda: content_digest(connection, [file])),
        }


def render(result: dict[str, Any]) -> str:
    """The tables of the performance page."""
    lines = [
        f"### Encrypted files: {result['rows']:,} rows of eight columns",
        "",
        "| | processor s, plain | encrypted | clock s, plain | encrypted |",
        "|---|---:|---:|---:|---:|",
    ]
    plain, encrypted = (result["parquet"][word] for word in WORDS.values())
    for name, (used, seconds) in plain.items():
        lines.append(f"| {name} | {used:.2f} | {encrypted[name][0]:.2f} | {seconds:.2f} | {encrypted[name][1]:.2f} |")
    lines += [
        "",
        f"### Encrypted files: the night's job, {result['customers']:,} customers",
        "",
        "| night | processor s, plain | encrypted | ratio | clock s, plain | encrypted |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one, other in zip(*result["nights"].values(), strict=True):
        lines.append(
            f"| {one['day']} | {one['cpu']:.1f} | {other['cpu']:.1f} | {other['cpu'] / one['cpu']:.2f} "
            f"| {one['seconds']:.1f} | {other['seconds']:.1f} |"
        )
    return "\n".join(lines)


def _timed(step: Callable[[], object]) -> tuple[float, float]:
    used, started = processor_seconds(), time.perf_counter()
    step()
    return processor_seconds() - used, time.perf_counter() - started
