"""Where a page of a list begins: the sort's value and the key of the row beside it, signed against forgery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row before (or, ``backward``, after) the page: value and key. ``position``: that row's number."""

    sort: str
    value: str
    key: str
    position: int
    backward: bool = False

    def write(self, listing: str) -> str:
        """As a parameter of an address; valid for one listing only."""
        facts = [self.sort, self.value, self.key, self.position, int(self.backward)]
        return signing.dumps(facts, salt=f"list:{listing}", compress=False)


def read_cursor(text: str, listing: str, sort: str) -> Cursor | None:
    """The cursor in a parameter; None where it was made up, or made for another sort."""
    if not text:
        return None
    try:
        facts: list[Any] = signing.loads(text, salt=f"list:{listing}")
        cursor = Cursor(str(facts[0]), str(facts[1]), str(facts[2]), int(facts[3]), bool(facts[4]))
    except (signing.BadSignature, ValueError, IndexError, TypeError):
        return None
    return cursor if cursor.sort == sort else None
