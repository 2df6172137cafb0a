"""A night's build from the outside: what it writes, says and refuses."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from guanxi.warehouse.engine import BuildError, Built, build_night, generate_docs
from guanxi.warehouse.engine.project import datasets
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Silent
from tests.warehouse.engine.compiled import Compiled
from tests.warehouse.engine.histories import BankNight, random_bank
from tests.warehouse.engine.landed import write_landing

OPENING = date(2026, 3, 30)


@dataclass
class Heard:
    """A progress that remembers."""

    told: list[tuple[int, int, str]] = field(default_factory=list)

    def report(self, done: int, total: int, detail: str = "") -> None:
        self.told.append((done, total, detail))


def small_bank(seed: int = 5, agreements: int = 60) -> list[BankNight]:
    """Opening on Monday, 30 March 2026 with some history; then 2 April, which closes March."""
    return random_bank(random.Random(seed), OPENING, [60, 28, 3, 2, 1], [3], agreements)


def build(layout: Layout, night: BankNight, progress: Heard | Silent | None = None, **options: object) -> Built:
    return build_night(
        layout=layout,
        night=Night(night.day, night.previous),
        deliveries=night.deliveries,
        assumptions=options.pop("assumptions", None),  # type: ignore[arg-type]
        progress=progress or Silent(),
        **options,  # type: ignore[arg-type]
    )


@dataclass
class Warehouse:
    layout: Layout
    bank: list[BankNight]
    built: list[Built]
    heard: list[Heard]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    made = Warehouse(Layout(tmp_path_factory.mktemp("warehouse")), small_bank(), [], [])
    for night in made.bank:
        write_landing(made.layout, night.day, night.tables)
        made.heard.append(Heard())
        made.built.append(build(made.layout, night, made.heard[-1]))
    return made


@pytest.fixture
def again(warehouse: Warehouse, tmp_path: Path) -> Callable[[int], Warehouse]:
    """A copy of the warehouse as it was before its n-th night's build."""

    def copy(position: int) -> Warehouse:
        layout = Layout(tmp_path / "copy")
        shutil.copytree(warehouse.layout.root, layout.root)
        night = warehouse.bank[position]
        layout.drop_from(night.day)
        write_landing(layout, night.day, night.tables)
        return Warehouse(layout, warehouse.bank, [], [])

    return copy


@pytest.mark.long
def test_every_dataset_has_its_part_with_its_columns_in_the_order_of_its_key(warehouse: Warehouse) -> None:
    for night, built in zip(warehouse.bank, warehouse.built, strict=True):
        for model in datasets():
            file = warehouse.layout.part(model.layer, model.name, night.day) / "part.parquet"
            with duckdb.connect() as connection:
                rows = connection.from_query(f"from read_parquet('{file}', hive_partitioning = false)")
                assert [(name, str(kind)) for name, kind in zip(rows.columns, rows.types, strict=True)] == list(
                    model.columns
                ), model.name
                keys = rows.project(", ".join(model.key)).fetchall()
            assert keys == sorted(keys, key=lambda key: [(part is None, part) for part in key]), model.name
            assert len(set(keys)) == len(keys) == built.rows[model.name], model.name


@pytest.mark.long
def test_progress_counts_every_model_and_test(warehouse: Warehouse) -> None:
    for heard in warehouse.heard:
        totals = {total for _, total, _ in heard.told}
        assert len(totals) == 1
        assert len({name for _, _, name in heard.told}) == len(heard.told) == totals.pop()
        assert {"customer_figure", "reconciliation_agrees"} <= {name for _, _, name in heard.told}


@pytest.mark.long
def test_figures_reconcile_and_tests_are_told(warehouse: Warehouse) -> None:
    for night, built in zip(warehouse.bank, warehouse.built, strict=True):
        figures = {row.rule: row for row in built.reconciliations}
        assert all(row.expected == row.actual for row in figures.values())
        assert figures["agreements_valued"].actual == len(night.tables["agreement"])
        assert figures["events_written"].actual == len(night.tables["event"])
        delivered = [row["balance"] for row in night.tables["balance"] if row["balance_date"] == night.day]
        assert figures["balances_delivered"].actual == sum(delivered)
        assert {test.severity for test in built.tests} == {"warn", "error"}
        assert {test.status for test in built.tests if test.severity == "error"} == {"pass"}
        late = next(test for test in built.tests if test.name == "balance_is_of_tonight")
        assert (late.status, late.model, late.severity) == ("warn", "agreement_ledger", "warn")
        assert late.failures > 0
        assert built.peak_bytes > 50_000_000
    assert warehouse.built[-1].rows["agreement_month"] > 0


@pytest.mark.long
def test_the_same_input_makes_the_same_bytes(again: Callable[[int], Warehouse], warehouse: Warehouse) -> None:
    copy = again(1)
    night = copy.bank[1]
    build(copy.layout, night, threads=1)
    for layer in ("core", "marts", "control"):
        for name in warehouse.layout.datasets(layer):
            one, other = (w.layout.part(layer, name, night.day) / "part.parquet" for w in (copy, warehouse))
            assert one.read_bytes() == other.read_bytes(), (layer, name)
    assert not any(copy.layout.work.iterdir())


