"""The same models on Spark: every dataset of two nights is what DuckDB made of them, byte for byte."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from guanxi.warehouse.engine import build_night
from guanxi.warehouse.engine.project import datasets
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Silent
from tests.warehouse.engine.histories import random_bank
from tests.warehouse.engine.landed import write_landing

# Compiling each query to Java pays for millions of rows, not for hundreds.
FOR_SMALL = (
    "spark.sql.codegen.wholeStage=false;spark.sql.codegen.factoryMode=NO_CODEGEN;spark.sql.adaptive.enabled=false"
)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_spark_makes_what_duckdb_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_SPARK_SETTINGS", FOR_SMALL)
    bank = random_bank(random.Random(9), date(2026, 3, 30), [400, 60, 28, 3, 2, 1], [3], 700)
    layouts = {engine: Layout(tmp_path / engine) for engine in ("duckdb", "spark")}
    for night in bank:
        for engine, layout in layouts.items():
            write_landing(layout, night.day, night.tables)
            build_night(
                layout=layout,
                night=Night(night.day, night.previous),
                deliveries=night.deliveries,
                assumptions=None,
                progress=Silent(),
                engine=engine,
            )
        for model in datasets():
            ours, theirs = (
                layout.part(model.layer, model.name, night.day) / "part.parquet" for layout in layouts.values()
            )
            assert ours.read_bytes() == theirs.read_bytes(), (night.day, model.name)
