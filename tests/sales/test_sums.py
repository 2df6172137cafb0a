"""The sums of opportunities are what these add up to, whatever is written, and pages say the same from either."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from guanxi.crm.consent.models import Limit
from guanxi.crm.consent.queries import not_erased, only_erased
from guanxi.crm.kernel import arrays, protection
from guanxi.crm.kernel.scope import Scope, Sight
from guanxi.crm.org.queries import standing_of
from guanxi.crm.sales import board_queries, forecast_queries, sum_queries
from guanxi.crm.sales.board_queries import Narrowed, board
from guanxi.crm.sales.forecast_queries import forecast
from guanxi.crm.sales.models import Lead, LeaderSum, MonthSum, Opportunity, Stage
from guanxi.crm.sales.opportunity_queries import pipelines
from guanxi.crm.sales.sum_database import define, make_fewer
from guanxi.crm.sales.sum_queries import are_kept, led_by
from tests.sales.deals import prospective

pytestmark = pytest.mark.django_db
ALL = Scope.everything("")


def expected() -> tuple[Counter, Counter]:
    """What opportunities add up to, by leader and by month."""
    leaders, months = Counter(), Counter()
    for one in Opportunity.objects.select_related("party", "lead"):
        key = (one.institution_id, (one.party or one.lead).kind, one.stage_id)
        for name, value in (("n", 1), ("a", one.amount_cny), ("c", one.contribution)):
            if one.state == "open":
                leaders[one.owner_id, *key, name] += value
            if one.state != "lost":
                day = one.expected_on if one.state == "open" else one.closed_on
                months[(*key, one.state, day.replace(day=1), name)] += value
    return leaders, months


def kept() -> tuple[Counter, Counter]:
    """The same as the entries say."""
    leaders, months = Counter(), Counter()
    for model, found in ((LeaderSum, leaders), (MonthSum, months)):
        for one in model.objects.all():
            key = (one.institution_id, one.kind, one.stage_id)
            key = (one.owner_id, *key) if model is LeaderSum else (*key, one.state, one.month)
            for name, value in (("n", one.number), ("a", one.amount), ("c", one.contribution)):
                found[(*key, name)] += value
    return leaders, months


def same(found: Counter, wanted: Counter) -> bool:
    """Whether two counters agree, what is nothing left out."""
    return {key: value for key, value in found.items() if value} == {k: v for k, v in wanted.items() if v}


def deal(cast, parties, number: int, days: int) -> Opportunity:
    """An opportunity in some stage, open, won or lost."""
    stages = list(Stage.objects.order_by("id"))
    party, stage = parties[number % len(parties)], stages[number * 7 % len(stages)]
    day = timezone.localdate() + datetime.timedelta(days=days)
    return Opportunity(
        key=uuid4(), party=party, pipeline_id=stage.pipeline_id, stage=stage, state=stage.state, title=f"商机{number}",
        amount_cny=Decimal(number * 1000) + Decimal("0.37"), contribution=Decimal(number) / 4, expected_on=day,
        owner_id=party.manager_id, institution_id=party.institution_id, opened_by=cast.ai,
        closed_on=None if stage.state == "open" else day - datetime.timedelta(days=40),
    )  # fmt: skip


STEPS = ["one", "many", "move", "give", "put off", "place", "delete", "text", "fewer"]
STEP = st.tuples(st.sampled_from(STEPS), st.integers(0, 60), st.integers(-60, 260))


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=9))
def test_the_sums_follow_every_change(cast, steps):
    Opportunity.objects.all().delete()
    parties = [*cast.book(cast.ai)[:3], cast.company, cast.book(cast.zhu)[0]]
    for what, number, days in steps:
        rows = Opportunity.objects.order_by("pk")
        some = rows.filter(pk__in=list(rows.values_list("pk", flat=True)[: number % 4 + 1]))
        if what == "one":
            deal(cast, parties, number, days).save()
        elif what == "many":
            Opportunity.objects.bulk_create(deal(cast, parties, number + step, days + step * 9) for step in range(6))
        elif what == "move":
            stage = Stage.objects.filter(state=("open", "won", "lost")[number % 3]).order_by("id")[number % 5]
            closed = None if stage.state == "open" else timezone.localdate() - datetime.timedelta(days=number)
            some.update(stage=stage, state=stage.state, closed_on=closed)
        elif what == "give":
            some.update(owner=cast.lu)
        elif what == "put off":
            some.update(expected_on=timezone.localdate() + datetime.timedelta(days=days), amount_cny=number)
        elif what == "place":
            some.update(institution_id="B21")
        elif what == "delete":
            some.delete()
        elif what == "fewer":
            make_fewer()
            for model in (LeaderSum, MonthSum):
                keys = [field.attname for field in model._meta.concrete_fields if field.attname not in
                        ("id", "number", "amount", "contribution")]  # fmt: skip
                assert model.objects.count() == model.objects.values(*keys).distinct().count()
        else:
            some.update(title="Another")
        for found, wanted in zip(kept(), expected(), strict=True):
            assert same(found, wanted), what


def everything_said(cast, scope: Scope, narrowed: Narrowed) -> list:
    """What pages read for somebody."""
    today = timezone.localdate()
    lines = pipelines()
    found = [forecast(scope, today=today), forecast(scope, today=today, line=lines[1].pipeline.pk)]
    said = [(one.months(), one.total(), one.months(frozenset(["B11", "B21"])), one.stages()) for one in found]
    boards = [board(scope, line, narrowed=narrowed) for line in lines]
    return [
        said,
        [[(column.stage, column.sums, column.weighted, column.after) for column in one.columns] for one in boards],
        led_by(scope, [cast.ai.id, cast.lu.id, cast.zhu.id, cast.qian.id], today=today),
    ]


def test_pages_say_the_same_from_the_sums_and_from_the_opportunities(cast, monkeypatch):
    parties = [*cast.book(cast.ai)[:4], *cast.book(cast.lu)[:3], *cast.book(cast.zhu)[:3], cast.company]
    Opportunity.objects.bulk_create(deal(cast, parties, number, number * 11 % 300 - 45) for number in range(90))
    gone = parties[1]
    Limit.objects.create(party_id=gone.id, kind="erasure", reason="asked for")
    narrowings = [
        Narrowed(),
        Narrowed(keep=not_erased, gone=only_erased),
        Narrowed(owners=(cast.ai.id,), institutions=("B11", "B12"), keep=not_erased, gone=only_erased),
    ]
    wide = Sight(institution_ids=("B1", "B11", "B12"))
    scopes = [ALL, Scope.nothing(), Scope("1", retail=wide), Scope("1", retail=Sight(everything=True), corporate=wide)]
    scopes += [standing_of(one, version=2, today=timezone.localdate()).scope for one in (cast.bo, cast.he)]
    assert [are_kept(scope) for scope in scopes] == [True, False, True, True, True, True]
    assert not are_kept(Scope("1", retail=wide, corporate=wide, managers=(cast.zhu.id,)))
    assert not are_kept(Scope("1", retail=wide, corporate=wide, supported=(gone.id,)))
    for scope in scopes:
        for narrowed in narrowings:
            with protection.entered(scope):
                from_sums = everything_said(cast, scope, narrowed)
            with monkeypatch.context() as patched, protection.entered(scope):
                patched.setattr(arrays, "FEW", 0)
                for module in (board_queries, forecast_queries, sum_queries):
                    patched.setattr(module, "are_kept", lambda _scope: False)
                assert everything_said(cast, scope, narrowed) == from_sums, scope
    assert from_sums[2][cast.ai.id].number > 0


def test_what_was_there_before_is_summed(cast):
    Opportunity.objects.bulk_create(deal(cast, cast.book(cast.ai)[:4], number, number * 9) for number in range(20))
    LeaderSum.objects.all().delete()
    MonthSum.objects.all().delete()
    define(connection)
    for found, wanted in zip(kept(), expected(), strict=True):
        assert same(found, wanted)
    assert LeaderSum.objects.exists()


def test_a_prospects_opportunities_are_summed_with_its_kind_as_it_is_now(cast):
    one = prospective(cast.ai)
    for change in (
        lambda: Lead.objects.filter(pk=one.lead_id).update(kind="organisation"),
        lambda: Opportunity.objects.filter(pk=one.pk).update(party=cast.company),
        lambda: Opportunity.objects.filter(pk=one.pk).delete(),
    ):
        assert all(same(found, wanted) for found, wanted in zip(kept(), expected(), strict=True))
        change()
    assert all(same(found, wanted) for found, wanted in zip(kept(), expected(), strict=True))