@pytest.mark.long
def test_a_failed_test_stops_the_night_and_writes_nothing(again: Callable[[int], Warehouse]) -> None:
    copy = again(1)
    night = copy.bank[1]
    write_landing(copy.layout, night.day, night.tables | {"exchange_rate": []})
    with pytest.raises(BuildError) as stopped:
        build(copy.layout, night)
    assert "currency_has_a_rate" in stopped.value.problems[0].message
    assert {"fail"} == {test.status for test in stopped.value.tests if test.name == "currency_has_a_rate"}
    for layer in ("core", "marts", "control"):
        for name in copy.layout.datasets(layer):
            assert night.day not in copy.layout.days(layer, name)


@pytest.mark.long
def test_a_night_rests_on_the_night_before(again: Callable[[int], Warehouse]) -> None:
    copy = again(1)
    night = copy.bank[1]
    shutil.rmtree(copy.layout.part("core", "agreement_ledger", OPENING))
    with pytest.raises(BuildError, match="agreement_ledger of 2026-03-30 is not there"):
        build(copy.layout, night)


def test_a_bank_sets_its_own_assumptions_file_by_file(tmp_path: Path, compiled: Compiled) -> None:
    layout, night, folder = Layout(tmp_path / "warehouse"), small_bank()[0], tmp_path / "own"
    write_landing(layout, night.day, night.tables)
    folder.mkdir()
    (folder / "loss_rate.csv").write_text("kind,key,valid_from,value\nloss_rate,normal,2026-05-01,0.5\n")
    with pytest.raises(BuildError, match="No loss_rate for normal is in force on 2026-03-30"):
        build(layout, night, assumptions=folder)
    grades = ("normal", "special_mention", "substandard", "doubtful", "loss")
    lines = [f"loss_rate,{grade},2026-03-30,0.5" for grade in grades]
    (folder / "loss_rate.csv").write_text("kind,key,valid_from,value\n" + "\n".join(lines) + "\n")
    compiled.night(layout, Night(night.day, None), night.deliveries, folder)
    figures = pq.read_table(layout.part("marts", "agreement_figure", night.day) / "part.parquet").to_pylist()
    assert {row["loss_rate"] for row in figures} == {None, Decimal("0.500000")}
    stored = pq.read_table(layout.part("control", "assumption", night.day) / "part.parquet").to_pylist()
    assert {row["kind"] for row in stored} == {
        *("loss_rate", "unit_cost", "upkeep", "tier", "setting", "group", "household"),
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kind,key,value\n", "the first line must be"),
        ("kind,key,valid_from,value\nupkeep,loan,2026-13-01,1\n", "line 2: valid_from must be"),
        ("kind,key,valid_from,value\nupkeep,loan,2026-01-01,-1\n", "out of range"),
        ("kind,key,valid_from,value\nupkeep,loan,2026-01-01,1.0000001\n", "more than six decimals"),
        ("kind,key,valid_from,value\nmood,loan,2026-01-01,1\n", "no assumption of kind mood"),
        ("kind,key,valid_from,value\n" + "upkeep,loan,2026-01-01,1\n" * 2, "stated twice"),
    ],
)
def test_assumptions_that_are_not_understood_stop_the_night(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "upkeep.csv").write_text(text)
    with pytest.raises(BuildError, match=problem):
        build(Layout(tmp_path / "warehouse"), small_bank()[0], assumptions=tmp_path)


def test_an_agreement_that_is_missing_one_night_keeps_its_sums(tmp_path: Path, compiled: Compiled) -> None:
    """Its row was kept aside, say: tonight it does not count, later its sums are as if it had been there."""
    found = {}
    for case in ("there", "missing"):
        layout = Layout(tmp_path / case)
        bank = random_bank(random.Random(3), OPENING, [5, 1], [1, 2], 1)
        for position, night in enumerate(bank):
            # The balance of the second night is not delivered in either case: it stands still.
            night.tables["balance"] = [row for row in night.tables["balance"] if position != 1]
            night.tables["event"] = []
            night.tables["agreement"] = [dict(bank[0].tables["agreement"][0])]
            if (case, position) == ("missing", 1):
                night.tables["agreement"] = []
            write_landing(layout, night.day, night.tables)
            compiled.night(layout, Night(night.day, night.previous), night.deliveries)
        found[case] = {
            (mart, night.day): pq.read_table(layout.part("marts", mart, night.day) / "part.parquet").to_pylist()
            for mart in ("agreement_figure", "agreement_month", "customer_figure")
            for night in bank
        }
    day = bank[1].day
    assert len(found["there"]["agreement_figure", day]) == 1
    assert not found["missing"]["agreement_figure", day]
    for mart in ("agreement_figure", "agreement_month"):
        assert found["there"][mart, bank[2].day] == found["missing"][mart, bank[2].day] != []


@pytest.mark.long
def test_documentation_is_one_page_with_every_model(tmp_path: Path) -> None:
    generate_docs(layout=Layout(tmp_path / "warehouse"), out=tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert all(model.name in page for model in datasets())
    assert "transfer price" in page
