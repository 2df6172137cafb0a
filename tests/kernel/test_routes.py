"""The order of a round: never longer than given, the shortest where all orders can be tried, the same each time."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.kernel.routes import Point, distance_km, length_km, order_of

points = st.builds(Point, st.floats(27, 30), st.floats(110, 114))
START = Point(28.2, 112.9)


@given(st.lists(points, max_size=14))
def test_a_round_visits_each_once_and_is_never_longer_than_as_given(stops):
    order = order_of(START, stops)
    assert sorted(order) == list(range(len(stops)))
    assert length_km([START, *(stops[one] for one in order)]) <= length_km([START, *stops]) + 1e-6
    assert order_of(START, stops) == order


@given(st.lists(points, min_size=2, max_size=6, unique=True))
def test_of_a_few_stops_it_is_within_a_third_of_the_shortest(stops):
    found = length_km([START, *(stops[one] for one in order_of(START, stops))])
    best = min(length_km([START, *order]) for order in permutations(stops))
    assert found <= best * 4 / 3 + 1e-6


def test_stops_along_a_road_are_visited_along_the_road():
    road = [Point(28.2 + step / 10, 112.9) for step in (3, 1, 5, 2, 4)]
    assert order_of(START, road) == [1, 3, 0, 4, 2]


def test_distances_are_known_ones():
    # Changsha to Xiangtan is some 40 km as the crow flies; one degree of latitude is 111.2 km.
    assert abs(distance_km(Point(28.0, 113.0), Point(29.0, 113.0)) - 111.19) < 0.1
    assert distance_km(START, START) == 0
