"""Records of one customer become one party: what the models make of a map of records to party numbers."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from guanxi.warehouse.decisions import KeptRow
from guanxi.warehouse.engine.project import datasets, models
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.records import RECORDS
from tests.warehouse.engine.compiled import Compiled
from tests.warehouse.engine.histories import BankNight, random_bank
from tests.warehouse.engine.landed import write_landing

OPENING = date(2026, 3, 30)
# Of these a customer's figure is the sum of what the records held, to the cent.
ADDED_UP = (
    "deposit", "loan", "wealth", "assets", "assets_previous", "assets_month_open", "assets_year_open", "loan_previous",
    "loan_month_open", "loan_year_open", "contribution_mtd", "contribution_r12", "deposit_r12", "loan_r12", "fee_r12",
    "e_banking_r12", "interest_r12", "fees_r12", "cost_r12", "expected_loss_r12", "product_count",
)  # fmt: skip
MONTHS = ("deposit_end", "loan_end", "wealth_end", "interest", "fees", "cost", "expected_loss", "contribution")
NOW = date(2026, 5, 29)


def number(layout: Layout, day: date, party_of: Mapping[str, str]) -> None:
    """What the identity step leaves: the party number of each record."""
    rows = [{"record_id": record, "party_number": party, "since": day} for record, party in sorted(party_of.items())]
    schema = pa.schema([("record_id", pa.string()), ("party_number", pa.string()), ("since", pa.date32())])
    with layout.writing("core", "identity_number", day) as aside:
        pq.write_table(pa.Table.from_pylist(rows, schema), aside / "part.parquet")


def make(
    compiled: Compiled, layout: Layout, bank: list[BankNight], maps: Mapping[date, Mapping[str, str]] | None = None
) -> None:
    for night in bank:
        write_landing(layout, night.day, night.tables)
        if maps is not None:
            number(layout, night.day, maps[night.day])
        compiled.night(layout, Night(night.day, night.previous), night.deliveries)


def rows(layout: Layout, layer: str, name: str, day: date) -> list[dict[str, Any]]:
    return pq.read_table(layout.part(layer, name, day) / "part.parquet", partitioning=None).to_pylist()


def parties_of(bank: list[BankNight]) -> list[str]:
    return [row["party_id"] for row in bank[0].tables["party"]]


def test_a_map_of_each_to_itself_changes_no_byte(tmp_path: Path, compiled: Compiled) -> None:
    bank = random_bank(random.Random(4), OPENING, [40, 3, 1], [1, 3], 24)
    alone = {party: party for party in parties_of(bank)}
    plain, mapped = Layout(tmp_path / "plain"), Layout(tmp_path / "mapped")
    make(compiled, plain, bank)
    make(compiled, mapped, bank, {night.day: alone for night in bank})
    for night in bank:
        for model in datasets():
            one, other = (w.layout_part(model, night.day) for w in (_Parts(plain), _Parts(mapped)))
            assert one == other, (night.day, model.name)


class _Parts:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def layout_part(self, model: Any, day: date) -> bytes:
        return (self.layout.part(model.layer, model.name, day) / "part.parquet").read_bytes()


@pytest.mark.parametrize("seed", range(3))
def test_merging_and_parting_moves_money_and_loses_none(tmp_path: Path, compiled: Compiled, seed: int) -> None:
    """Merged in the second night, further in the third, over a month's end; all parted again in the last."""
    chance = random.Random(seed)
    bank = random_bank(chance, OPENING, [60, 28, 2], [1, 2, 1], 45)
    parties = parties_of(bank)
    groups = {party: chance.choice(parties[:4]) for party in parties}
    few = {party: groups[party] if position < 8 else party for position, party in enumerate(parties)}
    few |= {party: party for party in parties[:4]}
    all_of_them = groups | dict.fromkeys(parties[:2], parties[0]) | {party: party for party in parties[2:4]}
    all_of_them = {party: all_of_them[to] for party, to in all_of_them.items()}
    alone = {party: party for party in parties}
    maps = dict(zip([night.day for night in bank], (alone, few, all_of_them, alone), strict=True))
    plain, merged = Layout(tmp_path / "plain"), Layout(tmp_path / "merged")
    make(compiled, plain, bank)
    make(compiled, merged, bank, maps)
    for night in bank:
        party_of = maps[night.day]
        for layer, name, key, added in (
            ("marts", "customer_figure", (), ADDED_UP),
            ("marts", "customer_month", ("month",), MONTHS),
        ):
            expected: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
            for row in rows(plain, layer, name, night.day):
                for column in added:
                    expected[(party_of[row["party_id"]], *(row[k] for k in key))][column] += row[column]
            found = {(row["party_id"], *(row[k] for k in key)): row for row in rows(merged, layer, name, night.day)}
            assert found.keys() == expected.keys(), (night.day, name)
            for one, sums in expected.items():
                assert {column: found[one][column] for column in added} == sums, (night.day, name, one)
        for name in ("agreement_figure", "agreement_month"):
            theirs = [row | {"party_id": party_of[row["party_id"]]} for row in rows(plain, "marts", name, night.day)]
            assert rows(merged, "marts", name, night.day) == theirs, (night.day, name)
        assert all(row["expected"] == row["actual"] for row in _reconciled(merged, night.day))
        for name in RECORDS.values():
            assert rows(plain, "core", name, night.day) == rows(merged, "core", name, night.day)
    last = bank[-1].day
    for name in ("core_party", "core_party_identifier", "core_contact_point", "core_party_relation", "core_agreement",
                 "core_agreement_party", "core_event", "agreement_ledger", "core_payment_pair"):  # fmt: skip
        assert rows(plain, "core", name, last) == rows(merged, "core", name, last), name
    for one, other in zip(
        rows(plain, "marts", "customer_figure", last), rows(merged, "marts", "customer_figure", last), strict=True
    ):
        assert one | {"tier_since": None} == other | {"tier_since": None}


