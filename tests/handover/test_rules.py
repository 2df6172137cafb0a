"""Every way of sharing customers out: each to exactly one who may have them, within the limits, always alike."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.crm.handover.rules import RULES, Candidate, Taker, share

KINDS, TIERS = ("person", "organisation"), ("premier", "core", "standard")
PLACES = {"B11": ("B0", "B1", "B11"), "B12": ("B0", "B1", "B12"), "B21": ("B0", "B2", "B21")}


@st.composite
def candidates(draw):
    many = draw(st.integers(0, 40))
    return [
        Candidate(
            f"P{number:03d}",
            draw(st.sampled_from(KINDS)),
            place := draw(st.sampled_from(sorted(PLACES))),
            PLACES[place],
            draw(st.sampled_from(TIERS)),
            Decimal(draw(st.integers(0, 900))),
            Decimal(0),
            Decimal(draw(st.integers(-50, 90))),
            draw(st.integers(0, 15)),
        )
        for number in range(many)
    ]


@st.composite
def takers(draw):
    made = []
    for position in range(draw(st.integers(1, 4))):
        kinds = frozenset(draw(st.sampled_from([("person",), ("organisation",), KINDS])))
        limits = draw(
            st.dictionaries(
                st.sampled_from([*KINDS, *(f"{kind}/{tier}" for kind in KINDS for tier in TIERS)]), st.integers(0, 9)
            )
        )
        made.append(Taker(f"S{position}", position, kinds, PLACES[draw(st.sampled_from(sorted(PLACES)))], limits))
    return made


OPTIONS = st.fixed_dictionaries(
    {},
    optional={key: st.sampled_from(["S0", "S1"]) for key in (*TIERS, "0", "1", "2", "staff")},
)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(some=candidates(), people=takers(), options=OPTIONS)
@settings(max_examples=60, deadline=None)
def test_each_customer_goes_to_one_who_may_have_them(rule, some, people, options):
    fresh = deepcopy(people)
    shared = share(some, people, rule, options)
    assert set(shared) == {one.party_id for one in some}
    by_number = {one.staff_id: one for one in fresh}
    counts: Counter[tuple[str, str]] = Counter()
    for one in some:
        if shared[one.party_id]:
            taker = by_number[shared[one.party_id]]
            assert one.kind in taker.kinds
            counts[taker.staff_id, one.kind] += 1
            counts[taker.staff_id, f"{one.kind}/{one.tier}"] += 1
    for (number, key), many in counts.items():
        assert many <= by_number[number].room.get(key, many)
    # The order in which the database gives rows decides nothing.
    assert share(list(reversed(some)), deepcopy(fresh), rule, options) == shared
    # Nobody stays whom somebody could still take, but where the rule itself names who alone may.
    if not options and rule.name != "to_one":
        for one in some:
            if not shared[one.party_id]:
                assert not any(taker.fits(one) for taker in people)


@given(some=candidates())
@settings(max_examples=40, deadline=None)
def test_evenly_is_even(some):
    people = [Taker(f"S{position}", position, frozenset(KINDS)) for position in range(3)]
    share(some, people, RULES["evenly"])
    assert max(one.many for one in people) - min(one.many for one in people) <= 1


def test_each_rule_does_what_it_says():
    rows = [
        Candidate("P1", "person", "B11", PLACES["B11"], "premier", Decimal(900), contribution=Decimal(1), products=1),
        Candidate("P2", "person", "B12", PLACES["B12"], "core", Decimal(500), contribution=Decimal(9), products=6),
        Candidate("P3", "person", "B21", PLACES["B21"], "core", Decimal(400), contribution=Decimal(8), products=4),
    ]

    def shared(rule: str, **options: str) -> list[str]:
        people = [
            Taker("A", 0, frozenset(KINDS), PLACES["B11"], {"person": 1} if rule == "capacity" else {}),
            Taker("B", 1, frozenset(KINDS), PLACES["B21"], {"person": 5} if rule == "capacity" else {}),
        ]
        given_to = share(rows, people, RULES[rule], options)
        return [given_to[one.party_id] for one in rows]

    assert shared("to_one") == ["A", "A", "A"]
    assert shared("to_one", staff="B") == ["B", "B", "B"]
    assert shared("branch") == ["A", "A", "B"]
    assert shared("assets") == ["A", "B", "B"]
    assert shared("contribution") == ["B", "A", "B"]
    assert shared("tier", premier="B", core="A") == ["B", "A", "A"]
    assert shared("product", **{"2": "B", "0": "A"}) == ["A", "B", "B"]
    assert shared("capacity") == ["B", "B", "B"]
