"""From pairs to parties: pairs join one after the other, the surest first, where nothing forbids it.

What forbids it: that a person said two of the records are different, that two of them have valid strong identifiers
that differ, that the party would have more records than a machine may put together. A pair that may not join goes to a
person, with the reason; one that a person has decided already (``apart``) goes to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from guanxi.warehouse.identity.decisions import DIFFERENT, SAME, Decision, ordered

LIMIT, CONTRADICTION, APART = "limit", "contradiction", "apart"


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair that is to be merged. ``since`` is when it was first seen (a word that sorts by time): what was joined
    before stays joined before what is new."""

    left_record: str
    right_record: str
    probability: float
    certain: bool = False
    since: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The two records, the lower number first."""
        return ordered(self.left_record, self.right_record)


@dataclass(slots=True)
class Clusters:
    """Parties of two records and more, and pairs that were refused, with the reason."""

    parties: list[frozenset[str]] = field(default_factory=list)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)


def cluster(
    edges: Iterable[Edge],
    decisions: Mapping[tuple[str, str], Decision],
    strong: Mapping[str, str],
    *,
    most_records: int,
) -> Clusters:
    """The parties that the pairs make.

    ``strong`` is the valid strong identifier of each record that has one. A decision ``same`` joins whatever the
    machine thinks; a decision ``different`` holds for every way in which the two could meet. The same input gives the
    same parties, in whatever order it comes.
    """
    joining = _Joining(strong, most_records)
    apart = [pair for pair, decision in sorted(decisions.items()) if decision.verdict == DIFFERENT]
    for one, other in apart:
        joining.keep_apart(one, other)
    for pair, decision in sorted(decisions.items()):
        if decision.verdict == SAME:
            joining.join(pair, by_person=True)
    said = {pair for pair in decisions if decisions[pair].verdict in (SAME, DIFFERENT)}
    waiting = (edge for edge in edges if edge.pair not in said)
    for edge in sorted(waiting, key=lambda edge: (edge.since, not edge.certain, -edge.probability, edge.pair)):
        joining.join(edge.pair)
    return Clusters(joining.parties(), joining.refused)


class _Joining:
    """Records being joined: who is with whom, what each party has and may not have."""

    def __init__(self, strong: Mapping[str, str], most_records: int) -> None:
        self.strong = strong
        self.most_records = most_records
        self.refused: dict[tuple[str, str], str] = {}
        self._above: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._strong: dict[str, set[str]] = {}
        self._apart: dict[str, set[str]] = {}

    def keep_apart(self, one: str, other: str) -> None:
        self._apart.setdefault(one, set()).add(other)
        self._apart.setdefault(other, set()).add(one)

    def join(self, pair: tuple[str, str], *, by_person: bool = False) -> None:
        one, other = (self._top(record) for record in pair)
        if one == other:
            return
        reason = self._forbids(one, other, by_person=by_person)
        if reason:
            self.refused[pair] = reason
            return
        keep, lose = (one, other) if len(self._members[one]) >= len(self._members[other]) else (other, one)
        self._above[lose] = keep
        self._members[keep] |= self._members.pop(lose)
        self._strong[keep] |= self._strong.pop(lose)

    def parties(self) -> list[frozenset[str]]:
        return sorted((frozenset(found) for found in self._members.values() if len(found) > 1), key=min)

    def _forbids(self, one: str, other: str, *, by_person: bool) -> str:
        smaller, larger = sorted((self._members[one], self._members[other]), key=len)
        if any(not self._apart.get(record, set()).isdisjoint(larger) for record in smaller):
            return APART
        if by_person:
            return ""
        both = self._strong[one] | self._strong[other]
        # What a person put together with two numbers may grow; it may not gain a third.
        if len(both) > max(1, len(self._strong[one]), len(self._strong[other])):
            return CONTRADICTION
        return LIMIT if len(smaller) + len(larger) > self.most_records else ""

    def _top(self, record: str) -> str:
        if record not in self._above:
            self._above[record] = record
            self._members[record] = {record}
            self._strong[record] = {self.strong[record]} if record in self.strong else set()
        top = record
        while self._above[top] != top:
            top = self._above[top]
        while self._above[record] != top:
            self._above[record], record = top, self._above[record]
        return top
