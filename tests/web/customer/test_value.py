"""A customer's figure opens down to agreements and formulas, and every sum agrees to the cent."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.insight.customer_queries import month_end, month_start, worth
from guanxi.crm.insight.models import (
    AgreementFigure,
    AgreementMonth,
    Assumption,
    BalanceChange,
    CustomerFigure,
    CustomerMonth,
)
from guanxi.crm.kernel.scope import Scope
from tests.cast.bank import DAY

pytestmark = pytest.mark.django_db
COMPONENTS = ("interest", "fees", "cost", "expected_loss", "contribution")


def opened(client, party, period, agreement=None, **query):
    name, arguments = ("customer-formula", [agreement]) if agreement else ("customer-contribution", [])
    response = client.get(reverse(name, args=[party.id, period, *arguments]), query)
    assert response.status_code == 200
    return response.context


@pytest.mark.parametrize("whose", ["person", "company"])
def test_every_period_agrees_with_the_customers_figure(cast, sign_in, whose):
    party = getattr(cast, whose)
    client = sign_in(cast.ai)
    choices = opened(client, party, "r12")["choices"]
    assert [choice.period.slug for choice in choices[:3]] == ["r12", "2026-11", "2026-10"]
    assert len(choices) == 13
    for choice in choices:
        context = opened(client, party, choice.period.slug)
        whole = context["whole"]
        assert whole.difference == 0
        assert whole.total.contribution == choice.amount == whole.published.contribution
        assert sum((amounts.contribution for _d, amounts in whole.by_dimension()), Decimal(0)) == choice.amount
        assert sum((row[1].contribution for row in whole.by_product()), Decimal(0)) == choice.amount
        if whole.published_components:
            assert whole.published == whole.total
    assert choices[0].amount == sum((choice.amount for choice in choices[1:]), Decimal(0))


def test_a_figure_that_does_not_agree_is_said(cast, sign_in):
    client = sign_in(cast.ai, "en")
    page = client.get(reverse("customer-contribution", args=[cast.person.id, "r12"])).text
    assert "= sum of all agreements" in page
    figure = CustomerFigure.objects.filter(business_date=DAY, party_id=cast.person.id)
    figure.update(contribution_r12=cast.figures[cast.person.id].contribution_r12 + Decimal("0.01"))
    page = client.get(reverse("customer-contribution", args=[cast.person.id, "r12"])).text
    assert "0.01 more than the agreements" in page


def end(cast, *, delivered: bool) -> None:
    """An agreement of the person's that was closed, with what it brought in May; delivered tonight or no longer."""
    held = Agreement.objects.filter(party_id=cast.person.id).order_by("id").first()
    assert held
    may = datetime.date(2026, 5, 1)
    month = AgreementMonth.objects.filter(agreement_id=held.id, month=may).values().first()
    Agreement.objects.bulk_create([Agreement(**{**_values(held), "id": "ENDED", "closed_on": DAY, "status": "closed"})])
    AgreementMonth.objects.bulk_create([AgreementMonth(**{**month, "agreement_id": "ENDED"})])
    row = CustomerMonth.objects.filter(party_id=cast.person.id, month=may)
    row.update(**{name: getattr(row.get(), name) + month[name] for name in COMPONENTS})
    if not delivered:
        return
    running = AgreementFigure.objects.get(business_date=DAY, agreement_id=held.id)
    nothing = dict.fromkeys(COMPONENTS, Decimal(0))
    AgreementFigure.objects.bulk_create([AgreementFigure(**{**_values(running), "agreement_id": "ENDED", **nothing})])
    figure = CustomerFigure.objects.filter(business_date=DAY, party_id=cast.person.id)
    figure.update(**{f"{name}_r12": getattr(figure.get(), f"{name}_r12") + month[name] for name in COMPONENTS})


