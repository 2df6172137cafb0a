"""The ranking's arithmetic, for any input."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.contact.ranking import Setting, Taught, money, ranked, urgency
from guanxi.crm.insight.reasons.base import Found, registered

DAY = datetime.date(2026, 11, 20)
REASONS = registered()
FOUND = st.builds(
    Found,
    party_id=st.sampled_from(["P1", "P2", "P3", "P4"]),
    reason=st.sampled_from(sorted(REASONS)),
    day=st.dates(DAY - datetime.timedelta(days=100), DAY + datetime.timedelta(days=60)),
    amount=st.decimals(0, 10**12, places=2),
)


@given(st.decimals(0, 10**15, places=2), st.decimals(0, 10**15, places=2))
def test_more_money_counts_more_but_ten_times_only_one_more(one, other):
    assert (money(one) <= money(other)) == (one <= other) or money(one) == money(other)
    assert 0 <= money(one * 10) - money(one) <= 1.0000001
    assert money(Decimal(0)) == 1


@given(st.integers(-90, 90), st.integers(0, 60), st.booleans())
def test_urgency_is_one_on_the_day_halves_by_half_lives_and_grows_with_lateness(days, half_life, grows):
    found = urgency(days, half_life, grows=grows)
    assert 0 < found <= 2
    assert urgency(0, half_life, grows=grows) == 1
    if half_life and not (grows and days <= 0):
        step = half_life if days > 0 else -half_life
        assert urgency(days + step, half_life) == pytest.approx(urgency(days, half_life) / 2) or days == 0
    if grows and days < 0:
        assert found == pytest.approx(min(2, 1 - days / 10))


@given(st.integers(0, 500), st.integers(0, 500))
def test_each_not_useful_lowers_and_each_act_raises(useful, useless):
    assert Taught().factor == 1
    assert 0 < Taught(useful, useless + 1).factor < Taught(useful, useless).factor < 1.5
    assert Taught(useful, useless).factor < Taught(useful + 1, useless).factor < 1.5


@given(st.lists(FOUND, max_size=40))
def test_rows_are_one_a_customer_in_the_order_of_their_points(found):
    rows = ranked(found, reasons=REASONS, settings={}, taught={}, today=DAY, as_of=DAY)
    assert len({row.party_id for row in rows}) == len(rows)
    assert [row.points for row in rows] == sorted((row.points for row in rows), reverse=True)
    shown = [term for row in rows for term in row.terms]
    told = [
        one for one in found if -REASONS[one.reason].keep_days <= (one.day - DAY).days <= REASONS[one.reason].lead_days
    ]
    assert len(shown) == len(told)
    for row in rows:
        assert row.points == pytest.approx(sum(term.points for term in row.terms))
        assert row.amount == max(term.found.amount for term in row.terms)


def test_a_reason_that_is_switched_off_is_not_told_of():
    one = Found(party_id="P", reason="birthday", day=DAY)
    off = {"birthday": Setting(1, 3, 3, 2, is_shown=False, version=3)}
    assert ranked([one], reasons=REASONS, settings=off, taught={}, today=DAY, as_of=DAY) == []
