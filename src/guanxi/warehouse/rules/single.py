"""One decision at a time, by GoRules' engine itself, with the rows that answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Any

from guanxi.warehouse.rules.books import PLAIN
from guanxi.warehouse.rules.graph import Row, Table
from guanxi.warehouse.rules.language import Compare, Range, Value
from guanxi.warehouse.rules.versions import Version

type Given = Decimal | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided, by which version, by which row of each table in turn (``path`` is their ids)."""

    outputs: Mapping[str, Any]
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Step:
    """A table and the row of it that answered, counted from 1."""

    table: Table
    number: int
    row: Row


def decide(version: Version, inputs: Mapping[str, Given]) -> Answer:
    """The answer for one set of inputs, all of which must be there. Takes about a millisecond.

    Raises ``KeyError`` for an input that is missing, ``RuleError`` for a version that may not decide.
    """
    graph = version.graph
    asked = {field.name: _plain(inputs[field.name]) for field in version.book.inputs}
    told = _decision(version.content).evaluate(asked, {"trace": True})
    outputs = {field.name: told["result"][field.name] for field in version.book.outputs}
    trace = {node["id"]: node for node in told["trace"].values()}
    path = [table.rows[trace[table.id]["traceData"]["index"]].id for table in graph.tables]
    return Answer(outputs, version.label, " ".join(path))


def steps(version: Version, path: str) -> list[Step]:
    """The tables and rows behind a path, in the order in which they answered; a row that is gone is left out."""
    named = set(path.split())
    return [
        Step(table, number, row)
        for table in version.graph.tables
        for number, row in enumerate(table.rows, 1)
        if row.id in named
    ]


def asked_for(version: Version, field: str) -> dict[tuple[str, str], Decimal]:
    """From which value of one field on a customer who is otherwise plain reaches each tier and subdivision.

    Found by asking at every number that any cell names, and at the next value that the field can have (``> 30000``
    is reached at 30000.01), so it holds however the tables are drawn.
    """
    cuts: set[Decimal] = set()
    for table in version.graph.tables:
        for row in table.rows:
            for known, cell in zip(table.fields, row.conditions, strict=True):
                if known.name == field:
                    step = Decimal(1).scaleb(-(known.decimals or 0))
                    named = [number.quantize(step, ROUND_CEILING) for test in cell for number in _numbers(test)]
                    cuts |= {number + by for number in named for by in (Decimal(0), step)}
    found: dict[tuple[str, str], Decimal] = {}
    for cut in sorted(cuts):
        outputs = decide(version, PLAIN | {field: cut}).outputs
        found.setdefault((outputs["tier"], outputs["sub_tier"]), cut)
    return found


def tier_thresholds(version: Version) -> dict[str, Decimal]:
    """What the tiers ask for, by the names under which it is published (``vip_min_contribution``)."""
    found: dict[str, Decimal] = {}
    for field, word in (("contribution_r12", "contribution"), ("assets_adb_ytd", "assets")):
        reached = asked_for(version, field)
        for name, tier in (("vip", ("premier", "vip")), ("affluent", ("premier", "affluent")), ("core", ("core", ""))):
            if tier in reached:
                found[f"{name}_min_{word}"] = reached[tier]
    return found


def _numbers(test: Any) -> list[Decimal]:
    if isinstance(test, Range):
        return [test.low, test.high]
    value = test.against.value if isinstance(test, Compare) and isinstance(test.against, Value) else None
    return [value] if isinstance(value, Decimal) else []


def _plain(value: Given) -> Any:
    """What the engine takes: it turns a float into the decimal of the same digits, exactly up to fifteen of them."""
    return float(value) if isinstance(value, Decimal) else value


@lru_cache(maxsize=64)
def _decision(content: str) -> Any:
    import zen

    return zen.ZenEngine().create_decision(content)
