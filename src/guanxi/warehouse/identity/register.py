"""The register of party numbers: which number a party keeps, which become its aliases, and since when.

A party's number is always the record number of one of its own records. That is why no number is ever given twice:
a record number is used by the party that the record belongs to, or by nobody. Every record number that is not its
party's is an alias of it. What is merged and taken apart again has the numbers that it had.

All of this is plain functions over values; only records of parties with several records are in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

NIGHT, STEWARD, FILE, SPLIT = "night", "steward", "file", "split"


@dataclass(frozen=True, slots=True)
class Alias:
    """A record number that led to another party from ``since`` until before ``until`` (None: it still does)."""

    alias: str
    party_number: str
    since: date
    until: date | None
    cause: str


@dataclass(frozen=True, slots=True)
class Register:
    """The state after a night. ``numbers`` gives the party number of each record that does not stand
    alone; a record that is not in it is its own party. ``aliases`` are all there ever were."""

    numbers: Mapping[str, str]
    aliases: tuple[Alias, ...] = ()

    def number(self, record: str) -> str:
        """The party number of a record."""
        return self.numbers.get(record, record)

    def find(self, number: str) -> str:
        """The party that a number leads to today, whether it is a party's or an alias."""
        return self.numbers.get(number, number)

    @property
    def open(self) -> dict[str, Alias]:
        """The aliases that hold today."""
        return {alias.alias: alias for alias in self.aliases if alias.until is None}


EMPTY = Register({})


def renumber(
    before: Register,
    parties: Iterable[Set[str]],
    *,
    day: date,
    rank: Callable[[str], Any],
    departed: Set[str] = frozenset(),
    surviving: Sequence[str] = (),
    cause: Mapping[str, str] | None = None,
) -> Register:
    """The register after a night that found ``parties`` (sets of two records and more).

    ``rank`` sorts numbers by who survives where two parties become one: the lowest; ties go by the number itself.
    ``departed`` are records that the bank's files no longer hold: they stay with their party, so that its number does.
    ``surviving`` are numbers that people chose. ``cause`` says for a record who merged it; the night, if nobody.
    """
    numbers: dict[str, str] = {}
    together: dict[str, frozenset[str]] = {}
    chosen = frozenset(surviving)
    histories: dict[str, list[Alias]] = {}
    for alias in before.aliases:
        histories.setdefault(alias.alias, []).append(alias)
    for component in _components(before, parties, departed):
        number = _survivor(before, component, histories, rank, chosen)
        for record in component:
            numbers[record] = number
            together[record] = component
    aliases = _aliases(before, numbers, together, day, cause or {})
    kept = {record: number for record, number in sorted(numbers.items()) if len(together[record]) > 1}
    return Register(kept, aliases)


def _components(before: Register, parties: Iterable[Set[str]], departed: Set[str]) -> list[frozenset[str]]:
    """All parties that the register has to number: tonight's, and what is left of those before."""
    found = [set(party) - departed for party in parties]
    placed = {record: index for index, party in enumerate(found) for record in party}
    for record in sorted(before.numbers):
        if record not in placed and record not in departed:
            placed[record] = len(found)
            found.append({record})
    # A record that is gone stays where most of its party stayed.
    of_number: dict[str, list[str]] = {}
    for record, number in before.numbers.items():
        of_number.setdefault(number, []).append(record)
    gone: dict[str, set[str]] = {}
    for record in sorted(departed & before.numbers.keys()):
        number = before.numbers[record]
        here: dict[int, list[str]] = {}
        for other in of_number[number]:
            if other in placed and other not in departed:
                here.setdefault(placed[other], []).append(other)
        if here:
            index = min(here, key=lambda place: (-len(here[place]), min(here[place])))
            found[index].add(record)
        else:
            gone.setdefault(number, set()).add(record)
    found.extend(gone.values())
    return sorted((frozenset(party) for party in found if party), key=min)


def _survivor(
    before: Register,
    component: frozenset[str],
    histories: Mapping[str, Sequence[Alias]],
    rank: Callable[[str], Any],
    chosen: frozenset[str],
) -> str:
    """The number of a party: one that a person chose, else one it has, else had once, else the eldest of its own."""
    has = {number for number in map(before.number, component) if number in component}
    once = (_before_that(record, histories.get(record, ()), component) for record in component)
    candidates = (chosen & component) or has or {number for number in once if number} or component
    return min(candidates, key=lambda number: (rank(number), number))


def _before_that(record: str, history: Sequence[Alias], component: frozenset[str]) -> str:
    """The last number by which a record was called that is one of the component's."""
    until: date | None = None
    for alias in reversed(history):
        if until is not None and alias.until != until:
            # Between two aliases it was called by its own.
            return record
        if alias.party_number in component:
            return alias.party_number
        until = alias.since
    return record


def _aliases(
    before: Register,
    numbers: Mapping[str, str],
    together: Mapping[str, frozenset[str]],
    day: date,
    cause: Mapping[str, str],
) -> tuple[Alias, ...]:
    """The history with tonight's changes: what no longer leads where it led is closed, what leads anew is opened."""
    aliases: list[Alias] = []
    still: set[str] = set()
    for alias in before.aliases:
        if alias.until is not None:
            aliases.append(alias)
        elif numbers.get(alias.alias, alias.alias) == alias.party_number:
            aliases.append(alias)
            still.add(alias.alias)
        elif alias.since < day:
            aliases.append(replace(alias, until=day))
        # What began and ended in one night never was.
    for record, number in numbers.items():
        if number != record and record not in still:
            # Its party went on without it: whoever had the number before is not in this one.
            left = before.number(record) not in together[record]
            aliases.append(Alias(record, number, day, None, SPLIT if left else cause.get(record, NIGHT)))
    return tuple(sorted(aliases, key=lambda alias: (alias.alias, alias.since, alias.until or date.max)))
