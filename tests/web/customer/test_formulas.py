"""The formulas reproduce what the warehouse publishes, to the cent, whatever the inputs."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.insight import formulas
from guanxi.crm.insight.formulas import CENT, Inputs

cents = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=2)
positive = st.decimals(min_value=0, max_value=1_000_000_000, places=2)
rates = st.decimals(min_value=0, max_value=Decimal("0.3"), places=6)


def rounded(value: Decimal) -> Decimal:
    """Half away from zero to the cent, by the standard library's own rule."""
    return value.quantize(CENT, ROUND_HALF_UP)


@st.composite
def months(draw, kinds=("demand_deposit", "term_deposit", "loan", "card", "wealth", "e_banking")):
    """A month of an agreement as docs/warehouse.md reckons it, with one or two rates within the month."""
    kind = draw(st.sampled_from(kinds))
    owed, lent = kind in {"loan", "card"}, kind in {"demand_deposit", "term_deposit"}
    days, basis = draw(st.integers(1, 31)), draw(st.sampled_from([360, 365]))
    first, second = draw(positive), draw(st.one_of(st.just(Decimal("0.00")), positive))
    customer, transfer = draw(rates), draw(rates)
    earlier_customer = draw(st.one_of(st.just(customer), rates))
    spread = customer - transfer if owed else transfer - customer
    earlier = earlier_customer - transfer if owed else transfer - earlier_customer
    balance_sum = first + second
    interest_sum = first * earlier + second * spread if owed or lent else Decimal(0)
    fee_rate, loss_rate = draw(st.one_of(st.none(), rates)), draw(rates) if owed else None
    fee_accrued = rounded(balance_sum * (fee_rate or 0) / 365)
    loss = rounded(balance_sum * loss_rate / 365) if loss_rate is not None else Decimal("0.00")
    fee_events, event_cost, upkeep = draw(cents), draw(positive), draw(positive)
    interest = rounded(interest_sum / basis)
    fees, cost = fee_events + fee_accrued, event_cost + upkeep
    steady = earlier_customer == customer or not first
    inputs = Inputs(
        kind=kind,
        days=days,
        balance_sum=balance_sum,
        average=formulas.to_cent(Fraction(balance_sum) / days),
        annual_rate=customer if owed or lent else None,
        ftp_rate=transfer if owed or lent else None,
        day_basis=basis,
        interest_sum=interest_sum,
        interest=formulas.to_cent(Fraction(interest_sum) / basis),
        fee_rate=fee_rate,
        fee_events=fee_events,
        fee_accrued=formulas.to_cent(Fraction(balance_sum) * Fraction(fee_rate or 0) / 365),
        fees=fee_events + formulas.to_cent(Fraction(balance_sum) * Fraction(fee_rate or 0) / 365),
        event_count=3,
        event_cost=event_cost,
        upkeep_cost=upkeep,
        cost=cost,
        loss_rate=loss_rate,
        expected_loss=formulas.to_cent(Fraction(balance_sum) * Fraction(loss_rate or 0) / 365),
        contribution=interest + fees - cost - loss,
    )
    return inputs, steady


@given(months())
def test_every_formula_gives_the_published_figure(month):
    inputs, _steady = month
    made = [
        formulas.interest(inputs),
        formulas.average(inputs),
        formulas.fees(inputs),
        formulas.cost(inputs),
        formulas.expected_loss(inputs),
        formulas.contribution(inputs),
    ]
    assert all(formula.holds for formula in made)
    assert [formula.result for formula in made] == [
        inputs.interest,
        inputs.average,
        inputs.fees,
        inputs.cost,
        inputs.expected_loss,
        inputs.contribution,
    ]


@given(months(kinds=("demand_deposit", "loan")))
def test_with_one_rate_the_formula_names_the_rates_of_who_pays_whom(month):
    inputs, steady = month
    formula = formulas.interest(inputs)
    if steady:
        labels = [part.label for part in formula.parts if part.kind == "rate"]
        assert labels == (["annual_rate", "ftp_rate"] if inputs.kind == "loan" else ["ftp_rate", "annual_rate"])
    if not formula.steady:
        assert [part.label for part in formula.parts if part.label] == ["interest_sum", "day_basis"]
        assert not steady


@given(months(), st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2))
def test_a_formula_that_does_not_give_the_figure_says_so(month, more):
    inputs, _steady = month
    parts = formulas.contribution(inputs).parts
    wrong = formulas.Formula(formulas.Component.CONTRIBUTION, inputs.contribution + more, parts)
    assert not wrong.holds


def test_the_example_of_the_handbook():
    """1,234,567.00 for 20 days at 2.60 % against 1.35 % on a basis of 360."""
    inputs = Inputs(
        kind="term_deposit",
        days=20,
        balance_sum=Decimal("24691340.00"),
        average=Decimal("1234567.00"),
        annual_rate=Decimal("0.013500"),
        ftp_rate=Decimal("0.026000"),
        day_basis=360,
        interest_sum=Decimal("308641.75000000"),
        interest=Decimal("857.34"),
        fee_rate=None,
        fee_events=Decimal("0.00"),
        fee_accrued=Decimal("0.00"),
        fees=Decimal("0.00"),
        event_count=0,
        event_cost=Decimal("0.00"),
        upkeep_cost=Decimal("0.22"),
        cost=Decimal("0.22"),
        loss_rate=None,
        expected_loss=Decimal("0.00"),
        contribution=Decimal("857.12"),
    )
    formula = formulas.interest(inputs)
    assert formula.holds
    assert [str(part.value) for part in formula.parts] == [
        "24691340.00", "×", "(", "0.026000", "−", "0.013500", ")", "÷", "360",
    ]  # fmt: skip
    upkeep = formulas.upkeep(inputs, days_open=20, a_year=Decimal("4.000000"))
    assert upkeep is not None
    assert upkeep.holds
    assert formulas.upkeep(inputs, days_open=19, a_year=Decimal("4.500000")) is None


@given(
    st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 4, 1)),
    st.one_of(st.none(), st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 4, 1))),
)
def test_days_open_are_counted_as_a_calendar_does(opened, closed):
    first, last = datetime.date(2024, 2, 1), datetime.date(2024, 2, 29)
    days = [first + datetime.timedelta(days=number) for number in range(29)]
    counted = sum(opened <= day and (closed is None or day < closed) for day in days)
    assert formulas.days_open(opened, closed, first=first, last=last) == counted