@pytest.mark.parametrize("delivered", [True, False])
def test_an_agreement_that_ended_counts_as_long_as_it_is_delivered(cast, sign_in, delivered):
    end(cast, delivered=delivered)
    client = sign_in(cast.ai, "en")
    for period in ("r12", "2026-05"):
        context = opened(client, cast.person, period)
        assert context["whole"].difference == 0
        assert context["whole"].total == context["whole"].published
        line = next(line for line in context["lines"] if line.agreement_id == "ENDED")
        assert line.counted is (delivered or period == "2026-05")
    page = client.get(reverse("customer-contribution", args=[cast.person.id, "r12"])).text
    assert ("no longer delivered, not counted" in page) is not delivered


def _values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_narrowed_to_a_dimension_the_sum_is_that_of_its_lines(cast, sign_in):
    client = sign_in(cast.ai)
    context = opened(client, cast.person, "r12", dimension="deposit")
    assert {line.dimension for line in context["lines"]} == {"deposit"}
    assert context["total"].contribution == cast.figures[cast.person.id].deposit_r12
    assert opened(client, cast.person, "r12", dimension="nonsense")["dimension"] is None


def test_the_months_of_an_agreement_add_up_and_each_opens_into_formulas(cast, sign_in):
    client = sign_in(cast.ai)
    lines = opened(client, cast.person, "r12")["lines"]
    for line in lines:
        context = opened(client, cast.person, "r12", line.agreement_id)
        assert context["total"] == line.amounts
        for month in context["months"]:
            formulas = opened(client, cast.person, f"{month.month:%Y-%m}", line.agreement_id)["opened"]
            assert formulas.holds
            assert formulas.contribution.result == month.amounts.contribution
            assert formulas.interest.result == month.amounts.interest


def test_a_formula_shows_its_inputs_as_they_were_published(cast, sign_in):
    held = Agreement.objects.filter(party_id=cast.person.id, kind="demand_deposit").first()
    assert held
    client = sign_in(cast.ai, "en")
    page = client.get(reverse("customer-formula", args=[cast.person.id, "2026-11", held.id])).text
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    inputs = opened(client, cast.person, "2026-11", held.id)["opened"].inputs
    assert (
        f"{inputs.interest:,.2f} = Sum of daily balances {inputs.balance_sum:,.2f} × ( Transfer price 1.60% −"
        f" Customer rate 0.20% ) ÷ Day basis 360" in text
    )


def test_a_month_in_which_the_agreement_did_not_count_says_so(cast, sign_in):
    held = Agreement.objects.filter(party_id=cast.person.id).order_by("id").first()
    assert held
    client = sign_in(cast.ai, "en")
    page = client.get(reverse("customer-formula", args=[cast.person.id, "2019-01", held.id]))
    assert "did not count to the customer in this month" in page.text


def test_the_cost_of_events_opens_into_unit_costs(cast, sign_in):
    held = Agreement.objects.filter(party_id=cast.person.id, kind="demand_deposit").first()
    assert held
    Assumption.objects.bulk_create(
        Assumption(kind="unit_cost", key=key, valid_from=datetime.date(2000, 1, 1), value=Decimal(value))
        for key, value in (("*:*", "0.5"), ("counter:*", "6"), ("counter:salary", "0.25"))
    )
    first = month_start(DAY)
    events = Event.objects.filter(agreement_id=held.id, event_date__gte=first, event_date__lte=DAY)
    expected = Decimal(0)
    for event in events:
        price = Decimal("0.5")
        if event.channel == "counter":
            price = Decimal("0.25") if event.kind == "salary" else Decimal(6)
        expected += price
    context = opened(sign_in(cast.ai), cast.person, "2026-11", held.id)
    assert sum(cost.count.count for cost in context["costs"]) == events.count()
    assert context["costs_sum"] == expected
    assert context["costs_agree"] is (expected == context["opened"].inputs.event_cost)


