"""``make bench``: the figures of docs/performance.md, measured on this machine and written below ``var/bench``.

``python -m bench night --customers 100000 1000000``; ``python -m bench history``; ``python -m bench screens``;
``python -m bench policies`` (a part of screens); ``python -m bench audit``; ``python -m bench handover``;
``python -m bench encryption``; ``python -m bench day --customers 1000000``; ``python -m bench identity``;
``python -m bench steward``; without a word, all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from bench import report

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("GUANXI_VAR") or ROOT / "var").resolve() / "bench"


def main() -> None:
    """Runs the measurements asked for and prints them as the tables of the performance page."""
    words = argparse.ArgumentParser(prog="make bench BENCH=", description=__doc__)
    words.add_argument(
        "what",
        nargs="?",
        choices=[
            "night",
            "history",
            "screens",
            "policies",
            "audit",
            "handover",
            "encryption",
            "files",
            "day",
            "identity",
            "steward",
            "all",
        ],
        default="all",
    )
    words.add_argument("--customers", nargs="+", type=int, default=[100_000, 1_000_000])
    words.add_argument("--history", type=int, default=30, help="days behind the measured one")
    words.add_argument("--longer", type=int, default=90, help="days behind it in the longer history")
    told = words.parse_args()
    os.environ["GUANXI_VAR"] = str(VAR)
    results = load()
    results["machine"] = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    if told.what in ("night", "all"):
        from bench.night import measure

        for customers in told.customers:
            results[f"night {customers} {told.history}"] = measure(VAR, customers, told.history)
            save(results)
    if told.what in ("history", "all"):
        from bench.night import measure

        customers = told.customers[0]
        for days in (told.history, told.longer):
            results[f"night {customers} {days}"] = measure(VAR, customers, days)
            save(results)
    if told.what in ("screens", "all"):
        from bench.night import database_of
        from bench.screens import measure as measure_screens

        customers = told.customers[-1]
        results[f"screens {customers}"] = measure_screens(database_of(VAR, customers, told.history))
        save(results)
    if told.what in ("screens", "policies", "all"):
        from bench.night import database_of
        from bench.policies import measure as measure_policies

        customers = told.customers[-1]
        results[f"policies {customers}"] = measure_policies(database_of(VAR, customers, told.history))
        save(results)
    if told.what in ("audit", "all"):
        from bench.audit import measure as measure_audit

        results["audit"] = measure_audit(VAR)
        save(results)
    if told.what in ("handover", "all"):
        from bench.handover import measure as measure_handover

        results["handover"] = measure_handover(VAR)
        save(results)
    if told.what in ("encryption", "all"):
        from bench.encryption import measure as measure_encryption

        VAR.mkdir(parents=True, exist_ok=True)
        results["encryption"] = measure_encryption(VAR)
        save(results)
    _of_files_and_the_day(told, results)
    _of_identity(told, results)
    print(report.render(results))


def _of_files_and_the_day(told: argparse.Namespace, results: dict[str, Any]) -> None:
    if told.what in ("files", "all"):
        from bench.files import measure as measure_files

        results["files"] = measure_files(VAR, told.customers[0], told.history)
        save(results)
    if told.what in ("day", "all"):
        from bench.day import measure as measure_day

        name = f"day {told.customers[-1]}"
        results[name] = measure_day(VAR, told.customers[-1], lambda so_far: save(results | {name: so_far}))
        save(results)


def _of_identity(told: argparse.Namespace, results: dict[str, Any]) -> None:
    if told.what in ("identity", "all"):
        from bench.identity import measure as measure_identity

        customers = told.customers[-1]
        results[f"identity {customers}"] = measure_identity(VAR, customers)
        save(results)
    if told.what in ("steward", "all"):
        from bench.steward import measure as measure_steward

        results["steward"] = measure_steward(VAR)
        save(results)


def load() -> dict[str, Any]:
    """What earlier runs measured."""
    file = VAR / "results.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def save(results: dict[str, Any]) -> None:
    """Keeps what was measured so far."""
    VAR.mkdir(parents=True, exist_ok=True)
    (VAR / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
