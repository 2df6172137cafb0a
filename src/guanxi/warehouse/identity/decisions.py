"""What people decided about pairs of records, as the night read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from guanxi.warehouse.identity.thresholds import KINDS, LEAST, Thresholds

SAME, DIFFERENT = "same", "different"


class Verdict(Protocol):
    """What somebody said of two records: ``same``, ``different``, or ``ask``, which decides nothing yet."""

    @property
    def left_record(self) -> str: ...
    @property
    def right_record(self) -> str: ...
    @property
    def verdict(self) -> str: ...


class Threshold(Protocol):
    """A kind's thresholds as the site keeps them."""

    @property
    def kind(self) -> str: ...
    @property
    def merge_from(self) -> Decimal: ...
    @property
    def review_from(self) -> Decimal: ...


class Merge(Protocol):
    """A merge in force: the party ``gone`` is part of ``kept``, whose number stays."""

    @property
    def kept(self) -> str: ...
    @property
    def gone(self) -> str: ...


class Said(Protocol):
    """All that people decided, as the night reads it from the operational database."""

    @property
    def verdicts(self) -> Sequence[Verdict]: ...
    @property
    def thresholds(self) -> Sequence[Threshold]: ...
    @property
    def merges(self) -> Sequence[Merge]: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """One pair of record numbers, and what somebody said of it: ``same`` or ``different``."""

    left_record: str
    right_record: str
    verdict: str
    cause: str = "steward"

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


def said_of(said: Said) -> tuple[dict[tuple[str, str], Decision], tuple[str, ...]]:
    """The decisions by pair, and the party numbers that people let stand.

    Numbers are record numbers: a merge of two parties says ``same`` of the two records that gave them. A verdict on
    the same two that is not withdrawn outweighs it.
    """
    merged = [Decision(merge.kept, merge.gone, SAME) for merge in said.merges]
    verdicts = [Decision(one.left_record, one.right_record, one.verdict) for one in said.verdicts]
    gone = {merge.gone for merge in said.merges}
    surviving = tuple(dict.fromkeys(merge.kept for merge in said.merges if merge.kept not in gone))
    return by_pair([*merged, *(one for one in verdicts if one.verdict in (SAME, DIFFERENT))]), surviving


def thresholds_of(rows: Sequence[Threshold]) -> dict[str, Thresholds]:
    """Each kind's thresholds: those that the site keeps, else the defaults."""
    found = {kind: Thresholds() for kind in KINDS}
    for row in rows:
        found[row.kind] = Thresholds(float(row.merge_from), max(float(row.review_from), LEAST))
    return found
