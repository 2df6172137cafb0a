"""What is wrong with a rule file, and in which cell: a kind that pages have words for, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# An English sentence a kind; pages say it in their own language (crm/rulings/words.py).
WORDS: dict[str, str] = {
    "not_json": "The file is not a GoRules decision (JDM): {detail}.",
    "node_kind": "The step is of the kind {detail}, which cannot be evaluated for all customers at night.",
    "hit_policy": "The table must answer with its first row that fits; {detail} is not supported.",
    "setting": "The setting {detail} of the step is not supported.",
    "too_large": "The file is too large to be checked: 300 kB, 50 steps and 300 rows a table at most.",
    "no_input": "There must be one step in which the inputs come in, and one in which the outputs leave.",
    "edge": "A connection leads to a step that does not exist.",
    "loop": "The steps wait for each other in a circle: {detail}.",
    "unconnected": "The step leads to no output.",
    "no_rows": "The table has no rows.",
    "no_id": "The row has no id of its own (_id).",
    "row_id": "The row's id {detail} may have letters, digits, _ and - alone, 40 at most.",
    "same_id": "The row's id {detail} stands twice.",
    "field": "The column has no field, or a field name that is not plain letters, digits and _.",
    "ends_early": "The cell cannot be read: it ends too early.",
    "unexpected": "The cell cannot be read: {detail} is not expected here.",
    "missing": "The cell cannot be read: {detail} is missing.",
    "not_understood": "The cell cannot be read: {detail} is not understood.",
    "condition": "A condition begins with a comparison, a range or a value.",
    "too_long": "The cell is too long or too deeply nested; reckon in steps of their own.",
    "mixed": "The cell holds the value against several things at once; give each a row of its own.",
    "zen": "The engine cannot read the cell: {detail}.",
    "unknown_name": "There is no value called {detail} here.",
    "taken": "The value {detail} is there already: an output needs a name of its own.",
    "need_number": "The cell needs a number.",
    "need_text": "The cell needs a text in quotation marks.",
    "need_flag": "The cell needs true or false.",
    "need_value": "The cell needs a value: empty cannot be an answer.",
    "never_empty": "{detail} is never empty.",
    "null_arithmetic": "{detail} may be empty, so it cannot be reckoned with; ask for it in a column of its own.",
    "not_linear": "Two values are multiplied by each other; only a number times a value can be evaluated exactly.",
    "product_again": "A product is multiplied once more, which has too many digits; write one product.",
    "division": "Division is not exact; write it as a multiplication (>= 1.3 * x).",
    "null_first": "Where empty is allowed among others, null must stand first, and != and not in stand alone.",
    "digits": "The number {detail} has more than twelve digits before or six after the point.",
    "empty_range": "The range {detail} holds nothing.",
    "empty_output": "The row has no answer in this column.",
    "output_value": "{detail} is not one of the values that this output may have.",
    "output_pair": "{detail} do not go together, or cannot be told to: answer both with plain values in one table.",
    "output_missing": "No step gives the output {detail}.",
    "output_kind": "The output {detail} is of another kind than it must be.",
    "gap": "No row answers where {detail}.",
    "overlap": "The row and row {other} both fit where {detail}, and answer differently.",
    "unreachable": "The row never answers: the rows above take all that it fits.",
    "too_many": "The table has too many combinations to be checked; split it.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``table`` is a step's name, ``row`` counts from 1 (0: the table as a whole), ``column`` a column's
    name; ``said`` fills the sentence of its ``kind``."""

    kind: str
    table: str = ""
    row: int = 0
    column: str = ""
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, in English: table, row and column as far as they are known."""
        row = f"row {self.row}" if self.row else ""
        return ", ".join(part for part in (self.table, row, self.column) if part)

    def __str__(self) -> str:
        sentence = WORDS[self.kind].format(**self.said)
        return f"{self.place}: {sentence}" if self.place else sentence


class RuleError(ValueError):
    """A rule file cannot be released; ``findings`` name every fault."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class CellError(ValueError):
    """A cell cannot be used; where it stands, the caller knows."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(WORDS[kind].format(detail=detail))
        self.kind = kind
        self.detail = detail
