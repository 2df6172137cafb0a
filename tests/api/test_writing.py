"""What programs write: consents, requests, support, cover; once, and only upon what they saw."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from guanxi.crm.api.models import GivenAnswer
from guanxi.crm.consent.models import ConsentEvent, RightsCase
from guanxi.crm.consent.queries import may_contact
from guanxi.crm.org.models import Assignment, Cover

pytestmark = pytest.mark.django_db
GIVEN = {"decision": "given", "purpose": "marketing", "channels": ["sms"], "how": "form", "evidence": "F1"}


def test_a_consent_holds_at_once_and_a_withdrawal_wins(cast, call):
    caller, number = call(cast.ai), cast.person.id
    answer = caller.post(f"customers/{number}/consents", GIVEN)
    assert answer.status_code == 201
    assert [(one["channel"], one["decision"]) for one in answer.json()["items"]] == [("sms", "given")]
    asked = f"customers/{number}/may-contact?purpose=marketing&channel=sms"
    assert caller.get(asked).json()["allowed"] is True
    contacts = caller.get(f"customers/{number}").json()["contacts"]
    assert {one["kind"]["code"]: one["marketing_allowed"] for one in contacts}["mobile"] is True
    assert caller.post(f"customers/{number}/consents", {"decision": "withdrawn", "how": "recording"}).status_code == 201
    found = caller.get(asked).json()
    assert (found["allowed"], found["why"]["code"]) == (False, "withdrawn")
    assert not may_contact(number, "profiling").allowed


def test_what_is_not_whole_is_refused_with_what_to_do(cast, call):
    caller, path = call(cast.ai), f"customers/{cast.person.id}/consents"
    for change, status in (
        ({"evidence": ""}, 409), ({"channels": []}, 409), ({"purpose": None}, 409), ({"said_on": "2099-01-01"}, 409),
        ({"how": "guess"}, 422), ({"channels": ["fax"]}, 422), ({"extra": 1}, 422), ({"note": "a\x00"}, 422),
    ):  # fmt: skip
        answer = caller.post(path, {**GIVEN, **change})
        assert answer.status_code == status, (change, answer.json())
        assert answer.json()["detail"]
    assert not ConsentEvent.objects.exists()


def test_the_same_key_is_the_same_answer_and_one_deed(cast, call):
    caller, path = call(cast.ai), f"customers/{cast.person.id}/consents"
    first = caller.post(path, GIVEN, idempotency_key="order-0001")
    again = caller.post(path, GIVEN, idempotency_key="order-0001")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ConsentEvent.objects.count() == 1
    other = caller.post(path, {**GIVEN, "note": "x"}, idempotency_key="order-0001")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert caller.post(path, GIVEN, idempotency_key="short").status_code == 422
    # Another person's key is another key; what failed may be tried again with its own.
    outside = f"customers/{cast.outside.id}/consents"
    assert call(cast.zhu).post(outside, GIVEN, idempotency_key="order-0001").status_code == 201
    assert caller.post(path, {**GIVEN, "evidence": ""}, idempotency_key="order-0002").status_code == 409
    assert caller.post(path, GIVEN, idempotency_key="order-0002").status_code == 201
    # Who no longer sees the customer is not given the stored answer either.
    from guanxi.crm.party.models import Party

    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.zhu.id)
    assert caller.post(path, GIVEN, idempotency_key="order-0001").status_code == 404
    GivenAnswer.objects.update(given_at=timezone.now() - datetime.timedelta(days=2))
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.ai.id)
    assert "Idempotency-Replayed" not in caller.post(path, GIVEN, idempotency_key="order-0001").headers


def test_a_request_is_taken_in_with_its_deadline(cast, call):
    caller = call(cast.ai)
    body = {
        "kind": "access", "requester_name": "王秀英", "proof": "document", "proof_reference": "copy 17",
        "way": "branch",
    }  # fmt: skip
    receipt = caller.post(f"customers/{cast.person.id}/requests", body).json()
    case = RightsCase.objects.get(number=receipt["number"])
    assert (case.party_id, case.taken_in_by_id, receipt["due_on"]) == (cast.person.id, cast.ai.id, str(case.due_on))
    assert caller.get(f"customers/{cast.person.id}/requests").json()["items"][0]["number"] == receipt["number"]
    assert caller.post(f"customers/{cast.outside.id}/requests", body).status_code == 404


def test_those_who_may_not_write_do_not(cast, call):
    for staff in (cast.ann, cast.shen):
        answer = call(staff).post(f"customers/{cast.person.id}/consents", GIVEN)
        assert (answer.status_code, answer.json()["code"]) == (403, "no-right"), staff
    assert call(cast.zhu).post(f"customers/{cast.person.id}/consents", GIVEN).status_code == 404
    assert call(cast.ai, may=["customers:read"]).post(f"customers/{cast.person.id}/consents", GIVEN).status_code == 403
    assert call(cast.ai).post("covers", {}).status_code == 403


def test_support_begins_and_ends(cast, call):
    caller, path = call(cast.bo), f"customers/{cast.person.id}/supports"
    made = caller.post(path, {"staff": cast.lu.id, "reason": "leave"}).json()
    assert call(cast.lu).get(f"customers/{cast.person.id}").status_code == 200
    assert caller.get(path).json()["items"] == [made]
    assert caller.post(path, {"staff": cast.lu.id}).json()["code"] == "conflict"
    assert caller.post(path, {"staff": "nobody"}).json()["code"] == "conflict"
    wrong = caller.delete(f"{path}/{made['id']}", if_match='"other"')
    assert (wrong.status_code, wrong.json()["version"]) == (412, made["version"])
    assert caller.delete(f"{path}/{made['id']}", if_match=f'"{made["version"]}"').status_code == 204
    assert caller.delete(f"{path}/{made['id']}").status_code == 404
    assert call(cast.lu).get(f"customers/{cast.person.id}").status_code == 404
    assert Assignment.objects.get().made_by_id == cast.bo.id


def test_cover_begins_ends_and_is_not_ended_by_who_saw_another(cast, call):
    caller, today = call(cast.bo), timezone.localdate()
    body = {
        "staff": cast.ai.id, "substitute": cast.lu.id, "first": str(today),
        "last": str(today + datetime.timedelta(days=5)),
    }  # fmt: skip
    made = caller.post("covers", body, idempotency_key="cover-0001")
    assert made.status_code == 201
    assert caller.post("covers", body, idempotency_key="cover-0001").json() == made.json()
    assert caller.post("covers", body).json()["code"] == "conflict"
    assert call(cast.lu).get(f"customers/{cast.person.id}").status_code == 200
    assert caller.post("covers", {**body, "substitute": cast.zhu.id}).status_code == 404
    (shown,) = caller.get("covers").json()["items"]
    assert shown == made.json()
    Cover.objects.update(valid_to=today + datetime.timedelta(days=9))
    assert caller.delete(f"covers/{shown['id']}", if_match=shown["version"]).status_code == 412
    assert call(cast.he).delete(f"covers/{shown['id']}").status_code == 204
    assert call(cast.lu).get(f"customers/{cast.person.id}").status_code == 404


def test_a_lead_is_handed_in_once_scored_and_given(cast, call):
    from guanxi.crm.sales.models import Lead

    body = {"kind": "person", "name": "接口客户", "phone": "13900007777", "product": "loan", "amount": "600000.00"}
    caller = call(cast.ai)
    first = caller.post("leads", body, idempotency_key="lead-0001")
    again = caller.post("leads", body, idempotency_key="lead-0001")
    assert (first.status_code, first.json()) == (201, again.json())
    lead = Lead.objects.get()
    assert (lead.source, lead.institution_id, lead.state, lead.made_by_id) == ("api", "B11", "accepted", "1111")
    assert lead.score > 0
    told = caller.post("leads", {**body, "assign": False}).json()
    assert [one["agrees_in"] for one in told["duplicates"]] in ([["phone", "name"]], [])
    for wrong in ({"institution": "B21"}, {"kind": "x"}, {"phone": "1"}, {"extra": 1}):
        assert caller.post("leads", {**body, **wrong}).status_code in (404, 409, 422), wrong
    assert call(cast.bo).post("leads", {**body, "institution": "B12"}).status_code == 201
    # Each sees what they see; phones are masked; a token for something else opens nothing.
    found = call(cast.bo).get(f"leads/{lead.pk}").json()
    assert (found["phone"], found["state"]["code"]) == ("139****7777", "accepted")
    assert call(cast.zhu).get(f"leads/{lead.pk}").status_code == 404
    assert call(cast.bo, may=["customers:read"]).get(f"leads/{lead.pk}").status_code == 403
