"""From which probability on a pair is merged, and from which a person decides."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("person", "organisation")
LEAST = 0.01
"""Pairs of a lower probability are forgotten: no threshold lies below."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One kind's thresholds, probabilities of 0 to 1, and how many records one party may have by machine.

    Pairs from ``merged`` on are merged by the night; from ``steward`` on they wait for a person; those below are not
    the same.
    """

    merged: float = 0.99
    steward: float = 0.20
    most_records: int = 12

    def __post_init__(self) -> None:
        if not 0 < self.steward <= self.merged <= 1:
            raise ValueError(
                "The steward's threshold lies above 0 and not above the one for merging, which is 1 at most."
            )
        if self.most_records < 2:
            raise ValueError("A party may have two records at the least.")
