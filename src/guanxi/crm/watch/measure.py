"""How unusual a number is: against the others in the same role, and against the person's own days before.

Robust on purpose: the middle value (median) and the middle distance from it (MAD) are moved neither by the one who
stands out nor by a quiet week. Plain numbers in, plain numbers out; the database is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import median

PEERS_LEAST = 4
"""With fewer others in the role, everybody is compared with everybody."""
DAYS_LEAST = 10
"""Of fewer days before, nothing is concluded about a person's own habit."""
UNUSUAL = 3.0
MOST = 10.0
# What a normal distribution's standard deviation is in middle distances.
SPREAD = 1.4826


class Measure(StrEnum):
    """What is counted; the names are those of the sums' columns."""

    REVEALS = "reveals"
    OUTSIDE = "outside"
    EXPORTS = "exports"
    ODD = "odd"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much a measure weighs in the rank, and below what number it is never unusual, whatever others do."""

    weight: float
    least: int


WEIGHTS: Mapping[Measure, Weighing] = {
    Measure.REVEALS: Weighing(3.0, 5),
    Measure.OUTSIDE: Weighing(2.0, 10),
    Measure.EXPORTS: Weighing(2.0, 3),
    Measure.ODD: Weighing(1.0, 10),
    Measure.REFUSED: Weighing(1.5, 5),
}


def distance(value: float, others: Sequence[float]) -> float:
    """How far above the middle of ``others`` a value lies, in usual distances; 0 for no others or a value below.

    The usual distance is never taken for less than what chance alone does to counts, the root of the middle, nor 1.
    """
    if not others:
        return 0.0
    middle = median(others)
    usual = SPREAD * median([abs(one - middle) for one in others])
    return max(0.0, (value - middle) / max(usual, sqrt(max(middle, 0.0)), 1.0))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands out: how many there were, what is usual for others and for the person, and how far off.

    ``usual_others`` is the middle of the others over the same days, ``usual_own`` of the person over as many days
    before; None where there are too few to say.
    """

    measure: Measure
    count: int
    usual_others: float | None
    usual_own: float | None
    score: float


def finding(
    measure: Measure, count: int, *, others: Sequence[int], own_days: Sequence[int], days: int
) -> Finding | None:
    """What stands out about one count over ``days``; None where nothing does.

    ``others`` are the same counts of the others; ``own_days`` the person's own counts of single days before.
    """
    if count < WEIGHTS[measure].least:
        return None
    by_others = distance(count, others) if len(others) >= PEERS_LEAST else 0.0
    by_self = 0.0
    usual_own = None
    if len(own_days) >= DAYS_LEAST:
        usual_own = median(own_days) * days
        usual = SPREAD * median([abs(one - median(own_days)) for one in own_days]) * sqrt(days)
        by_self = max(0.0, (count - usual_own) / max(usual, sqrt(max(usual_own, 0.0)), 1.0))
    # Many of something is not unusual where everybody in the role has as many, and the person always had.
    score = min(MOST, max(by_others, by_self))
    if score < UNUSUAL:
        return None
    usual_others = float(median(others)) if len(others) >= PEERS_LEAST else None
    return Finding(measure, count, usual_others, usual_own, score)


def rank_of(findings: Sequence[Finding]) -> float:
    """One number to order people by: what stands out, each by its weight."""
    return sum(one.score * WEIGHTS[one.measure].weight for one in findings)