def _reconciled(layout: Layout, day: date) -> list[dict[str, Any]]:
    """Customers against agreements, as the model of the same name does it."""
    with duckdb.connect() as connection:
        sums = {
            name: connection.execute(
                f"select sum({column}) from read_parquet('{layout.part('marts', name, day)}/part.parquet')"
            ).fetchone()
            for name, column in (("customer_figure", "contribution_r12"), ("agreement_figure", "contribution_r12"))
        }
    return [{"expected": sums["agreement_figure"], "actual": sums["customer_figure"]}]


def party(number: str, **more: Any) -> dict[str, Any]:
    return {
        "party_id": number, "party_kind": "person", "party_name": "张伟", "institution_id": "B", "restricted": False,
        "opened_on": date(2020, 1, 1), "status": "active",
    } | more  # fmt: skip


def test_each_field_survives_by_its_rule(tmp_path: Path, compiled: Compiled) -> None:
    layout = Layout(tmp_path / "warehouse")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "source_rank.csv").write_text(
        "kind,key,valid_from,value\nsource_rank,,2020-01-01,5\nsource_rank,K,2020-01-01,2\nsource_rank,KX,2020-01-01,9\n"
    )
    bank = random_bank(random.Random(1), OPENING, [], [1], 1)
    opening, night = bank
    opening.tables["party"] = [
        party("A1", occupation="会计", annual_income=Decimal("100.00"), education="bachelor", status="closed"),
        party("K1", occupation="教师", birth_date=date(1900, 1, 1), manager_id="S1", institution_id="H", gender="M",
              aml_risk="low", opened_on=date(2021, 5, 1), nationality="CHN", education="college"),
        party("KX1", occupation="医生", birth_date=date(1980, 2, 3), aml_risk="high", nationality="HKG"),
        party("Z9", party_name="别人"),
    ]  # fmt: skip
    opening.tables["agreement"] = []
    opening.tables["party_identifier"] = [
        {"party_id": one, "identifier_kind": kind, "identifier_number": text, "is_primary": True}
        for one, kind, text in (("A1", "passport", "P1"), ("K1", "resident_id", "I1"), ("KX1", "resident_id", "I1"))
    ]
    opening.tables["contact_point"] = [
        {
            "party_id": one,
            "contact_kind": "mobile",
            "sequence_no": place,
            "contact_value": text,
            "is_primary": place == 1,
        }
        for one, place, text in (("A1", 1, "139"), ("A1", 2, "137"), ("K1", 1, "138"), ("KX1", 1, "139"))
    ]
    opening.tables["party_relation"] = [
        {"party_id": one, "related_party_id": other, "relation_kind": "spouse", "valid_to": until}
        for one, other, until in (("A1", "Z9", date(2020, 1, 1)), ("K1", "Z9", None), ("A1", "K1", None))
    ]
    opening.tables["agreement_party"] = [
        {"agreement_id": "L1", "party_id": one, "role": role}
        for one, role in (("A1", "holder"), ("K1", "holder"), ("K1", "guarantor"), ("Z9", "guarantor"))
    ]
    for table in ("party_identifier", "contact_point", "party_relation", "agreement_party"):
        opening.deliveries[table] = "full"
        night.tables[table], night.deliveries[table] = [], "increment"
    night.tables["agreement"] = night.tables["balance"] = night.tables["event"] = opening.tables["event"] = []
    opening.tables["balance"] = []
    # The second night states one of them anew.
    night.tables["party"] = [opening.tables["party"][2] | {"nationality": "SGP"}]
    for one in (opening, night):
        write_landing(layout, one.day, one.tables)
        number(layout, one.day, dict.fromkeys(("A1", "K1", "KX1"), "A1") | {"Z9": "Z9"})
        kept = [KeptRow("A1", "education", "A1"), KeptRow("A1", "occupation", "gone")]
        compiled.night(layout, Night(one.day, one.previous), one.deliveries, tmp_path / "own", kept)
    golden, other = rows(layout, "core", "core_party", night.day)
    assert (golden["party_id"], other) == ("A1", _whole(party("Z9", party_name="别人")))
    rules = {
        row["field"]: (row["source_record"], row["rule"]) for row in rows(layout, "core", "party_field", night.day)
    }
    assert rules.keys() == {name for name, _ in models()["core_party"].columns} - {"party_id"}
    assert rules["party_name"][1] == "agrees"
    assert rules["education"] == ("A1", "kept")
    assert rules["occupation"] == ("K1", "source")
    assert rules["nationality"] == ("K1", "source")
    assert rules["birth_date"] == ("KX1", "validity")
    assert rules["annual_income"] == ("A1", "agrees")
    assert rules["manager_id"][0] == rules["institution_id"][0] == "K1"
    assert rules["aml_risk"] == ("KX1", "strictest")
    assert rules["opened_on"] == ("A1", "source")
    assert rules["status"] == ("K1", "source")
    picked = {"education": "bachelor", "occupation": "教师", "nationality": "CHN", "birth_date": date(1980, 2, 3),
              "aml_risk": "high", "status": "active", "institution_id": "H", "annual_income": Decimal("100.00"),
              "gender": "M", "opened_on": date(2020, 1, 1), "restricted": False}  # fmt: skip
    assert {name: golden[name] for name in picked} == picked
    assert [
        (row["identifier_kind"], row["identifier_number"], row["is_primary"])
        for row in rows(layout, "core", "core_party_identifier", night.day)
    ] == [("passport", "P1", False), ("resident_id", "I1", True)]
    assert [
        (row["party_id"], row["sequence_no"], row["contact_value"], row["is_primary"])
        for row in rows(layout, "core", "core_contact_point", night.day)
    ] == [("A1", 1, "138", True), ("A1", 2, "139", False), ("A1", 3, "137", False)]
    assert [
        (row["party_id"], row["related_party_id"], row["valid_to"])
        for row in rows(layout, "core", "core_party_relation", night.day)
    ] == [("A1", "Z9", None)]
    assert [(row["party_id"], row["role"]) for row in rows(layout, "core", "core_agreement_party", night.day)] == [
        ("A1", "guarantor"), ("A1", "holder"), ("Z9", "guarantor"),
    ]  # fmt: skip


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name, _ in models()["core_party"].columns}


def test_a_warehouse_from_before_records_goes_on(tmp_path: Path, compiled: Compiled) -> None:
    """What an earlier version left, the next night takes over: the same figures, to the byte."""
    opening, night = random_bank(random.Random(8), OPENING, [40, 2], [1], 20)
    new, old = Layout(tmp_path / "new"), Layout(tmp_path / "old")
    for layout in (new, old):
        make(compiled, layout, [opening])
    with duckdb.connect() as connection:
        for name in RECORDS.values():
            part = old.part("core", name, opening.day)
            (part / "part.parquet").unlink()
            part.rmdir()
        ledger = old.part("core", "agreement_ledger", opening.day) / "part.parquet"
        connection.execute(
            f"copy (select * exclude (record_id) from read_parquet('{ledger}', hive_partitioning = false)) "
            f"to '{ledger}' (format parquet)"
        )
    for layout in (new, old):
        make(compiled, layout, [night])
    for model in datasets():
        one, other = (rows(layout, model.layer, model.name, night.day) for layout in (new, old))
        if model.name in RECORDS.values():
            one, other = ([row | {"changed_on": None} for row in found] for found in (one, other))
        assert one == other, model.name
