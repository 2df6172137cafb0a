"""The pool: masked, claimed first come first served within the limits, given back, filled by rules."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from guanxi.crm.handover import services
from guanxi.crm.handover.models import Handover, Pool, PoolRule, State
from guanxi.crm.handover.pooling import run_rules
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.org.models import Assignment, Post, Staff
from guanxi.crm.org.queries import forget, institution_tree
from guanxi.crm.party.models import Party
from guanxi.crm.web.handover.shown import forget_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda handover_id: None)
    monkeypatch.setattr("guanxi.crm.handover.pooling._defer", lambda handover_id: None)


@pytest.fixture
def pooled(cast) -> Party:
    """A person of nobody's in sub-branch B11."""
    return Party.objects.filter(manager_id=None, kind="person", institution_id="B11").order_by("id")[0]


def put(client, **changes):
    sent = {
        "institution": "B1",
        "line": "retail",
        "claims_at_once": "1",
        "pause_days": "30",
        "rule-left": "1",
        **changes,
    }
    answer = client.post("/pool/rules/", {name: value for name, value in sent.items() if value is not None})
    assert answer.status_code == 302, answer.content.decode()


def rules(today=None) -> int:
    return run_rules(today=today or timezone.localdate(), tree=institution_tree(2), published=newest_publication())


def test_whoever_claims_first_has_the_customer_and_the_name_is_masked_until_then(cast, sign_in, pooled):
    ai, qian = sign_in(cast.ai), sign_in(cast.qian)
    assert ai.post("/pool/claim/", {"customer": pooled.id}).status_code == 422  # no pool has been set up
    put(sign_in(cast.bo))
    page = ai.get("/pool/").content.decode()
    assert pooled.id in page
    assert pooled.name not in page
    assert ai.get(f"/customers/{pooled.id}/").status_code == 404
    assert ai.post("/pool/claim/", {"customer": pooled.id}).status_code == 302
    assert ai.get(f"/customers/{pooled.id}/").status_code == 200
    answer = qian.post("/pool/claim/", {"customer": pooled.id})
    assert answer.status_code == 422
    assert "已有客户经理管户" in answer.content.decode()
    assert Assignment.objects.get(party_id=pooled.id, valid_to=None).staff_id == cast.ai.id
    assert pooled.id not in qian.get("/pool/").content.decode()


def test_a_claim_waits_for_somebody_above_where_the_pool_says_so(cast, sign_in, pooled):
    put(sign_in(cast.bo), claims_at_once=None)
    sign_in(cast.ai).post("/pool/claim/", {"customer": pooled.id})
    one = Handover.objects.get()
    assert one.state == State.WAITING
    assert sign_in(cast.qian).post("/pool/claim/", {"customer": pooled.id}).status_code == 422
    assert sign_in(cast.zhu).get(f"/hand-overs/{one.pk}/").status_code == 404
    forget_waiting()
    bo = sign_in(cast.bo)
    assert "待您签字" in bo.get("/hand-overs/").content.decode()
    bo.post(f"/hand-overs/{one.pk}/sign/")
    services.carry_out(handover_id=one.pk)
    assert Party.objects.get(pk=pooled.id).manager_id == cast.ai.id


