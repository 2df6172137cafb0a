"""A GoRules decision (JDM) read into steps in the order in which they can be taken, every cell parsed and typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from guanxi.warehouse.rules.findings import CellError, Finding, RuleError
from guanxi.warehouse.rules.language import RESERVED, WORD, Expression, Test, cell, expression
from guanxi.warehouse.rules.typing import NEEDED, Field, check_cell, infer

TABLE, EXPRESSION, INPUT, OUTPUT = "decisionTableNode", "expressionNode", "inputNode", "outputNode"
ROW_ID = "_id"
# What a path is made of, with blanks between.
ROW_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
# What is checked on every look at a page. Zen itself stops at 128 levels.
MOST_LETTERS, MOST_NODES, MOST_ROWS, MOST_LEVELS = 300_000, 50, 300, 64


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its id in the file, the name that people read, the field that it is about."""

    id: str
    name: str
    field: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its id, what each condition asks, what each output is; in the order of the table's columns."""

    id: str
    conditions: tuple[tuple[Test, ...], ...]
    outputs: tuple[Expression | None, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: the first row that fits answers. ``fields`` are the subjects of its conditions."""

    id: str
    name: str
    inputs: tuple[Column, ...]
    fields: tuple[Field, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Formulas:
    """A step that reckons: a name and an expression each."""

    id: str
    name: str
    values: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """A decision, its steps each after what it needs. ``outputs`` are the fields that leave it."""

    steps: tuple[Table | Formulas, ...]
    outputs: Mapping[str, Field]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The steps that are tables."""
        return tuple(step for step in self.steps if isinstance(step, Table))


def loaded(content: str) -> dict[str, Any]:
    """The file's JSON, of which all that is read here has its shape. Raises :class:`RuleError`."""
    if len(content) > MOST_LETTERS:
        raise RuleError([Finding("too_large")])
    try:
        found = json.loads(content)
        nodes, edges = found["nodes"], found["edges"]
        if not all(isinstance(node["id"], str) and isinstance(node["type"], str) for node in nodes):
            raise TypeError("a step has no id or type")
        if not all(isinstance(edge["sourceId"], str) and isinstance(edge["targetId"], str) for edge in edges):
            raise TypeError("a connection has no ends")
        if len({node["id"] for node in nodes}) < len(nodes):
            raise TypeError("two steps have one id")
        for node in nodes:
            _shaped(node)
        _writable(found)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RuleError([Finding("not_json", said={"detail": str(error)})]) from error
    if len(nodes) > MOST_NODES or any(len(body(node).get("rules", ())) > MOST_ROWS for node in nodes):
        raise RuleError([Finding("too_large")])
    return found


def body(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a table or a step that reckons consists of; nothing for other steps."""
    return node.get("content") or {} if node["type"] in {TABLE, EXPRESSION} else {}


def _shaped(node: Mapping[str, Any]) -> None:
    """Raises ``TypeError`` where a step's content is no lists of objects, with ids where they must have one."""
    if node["type"] not in {TABLE, EXPRESSION, INPUT, OUTPUT}:
        return
    if not isinstance(node.get("content") or {}, dict):
        raise TypeError("a step's content is no object")
    for part in ("rules", "inputs", "outputs", "expressions"):
        entries = body(node).get(part, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise TypeError(f"{part} is no list of objects")
        if part != "rules" and not all(isinstance(entry.get("id"), str) for entry in entries):
            raise TypeError(f"{part} without an id")


def _writable(found: Any) -> None:
    """Raises ``TypeError`` or ``ValueError`` for what cannot be written again: too many levels, halves of letters."""
    level = [found]
    for _level in range(MOST_LEVELS):
        level = [
            part
            for whole in level
            if isinstance(whole, dict | list)
            for part in (whole.values() if isinstance(whole, dict) else whole)
        ]
    if level:
        raise TypeError("it is nested too deeply")
    json.dumps(found, ensure_ascii=False).encode()


def read(content: str, inputs: Sequence[Field]) -> Graph:
    """The decision of a file whose inputs are ``inputs``. Raises :class:`RuleError` with every fault of its form."""
    return _Reading(loaded(content), inputs).graph()


class _Reading:
    """One file on its way to a graph; faults are gathered, so that all are told at once."""

    def __init__(self, found: Mapping[str, Any], inputs: Sequence[Field]) -> None:
        self.nodes = {node["id"]: node for node in found["nodes"]}
        self.parents: dict[str, list[str]] = {key: [] for key in self.nodes}
        self.faults: list[Finding] = []
        for edge in found["edges"]:
            if edge["sourceId"] not in self.nodes or edge["targetId"] not in self.nodes:
                self.fault("edge")
            elif edge["sourceId"] not in self.parents[edge["targetId"]]:
                self.parents[edge["targetId"]].append(edge["sourceId"])
        self.inputs = {known.name: known for known in inputs}
        self.made: dict[str, dict[str, Field]] = {}
        self.taken: set[str] = {name.lower() for name in self.inputs}
        self.row_ids: set[str] = set()

    def fault(self, kind: str, table: str = "", row: int = 0, column: str = "", **said: str) -> None:
        self.faults.append(Finding(kind, table, row, column, said))

    def graph(self) -> Graph:
        kinds = [node["type"] for node in self.nodes.values()]
        if kinds.count(INPUT) != 1 or kinds.count(OUTPUT) != 1:
            self.fault("no_input")
        for node in self.nodes.values():
            if node["type"] not in {TABLE, EXPRESSION, INPUT, OUTPUT}:
                self.fault("node_kind", _name(node), detail=str(node["type"]))
        order = self._order()
        self._connected()
        if self.faults:
            raise RuleError(self.faults)
        steps: list[Table | Formulas] = []
        outputs: dict[str, Field] = {}
        for key in order:
            node = self.nodes[key]
            names = {name: known for parent in self.parents[key] for name, known in self.made[parent].items()}
            if node["type"] in {INPUT, OUTPUT} and (node.get("content") or {}).get("schema"):
                self.fault("setting", _name(node), detail="schema")
            if node["type"] == INPUT:
                self.made[key] = self.inputs
            elif node["type"] == OUTPUT:
                outputs = names
            else:
                self._settings(node)
                steps.append(self._table(node, names) if node["type"] == TABLE else self._formulas(node, names))
        if self.faults:
            raise RuleError(self.faults)
        return Graph(tuple(steps), outputs)

    def _order(self) -> list[str]:
        order: list[str] = []
        waiting = dict(self.parents)
        while waiting:
            ready = [key for key, parents in waiting.items() if all(parent in order for parent in parents)]
            if not ready:
                self.fault("loop", detail=self._circle(waiting))
                return []
            order += ready
            waiting = {key: parents for key, parents in waiting.items() if key not in ready}
        return order

    def _circle(self, waiting: Mapping[str, list[str]]) -> str:
        """The names along one circle: from any step that waits, back along what it waits for."""
        path = [next(iter(waiting))]
        while (back := next(parent for parent in waiting[path[-1]] if parent in waiting)) not in path:
            path.append(back)
        circle = [*path[path.index(back) :], back]
        return " > ".join(_name(self.nodes[key]) for key in reversed(circle))

    def _connected(self) -> None:
        read = {parent for parents in self.parents.values() for parent in parents}
        for key, node in self.nodes.items():
            if node["type"] in {TABLE, EXPRESSION} and (key not in read or not self.parents[key]):
                self.fault("unconnected", _name(node))

    def _settings(self, node: Mapping[str, Any]) -> None:
        content = node.get("content") or {}
        if node["type"] == TABLE and content.get("hitPolicy", "first") != "first":
            self.fault("hit_policy", _name(node), detail=str(content["hitPolicy"]))
        for setting, plain in (("inputField", None), ("outputPath", None), ("executionMode", "single")):
            if content.get(setting) not in (None, "", plain):
                self.fault("setting", _name(node), detail=setting)
        if content.get("passThrough"):
            self.fault("setting", _name(node), detail="passThrough")

    def _columns(self, node: Mapping[str, Any], side: str) -> tuple[Column, ...]:
        columns = []
        for entry in (node.get("content") or {}).get(side, []):
            field = str(entry.get("field") or "").strip()
            column = Column(str(entry.get("id")), str(entry.get("name") or field), field)
            if not WORD.match(field) or field in RESERVED:
                self.fault("field", _name(node), column=column.name)
            columns.append(column)
        return tuple(columns)

    def _table(self, node: Mapping[str, Any], names: Mapping[str, Field]) -> Table:
        where = _name(node)
        inputs, outputs = self._columns(node, "inputs"), self._columns(node, "outputs")
        fields = []
        for column in inputs:
            if column.field not in names:
                self.fault("unknown_name", where, column=column.name, detail=column.field)
            fields.append(names.get(column.field) or Field(column.field, ""))
        rows = []
        raw = (node.get("content") or {}).get("rules", [])
        if not raw:
            self.fault("no_rows", where)
        for number, entry in enumerate(raw, 1):
            row_id = str(entry.get(ROW_ID) or "")
            if not row_id:
                self.fault("no_id", where, number)
            elif not ROW_NAME.match(row_id):
                self.fault("row_id", where, number, detail=row_id)
            elif row_id in self.row_ids:
                self.fault("same_id", where, number, detail=row_id)
            self.row_ids.add(row_id)
            at = partial(self._cell, where, number)
            conditions = tuple(
                at(column, str(entry.get(column.id) or ""), known, names)
                for column, known in zip(inputs, fields, strict=True)
            )
            answers = tuple(self._answer(where, number, column, entry, names) for column in outputs)
            rows.append(Row(row_id, conditions, answers, str(entry.get("_description") or "")))
        made = {
            column.field: self._output(where, column, [row.outputs[place] for row in rows], names)
            for place, column in enumerate(outputs)
        }
        self._make(node, made, [column.field for column in outputs])
        return Table(node["id"], where, inputs, tuple(fields), outputs, tuple(rows))

    def _cell(
        self, where: str, number: int, column: Column, source: str, known: Field, names: Mapping[str, Field]
    ) -> tuple[Test, ...]:
        try:
            tests = cell(source)
            if known.kind:
                check_cell(tests, known, names)
        except CellError as error:
            self.fault(error.kind, where, number, column.name, detail=error.detail)
            return ()
        return tests

    def _answer(
        self, where: str, number: int, column: Column, entry: Mapping[str, Any], names: Mapping[str, Field]
    ) -> Expression | None:
        source = str(entry.get(column.id) or "").strip()
        if not source:
            self.fault("empty_output", where, number, column.name)
            return None
        try:
            found = expression(source)
            infer(found, names)
        except CellError as error:
            self.fault(error.kind, where, number, column.name, detail=error.detail)
            return None
        return found

    def _output(
        self, where: str, column: Column, answers: Sequence[Expression | None], names: Mapping[str, Field]
    ) -> Field:
        """The field that a column of answers makes: one kind, and its values where all rows say them."""
        kinds: dict[str, int] = {}
        values: list[Any] | None = []
        product = False
        for number, answer in enumerate(answers, 1):
            if answer is None:
                continue
            made = infer(answer, names)
            kinds.setdefault(made.kind, number)
            product = product or made.product
            if made.values is None:
                values = None
            elif values is not None:
                values += [value for value in made.values if value not in values]
        first = next(iter(kinds), "")
        for kind, number in kinds.items():
            if kind != first:
                self.fault(NEEDED[first], where, number, column.name)
        return Field(column.field, first, values=tuple(values) if values else None, product=product)

    def _formulas(self, node: Mapping[str, Any], names: Mapping[str, Field]) -> Formulas:
        where = _name(node)
        values: list[tuple[str, Expression]] = []
        made: dict[str, Field] = {}
        for number, entry in enumerate((node.get("content") or {}).get("expressions", []), 1):
            key = str(entry.get("key") or "").strip()
            if not WORD.match(key) or key in RESERVED:
                self.fault("field", where, number)
                continue
            try:
                found = expression(str(entry.get("value") or ""))
                known = infer(found, names)
            except CellError as error:
                self.fault(error.kind, where, number, key, detail=error.detail)
                continue
            values.append((key, found))
            made[key] = Field(key, known.kind, values=known.values, product=known.product)
        self._make(node, made, [key for key, _value in values])
        return Formulas(node["id"], where, tuple(values))

    def _make(self, node: Mapping[str, Any], made: dict[str, Field], names: Sequence[str]) -> None:
        # To SQL, Band and band are one name.
        for name in names:
            if name.lower() in self.taken:
                self.fault("taken", _name(node), detail=name)
            self.taken.add(name.lower())
        self.made[node["id"]] = made


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("name") or node["id"])
