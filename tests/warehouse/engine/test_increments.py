"""Core tables are what was delivered, laid over what stood there the night before."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from tests.warehouse.engine.compiled import Compiled
from tests.warehouse.engine.histories import BankNight, random_bank
from tests.warehouse.engine.landed import write_landing


def stored(layout: Layout, name: str, day: date) -> set[tuple[Any, ...]]:
    columns = ", ".join(column.name for column in TABLES[name].columns if column.name != "change_code")
    file = layout.part("core", f"core_{name}", day) / "part.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(f"select {columns} from read_parquet('{file}', hive_partitioning = false)").fetchall()
    assert len(rows) == len(set(rows))
    return set(rows)


def lay_over(state: dict[Any, tuple[Any, ...]], night: BankNight, name: str) -> None:
    """What the file interface says of full files and increments."""
    table = TABLES[name]
    if night.deliveries.get(name) == "full":
        state.clear()
    for row in night.tables.get(name, []):
        key = tuple(row.get(column) for column in table.key)
        if row.get("change_code") == "D":
            state.pop(key, None)
        else:
            state[key] = tuple(row.get(c.name) for c in table.columns if c.name != "change_code")


@pytest.mark.parametrize("seed", range(3))
def test_increments_are_laid_over_the_night_before(tmp_path: Path, compiled: Compiled, seed: int) -> None:
    layout = Layout(tmp_path)
    state: dict[str, dict[Any, tuple[Any, ...]]] = {name: {} for name in TABLES if name not in ("balance", "event")}
    for night in random_bank(random.Random(seed), date(2026, 3, 30), [], [1, 1, 3, 1], 20):
        write_landing(layout, night.day, night.tables)
        compiled.night(layout, Night(night.day, night.previous), night.deliveries)
        for name, rows in state.items():
            lay_over(rows, night, name)
            assert stored(layout, name, night.day) == set(rows.values()), (night, name)


def test_a_table_that_is_not_delivered_keeps_its_state(tmp_path: Path, compiled: Compiled) -> None:
    layout = Layout(tmp_path)
    opening, after = random_bank(random.Random(1), date(2026, 3, 30), [], [1], 10)
    for name in ("contact_point", "rate", "staff"):
        del after.tables[name], after.deliveries[name]
    for night in (opening, after):
        write_landing(layout, night.day, night.tables)
        compiled.night(layout, Night(night.day, night.previous), night.deliveries)
    for name in ("contact_point", "rate", "staff"):
        before = stored(layout, name, opening.day)
        assert before
        assert stored(layout, name, after.day) == before
