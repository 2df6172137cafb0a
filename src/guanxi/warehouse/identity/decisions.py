"""What people decided about pairs of records, as the night read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True, slots=True)
class Decision:
    """One pair of record numbers, and what somebody said of it: ``same`` or ``different``.

    ``cause`` is ``steward`` or ``file``. ``surviving`` names the record number that the party is to be called by,
    where the person chose one; it must be one of the party's own.
    """

    left_record: str
    right_record: str
    verdict: str
    cause: str = "steward"
    surviving: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The two records, the lower number first."""
        return ordered(self.left_record, self.right_record)


def ordered(one: str, other: str) -> tuple[str, str]:
    """A pair, the lower number first."""
    return (one, other) if one < other else (other, one)


def by_pair(decisions: Sequence[Decision]) -> dict[tuple[str, str], Decision]:
    """The decision on each pair; of several the last."""
    return {decision.pair: decision for decision in decisions if decision.left_record != decision.right_record}
