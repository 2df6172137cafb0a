"""The steward's pages: queue, pair, verdicts, merges; who may, what it costs, what is masked."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guanxi.crm.identity.models import Decision, Merge, Pair, Record
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import Party
from tests.identity.pairs import pair_of, record_of
from tests.web.conftest import PARTIAL


@pytest.fixture
def pairs(cast):
    """Three pairs of Ai's customers, of falling impact; one of them across another bank."""
    people = [party for party in cast.book(cast.ai) if party.kind == "person"]
    made = [
        pair_of(people[0], people[1], impact=900),
        pair_of(people[2], people[3], impact=800),
        pair_of(people[4], people[5], impact=700),
    ]
    Institution.objects.create(id="C0", name="邻县农商银行", kind="bank", path="C0/", depth=0)
    Party.objects.filter(pk=people[5].id).update(institution_id="C0", manager_id=None)
    return made


def address(pair: Pair) -> str:
    return reverse("identity-pair", args=[pair.left_id, pair.right_id])


def test_the_queue_goes_by_impact_shows_only_whole_pairs_and_costs_the_same_whatever_is_in_it(cast, pairs, sign_in):
    client = sign_in(cast.shi)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page = client.get("/identity/")
    assert page.status_code == 200
    found = [row.pair.left_id for row in page.context["queue"].rows]
    assert found == [pairs[0].left_id, pairs[1].left_id]  # the third reaches into another bank
    part = client.get("/identity/", headers=PARTIAL)
    assert part.status_code == 200
    assert "<html" not in part.text
    more = [party for party in cast.book(cast.ai) if party.kind == "person"][6:12]
    for one, other in zip(more[::2], more[1::2], strict=True):
        pair_of(one, other, impact=10)
    with CaptureQueriesContext(connection) as many:
        client.get("/identity/")
    assert len(many) == len(few)
    assert len(few) <= 12
    for outsider in (cast.ai, cast.zhu, cast.he, cast.shen):
        assert sign_in(outsider).get("/identity/").status_code == 403
        assert sign_in(outsider).get(address(pairs[0])).status_code == 403
    assert client.get(address(pairs[2])).status_code == 404
    assert client.post(address(pairs[2]), {"verdict": "same"}).status_code == 404


def test_a_pair_shows_every_field_masked_and_a_reveal_shows_one(cast, pairs, sign_in):
    client = sign_in(cast.shi)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address(pairs[0]))
    assert page.status_code == 200
    assert len(queries) <= 26
    assert "110101199003074578" not in page.text
    assert "13811112222" not in page.text
    assert "138****2222" in page.text
    record = Record.objects.get(pk=pairs[0].left_id)
    url = reverse("reveal", args=[record.party_id, "record", f"{record.pk}@3"])
    assert url in page.text
    shown = client.post(url, {"why": "identity", "reason": ""}, follow=True)
    assert shown.status_code in (200, 422)
    for language, words in (("zh-hans", "同一客户"), ("en", "The same")):
        assert words in sign_in(cast.shi, language).get(address(pairs[0])).text


def test_one_word_of_standardising_is_not_shown_beside_two_values(cast, sign_in):
    one, other = sorted([party for party in cast.book(cast.ai) if party.kind == "person"][:2], key=lambda who: who.id)
    record_of(one)
    record = record_of(other)
    record.content = [*record.content, {"field": "contact:landline", "value": "01088886666", "valid": None}]
    record.save()
    said = {"field": "phone", "left_validity": "bad_length", "right_validity": "bad_length", "bits": -1.0}
    pair = pair_of(one, other, weights=json.dumps([said]))
    lines = {line.field: line for line in sign_in(cast.shi).get(address(pair)).context["facing"].lines}
    assert [cell.validity for cell in lines["contact:mobile"].left] == ["bad_length"]
    assert [cell.validity for cell in lines["contact:mobile"].right] == [""]
    assert [cell.validity for cell in lines["contact:landline"].right] == [""]


