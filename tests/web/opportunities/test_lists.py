"""The list, its spreadsheet's rows, and the forecast: what they show to whom, and what they come to."""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random

import pytest
from django.utils import timezone

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import standing_of
from guanxi.crm.sales.board_queries import Narrowed, board
from guanxi.crm.sales.forecast_queries import MONTHS_AHEAD, forecast, in_month, month_after
from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_queries import pipelines
from tests.sales.deals import ALL, moved, opened, with_product
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def deals(cast):
    """Forty opportunities of several people in every state, with days from the past to far ahead."""
    random = Random(4)
    parties = [*cast.book(cast.ai)[:6], *cast.book(cast.lu)[:4], *cast.book(cast.zhu)[:4]]
    made = []
    for turn in range(40):
        party = parties[turn % len(parties)]
        one = opened(
            party,
            line=random.choice(["loan", "deposit", "wealth"]),
            days=random.randrange(-40, 220),
            amount=Decimal(random.randrange(1, 900)) * 1000 + Decimal("0.37"),
            title=f"商机{turn}",
        )
        product = {"loan": "L002", "deposit": "D002", "wealth": "W001"}[one.pipeline.line]
        one = with_product(one, product, None)
        state = random.choice(["open", "open", "open", "won", "lost"])
        if state != "open":
            Opportunity.objects.filter(pk=one.pk).update(need="x", decider="x")
            one = Opportunity.objects.get(pk=one.pk)
            one = moved(with_price(one, product), state, by=party.manager_id, reason="price")
        made.append(one)
    return cast


def with_price(one, product):
    return with_product(one, product, {"L002": "0.0435", "D002": "0.0155", "W001": "0.003"}[product])


def scopes(cast):
    return [ALL, Scope.nothing()] + [
        standing_of(one, version=2, today=timezone.localdate()).scope for one in (cast.ai, cast.bo, cast.zhu, cast.he)
    ]


def test_the_forecast_is_the_sum_of_what_is_listed_behind_each_figure(deals):
    today = timezone.localdate()
    for scope in scopes(deals):
        found = forecast(scope, today=today)
        rows = Opportunity.objects.visible_to(scope).select_related("stage")
        for one in found.months():
            behind = list(rows.filter(in_month(one.month, found.this)))
            assert one.won.count + one.open.count == len(behind)
            assert one.won.amount == sum((row.amount_cny for row in behind if row.state == "won"), Decimal(0))
            weighted = sum(
                (row.amount_cny * row.stage.probability / 100 for row in behind if row.state == "open"), Decimal(0)
            )
            assert one.open.weighted == weighted
        late = rows.filter(state="open", expected_on__lt=today)
        assert found.total().late.count == late.count()
        # Every open one up to the last month stands in one month and in no other.
        until = month_after(found.last)
        assert found.total().open.count == rows.filter(state="open", expected_on__lt=until).count()
        by_institution = {row.institution_id for row in found.rows}
        parts = [found.total(frozenset([number])) for number in by_institution]
        assert sum((part.open.weighted for part in parts), Decimal(0)) == found.total().open.weighted
        assert sum((part.won.amount for part in parts), Decimal(0)) == found.total().won.amount
        assert sum(cell.count for cell in found.stages().values()) == found.total().open.count


def test_the_boards_sums_are_those_of_its_rows(deals):
    for line in pipelines():
        shown = board(ALL, line, narrowed=Narrowed())
        rows = Opportunity.objects.filter(pipeline=line.pipeline, state="open")
        assert shown.open_sums.count == rows.count()
        assert shown.open_sums.amount == sum((row.amount_cny for row in rows), Decimal(0))
        assert sum(len(column.cards) for column in shown.columns if column.stage.state == "open") == rows.count()


def test_the_forecast_goes_down_to_the_list(deals, sign_in, django_assert_max_num_queries):
    client = sign_in(deals.he)
    client.get("/forecast/")
    with django_assert_max_num_queries(12):
        page = client.get("/forecast/").text
    assert 'href="?institution=B1"' in page
    below = client.get("/forecast/?institution=B1").text
    assert "西湖支行" in below
    assert "海曙支行" not in below
    this = timezone.localdate().replace(day=1)
    listed = client.get(f"/opportunities/?institution=B1&month={this:%Y-%m}")
    count = Opportunity.objects.filter(in_month(this, this), institution_id__in=["B1", "B11", "B12"]).count()
    assert listed.text.count("<tr data-row") == count > 0
    assert sign_in(deals.bo).get("/forecast/?institution=B21").status_code == 404
    part = client.get("/forecast/?line=loan", headers=PARTIAL).text
    assert part.lstrip().startswith('<div id="forecast"')
    assert "按机构" in page
    assert sign_in(deals.ai, language="en").get("/forecast/").status_code == 200
    assert len(forecast(ALL, today=timezone.localdate()).months()) == MONTHS_AHEAD + 2


def test_the_list_filters_sorts_and_costs_little(deals, sign_in, django_assert_max_num_queries):
    client = sign_in(deals.bo)
    client.get("/opportunities/")
    with django_assert_max_num_queries(9):
        page = client.get("/opportunities/")
    seen = Opportunity.objects.filter(institution_id__in=["B1", "B11", "B12"])
    assert page.text.count("<tr data-row") == seen.filter(state="open").count()
    assert client.get("/opportunities/", headers=PARTIAL).text.lstrip().startswith('<section class="gx-list"')
    lost = client.get("/opportunities/?state=lost").text
    assert lost.count("<tr data-row") == seen.filter(state="lost").count() > 0
    late = client.get("/opportunities/?only=late").text.count("<tr data-row")
    assert late == seen.filter(state="open", expected_on__lt=timezone.localdate()).count() > 0
    Opportunity.objects.filter(state="open").update(stage_since=timezone.now() - datetime.timedelta(days=400))
    long = client.get("/opportunities/?only=long&line=loan").text.count("<tr data-row")
    assert long == seen.filter(state="open", pipeline__line="loan").count() > 0
    mine = client.get("/opportunities/?owner=1111&sort=-contribution").text
    assert mine.count("<tr data-row") == seen.filter(state="open", owner_id="1111").count()
    found = client.get("/opportunities/?q=商机1")
    assert "商机1" in found.text
