"""Groups of companies, circles of guarantees and households, from relations, guarantees, accounts and addresses."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from tests.warehouse.engine.compiled import Compiled
from tests.warehouse.engine.histories import random_bank
from tests.warehouse.engine.landed import write_landing
from tests.warehouse.engine.test_golden import party, rows

DAY = date(2026, 3, 30)
SHARES = [
    # A chain: a person holds 60 % of P, P 70 % of Q, Q 80 % of R, R 100 % of S; another holds 30 % of Q.
    ("person", "P", "0.6"), ("P", "Q", "0.7"), ("Q", "R", "0.8"), ("R", "S", "1"), ("other", "Q", "0.3"),
    # Control by two companies that each hold less than half: 40 % and 20 % of T, in the hands of P.
    ("P", "T", "0.4"), ("Q", "T", "0.2"), ("far", "T", "0.4"),
    # A circle with an owner from outside: 80 % of X, X half of Y, Y a fifth of X.
    ("outside", "X", "0.8"), ("X", "Y", "0.5"), ("Y", "X", "0.2"),
    # A circle of two who hold each other: nobody is above.
    ("M", "N", "0.6"), ("N", "M", "0.7"), ("N", "O", "0.9"),
]  # fmt: skip
COMPANIES = ("P", "Q", "R", "S", "T", "X", "Y", "M", "N", "O", "Z")
LOANS = {"G1": "100", "G2": "50", "G3": "25", "G4": "10", "G5": "70"}


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory, compiled: Compiled) -> Layout:
    made = Layout(tmp_path_factory.mktemp("groups"))
    night = random_bank(random.Random(1), DAY, [], [], 1)[0]
    people = {"person", "other", "far", "outside"}
    addresses = {
        "h1": "北京市海淀区学院路１号楼3单元", "h2": "北京市海淀区学院路1号楼3单元",
        "h3": "北京市海淀区学院路1号楼3单元",
        "j1": "太短1", "j2": "太短1",
    }  # fmt: skip
    addresses |= {f"d{number}": "上海市浦东新区张江路100号员工宿舍" for number in range(9)}
    names = {"h1": "李一", "h2": "李二", "h3": "王三", "s1": "赵一", "s2": "钱二", "j1": "孙一", "j2": "孙二"}
    persons = people | set(addresses) | {"s1", "s2"}
    night.tables["party"] = [
        *(party(one, party_kind="organisation", party_name=one) for one in (*COMPANIES, *LOANS)),
        *(party(one, party_name=names.get(one, "周" + one)) for one in sorted(persons)),
    ]
    night.tables["party_relation"] = [
        *(
            {"party_id": one, "related_party_id": other, "relation_kind": "shareholder", "share": Decimal(share)}
            for one, other, share in SHARES
        ),
        {"party_id": "other", "related_party_id": "Z", "relation_kind": "controller"},
        {"party_id": "far", "related_party_id": "Z", "relation_kind": "shareholder", "share": Decimal("0.9"),
         "valid_to": date(2026, 3, 29)},
        {"party_id": "s1", "related_party_id": "s2", "relation_kind": "spouse"},
        {"party_id": "s1", "related_party_id": "h3", "relation_kind": "parent"},
    ]  # fmt: skip
    loan = {"agreement_kind": "loan", "product_id": "P-loan", "institution_id": "B", "currency": "CNY",
            "opened_on": date(2025, 1, 1), "status": "active", "annual_rate": Decimal("0.04")}  # fmt: skip
    night.tables["agreement"] = [loan | {"agreement_id": f"L-{one}", "party_id": one} for one in LOANS]
    night.tables["agreement"].append(loan | {"agreement_id": "D", "party_id": "j1", "agreement_kind": "demand_deposit",
                                             "product_id": "P-demand_deposit", "annual_rate": None})  # fmt: skip
    night.tables["balance"] = [
        {"agreement_id": f"L-{one}", "balance_date": DAY, "balance": Decimal(amount)} for one, amount in LOANS.items()
    ]
    guarantees = [("G1", "G2"), ("G2", "G3"), ("G3", "G1"), ("G4", "G1"), ("G1", "G5"), ("G2", "G1")]
    night.tables["agreement_party"] = [
        *({"agreement_id": f"L-{borrower}", "party_id": one, "role": "guarantor"} for one, borrower in guarantees),
        {"agreement_id": "D", "party_id": "j1", "role": "holder"},
        {"agreement_id": "D", "party_id": "j2", "role": "joint_holder"},
    ]
    night.tables["contact_point"] = [
        {"party_id": one, "contact_kind": "home_address", "sequence_no": 1, "contact_value": text, "is_primary": True}
        for one, text in addresses.items()
    ]
    night.tables["party_identifier"] = night.tables["event"] = []
    for table in ("party_relation", "agreement_party", "contact_point", "party_identifier"):
        night.deliveries[table] = "full"
    write_landing(made, DAY, night.tables)
    compiled.night(made, Night(DAY, None), night.deliveries)
    return made


def ownership(layout: Layout) -> Mapping[tuple[str, str], dict[str, Any]]:
    return {(row["owner_id"], row["party_id"]): row for row in rows(layout, "marts", "ownership", DAY)}


def test_shares_are_multiplied_along_chains_and_round_circles(layout: Layout) -> None:
    found = {pair: row["effective_share"] for pair, row in ownership(layout).items()}
    exact = {("person", "Q"): "0.42", ("person", "R"): "0.336", ("person", "S"): "0.336", ("other", "S"): "0.24",
             ("person", "T"): "0.324", ("far", "T"): "0.4", ("P", "S"): "0.56"}  # fmt: skip
    assert {pair: found[pair] for pair in exact} == {pair: Decimal(share) for pair, share in exact.items()}
    # 0.8 / (1 - 0.5 * 0.2) of X and half of it of Y.
    assert abs(found["outside", "X"] - Decimal("0.888889")) <= Decimal("0.000001")
    assert abs(found["outside", "Y"] - Decimal("0.444444")) <= Decimal("0.000001")
    # What goes round and returns to X is X's already: of Y it holds the half that it holds.
    assert found["X", "Y"] == Decimal("0.5")
    assert ownership(layout)["person", "P"]["direct_share"] == Decimal("0.6")
    assert not any(owner == company for owner, company in found)


def test_control_is_votes_in_ones_own_hands_and_those_one_controls(layout: Layout) -> None:
    found = ownership(layout)
    controlled = {company for (owner, company), row in found.items() if owner == "person" and row["controls"]}
    assert controlled == {"P", "Q", "R", "S", "T"}
    assert found["person", "T"]["control_share"] == Decimal("0.6")
    assert not found["far", "T"]["controls"]
    assert found["other", "Z"]["controls"]
    assert ("far", "Z") not in found
    beneficial = {pair for pair, row in found.items() if row["is_beneficial"]}
    assert ("outside", "Y") in beneficial
    assert {("other", "Q"), ("other", "Z"), ("far", "T")} <= beneficial
    assert ("other", "S") not in beneficial
    assert all(found[pair]["owner_kind"] == "person" for pair in beneficial)


def test_each_company_has_an_ultimate_controller_and_parent(layout: Layout) -> None:
    found = {row["party_id"]: (row["group_id"], row["parent_id"]) for row in rows(layout, "marts", "group_member", DAY)}
    assert {one: found[one] for one in "PQRST"} == {
        "P": ("person", "P"), **dict.fromkeys("QRST", ("person", "P")),
    }  # fmt: skip
    assert {one: found[one] for one in "MNO"} == dict.fromkeys("MNO", ("M", "M"))
    assert found["X"] == ("outside", "X")
    assert found["Z"] == ("other", "Z")
    assert "Y" not in found
    assert set(found) <= set(COMPANIES)


def test_circles_of_guarantees_are_found_and_nobody_else(layout: Layout) -> None:
    edges = rows(layout, "marts", "guarantee_circle", DAY)
    assert {(row["guarantor_id"], row["party_id"]) for row in edges} == {
        ("G1", "G2"), ("G2", "G3"), ("G3", "G1"), ("G2", "G1"),
    }  # fmt: skip
    assert {row["circle_id"] for row in edges} == {"G1"}
    assert {row["party_id"]: row["amount"] for row in edges} == {
        "G1": Decimal(100), "G2": Decimal(50), "G3": Decimal(25),
    }  # fmt: skip


def test_households_come_of_relations_accounts_and_addresses(layout: Layout) -> None:
    found = {row["party_id"]: row for row in rows(layout, "marts", "household_member", DAY)}
    assert {one: row["household_id"] for one, row in found.items()} == {
        "h1": "h1", "h2": "h1", "s1": "s1", "s2": "s1", "j1": "j1", "j2": "j1",
    }  # fmt: skip
    assert (found["h1"]["probability"], found["h1"]["by_address"]) == (Decimal("0.8"), True)
    assert (found["s1"]["probability"], found["s1"]["by_relation"]) == (Decimal("0.95"), True)
    assert (found["j1"]["probability"], found["j1"]["by_account"]) == (Decimal("0.7"), True)