def test_a_word_leads_to_the_next_pair_and_can_be_taken_back(cast, pairs, sign_in):
    client = sign_in(cast.shi)
    answer = client.post(address(pairs[0]), {"verdict": "same", "reason": "证件一致"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(address(pairs[1]))
    made = Merge.objects.get()
    assert not Party.objects.filter(pk=made.gone).exists()
    # The customer's page is right at once, and the old number's is not there any more.
    assert sign_in(cast.ai).get(f"/customers/{made.kept}/").status_code == 200
    assert "已是" in client.get(address(pairs[0])).text or client.get(address(pairs[0])).context["facing"].is_one
    again = client.post(address(pairs[0]), {"verdict": "same"})
    assert again.status_code == 409
    said = Decision.objects.get()
    assert client.get(reverse("identity-verdict-take-back", args=[said.pk])).status_code == 200
    back = client.post(reverse("identity-verdict-take-back", args=[said.pk]))
    assert back.headers["Location"] == address(pairs[0])
    assert Party.objects.filter(pk=made.gone).exists()
    assert Merge.objects.get().undone_at is not None

    client.post(address(pairs[0]), {"verdict": "different"})
    assert [row.pair.left_id for row in client.get("/identity/").context["queue"].rows] == [pairs[1].left_id]
    asked = client.post(address(pairs[1]), {"verdict": "ask", "whom": "nobody"})
    assert asked.status_code == 409
    assert client.post(address(pairs[1]), {"verdict": "ask", "whom": "1111", "note": "见过本人吗"}).status_code == 302
    assert client.get("/identity/").context["queue"].rows == ()
    assert len(client.get("/identity/?state=asked").context["queue"].rows) == 1
    listed = client.get("/identity/verdicts/")
    assert listed.status_code == 200
    assert len(listed.context["verdicts"]) == 3


def test_several_are_decided_at_once_and_a_merge_is_undone_on_its_page(cast, pairs, sign_in):
    client = sign_in(cast.shi)
    chosen = [f"{pair.left_id}~{pair.right_id}" for pair in pairs]
    client.post("/identity/", {"verdict": "same", "chosen": chosen})
    assert Merge.objects.count() == 2  # not the one that reaches into another bank
    made = Merge.objects.order_by("pk")[0]
    url = reverse("identity-merge", args=[made.pk])
    assert client.get(url).status_code == 200
    assert sign_in(cast.ai).get(url).status_code == 403
    assert client.post(url, {"reason": "两个人", "different": "1"}).status_code == 302
    made.refresh_from_db()
    assert made.undone_reason == "两个人"
    assert Decision.objects.filter(verdict="different", withdrawn_at__isnull=True).count() == 1
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get("/identity/verdicts/")
    assert len(queries) <= 12


def test_whoever_is_asked_answers_and_the_pair_comes_back(cast, pairs, sign_in):
    client = sign_in(cast.shi)
    client.post(address(pairs[0]), {"verdict": "ask", "whom": cast.zhu.pk, "note": "见过本人吗"})
    said = Decision.objects.get(verdict="ask")
    theirs = sign_in(cast.zhu)
    page = theirs.get("/identity/asked/")
    assert "见过本人吗" in page.text
    assert Party.objects.get(pk=said.party_id).name not in page.text  # whom Zhu does not see
    url = reverse("identity-answer", args=[said.pk])
    assert sign_in(cast.ai).post(url, {"answer": "是"}).status_code == 404
    assert theirs.post(url, {"answer": " "}).status_code == 302
    assert Decision.objects.get(pk=said.pk).answered_at is None
    assert theirs.post(url, {"answer": "同一个人，换了证件"}).status_code == 302
    assert "见过本人吗" not in theirs.get("/identity/asked/").text
    back = client.get("/identity/")
    assert back.context["queue"].rows[0].decision.answer == "同一个人，换了证件"
    assert "同一个人，换了证件" in client.get(address(pairs[0])).text
    assert client.post(address(pairs[0]), {"verdict": "same"}).status_code == 302
    with CaptureQueriesContext(connection) as queries:
        theirs.get("/identity/asked/")
    assert len(queries) <= 12
