"""Encryption of fields: microseconds a value as the night seals and opens columns, as a page does; the tokens."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

VALUES = 500_000
CUSTOMERS = 1_000_000
ROUNDS = 5
# What an opening night of a million customers seals: see the rows of `make bench BENCH=night`.
OPENING = {"contacts": 2_100_000, "documents": 1_050_000, "accounts": 2_500_000, "incomes": 900_000}


def measure(var: Path) -> dict[str, Any]:
    """Seals and opens half a million phones with each cipher, and makes the tokens of a million."""
    os.environ["GUANXI_DATA_KEYS_FILE"] = str(var / "data-keys")
    results: dict[str, Any] = {"values": VALUES, "customers": CUSTOMERS}
    for kind in ("aes-256-gcm", "sm4-gcm"):
        os.environ["GUANXI_CIPHER"] = kind
        results[kind] = _values()
    os.environ["GUANXI_CIPHER"] = "aes-256-gcm"
    results["tokens"] = _tokens()
    return results


def _values() -> dict[str, float]:
    from guanxi.sealing import context_of, unseal, unseal_column
    from guanxi.warehouse.publish.sealing import sealed
    from guanxi.warehouse.publish.tables.snapshot import CONTACT_POINT

    label = "party_contactpoint.value"
    batch = pa.record_batch(
        {
            "party_id": [f"C{number:09}" for number in range(VALUES)],
            "kind": ["mobile"] * VALUES,
            "sequence_no": pa.array([1] * VALUES, pa.int32()),
            "value": [f"138{number:08}" for number in range(VALUES)],
        }
    )
    [*made] = sealed([batch], CONTACT_POINT)
    values = [value for one in made for value in one.column("value").to_pylist()]
    contexts = [context_of((f"C{number:09}", "mobile", 1)) for number in range(VALUES)]
    few = list(zip(contexts, values, strict=True))[:20_000]

    return {
        "sealed": _microseconds(lambda: list(sealed([batch], CONTACT_POINT)), VALUES),
        "opened": _microseconds(lambda: unseal_column(label, contexts, values), VALUES),
        "opened one by one": _microseconds(lambda: [unseal(label, context, value) for context, value in few], len(few)),
    }


def _tokens() -> dict[str, float]:
    from guanxi.warehouse.publish.search.tokens import set_index_key, token_rows

    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    set_index_key(engine)
    engine.execute(
        f"CREATE TABLE party AS SELECT printf('C%09d', i) AS id, 'person' AS kind, '' AS name, 'B1' AS institution_id "
        f"FROM range({CUSTOMERS}) AS every (i)"
    )
    engine.execute("CREATE TABLE identifier AS SELECT id AS party_id, '3301' || id AS number FROM party")
    engine.execute("CREATE TABLE contact AS SELECT id AS party_id, 'mobile' AS kind, '138' || right(id, 8) AS value "
                   "FROM party")  # fmt: skip
    rows = {}
    for kinds in ("d", "x"):
        query = token_rows("FROM party", "FROM identifier", "FROM contact", kinds)
        count: list[int] = []
        seconds = _seconds(lambda query=query, count=count: count.append(_count(engine, query)))
        rows[kinds] = {"rows": count[-1], "seconds": seconds}
    return {f"{kinds} {name}": value for kinds, one in rows.items() for name, value in one.items()}


def _count(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    # The tokens are read, or the engine would not make them.
    found = engine.execute(f"SELECT count(*), max(token) FROM ({query})").fetchone()
    return int(found[0]) if found else 0


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of processor time, of all threads together: the same on a busy machine."""
    taken = []
    for _round in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def _microseconds(work: Callable[[], object], values: int) -> float:
    return _seconds(work) / values * 1e6


def render(measured: dict[str, Any]) -> str:
    """The table of the performance page."""
    names = ("sealed", "opened", "opened one by one")
    kinds = ("aes-256-gcm", "sm4-gcm")
    lines = [
        "### Encryption of fields",
        "",
        f"| {measured['values']:,} phones, microseconds of one processor core each | {' | '.join(kinds)} |",
        "|---|---:|---:|",
        *(f"| {name} | {' | '.join(f'{measured[kind][name]:.2f}' for kind in kinds)} |" for name in names),
    ]
    every = sum(OPENING.values())
    spent = [every * measured[kind]["sealed"] / 1e6 for kind in kinds]
    lines.append(f"| the {every / 1e6:.1f} million of an opening, seconds | {' | '.join(f'{s:.0f}' for s in spent)} |")
    tokens = measured["tokens"]
    lines += [
        "",
        f"| tokens of {measured['customers']:,} customers | rows | seconds of processor time |",
        "|---|---:|---:|",
    ]
    for kinds_of, said in (("d", "four digits of a phone"), ("x", "whole numbers")):
        lines.append(f"| {said} | {tokens[f'{kinds_of} rows']:,} | {tokens[f'{kinds_of} seconds']:.1f} |")
    return "\n".join(lines)
