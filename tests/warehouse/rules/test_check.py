"""A bad file of rules is refused, and every fault names its table, row and column."""

from __future__ import annotations

import json
from datetime import date

import pytest

from guanxi.warehouse.rules import BOOKS, findings, rulings
from guanxi.warehouse.rules.findings import RuleError
from guanxi.warehouse.rules.versions import Release
from tests.warehouse.rule_files import with_cell

TIER, FLOW, ALERT = (BOOKS[name].shipped for name in ("tier", "flow", "alert"))


@pytest.mark.parametrize("name", BOOKS)
def test_what_ships_may_be_released(name: str) -> None:
    assert findings(BOOKS[name], BOOKS[name].shipped) == []


CELLS = [
    ("tier", "c4", "contribution_r12", ">= many", "unknown_name", "Contribution band", 1, "many"),
    ("tier", "c4", "contribution_r12", '>= "30000"', "need_number", "Contribution band", 1, ""),
    ("tier", "c4", "contribution_r12", ">= ", "ends_early", "Contribution band", 1, "too early"),
    ("tier", "c4", "contribution_r12", ">= 30000 €", "not_understood", "Contribution band", 1, "€"),
    ("tier", "c4", "contribution_r12", ">= assets_adb_ytd / 100", "division", "Contribution band", 1, ""),
    ("tier", "c4", "contribution_r12", ">= assets_adb_ytd * assets_adb_mtd", "not_linear", "Contribution band", 1, ""),
    ("tier", "c4", "contribution_r12", ">= trend * 1000", "null_arithmetic", "Contribution band", 1, "trend"),
    ("tier", "c4", "contribution_r12", ">= 30000.1234567", "digits", "Contribution band", 1, ""),
    ("tier", "c3", "contribution_r12", "[30000..6000)", "empty_range", "Contribution band", 2, ""),
    ("tier", "g1", "trend", ">= 1.3, null", "null_first", "Growth", 1, ""),
    ("tier", "r4", "days_overdue", "null", "never_empty", "Restriction", 4, ""),
    ("tier", "t3", "tier", '"gold"', "output_value", "Tier", 3, "gold"),
    ("tier", "t3", "tier", "", "empty_output", "Tier", 3, ""),
    ("tier", "t3", "tier", "4", "need_text", "Tier", 3, ""),
    ("tier", "r3", "barred", "1", "need_flag", "Restriction", 3, ""),
    ("tier", "c3", "contribution_r12", "[6000..31000)", "overlap", "Contribution band", 2, "row 1"),
    ("tier", "a2", "assets_adb_ytd", ">= 50000", "unreachable", "", 0, ""),
    ("tier", "c3", "contribution_r12", "[6000..29000)", "gap", "Contribution band", 0, "contribution_r12 = 29000"),
    ("tier", "t5", "growing", "false", "gap", "Tier", 0, "growing = true"),
    ("flow", "f2", "direction", '"in"', "unreachable", "Large flow", 2, ""),
    ("alert", "m8", "kind", '"person"', "gap", "What is told of", 0, ""),
    ("alert", "m2", "reason", '"inflow", "maturity"', "overlap", "", 0, ""),
]


@pytest.mark.parametrize(("book", "row", "field", "cell", "kind", "table", "number", "words"), CELLS)
def test_a_fault_names_its_cell(book, row, field, cell, kind, table, number, words) -> None:
    found = findings(BOOKS[book], with_cell(BOOKS[book].shipped, row, field, cell))
    if not table:
        # Not every change makes a fault: rows of one answer may overlap, and a wider row hides none that differs.
        assert all(fault.kind in {kind, "overlap", "gap"} for fault in found)
        return
    fault = next(fault for fault in found if fault.kind == kind)
    assert (fault.table, fault.row) == (table, number)
    assert words in str(fault)
    assert fault.column or kind in {"gap", "unreachable"}


def test_cents_leave_no_gap_between_them() -> None:
    closed = with_cell(
        with_cell(TIER, "c2", "contribution_r12", "[1000..5999.99]"), "c1", "contribution_r12", "<= 999.99"
    )
    assert findings(BOOKS["tier"], closed) == []
    open_ = with_cell(TIER, "c2", "contribution_r12", "[1000..5999.98]")
    assert [fault.kind for fault in findings(BOOKS["tier"], open_)] == ["gap"]


def changed(content: str, **edges: str) -> str:
    found = json.loads(content)
    for edge in found["edges"]:
        if edge["id"] in edges:
            edge["targetId"] = edges[edge["id"]]
    return json.dumps(found)


def test_faults_of_the_graph() -> None:
    def kinds(content: str) -> list[str]:
        return [fault.kind for fault in findings(BOOKS["tier"], content)]

    circle = findings(BOOKS["tier"], changed(TIER, **{"tier-out": "band"}))
    assert "loop" in [fault.kind for fault in circle]
    assert "Higher band > Tier > Higher band" in str(circle[0])
    assert kinds(changed(TIER, **{"growth-tier": "nowhere"})) == ["edge", "unconnected"]
    assert kinds(changed(TIER, **{"restriction-tier": "out"})) == ["unknown_name"]
    assert kinds("{") == ["not_json"]
    assert kinds('{"nodes": [{"id": 3}], "edges": []}') == ["not_json"]
    assert kinds('{"nodes": [], "edges": []}') == ["no_input"]
    loop = json.loads(TIER)
    loop["nodes"][1]["content"] |= {"executionMode": "loop"}
    loop["nodes"][2]["content"] |= {"hitPolicy": "collect"}
    loop["nodes"][3]["type"] = "functionNode"
    assert kinds(json.dumps(loop))[0] == "node_kind"
    loop["nodes"][3]["type"] = "decisionTableNode"
    assert kinds(json.dumps(loop)) == ["setting", "hit_policy"]
    assert kinds(FLOW.replace('"field": "change"', '"field": "contribution_r12"').replace("direction", "aml_risk"))


def test_a_night_takes_what_was_released_then_the_folder_then_what_ships(tmp_path) -> None:
    assert rulings(None)["tier"].champion.label.startswith("s")
    (tmp_path / "tier.json").write_text(with_cell(TIER, "t6", "tier", '"core"'))
    own = rulings(tmp_path)
    assert own["tier"].champion.label.startswith("f")
    assert own["flow"].champion.label.startswith("s")
    day = date(2026, 3, 1)
    first, trial, second = (
        Release(number, role, share, day, TIER)
        for number, role, share in ((3, "champion", 100), (4, "challenger", 20), (5, "champion", 100))
    )
    assert rulings(tmp_path, {"tier": [first]})["tier"].champion.label == "v3"
    both = rulings(tmp_path, {"tier": [trial]})["tier"]
    assert (both.champion.label[0], both.challenger.label, both.share) == ("f", "v4", 20)
    both = rulings(None, {"tier": [first, trial]})["tier"]
    assert (both.champion.label, both.challenger.label) == ("v3", "v4")
    assert rulings(None, {"tier": [first, trial, second]})["tier"].challenger is None
    (tmp_path / "alert.json").write_text(with_cell(ALERT, "m8", "told", "perhaps"))
    with pytest.raises(RuleError, match="What is told of, row 8"):
        rulings(tmp_path)
