"""Nights of a bank in which tellers entered one person in twelve a second time, and in which twins, fathers and sons of
one name, and families with one phone live."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from itertools import combinations
from types import SimpleNamespace

import duckdb
import pytest

from guanxi.demo.bank import BankSpec, write_bank
from guanxi.demo.duplicates import TRUTH
from guanxi.warehouse.identity import decided_night, link_night, state
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from tests.demo.landed import land

pytestmark = pytest.mark.long
SPEC = BankSpec(customers=4000, nights=1, daily_days=3, month_ends=0, bad_rows=False, plain=True, duplicates=0.08)
FULL = dict.fromkeys(state.KEYS, "full")


@dataclass(frozen=True)
class Verdict:
    left_record: str
    right_record: str
    verdict: str


@dataclass(frozen=True)
class Said:
    verdicts: tuple = ()
    thresholds: tuple = ()
    merges: tuple = ()


@dataclass
class House:
    """A warehouse whose nights are linked, and what is true of its customers."""

    layout: Layout
    days: tuple
    truth: dict = field(default_factory=dict)

    def night(self, number, said=None, run=link_night):
        """Links a night, and leaves the state by record as the models would."""
        night = Night(self.days[number], self.days[number - 1] if number else None)
        deliveries = {} if number else FULL
        done = run(layout=self.layout, night=night, deliveries=deliveries, decisions=said or Said())
        records = state.records_of(self.layout, night, deliveries)
        queries = {"party": records.party, "party_identifier": records.identifier, "contact_point": records.contact}
        with duckdb.connect() as connection:
            for name, query in queries.items():
                state.write(self.layout, connection, f"{name}_record", night.business_date, query)
        return done

    def rows(self, name, number, columns="*"):
        source = state.carried(self.layout, name, self.days[number])
        with duckdb.connect() as connection:
            return connection.execute(f"SELECT {columns} FROM ({source}) ORDER BY ALL").fetchall()

    def numbers(self, number):
        return dict(self.rows("identity_number", number, "record_id, party_number"))

    def merged(self, number):
        """The pairs of records that have one number."""
        parties: dict[str, list[str]] = {}
        for record, party in self.numbers(number).items():
            parties.setdefault(party, []).append(record)
        return {pair for records in parties.values() for pair in combinations(sorted(records), 2)}

    def waiting(self, number):
        rows = self.rows("identity_pair", number, "left_record, right_record, zone, reason")
        return {(left, right): reason for left, right, zone, reason in rows if zone == "steward"}

    def pairs(self, kind, number):
        here = self.numbers(number)
        return {pair for pair, said in self.truth.items() if said == kind and here.keys() >= set(pair)}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("linked")
    bank = write_bank(SPEC, folder / "inbox")
    landed = land(bank, folder / "inbox", folder / "warehouse")
    made = House(landed.layout, bank.days)
    with (folder / "inbox" / TRUTH).open(encoding="utf-8", newline="") as handle:
        made.truth = {(row["left_id"], row["right_id"]): row["kind"] for row in csv.DictReader(handle)}
    made.first = made.night(0)
    return made


def test_second_entries_are_found_and_nobody_else_is_taken_for_another(house):
    same, merged = house.pairs("same", 0), house.merged(0)
    assert len(same) > 250
    wrong = merged - same
    assert len(merged & same) / len(merged) >= 0.999, wrong
    assert len(merged & same) / len(same) >= 0.95
    lost = same - merged - house.waiting(0).keys()
    assert not lost, f"{len(lost)} of {len(same)} wait for nobody"
    assert house.first.waiting == len(house.waiting(0)) < 0.03 * SPEC.customers


def test_no_trap_is_merged(house):
    merged = house.merged(0)
    for kind in ("twins", "father_and_son", "family_phone"):
        assert house.pairs(kind, 0)
        assert not house.pairs(kind, 0) & merged
    # What looks like one and may not be is a person's to decide, and says why.
    assert set(house.waiting(0).values()) <= {"", "limit", "contradiction"}
    assert "contradiction" in house.waiting(0).values()


def test_every_record_has_a_number_and_every_number_is_one_of_its_partys(house):
    numbers = house.numbers(0)
    opened = dict(house.rows("party_record", 0, "party_id, opened_on"))
    assert numbers.keys() == opened.keys()
    assert all(numbers[number] == number for number in numbers.values())
    aliases = dict(house.rows("identity_alias", 0, "alias, party_number"))
    assert aliases == {record: number for record, number in numbers.items() if record != number}
    # The customer of longest standing survives.
    assert all(opened[number] <= opened[alias] for alias, number in aliases.items())


def test_an_increment_links_what_is_new_and_a_night_done_again_is_the_same(house):
    done = house.night(1)
    assert 0 < done.records < SPEC.customers / 10
    names = [f"identity_{name}" for name in ("number", "alias", "pair", "count", "sample", "model")]
    first = {name: house.rows(name, 1) for name in names}
    house.night(1)
    assert {name: house.rows(name, 1) for name in names} == first
    assert house.rows("identity_model", 1) == house.rows("identity_model", 0)
    incremental = house.merged(1)
    assert house.pairs("same", 1) - incremental - house.waiting(1).keys() == set()
    assert not {pair for pair in incremental if house.truth.get(pair, "same") != "same"}


def test_what_people_decided_holds_and_an_unmerge_gives_the_numbers_back(house):
    house.night(1)
    before = house.numbers(1)
    together = min(house.merged(1) & house.pairs("same", 1))
    trap = min(pair for pair in house.pairs("twins", 1) if before.keys() >= set(pair))
    merge = SimpleNamespace(kept=trap[1], gone=trap[0])
    said = Said((Verdict(*together, "different"), Verdict(*trap, "same")), merges=(merge,))
    house.night(1, said)
    after = house.numbers(1)
    assert after[together[0]] != after[together[1]]
    assert after[trap[0]] == after[trap[1]] == trap[1]
    assert together not in house.waiting(1)
    assert {record for record in before if before[record] != after[record]} <= {*together, *trap}
    house.night(1)
    assert house.numbers(1) == before


def test_without_a_model_parties_stay_and_people_still_decide(house):
    first = house.numbers(0)
    apart = min(house.merged(0))
    house.night(1, Said((Verdict(*apart, "different"),)), run=decided_night)
    numbers = house.numbers(1)
    assert numbers[apart[0]] != numbers[apart[1]]
    assert {record for record in first if first[record] != numbers[record]} <= set(apart)
    assert house.rows("identity_pair", 1) == []


def test_the_thresholds_are_what_the_bank_says(house):
    strict = SimpleNamespace(kind="person", merge_from=1.0, review_from=0.5)
    house.night(1, Said(thresholds=(strict,)))
    fewer, waiting = house.merged(1), house.waiting(1)
    house.night(1)
    assert fewer < house.merged(1)
    assert house.merged(1) - fewer <= waiting.keys()
    counted = house.rows("identity_count", 1, "kind, low, pairs")
    assert sum(pairs for kind, _, pairs in counted if kind == "person") >= len(house.merged(1))
    sampled = house.rows("identity_sample", 1, "kind, low, place")
    assert {(kind, low) for kind, low, _ in sampled} == {(kind, low) for kind, low, _ in counted}
