"""Lands a written inbox day by day, as the night's job would, without the models between the nights."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from guanxi.demo.spec import WrittenBank
from guanxi.warehouse.landing.land import DayLanding, land_day
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night


@dataclass
class Landed:
    """What the landing made of a bank: ``landings`` by day, and the quarantine's counts by day, table, rule, column."""

    bank: WrittenBank
    inbox: Path
    layout: Layout
    landings: dict = field(default_factory=dict)
    quarantine: Counter = field(default_factory=Counter)

    def sql(self, query: str) -> list[tuple]:
        """Runs a query in which ``{table}`` stands for a table's landed rows of all days, with ``night``."""
        with duckdb.connect() as connection:
            for table in self.landings[self.bank.days[0]]:
                part = f"{self.layout.dataset('landing', table)}/*/part.parquet"
                connection.execute(
                    f"CREATE VIEW {table} AS SELECT * RENAME (business_date AS night) "
                    f"FROM read_parquet('{part}', hive_partitioning = true)"
                )
            return connection.execute(query).fetchall()

    def one(self, query: str):
        """The only value of a query's only row."""
        return self.sql(query)[0][0]

    @property
    def expected(self) -> Counter:
        """What the bank's writer said the quarantine would hold."""
        counts: Counter = Counter()
        for spoilt in self.bank.spoilt:
            counts[spoilt.business_date, spoilt.table, spoilt.rule, spoilt.column] += spoilt.rows
        return counts


def land(bank: WrittenBank, inbox: Path, warehouse: Path) -> Landed:
    """Lands all days; what the next night needs of the state before is taken from what was accepted."""
    landed = Landed(bank, inbox, Layout(warehouse))
    before = None
    for day in bank.days:
        landing: DayLanding = land_day(folder=inbox / day.isoformat(), layout=landed.layout, night=Night(day, before))
        landed.landings[day] = {delivered.table: delivered for delivered in landing.deliveries}
        for table in landed.landings[day]:
            rows = landed.layout.part("quarantine", table, day) / "rows.parquet"
            counted = duckdb.sql(f"SELECT rule, \"column\", count(*) FROM '{rows}' GROUP BY ALL").fetchall()
            for rule, column, count in counted:
                landed.quarantine[day, table, rule, column] += count
        with landed.layout.writing("core", "core_party", day) as aside:
            known = f"SELECT party_id FROM '{landed.layout.part('landing', 'party', day)}/part.parquet'"
            if before is not None:
                known += f" UNION SELECT party_id FROM '{landed.layout.part('core', 'core_party', before)}/*.parquet'"
            duckdb.sql(f"COPY ({known}) TO '{aside}/part.parquet'")
        before = day
    return landed
