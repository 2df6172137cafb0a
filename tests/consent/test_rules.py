"""Laws of consent: whichever way it is told, the last word holds, and in a merge a withdrawal does."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.consent.codes import Decision, LimitKind, Why
from guanxi.crm.consent.rules import Will, judged, merged, overrides

DAY = datetime.date(2026, 11, 20)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
moments = st.integers(0, 6).map(lambda hours: START + datetime.timedelta(hours=hours))
days = st.one_of(st.none(), st.integers(-3, 3).map(lambda shift: DAY + datetime.timedelta(days=shift)))
wills = st.one_of(
    st.builds(Will, st.just(Decision.GIVEN), moments, days), st.builds(Will, st.just(Decision.WITHDRAWN), moments)
)
maybe = st.one_of(st.none(), wills)


def last_word(said: list[Will]) -> Will | None:
    held = None
    for will in said:
        if held is None or overrides(will, held):
            held = will
    return held


@given(maybe, maybe)
def test_it_does_not_matter_which_of_the_two_is_kept(one, other):
    assert merged(one, other) == merged(other, one)


@given(maybe, maybe, maybe)
def test_it_does_not_matter_which_are_merged_first(one, two, three):
    assert merged(merged(one, two), three) == merged(one, merged(two, three))


@given(maybe)
def test_merging_with_itself_or_with_nobody_changes_nothing(will):
    assert merged(will, will) == will
    assert merged(will, None) == will


@given(st.lists(wills, min_size=1))
def test_one_withdrawal_among_any_number_wins(many):
    held = None
    for will in many:
        held = merged(held, will)
    assert held in many
    assert held.withdrawn == any(will.withdrawn for will in many)


@given(maybe, maybe)
def test_a_merge_permits_nothing_that_neither_permitted(one, other):
    before = [judged(will, frozenset(), DAY).allowed for will in (one, other)]
    assert judged(merged(one, other), frozenset(), DAY).allowed <= any(before)


@given(st.lists(wills, min_size=1).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_last_word_holds_in_whatever_order_it_is_entered(both):
    said, entered = both
    first, second = last_word(said), last_word(list(entered))
    assert (first.at, first.withdrawn) == (second.at, second.withdrawn) == max((w.at, w.withdrawn) for w in said)


@given(maybe, st.sampled_from(LimitKind))
def test_a_stop_outweighs_every_consent(will, kind):
    answer = judged(will, frozenset({kind}), DAY)
    assert not answer.allowed
    assert answer.why in (Why.RESTRICTED, Why.ERASED)


@given(maybe)
def test_permission_needs_a_consent_that_is_in_force(will):
    answer = judged(will, frozenset(), DAY)
    in_force = will is not None and not will.withdrawn and (will.valid_until is None or will.valid_until >= DAY)
    assert answer.allowed is in_force
    assert (answer.why is Why.GIVEN) is in_force