def test_limits_other_branches_and_a_pause_after_giving_back(cast, sign_in, pooled):
    led = Party.objects.filter(manager_id="1111", kind="person").count()
    put(sign_in(cast.bo), capacity=str(led))
    ai, zhu = sign_in(cast.ai), sign_in(cast.zhu)
    answer = ai.post("/pool/claim/", {"customer": pooled.id})
    assert "已达公海上限" in answer.content.decode()
    assert pooled.id not in zhu.get("/pool/").content.decode()
    assert zhu.post("/pool/claim/", {"customer": pooled.id}).status_code == 422
    assert ai.post("/pool/give-back/", {"customer": "P00001", "reason": ""}).status_code == 422
    assert zhu.post("/pool/give-back/", {"customer": "P00001", "reason": "不合适"}).status_code == 422
    assert ai.post("/pool/give-back/", {"customer": "P00001", "reason": "长期无法联系"}).status_code == 302
    assert Party.objects.get(pk="P00001").manager_id is None
    assert ai.get("/customers/P00001/").status_code == 404
    answer = ai.post("/pool/claim/", {"customer": "P00001"})
    assert "30 天后方可再次认领" in answer.content.decode()
    assert sign_in(cast.qian).post("/pool/claim/", {"customer": "P00001"}).status_code == 302
    assert sign_in(cast.yu).get("/pool/").status_code == 403
    assert ai.get("/pool/rules/").status_code == 403
    assert (
        sign_in(cast.bo).post("/pool/rules/", {"institution": "B1", "line": "retail", "capacity": "many"}).status_code
        == 422
    )


def test_who_assigns_on_one_line_sets_rules_for_that_line_only(cast, sign_in):
    put(sign_in(cast.bo), line="corporate")
    Post.objects.filter(staff=cast.bo).update(line="retail")
    forget()
    bo = sign_in(cast.bo)
    page = bo.get("/pool/rules/?institution=B1&line=corporate").content.decode()
    assert 'value="retail"' in page
    assert 'value="corporate"' not in page
    sent = {"institution": "B1", "pause_days": "1", "rule-left": "1"}
    for line in ("corporate", "both", ""):
        assert bo.post("/pool/rules/", {**sent, "line": line}).status_code == 404
    assert bo.post("/pool/rules/", {**sent, "line": "retail", "institution": "B2"}).status_code == 404
    assert Pool.objects.get().pause_days == 30


def test_rules_let_customers_fall_and_each_falls_once(cast, sign_in):
    put(sign_in(cast.bo))
    assert rules() == 0
    Staff.objects.filter(pk="1111").update(is_active=False, left_on=timezone.localdate())
    persons = Party.objects.filter(manager_id="1111", kind="person").count()
    assert rules() == persons  # the pool is of the retail line
    assert services.carry_on() == persons
    assert not Party.objects.filter(manager_id="1111", kind="person").exists()
    assert rules() == 0
    made = Handover.objects.get(origin="recycling")
    assert (made.state, made.giver_id, made.moved) == (State.DONE, "1111", persons)

    put(sign_in(cast.bo), capacity="3", **{"rule-over_capacity": "1"})
    over = Party.objects.filter(manager_id="1112", kind="person").count() - 3
    least = CustomerFigure.objects.filter(business_date=cast.day, manager_id="1112", kind="person").order_by("assets")
    expected = set(least.values_list("party_id", flat=True)[:over])
    rules()
    services.carry_on()
    assert Party.objects.filter(manager_id="1112", kind="person").count() == 3
    assert not Party.objects.filter(pk__in=expected, manager_id="1112").exists()

    PoolRule.objects.update(is_on=False)
    PoolRule.objects.filter(kind="small").update(is_on=True, threshold=2_000_000_000)
    assert (
        rules()
        == Party.objects.filter(institution_id__in=["B11", "B12"], kind="person").exclude(manager_id=None).count()
    )


def test_who_has_not_looked_at_a_customer_loses_them_once_the_log_is_old_enough(cast, sign_in):
    put(sign_in(cast.bo), **{"rule-left": None, "rule-idle": "1", "threshold-idle": "30"})
    assert Pool.objects.get().rules.get(kind="idle").threshold == 30
    sign_in(cast.ai).get("/customers/P00001/")
    later = timezone.localdate() + datetime.timedelta(days=20)
    assert rules(later) == 0  # the log knows only these days
    later = timezone.localdate() + datetime.timedelta(days=40)
    sign_in(cast.ai).get("/customers/P00002/")
    fallen = rules(later)
    assert (
        fallen
        == Party.objects.filter(institution_id__in=["B11", "B12"], kind="person").exclude(manager_id=None).count()
    )
