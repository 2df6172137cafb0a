"""FEBRL sets 1 to 4 through our own code with its defaults; a likeness where they are not there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from guanxi.warehouse.identity.backend import OnDuckDB, OnSpark
from tests.acceptance.febrl import FOLDER, likeness, linked, measured

pytestmark = pytest.mark.long
LEAST = {"1": 0.98, "2": 0.98, "3": 0.99, "4": 0.99} if FOLDER else {"1": 0.97}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Path(FOLDER) if FOLDER else likeness(tmp_path_factory.mktemp("febrl"))


@pytest.mark.parametrize("number", list(LEAST))
def test_pairs_are_found_and_only_those(folder, number, record_property):
    with duckdb.connect() as connection:
        clusters = linked(OnDuckDB(connection), folder, number)
        records = [record for (record,) in connection.execute("SELECT party_id FROM party").fetchall()]
    precision, recall, f1 = measured(clusters, records)
    told = f"FEBRL {number}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}"
    record_property("febrl", told)
    print(told)
    assert f1 >= LEAST[number], told
    assert precision >= 0.999, told


def test_spark_finds_the_same_parties(folder, tmp_path):
    pyspark = pytest.importorskip("pyspark.sql", reason="the extra guanxi[spark] is not installed")
    from guanxi.warehouse.engine.spark import java_home

    home = java_home()
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        if home is not None:
            patch.setenv("JAVA_HOME", str(home))
        here = linked(OnDuckDB(connection), folder, "1")
        session = (
            pyspark.SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.memory", "1g")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", str(tmp_path / "warehouse"))
            .config("spark.local.dir", str(tmp_path / "scratch"))
            .getOrCreate()
        )
        try:
            session.sparkContext.setLogLevel("ERROR")
            there = linked(OnSpark(connection, session, tmp_path), folder, "1")
        finally:
            session.stop()
    assert there.parties == here.parties
    assert len(here.parties) > (450 if FOLDER else 120)
