"""Numbers for life: whatever is loaded, merged and taken apart in whatever order, no number is lost, reused or moved
without an alias."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from guanxi.warehouse.identity.cluster import APART, CONTRADICTION, LIMIT, Edge, cluster
from guanxi.warehouse.identity.decisions import DIFFERENT, SAME, Decision, by_pair, ordered
from guanxi.warehouse.identity.register import EMPTY, NIGHT, SPLIT, renumber

FIRST = date(2026, 1, 1)
NAMES = [f"r{number}" for number in range(8)]
SOME = st.sampled_from(NAMES)
PAIRS = st.tuples(SOME, SOME).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: ordered(*pair))


class Bank(RuleBasedStateMachine):
    """A bank's records come and go, machine and people merge and take apart; a night follows each change."""

    def __init__(self):
        super().__init__()
        self.present: dict[str, int] = {}
        self.edges: dict[tuple[str, str], Edge] = {}
        self.verdicts: dict[tuple[str, str], Decision] = {}
        self.surviving: list[str] = []
        self.register = EMPTY
        self.ever: set[str] = set()
        self.day = FIRST
        self.nights = 0

    def night(self):
        """Runs a night and holds what must be true of each."""
        before, self.day = self.register, self.day + timedelta(days=1)
        self.nights += 1
        edges = [edge for pair, edge in self.edges.items() if self.present.keys() >= set(pair)]
        verdicts = {pair: said for pair, said in self.verdicts.items() if self.present.keys() >= set(pair)}
        told = {"day": self.day, "rank": lambda record: self.present.get(record, 99), "surviving": self.surviving}
        departed = frozenset(before.numbers.keys() - self.present.keys())
        parties = cluster(edges, verdicts, {}, most_records=4).parties
        self.register = renumber(before, parties, departed=departed, **told)
        # Loaded in another order, the same night ends the same.
        other = cluster(reversed(edges), dict(reversed(verdicts.items())), {}, most_records=4).parties
        assert renumber(before, reversed(other), departed=departed, **told) == self.register
        # A night without news changes nothing.
        assert renumber(self.register, parties, departed=departed, **told) == self.register
        self.ever |= self.present.keys()
        for record in self.ever:
            if before.number(record) != self.register.number(record):
                here = [alias for alias in self.register.aliases if alias.alias in (record, before.number(record))]
                assert any(self.day in (alias.since, alias.until) for alias in here), "moved without an alias"
        for party in parties:
            assert len({self.register.number(record) for record in party}) == 1

    @rule(record=SOME, opened=st.integers(0, 5))
    def load(self, record, opened):
        self.present.setdefault(record, opened)
        self.night()

    @rule(record=SOME)
    def forget(self, record):
        self.present.pop(record, None)
        self.night()

    @rule(pair=PAIRS, probability=st.sampled_from([0.99, 0.999]), certain=st.booleans())
    def link(self, pair, probability, certain):
        self.edges[pair] = Edge(*pair, probability, certain)
        self.night()

    @rule(pair=PAIRS, verdict=st.sampled_from([SAME, DIFFERENT]), chosen=st.booleans())
    def decide(self, pair, verdict, chosen):
        self.verdicts[pair] = Decision(*pair, verdict)
        if verdict == SAME and chosen:
            self.surviving.append(pair[1])
        self.night()

    @rule(pair=PAIRS)
    def withdraw(self, pair):
        self.verdicts.pop(pair, None)
        self.edges.pop(pair, None)
        self.night()

    @precondition(lambda self: self.nights)
    @rule(pair=PAIRS)
    def merge_and_unmerge(self, pair):
        if not self.present.keys() >= set(pair) or pair in self.verdicts or pair in self.edges:
            return
        before = self.register
        self.verdicts[pair] = Decision(*pair, SAME)
        self.night()
        del self.verdicts[pair]
        self.night()
        assert {r: self.register.number(r) for r in self.ever} == {r: before.number(r) for r in self.ever}
        leads = {alias: found.party_number for alias, found in self.register.open.items()}
        assert leads == {alias: found.party_number for alias, found in before.open.items()}

    @invariant()
    def every_number_leads_to_one_party(self):
        opened = [alias for alias in self.register.aliases if alias.until is None]
        assert len({alias.alias for alias in opened}) == len(opened)
        leads = {alias.alias: alias.party_number for alias in opened}
        for record in self.ever:
            number = self.register.number(record)
            # None is lost: it is a party's number or leads to one.
            assert leads.get(record, record) == number == self.register.find(record)
            # None is reused: a party is called by a record of its own, so two parties never by the same.
            assert self.register.number(number) == number

    @invariant()
    def the_history_is_whole(self):
        by_alias: dict[str, list] = {}
        for alias in self.register.aliases:
            by_alias.setdefault(alias.alias, []).append(alias)
        for history in by_alias.values():
            for earlier, later in pairwise(history):
                assert earlier.until is not None
                assert earlier.since < earlier.until <= later.since

    @invariant()
    def who_was_told_apart_is_apart(self):
        for (one, other), said in self.verdicts.items():
            if said.verdict == DIFFERENT and self.nights and {one, other} <= self.present.keys():
                assert self.register.number(one) != self.register.number(other)


