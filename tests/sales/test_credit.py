"""Shares and expected contributions for any input: nothing is lost, nothing is made."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.sales.contribution import Margin, expected, floor_of, is_beyond
from guanxi.crm.sales.credit import evenly, make_room, split

CENT = Decimal("0.01")
shares = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.decimals(0, 100, places=2),
    min_size=1,
    max_size=12,
).filter(lambda found: sum(found.values()) > 0)
amounts = st.decimals(-(10**13), 10**13, places=2)
rates = st.decimals("-0.05", "0.2", places=6)


@given(amounts, shares)
def test_the_parts_come_to_the_whole_and_nobody_is_a_cent_off(amount, by_person):
    parts = split(amount, by_person)
    assert sum(parts.values()) == amount
    total = sum(by_person.values())
    for who, part in parts.items():
        due = Fraction(amount) * Fraction(by_person[who]) / Fraction(total)
        assert abs(Fraction(part) - due) < Fraction(CENT)
        assert part * amount >= 0


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=3), min_size=1, max_size=12, unique=True))
def test_equal_shares_come_to_a_hundred(people):
    found = evenly(people)
    assert sum(found.values()) == 100
    assert max(found.values()) - min(found.values()) <= CENT


@given(shares.map(lambda found: split(Decimal(100), found)), st.decimals(0, 100, places=2))
def test_a_newcomer_gets_the_share_and_the_rest_still_comes_to_a_hundred(before, share):
    found = make_room(before, "newcomer", share)
    assert sum(found.values()) == 100
    assert found["newcomer"] == share
    assert set(found) == {*before, "newcomer"}
    assert all(0 <= part <= 100 for part in found.values())


@given(
    kind=st.sampled_from(["loan", "card", "demand_deposit", "term_deposit", "wealth"]),
    spread=rates,
    average=st.none() | st.decimals(0, "0.2", places=6),
    price=st.none() | st.decimals(0, "0.2", places=6),
    amount=st.decimals(0, 10**12, places=2),
    quantity=st.integers(1, 100_000),
    term=st.none() | st.integers(1, 10_000),
)
def test_a_contribution_is_its_parts_and_a_better_price_for_the_customer_costs_the_bank(
    kind, spread, average, price, amount, quantity, term
):
    margin = Margin(
        spread=spread,
        price=average,
        fee_yield=Decimal("0.001"),
        fee_a_day=Decimal(0),
        cost_a_day=Decimal("0.05"),
        loss_yield=Decimal("0.008"),
        day_basis=360,
    )
    common = {"kind": kind, "amount": amount, "quantity": quantity, "term_days": term}
    found = expected(margin, price=price, **common)
    assert found.total == found.interest + found.fees - found.cost - found.loss
    assert 0 < found.days <= 365
    exact = Fraction(amount) * Fraction(found.spread) * found.days / 360
    assert abs(Fraction(found.interest) - exact) <= Fraction(1, 200)
    if price is None or average is None:
        assert found.spread == spread
    else:
        dearer = expected(margin, price=price + Decimal("0.001"), **common)
        better = dearer.total >= found.total if kind in ("loan", "card") else dearer.total <= found.total
        assert better or amount == 0


@given(
    kind=st.sampled_from(["loan", "term_deposit", "wealth"]),
    reference=st.decimals(0, "0.2", places=6),
    tolerance=st.decimals(0, "0.05", places=6),
)
def test_the_published_price_never_needs_an_approval_and_the_floor_is_the_last_that_does_not(
    kind, reference, tolerance
):
    floor = floor_of(kind=kind, reference=reference, tolerance=tolerance)
    step = Decimal("0.000001") if kind == "term_deposit" else Decimal("-0.000001")
    assert not is_beyond(kind=kind, price=reference, floor=floor)
    assert not is_beyond(kind=kind, price=floor, floor=floor)
    assert floor + step < 0 or is_beyond(kind=kind, price=floor + step, floor=floor)
