"""Chance that always falls the same way: draws that depend on the seed, a name and a row's number, nothing else.

Each function returns a piece of DuckDB's SQL. A draw is a hash of the row's number shifted by a constant that the
seed and the draw's name give, so that two draws on the same row are independent, and neither threads nor the order of
rows have a say. (DuckDB's ``hash(a, b)`` will not do: for a constant ``b`` it only flips bits of ``hash(a)``.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one bank. ``key`` is always an SQL expression of a whole number below 2^61."""

    seed: int

    def _hash(self, name: str, key: str) -> str:
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return f"hash(({key})::BIGINT + {int.from_bytes(digest[:8], 'big') >> 2})"

    def unit(self, name: str, key: str) -> str:
        """A DOUBLE evenly spread over [0, 1)."""
        return f"(({self._hash(name, key)} >> 11)::DOUBLE * 1.1102230246251565e-16)"

    def whole(self, name: str, key: str, count: int | str) -> str:
        """A BIGINT evenly spread over 0 .. ``count`` - 1."""
        return f"({self._hash(name, key)} % ({count}))::BIGINT"

    def chance(self, name: str, key: str, probability: float | str) -> str:
        """A BOOLEAN, true with the probability."""
        return f"({self.unit(name, key)} < {probability})"

    def normal(self, name: str, key: str) -> str:
        """A standard normal DOUBLE (Box and Muller)."""
        first, second = self.unit(name + "/1", key), self.unit(name + "/2", key)
        return f"(sqrt(-2 * ln(1 - {first})) * cos(6.283185307179586 * {second}))"

    def lognormal(self, name: str, key: str, median: float | str, sigma: float) -> str:
        """A lognormal DOUBLE."""
        return f"({median} * exp({sigma} * {self.normal(name, key)}))"

    def pick(self, name: str, key: str, choices: Sequence[str | int]) -> str:
        """One of the choices, all as likely; a choice that stands there twice is twice as likely."""
        return f"{array(choices)}[1 + {self.whole(name, key, len(choices))}]"

    def weighted(self, name: str, key: str, choices: Sequence[tuple[str | int, float]]) -> str:
        """One of the choices by their weights, whose sum is the whole."""
        total = sum(weight for _, weight in choices)
        cases, passed = [], 0.0
        draw = self.unit(name, key)
        for choice, weight in choices[:-1]:
            passed += weight / total
            cases.append(f"WHEN {draw} < {passed:.6f} THEN {literal(choice)}")
        last = literal(choices[-1][0])
        return f"CASE {' '.join(cases)} ELSE {last} END" if cases else last


def literal(value: str | int | float | None) -> str:
    """A value as SQL."""
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def array(values: Sequence[str | int]) -> str:
    """A list as SQL."""
    return "[" + ", ".join(literal(value) for value in values) + "]"


def spread(weights: Sequence[tuple[str, int]]) -> list[str]:
    """Each word as often as its weight, so that a plain pick follows the weights."""
    return [word for word, weight in weights for _ in range(weight)]