TestBank = Bank.TestCase
TestBank.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def eldest(record):
    return record


def test_the_eldest_number_survives_and_a_split_gives_the_old_ones_back():
    first = renumber(EMPTY, [{"b", "c"}], day=FIRST, rank=eldest)
    assert first.numbers == {"b": "b", "c": "b"}
    second = renumber(first, [{"a", "b", "c"}], day=FIRST + timedelta(1), rank=eldest)
    assert {r: second.number(r) for r in "abc"} == dict.fromkeys("abc", "a")
    third = renumber(second, [{"b", "c"}], day=FIRST + timedelta(2), rank=eldest)
    assert {r: third.number(r) for r in "abc"} == {"a": "a", "b": "b", "c": "b"}
    assert [(one.alias, one.party_number, one.until is None, one.cause) for one in third.aliases] == [
        ("b", "a", False, NIGHT), ("c", "b", False, NIGHT), ("c", "a", False, NIGHT), ("c", "b", True, SPLIT)
    ]  # fmt: skip


def test_a_number_that_a_person_chose_stays():
    chosen = renumber(EMPTY, [{"a", "b"}], day=FIRST, rank=eldest, surviving=["b"], cause={"a": "steward"})
    assert chosen.number("a") == "b"
    later = renumber(chosen, [{"a", "b"}], day=FIRST + timedelta(1), rank=eldest)
    assert later == chosen
    assert later.aliases[0].cause == "steward"


def test_a_party_keeps_its_number_when_the_bank_deletes_the_record_that_gave_it():
    before = renumber(EMPTY, [{"a", "b", "c"}], day=FIRST, rank=eldest)
    after = renumber(before, [{"b", "c"}], day=FIRST + timedelta(1), rank=eldest, departed={"a"})
    assert {r: after.number(r) for r in "abc"} == dict.fromkeys("abc", "a")
    assert after.aliases == before.aliases


@pytest.mark.parametrize("order", [1, -1])
def test_a_pair_that_would_contradict_or_grow_too_far_is_refused_with_the_reason(order):
    edges = [Edge("a", "b", 0.999), Edge("b", "c", 0.995), Edge("c", "d", 0.993), Edge("d", "e", 0.991)][::order]
    found = cluster(edges, {}, {"a": "1", "c": "2"}, most_records=2)
    assert found.parties == [{"a", "b"}, {"c", "d"}]
    assert found.refused == {("b", "c"): CONTRADICTION, ("d", "e"): LIMIT}


def test_people_outweigh_the_machine_and_their_no_holds_for_every_way_round():
    edges = [Edge("a", "b", 1.0, True), Edge("b", "c", 0.999), Edge("d", "e", 0.999)]
    said = by_pair([Decision("c", "a", DIFFERENT), Decision("d", "a", SAME), Decision("e", "e", SAME)])
    found = cluster(edges, said, {"a": "1", "d": "2"}, most_records=9)
    assert found.parties == [{"a", "b", "d", "e"}]
    assert found.refused == {("b", "c"): APART}
    assert cluster([], by_pair([Decision("a", "b", SAME)]), {"a": "1", "b": "2"}, most_records=2).parties == [
        {"a", "b"}
    ]


@given(st.lists(st.tuples(PAIRS, st.sampled_from([0.99, 0.995, 1.0])), max_size=12), st.randoms())
def test_the_order_in_which_pairs_come_does_not_matter(pairs, random):
    edges = [Edge(*pair, probability) for pair, probability in dict(pairs).items()]
    strong = {name: name[1] for name in NAMES[:3]}
    shuffled = random.sample(edges, len(edges))
    assert cluster(shuffled, {}, strong, most_records=3).parties == cluster(edges, {}, strong, most_records=3).parties
