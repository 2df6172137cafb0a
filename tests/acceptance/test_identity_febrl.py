"""FEBRL sets 1 to 4 through our own code with its defaults: nothing is tuned to them."""

from __future__ import annotations

import duckdb
import pytest

from guanxi.warehouse.identity.backend import OnDuckDB
from tests.acceptance.febrl import FOLDER, linked, measured

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not FOLDER, reason="GUANXI_FEBRL_DIR names no folder with the FEBRL sets"),
]
LEAST = {"1": 0.98, "2": 0.98, "3": 0.99, "4": 0.99}


@pytest.mark.parametrize("number", list(LEAST))
def test_pairs_are_found_and_only_those(number, record_property, capsys):
    with duckdb.connect() as connection:
        clusters = linked(OnDuckDB(connection), number)
        records = [record for (record,) in connection.execute("SELECT party_id FROM party").fetchall()]
    precision, recall, f1 = measured(clusters, records)
    told = f"FEBRL {number}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}"
    record_property("febrl", told)
    with capsys.disabled():
        print(told)
    assert f1 >= LEAST[number], told
    assert precision >= 0.999, told
