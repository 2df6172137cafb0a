"""Average balances, contribution and tiers over random histories, against the plain Python of ``reference.py``."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from guanxi.warehouse.engine.assumptions import END, Assumption, load
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.rules import BOOKS
from tests.warehouse.engine.compiled import Compiled
from tests.warehouse.engine.histories import BankNight, banks
from tests.warehouse.engine.landed import write_landing
from tests.warehouse.engine.reference import Expected, Reference
from tests.warehouse.rule_files import with_numbers

AGREEMENT = (
    *("balance", "balance_previous", "balance_month_open", "adb_mtd", "adb_qtd", "adb_ytd", "days", "balance_sum"),
    *("interest_sum", "interest", "fee_events", "fee_accrued", "fees", "event_count", "event_cost", "upkeep_cost"),
    *("cost", "expected_loss", "contribution", "interest_r12", "fees_r12", "cost_r12", "expected_loss_r12"),
    "contribution_r12",
)
MONTH = (
    *("balance_end", "adb", "days", "balance_sum", "interest_sum", "interest", "fee_events", "fee_accrued", "fees"),
    *("event_count", "event_cost", "upkeep_cost", "cost", "expected_loss", "contribution", "party_id", "dimension"),
)
CUSTOMER = (
    *("deposit", "loan", "wealth", "assets_previous", "assets_month_open", "assets_year_open", "loan_previous"),
    *("loan_month_open", "loan_year_open", "assets_adb_mtd", "assets_adb_qtd", "assets_adb_ytd", "deposit_adb_mtd"),
    *("deposit_adb_qtd", "deposit_adb_ytd", "loan_adb_mtd", "loan_adb_qtd", "loan_adb_ytd", "contribution_mtd"),
    *("contribution_r12", "deposit_r12", "loan_r12", "fee_r12", "e_banking_r12", "interest_r12", "fees_r12"),
    *("cost_r12", "expected_loss_r12", "months_known", "trend", "product_kinds", "product_count", "days_overdue"),
    *("risk_grade", "next_maturity", "tier", "sub_tier", "tier_reason", "tier_since"),
)
CUSTOMER_MONTH = (
    *("deposit_end", "loan_end", "wealth_end", "deposit_adb", "loan_adb", "wealth_adb", "deposit_contribution"),
    *("loan_contribution", "fee_contribution", "e_banking_contribution", "interest", "fees", "cost", "expected_loss"),
    "contribution",
)
# Of each threshold of the shipped rules, the one that the random banks' customers reach.
TIERS = {
    "vip_min_contribution": ("30000", "3000"), "vip_min_assets": ("3000000", "900000"),
    "affluent_min_contribution": ("6000", "800"), "affluent_min_assets": ("500000", "300000"),
    "core_min_contribution": ("1000", "150"), "core_min_assets": ("50000", "90000"),
    "potential_min_assets": ("10000", "20000"), "potential_growth": ("1.3", "1.05"),
    "restricted_days_overdue": ("90", "90"),
}  # fmt: skip


@pytest.fixture(scope="session")
def assumptions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loss rates that change within the time of the random banks, and thresholds that their customers reach."""
    folder = tmp_path_factory.mktemp("assumptions")
    grades = ("normal", "special_mention", "substandard", "doubtful", "loss")
    lines = [f"loss_rate,{grade},2000-01-01,0.0{rank}" for rank, grade in enumerate(grades, 1)]
    lines += [f"loss_rate,{grade},2026-03-20,0.02{rank}" for rank, grade in enumerate(grades, 1)]
    (folder / "loss_rate.csv").write_text("kind,key,valid_from,value\n" + "\n".join(lines) + "\n")
    (folder / "tier.json").write_text(with_numbers(BOOKS["tier"].shipped, dict(TIERS.values())))
    settings = ("movement_min,50000", "maturity_days,60", "absent_days,400")
    lines = [f"setting,{pair.replace(',', ',2000-01-01,')}" for pair in settings]
    (folder / "setting.csv").write_text("kind,key,valid_from,value\n" + "\n".join(lines) + "\n")
    return folder


@pytest.mark.long
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(bank=banks())
def test_marts_are_what_the_definitions_say(bank: list[BankNight], compiled: Compiled, assumptions: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder))
        stated = [Assumption("tier", key, date(2000, 1, 1), END, Decimal(own)) for key, (_, own) in TIERS.items()]
        reference = Reference(load(assumptions, bank[0].day) + stated)
        for night in bank:
            write_landing(layout, night.day, night.tables)
            compiled.night(layout, Night(night.day, night.previous), night.deliveries, assumptions)
            check(layout, night, reference.night(night))


def check(layout: Layout, night: BankNight, expected: Expected) -> None:
    """Every column of every mart that the reference knows, for every row, with neither a row too many nor too few."""
    compare(layout, night, "agreement_figure", ("agreement_id",), AGREEMENT, expected.agreement_figure)
    compare(layout, night, "agreement_month", ("month", "agreement_id"), MONTH, expected.agreement_month)
    compare(layout, night, "customer_figure", ("party_id",), CUSTOMER, expected.customer_figure)
    compare(layout, night, "customer_month", ("party_id", "month"), CUSTOMER_MONTH, expected.customer_month)
    changes = {
        key: dict(zip(("deposit", "loan", "wealth"), totals, strict=True))
        for key, totals in expected.balance_change.items()
    }
    compare(layout, night, "balance_change", ("party_id", "balance_date"), ("deposit", "loan", "wealth"), changes)


def compare(
    layout: Layout,
    night: BankNight,
    mart: str,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    expected: dict[Any, Any],
) -> None:
    file = layout.part("marts", mart, night.day) / "part.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {', '.join((*key, *columns))} from read_parquet('{file}', hive_partitioning = false)"
        ).fetchall()
    found = {(row[0] if len(key) == 1 else row[: len(key)]): row[len(key) :] for row in rows}
    assert found.keys() == expected.keys(), (night.day, mart)
    for at, values in found.items():
        for column, value in zip(columns, values, strict=True):
            assert value == expected[at][column], (night.day, mart, at, column)
