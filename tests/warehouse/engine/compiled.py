"""The dbt project compiled once, and run on DuckDB without dbt: the same SQL, fast enough for hundreds of nights."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb as database
import pytest

from guanxi.warehouse.decisions import KeptRow
from guanxi.warehouse.engine import build, duckdb
from guanxi.warehouse.engine.assumptions import in_rules, load
from guanxi.warehouse.engine.bindings import bind, empty
from guanxi.warehouse.engine.control import night_row, write_control
from guanxi.warehouse.engine.project import datasets
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Silent
from guanxi.warehouse.rules import BOOKS, compiled, rulings

# What stands in the compiled models for rules, until a night says which.
RULE = re.compile(r"<rule (?P<book>\w+) (?P<source>\w+)>")


@dataclass(frozen=True, slots=True)
class CompiledModel:
    name: str
    schema: str
    materialized: str
    sql: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """The models in an order in which each comes after what it reads."""

    models: tuple[CompiledModel, ...]

    def night(
        self,
        layout: Layout,
        night: Night,
        deliveries: Mapping[str, str],
        assumptions: Path | None = None,
        kept: Sequence[KeptRow] = (),
    ) -> None:
        """Does what ``build_night`` does, without dbt, tests and progress."""
        history = build._history(layout, night) if night.opening else (None, None)
        row = night_row(night, history)
        work = build._Work(layout)
        ruled = rulings(assumptions)
        rates = load(assumptions, night.business_date) + in_rules(ruled["tier"].champion)
        control = write_control(work.control, row, deliveries, rates, kept=kept, ruled=ruled)
        with database.connect(config={"threads": 1}) as connection:
            for statement in duckdb.statements(bind(layout, row, deliveries, control)):
                connection.execute(statement)
            for model in self.models:
                kind = "view" if model.materialized == "view" else "table"
                sql = RULE.sub(lambda found: compiled(ruled[found["book"]], found["source"]), model.sql)
                connection.execute(f"create {kind} {model.schema}.{model.name} as {sql}")
            for model in datasets():
                with layout.writing(model.layer, model.name, night.business_date) as aside:
                    connection.execute(
                        f"copy (from {model.layer}.{model.name} order by {', '.join(model.key)}) "
                        f"to '{aside / 'part.parquet'}' (format parquet)"
                    )
        for name, file in control.items():
            with layout.writing("control", name, night.business_date) as aside:
                file.rename(aside / "part.parquet")
        work.clear()


def compile_project(root: Path) -> Compiled:
    """Compiles the project in a folder of its own."""
    work = build._Work(Layout(root), "compile")
    patched = pytest.MonkeyPatch()
    patched.setattr(
        build, "rule_environment", lambda _: {f"GUANXI_RULE_{b.upper()}": f"<rule {b} rule_source>" for b in BOOKS}
    )
    told, _ = build._run(
        work, "duckdb", empty(), [["compile"]], Silent(), threads=2, memory_limit="1GB", write_json=True
    )
    patched.undo()
    assert not told["error"], told["error"]
    nodes = json.loads((work.target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    wanted = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    ordered: list[CompiledModel] = []
    done: set[str] = set()

    def visit(key: str) -> None:
        node: dict[str, Any] = wanted[key]
        if key in done:
            return
        done.add(key)
        for parent in node["depends_on"]["nodes"]:
            if parent in wanted:
                visit(parent)
        sql = node["compiled_code"].replace('"memory".', "")
        ordered.append(CompiledModel(node["name"], node["schema"], node["config"]["materialized"], sql))

    for key in sorted(wanted):
        visit(key)
    return Compiled(tuple(ordered))
