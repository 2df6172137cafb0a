"""Opportunities through the API: read as pages read them, opened once, moved by version, within the scope."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from guanxi.crm.sales.models import Opportunity
from tests.sales.deals import moved, opened, with_product

pytestmark = pytest.mark.django_db


def test_a_list_is_that_of_the_page_and_goes_on_page_by_page(cast, call, django_assert_max_num_queries):
    mine = [opened(party, days=number) for number, party in enumerate(cast.book(cast.ai)[:5], 1)]
    opened(cast.outside, by=cast.zhu.id)
    lost = moved(opened(cast.person, days=9), "lost", reason="price")
    caller = call(cast.ai)
    first = caller.get("opportunities?limit=3").json()
    with django_assert_max_num_queries(14):
        second = caller.get(f"opportunities?limit=3&page={first['next']}").json()
    assert [one["id"] for one in first["items"] + second["items"]] == [one.pk for one in mine]
    assert second["next"] is None
    (row,) = caller.get("opportunities?state=lost").json()["items"]
    assert (row["id"], row["state"]["code"], row["stage"]["label"]) == (lost.pk, "lost", "Lost")
    assert row["amount"] == {"amount": "1000000.00", "currency": "CNY"}
    assert len(caller.get(f"opportunities?q={cast.person.id}").json()["items"]) == 1
    assert caller.get("opportunities?stage=1").status_code == 422
    assert caller.get("opportunities?sort=amount&page=" + first["next"]).json()["code"] == "invalid-cursor"


def test_one_is_read_with_its_parts_and_by_nobody_else(cast, call):
    one = with_product(opened(cast.person))
    found = call(cast.ai).get(f"opportunities/{one.pk}").json()
    assert (found["customer"]["id"], found["line"]["code"], found["version"]) == (cast.person.id, "loan", one.version)
    assert [(line["id"], line["price"]) for line in found["products"]] == [("L002", "0.0435")]
    assert [(member["staff"]["id"], member["share"]) for member in found["team"]] == [("1111", "1")]
    assert call(cast.zhu).get(f"opportunities/{one.pk}").status_code == 404
    assert call(cast.yu).get(f"opportunities/{one.pk}").status_code == 403
    assert call(cast.ai, may=["customers:read"]).get(f"opportunities/{one.pk}").json()["code"] == "token-not-allowed"
    stages = {
        line["line"]["code"]: line["stages"]
        for line in call(cast.ai).get("opportunities/pipelines").json()["pipelines"]
    }
    assert [stage["code"] for stage in stages["loan"]][:2] == ["need", "file"]
    assert [code["code"] for code in stages["loan"][1]["required"]] == ["need", "decider"]


def test_one_is_opened_once_and_only_where_its_caller_may_write(cast, call):
    body = {
        "customer": cast.person.id, "line": "deposit", "title": "到期续存", "amount": "500000.00",
        "expected_on": str(timezone.localdate() + datetime.timedelta(days=20)),
    }  # fmt: skip
    caller = call(cast.ai)
    first = caller.post("opportunities", body, idempotency_key="deal-0001")
    assert (first.status_code, first.json()) == (
        201,
        caller.post("opportunities", body, idempotency_key="deal-0001").json(),
    )
    one = Opportunity.objects.get()
    assert (one.owner_id, one.stage.code, one.amount, one.opened_by_id) == ("1111", "need", 500_000, "1111")
    for change, status in (
        ({"customer": cast.outside.id}, 404), ({"line": "gold"}, 422), ({"title": ""}, 422), ({"currency": "XXX"}, 409),
        ({"manager": cast.zhu.id}, 409), ({"manager": "nobody"}, 409), ({"extra": 1}, 422),
    ):  # fmt: skip
        assert caller.post("opportunities", {**body, **change}).status_code == status, change
    assert call(cast.ann).post("opportunities", body).status_code == 404  # she sees the customer and edits nothing
    assert call(cast.ai, may=["opportunities:read"]).post("opportunities", body).status_code == 403
    assert Opportunity.objects.count() == 1


def test_it_is_moved_as_on_the_page_by_the_version_that_was_read(cast, call):
    one = with_product(opened(cast.person))
    caller, path = call(cast.ai), f"opportunities/{one.pk}/move"
    answer = caller.post(path, {"version": one.version, "stage": "structure"})
    assert (answer.status_code, answer.json()["stage"]["code"]) == (200, "structure")
    stale = caller.post(path, {"version": one.version, "stage": "review"})
    assert (stale.status_code, stale.json()["version"]) == (412, str(answer.json()["version"]))
    version = answer.json()["version"]
    unsaid = caller.post(path, {"version": version, "stage": "won"})
    assert (unsaid.status_code, unsaid.json()["code"]) == (409, "conflict")
    assert "reason" in unsaid.json()["detail"]
    assert caller.post(path, {"version": version, "stage": "moon"}).status_code == 409
    won = caller.post(path, {"version": version, "stage": "won", "reason": "price"}).json()
    assert (won["state"]["code"], won["reason"]["code"], won["closed_on"]) == (
        "won",
        "price",
        str(timezone.localdate()),
    )
    assert call(cast.zhu).post(path, {"version": won["version"], "stage": "need"}).status_code == 404
    assert call(cast.ann).post(path, {"version": won["version"], "stage": "need"}).status_code == 403
