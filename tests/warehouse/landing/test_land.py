import duckdb

from guanxi.warehouse.landing.land import land_day
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.nights import Night
from tests.warehouse.landing.bank import DAY, ROWS


def rows(layout, layer, name, day=DAY):
    part = layout.part(layer, name, day)
    return duckdb.sql(f"FROM read_parquet('{part}/*.parquet', hive_partitioning = false)").fetchall()


def test_a_whole_day_is_landed(bank):
    landing = land_day(folder=bank.deliver(), layout=bank.layout, night=Night(DAY))
    assert landing.opening
    assert [delivered.table for delivered in landing.deliveries] == list(TABLES)
    for delivered in landing.deliveries:
        assert (delivered.rows, delivered.accepted, delivered.quarantined) == (len(ROWS[delivered.table]),) * 2 + (0,)
        landed = rows(bank.layout, "landing", delivered.table)
        assert [row[-1] for row in landed] == list(range(1, delivered.rows + 1))
        assert rows(bank.layout, "quarantine", delivered.table) == []
    assert [row[3] for row in rows(bank.layout, "landing", "party")] == ["张三", "李四", "欧阳㐂𠮷", "Ann Smith"]