def test_the_balances_are_the_months_ends_then_each_change(cast, sign_in):
    party = cast.person.id
    data = sign_in(cast.ai).get(reverse("customer-balances", args=[party])).json()
    at = dict(zip(data["at"], zip(*(series["values"] for series in data["series"]), strict=True), strict=True))
    assert data["at"] == sorted(data["at"])
    assert data["at"][-1] == DAY.isoformat()
    names = {1: "deposit", 2: "loan", 3: "wealth"}
    columns = [names[series["colour"]] for series in data["series"]]
    changes = {row.balance_date: row for row in BalanceChange.objects.filter(party_id=party)}
    for day, change in changes.items():
        assert at[day.isoformat()] == tuple(f"{getattr(change, name):.2f}" for name in columns)
    for month in CustomerMonth.objects.filter(party_id=party):
        end = month_end(month.month)
        if end not in changes:
            assert at[end.isoformat()] == tuple(f"{getattr(month, f'{name}_end'):.2f}" for name in columns)


def test_a_chart_carries_exact_decimals_and_the_readers_unit(cast, sign_in):
    client = sign_in(cast.ai)
    client.post(reverse("preferences"), {"unit": "one", "next": "/"})
    page = client.get(reverse("customer-value", args=[cast.person.id])).text
    charts = [json.loads(found) for found in re.findall(r'<script type="application/json">(.*?)</script>', page)]
    assert [chart["unit"] for chart in charts] == ["元", "元"]
    contribution = next(chart for chart in charts if chart["kind"] == "stacked")
    drawn = sum(Decimal(value) for series in contribution["series"] for value in series["values"])
    assert drawn == cast.figures[cast.person.id].contribution_r12


def test_what_shows_as_nothing_is_not_drawn(cast, sign_in):
    """A few cents in a chart of ten thousands would be a full bar beside the figure 0.00."""
    tiny = {f"{name}_r12": Decimal("0.00") for name in ("loan", "fee", "e_banking")} | {"deposit_r12": Decimal("-1.40")}
    figure = CustomerFigure.objects.filter(business_date=DAY, party_id=cast.person.id)
    figure.update(contribution_r12=Decimal("-1.40"), contribution_mtd=Decimal(0), **tiny)
    CustomerMonth.objects.filter(party_id=cast.person.id).update(
        **{f"{name}_contribution": Decimal("-0.05") for name in ("deposit", "loan", "fee", "e_banking")}
    )
    AgreementFigure.objects.filter(business_date=DAY, party_id=cast.person.id).update(contribution=Decimal(0))
    client = sign_in(cast.ai)
    overview = client.get(reverse("customer", args=[cast.person.id])).text
    assert 'width="100.00" height="8"' not in overview
    assert client.get(reverse("customer-value", args=[cast.person.id])).context["contribution"] is None
    client.post(reverse("preferences"), {"unit": "one", "next": "/"})
    assert 'width="100.00" height="8"' in client.get(reverse("customer", args=[cast.person.id])).text
    assert client.get(reverse("customer-value", args=[cast.person.id])).context["contribution"] is not None


def test_every_published_figure_arrives_where_it_belongs(cast):
    figure = CustomerFigure.objects.get(business_date=DAY, party_id=cast.company.id)
    numbers = [field.attname for field in figure._meta.concrete_fields if field.get_internal_type() == "DecimalField"]
    CustomerFigure.objects.filter(business_date=DAY, party_id=cast.company.id).update(
        **{name: Decimal(place) for place, name in enumerate(numbers, 1)}
    )
    figure.refresh_from_db()
    found = worth(Scope.everything(cast.he.id), cast.company.id, day=DAY)
    assert found
    for name in ("assets", "loan"):
        balance = getattr(found, name)
        assert balance.now == getattr(figure, name)
        assert (balance.previous, balance.month_open, balance.year_open) == tuple(
            getattr(figure, f"{name}_{part}") for part in ("previous", "month_open", "year_open")
        )
    for name in ("assets", "deposit", "loan"):
        averages = getattr(found, f"{name}_average")
        assert (averages.month, averages.quarter, averages.year) == tuple(
            getattr(figure, f"{name}_adb_{part}") for part in ("mtd", "qtd", "ytd")
        )
    for field in dataclasses.fields(found):
        if field.type in ("Decimal", "Decimal | None", "str", "int", "bool", "date"):
            assert getattr(found, field.name) == getattr(figure, field.name), field.name
