"""The order in which places are visited: nearest neighbour, then 2-opt; distances as the crow flies.

Pure. For the ten or twenty stops of a day this is within a few per cent of the shortest way, in a millisecond. Roads
are not known here: the order is a proposal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

EARTH_KM = 6371.0
MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


def distance_km(one: Point, other: Point) -> float:
    """How far two places are apart along the earth's surface, in kilometres."""
    first, second = math.radians(one.latitude), math.radians(other.latitude)
    by_latitude, by_longitude = second - first, math.radians(other.longitude - one.longitude)
    half = math.sin(by_latitude / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(by_longitude / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def length_km(points: Sequence[Point]) -> float:
    """The length of a way through points in the order given."""
    return sum(distance_km(one, other) for one, other in pairwise(points))


def order_of(start: Point, stops: Sequence[Point]) -> list[int]:
    """In which order to visit the stops from ``start`` on (the way ends at the last one), as their places in ``stops``.

    Never longer than the order given, and the same for the same stops.
    """
    if len(stops) < 2:
        return list(range(len(stops)))
    given = list(range(len(stops)))
    found = _improved(start, stops, _nearest(start, stops))

    def length(order: list[int]) -> float:
        return length_km([start, *(stops[one] for one in order)])

    return min((found, _improved(start, stops, given)), key=length)


def _nearest(start: Point, stops: Sequence[Point]) -> list[int]:
    here, left, order = start, set(range(len(stops))), []
    while left:
        chosen = min(left, key=lambda one: (distance_km(here, stops[one]), one))
        order.append(chosen)
        left.remove(chosen)
        here = stops[chosen]
    return order


def _improved(start: Point, stops: Sequence[Point], order: list[int]) -> list[int]:
    """2-opt on a way with a fixed beginning and a free end: stretches are turned round while that is shorter."""
    points = [start, *stops]
    way = [0, *(one + 1 for one in order)]
    far = [[distance_km(one, other) for other in points] for one in points]
    for _round in range(MOST_ROUNDS):
        better = False
        for first in range(1, len(way) - 1):
            for last in range(first + 1, len(way)):
                before, after = way[first - 1], way[last + 1] if last + 1 < len(way) else None
                was = far[before][way[first]] + (far[way[last]][after] if after is not None else 0)
                now = far[before][way[last]] + (far[way[first]][after] if after is not None else 0)
                if now < was - 1e-9:
                    way[first : last + 1] = reversed(way[first : last + 1])
                    better = True
        if not better:
            break
    return [one - 1 for one in way[1:]]


def order_with_fixed(start: Point | None, stops: Sequence[Point], fixed: Sequence[int]) -> list[int]:
    """In which order to visit the stops where some, ``fixed``, keep their order among each other: they have a time.

    The others are put in where they make the way longer by the least, one after the other. Without fixed ones it is
    :func:`order_of`; without ``start`` the way begins at whichever stop makes it shortest.
    """
    if not fixed:
        if start is not None or not stops:
            return order_of(start, stops) if start is not None else []
        ways = [[first, *_rest_from(stops, first)] for first in range(len(stops))]
        return min(ways, key=lambda way: length_km([stops[one] for one in way]))
    way, left = list(fixed), [one for one in range(len(stops)) if one not in set(fixed)]
    while left:
        _cost, chosen, place = min(
            (_detour(start, stops, way, one, place), one, place) for one in left for place in range(len(way) + 1)
        )
        way.insert(place, chosen)
        left.remove(chosen)
    return way


def _rest_from(stops: Sequence[Point], first: int) -> list[int]:
    rest = [one for one in range(len(stops)) if one != first]
    return [rest[one] for one in order_of(stops[first], [stops[one] for one in rest])]


def _detour(start: Point | None, stops: Sequence[Point], way: Sequence[int], one: int, place: int) -> float:
    """By how much a way grows where a stop is put in."""
    before = stops[way[place - 1]] if place else start
    after = stops[way[place]] if place < len(way) else None
    here = stops[one]
    grown = (distance_km(before, here) if before else 0.0) + (distance_km(here, after) if after else 0.0)
    return grown - (distance_km(before, after) if before and after else 0.0)
