"""The credit of a referral, and the clock of its answer."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.sales.credit import split
from guanxi.crm.sales.leads.clock import Hours, after_working
from guanxi.crm.sales.referral_credit import shares


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda number: Decimal(number) / 100)


PERCENT = cents(0, 50_00)
TEAM = st.dictionaries(st.sampled_from(["1111", "1112", "1121"]), cents(1_00, 100_00), min_size=1)


@given(PERCENT, TEAM, cents(0, 10**11))
def test_the_credit_comes_to_a_hundred_and_to_what_was_won(share, team, won):
    parts = shares(referrer="9", share=share, others=team)
    assert sum(parts.values()) == 100
    assert parts["9"] == share
    money = split(won, parts)
    assert sum(money.values()) == won
    assert abs(money["9"] - won * share / 100) < Decimal("0.01")


@given(TEAM)
def test_what_a_team_agreed_on_with_the_sender_in_it_stands(team):
    parts = shares(referrer="1111", share=Decimal(10), others={"1111": Decimal(40), **team})
    assert sum(parts.values()) == 100
    assert parts.keys() == {"1111", *team}


def test_without_anybody_else_the_sender_has_all_of_it():
    assert shares(referrer="9", share=Decimal(30), others={}) == {"9": Decimal(100)}


class Week:
    """A calendar of plain weeks."""

    def on_or_after(self, day: datetime.date) -> datetime.date:
        while day.weekday() > 4:
            day += datetime.timedelta(days=1)
        return day


def _at(words: str) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.fromisoformat(words))


def test_eight_working_hours_end_after_the_weekend():
    answer = after_working(_at("2026-11-27T16:00"), datetime.timedelta(hours=8), calendar=Week(), hours=Hours())
    assert answer == _at("2026-11-30T15:30")
