"""A bad file of rules is refused, and every fault names its table, row and column."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest

from guanxi.warehouse.rules import BOOKS, Book, findings, rulings
from guanxi.warehouse.rules.findings import RuleError
from guanxi.warehouse.rules.typing import NUMBER, Field
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
    ("tier", "a2", "assets_adb_ytd", ">= 50000, >= 0.1 * assets_adb_mtd", "mixed", "Assets band", 3, ""),
    ("tier", "r5", "days_overdue", "-", "ends_early", "Restriction", 5, ""),
    ("tier", "a2", "assets_adb_ytd", "> " + "(" * 60 + "1" + ")" * 60, "too_long", "Assets band", 3, ""),
    ("tier", "a2", "assets_adb_ytd", "> assets_adb_mtd" + " + assets_adb_mtd" * 1000, "too_long", "Assets band", 3, ""),
    ("tier", "t2", "sub_tier", '""', "output_pair", "Tier", 2, '"premier", ""'),
    ("tier", "t6", "sub_tier", '"vip"', "output_pair", "Tier", 6, '"standard", "vip"'),
    ("tier", "t2", "sub_tier", 'by_contribution ? "vip" : ""', "output_pair", "Tier", 2, '"premier", ""'),
    ("tier", "r4", "days_overdue", "null", "never_empty", "Restriction", 4, ""),
    ("tier", "t3", "tier", '"gold"', "output_value", "Tier", 3, "gold"),
    ("tier", "t3", "tier", "", "empty_output", "Tier", 3, ""),
    ("tier", "t3", "tier", "4", "need_text", "Tier", 3, ""),
    ("tier", "r3", "barred", "1", "need_flag", "Restriction", 3, ""),
    ("tier", "c3", "contribution_r12", "[6000..31000)", "overlap", "Contribution band", 2, "row 1"),
    ("tier", "a2", "assets_adb_ytd", ">= 50000", "overlap", "Assets band", 3, ""),
    ("tier", "c3", "contribution_r12", "[6000..29000)", "gap", "Contribution band", 0, "contribution_r12 = 29000"),
    ("tier", "t5", "growing", "false", "gap", "Tier", 0, "growing = true"),
    ("flow", "f2", "direction", '"in"', "unreachable", "Large flow", 2, ""),
    ("alert", "m8", "kind", '"person"', "gap", "What is told of", 0, ""),
]


@pytest.mark.parametrize(("book", "row", "field", "cell", "kind", "table", "number", "words"), CELLS)
def test_a_fault_names_its_cell(book, row, field, cell, kind, table, number, words) -> None:
    found = findings(BOOKS[book], with_cell(BOOKS[book].shipped, row, field, cell))
    fault = next(fault for fault in found if fault.kind == kind)
    assert (fault.table, fault.row) == (table, number)
    assert words in str(fault)
    assert fault.column or kind in {"gap", "unreachable"}


def test_rows_of_one_answer_may_overlap() -> None:
    assert not findings(BOOKS["alert"], with_cell(BOOKS["alert"].shipped, "m2", "reason", '"inflow", "maturity"'))


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
    loop = json.loads(TIER)
    loop["nodes"][0]["content"] = {"schema": '{"type": "object", "required": ["age"]}'}
    assert kinds(json.dumps(loop)) == ["setting"]
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


def step(key: str, kind: str, **content: object) -> dict:
    return {"id": key, "name": key, "type": f"{kind}Node", "content": content}


def chained(*steps: dict) -> str:
    """A file whose steps follow each other, between the inputs and the outputs; each knows the inputs, too."""
    nodes = [step("in", "input"), *steps, step("out", "output")]
    ways = [(a["id"], b["id"]) for a, b in pairwise(nodes)] + [("in", one["id"]) for one in steps[1:]]
    edges = [{"id": str(n), "sourceId": a, "targetId": b} for n, (a, b) in enumerate(ways)]
    return json.dumps({"nodes": nodes, "edges": edges})


def reckons(key: str, **values: str) -> dict:
    return step(key, "expression", expressions=[{"id": n, "key": n, "value": v} for n, v in values.items()])


def kinds_of(book: Book, content: str) -> list[str]:
    return [fault.kind for fault in findings(book, content)]


NUMBERS = Book(
    "numbers",
    (Field("a", NUMBER, nullable=True, decimals=2), Field("b", NUMBER, decimals=2)),
    (Field("n", NUMBER),),
)


def table(*cells: str, rows: list[dict] | None = None, key: str = "t") -> dict:
    """A table about ``a`` whose rows answer 0, 1, ..."""
    lines = [{"_id": f"{key}{n}", "i": cell, "o": str(n)} for n, cell in enumerate(cells)] if rows is None else rows
    return step(
        key, "decisionTable", hitPolicy="first", rules=lines,
        inputs=[{"id": "i", "name": "a", "field": "a"}], outputs=[{"id": "o", "name": "n", "field": "n"}],
    )  # fmt: skip


def test_empty_is_empty_on_the_side_of_an_expression_too() -> None:
    assert kinds_of(NUMBERS, chained(table("null, > b", "<= b"))) == []
    assert kinds_of(NUMBERS, chained(table("> b", "<= b"))) == ["gap"]
    assert kinds_of(NUMBERS, chained(table("> b", "null, <= b", ""))) == ["unreachable"]
    assert kinds_of(NUMBERS, chained(table("> 5, > b", ""))) == ["mixed"]


def test_names_and_products_that_sql_would_take_otherwise() -> None:
    assert kinds_of(NUMBERS, chained(reckons("one", n="b * 2", N="b"))) == ["taken"]
    assert kinds_of(NUMBERS, chained(reckons("one", n="b", A="b"))) == ["taken"]
    for again in ("1.5 * twice", "2 * (twice + b)", "2 * max([b, twice])", "2 * (b > 0 ? twice : b)"):
        assert kinds_of(NUMBERS, chained(reckons("one", twice="2 * b"), reckons("last", n=again))) == [
            "product_again"
        ], again
    assert kinds_of(NUMBERS, chained(reckons("one", n="2 * b + 1.3 * b"))) == []


BROKEN: list[Callable[[dict], object]] = [
    lambda found: found["nodes"][1].update(content="x"),
    lambda found: found["nodes"][1]["content"].update(inputs=None),
    lambda found: found["nodes"][1]["content"].update(rules=["x"]),
    lambda found: found["nodes"][1]["content"]["outputs"][0].pop("id"),
    lambda found: found["nodes"][1].update(name="\ud800"),
    lambda found: found["nodes"].append(dict(found["nodes"][1])),
    lambda found: found.update(more=json.loads("[" * 90 + "]" * 90)),
]


@pytest.mark.parametrize("damage", BROKEN)
def test_what_has_not_the_shape_of_a_decision_is_told_of(damage: Callable[[dict], object]) -> None:
    found = json.loads(TIER)
    damage(found)
    assert kinds_of(BOOKS["tier"], json.dumps(found)) == ["not_json"]


def test_settings_of_any_shape_and_depth_are_told_of() -> None:
    found = json.loads(TIER)
    found["nodes"][1]["content"]["inputField"] = {}
    assert kinds_of(BOOKS["tier"], json.dumps(found)) == ["setting"]
    assert kinds_of(BOOKS["tier"], "[" * 100_000 + "]" * 100_000) == ["not_json"]


def test_each_row_has_an_id_of_its_own() -> None:
    content = chained(table(rows=[{"i": "> 1", "o": "1"}, {"_id": "", "i": "", "o": "2"}]))
    assert kinds_of(NUMBERS, content) == ["no_id", "no_id"]


def test_a_check_is_bounded() -> None:
    assert kinds_of(NUMBERS, chained(table(*["> 1"] * 301))) == ["too_large"]
    assert kinds_of(NUMBERS, chained(*(reckons(f"s{n}", **{f"v{n}": "b"}) for n in range(60)))) == ["too_large"]
    assert kinds_of(NUMBERS, TIER + " " * 300_000) == ["too_large"]
    bands = ["null, < 0", *(f"[{n}..{n + 1})" for n in range(298)), ">= 298"]
    assert kinds_of(NUMBERS, chained(table(*bands))) == []
    lists = [", ".join(f"{n}.{m:02}" for m in range(99)) for n in range(60)]
    assert "too_many" in kinds_of(NUMBERS, chained(table(*lists, "")))
