"""Rule files of banks in tests: the shipped ones with other numbers in their cells."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping


def with_numbers(content: str, numbers: Mapping[str, str]) -> str:
    """The file with numbers of its conditions replaced, each by what ``numbers`` says; those it does not name stay."""
    found = json.loads(content)
    for node in found["nodes"]:
        table = node.get("content") or {}
        for row in table.get("rules", []):
            for column in table["inputs"]:
                row[column["id"]] = re.sub(
                    r"\d+(\.\d+)?", lambda number: numbers.get(number[0], number[0]), row[column["id"]]
                )
    return json.dumps(found)


def with_cell(content: str, row: str, field: str, value: str) -> str:
    """The file with another cell, named by the id of its row and the field of its column (``field#2``: the second)."""
    found = json.loads(content)
    name, _, which = field.partition("#")
    for node in found["nodes"]:
        table = node.get("content") or {}
        for line in table.get("rules", []):
            if line["_id"] == row:
                columns = [entry for side in ("inputs", "outputs") for entry in table[side] if entry["field"] == name]
                line[columns[int(which or 1) - 1]["id"]] = value
                return json.dumps(found)
    raise LookupError(row)
