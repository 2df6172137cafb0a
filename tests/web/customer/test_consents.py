"""The customer's consents: the matrix, the form, the ban beside the phone, and whom none of it is for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.consent.codes import CONTACT_CHANNELS, Decision, LimitKind, Purpose
from guanxi.crm.consent.models import ConsentEvent, ConsentState, Limit
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


def url(party) -> str:
    return reverse("customer-consents", args=[party.id])


def said(**changes) -> dict:
    return {
        "decision": "given",
        "purpose": "marketing",
        "channels": ["phone", "sms"],
        "how": "form",
        "evidence": "F-2026-0815",
        "said_on": timezone.localdate().isoformat(),
        **changes,
    }


def test_what_the_customer_says_stands_in_the_matrix_and_in_the_history(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    response = client.post(url(cast.person), said(note="after the talk"))
    assert response.status_code == 302
    page = client.get(url(cast.person)).text
    assert page.count("gc-yes") == 2
    assert "F-2026-0815" in page
    assert "Recorded by 艾琳" in page
    assert "text version 1" in page
    events = ConsentEvent.objects.filter(party_id=cast.person.id)
    assert {(one.channel, one.staff_id, one.batch) for one in events} == {
        ("phone", "1111", events[0].batch),
        ("sms", "1111", events[0].batch),
    }


def test_a_withdrawal_of_everything_is_said_beside_the_phone_on_every_page(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    client.post(url(cast.person), said())
    response = client.post(url(cast.person), said(decision="withdrawn", purpose="everything", channels=[], evidence=""))
    assert response.status_code == 302
    assert not ConsentState.objects.filter(party_id=cast.person.id, decision=Decision.GIVEN).exists()
    for name in ("customer", "customer-holdings", "customer-identity"):
        assert "Contact ban: no marketing on any channel" in client.get(reverse(name, args=[cast.person.id])).text
    identity = client.get(reverse("customer-identity", args=[cast.person.id])).text
    assert "no marketing: Phone, SMS" in identity
    assert "no marketing: Post" in identity
    assert "Contact ban" not in client.get(reverse("customer", args=[cast.company.id])).text


def test_one_channel_withdrawn_leaves_the_others(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    client.post(url(cast.person), said())
    client.post(url(cast.person), said(decision="withdrawn", channels=["sms"]))
    page = client.get(url(cast.person)).text
    assert (page.count('class="gc-yes"'), page.count('class="gc-no"')) == (1, 1)
    assert "No marketing by SMS" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channels": []}, "Choose at least one channel."),
        ({"evidence": ""}, "Say where the evidence lies"),
        ({"purpose": "everything"}, "one purpose at a time"),
        ({"said_on": "2999-01-01"}, "lies in the future"),
        ({"valid_until": "2020-01-01"}, "end before it begins"),
        ({"said_on": "2001-01-01"}, "no text for this purpose"),
        ({"how": "merge"}, "Select a valid choice"),
    ],
)
def test_what_is_not_whole_is_not_recorded_and_nothing_typed_is_lost(cast, sign_in, changes, words):
    response = sign_in(cast.ai, language="en").post(url(cast.person), said(note="typed", **changes))
    assert response.status_code == 422
    assert words in response.text
    assert 'value="typed"' in response.text
    assert not ConsentEvent.objects.exists()


def test_page_and_part_say_the_same(cast, sign_in):
    client = sign_in(cast.ai)
    client.post(url(cast.person), said())
    part = client.get(url(cast.person), headers=PARTIAL).text
    assert part.count("gc-yes") == 2
    assert "<html" not in part
    assert "客户表示" in part


def test_a_stop_of_use_shows_whatever_was_consented_to(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    client.post(url(cast.person), said())
    Limit.objects.create(party_id=cast.person.id, kind=LimitKind.RESTRICTION, reason="Dispute about a card")
    page = client.get(url(cast.person)).text
    assert "gc-yes" not in page
    assert "Dispute about a card" in page
    assert "Use restricted: no marketing" in page


def test_the_outsider_neither_sees_nor_records(cast, sign_in):
    for staff in (cast.zhu, cast.lu):
        client = sign_in(staff)
        assert client.get(url(cast.person)).status_code == 404
        assert client.get(url(cast.person), headers=PARTIAL).status_code == 404
        assert client.post(url(cast.person), said()).status_code == 404
    assert sign_in(cast.yu).post(url(cast.person), said()).status_code == 403
    assert not ConsentEvent.objects.exists()


def test_who_only_looks_has_no_form_and_may_not_post(cast, sign_in):
    for staff in (cast.shen, cast.ann):
        client = sign_in(staff)
        page = client.get(url(cast.person))
        assert page.status_code == 200
        assert 'name="decision"' not in page.text
        assert client.post(url(cast.person), said()).status_code == 403
    assert not ConsentEvent.objects.exists()


def test_a_long_history_costs_no_more_queries(cast, sign_in):
    client = sign_in(cast.ai)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(cast.person)).status_code == 200
        return len(queries)

    client.get(url(cast.person))
    client.post(url(cast.person), said())
    first = cost()
    for purpose in Purpose:
        client.post(url(cast.person), said(purpose=purpose, channels=list(CONTACT_CHANNELS)))
    assert cost() <= first <= 13


def test_an_erased_customer_is_there_only_for_those_who_answer_for_personal_data(cast, sign_in):
    who, name = cast.person.id, cast.person.name
    Limit.objects.create(party_id=who, kind=LimitKind.ERASURE, reason="R20261122-00001")
    for staff in (cast.ai, cast.bo, cast.he):
        client = sign_in(staff)
        for address in (reverse("customer", args=[who]), url(cast.person), reverse("customer-identity", args=[who])):
            assert client.get(address).status_code == 404
        assert name not in client.get("/customers/").text
        assert name not in client.get(f"/customers/?q={who}").text.replace(f'value="{who}"', "")
        assert f"/customers/{who}/" not in client.get(f"/search/?q={name}").text
        assert client.post(url(cast.person), said()).status_code == 404
    for staff in (cast.shi, cast.shen):
        page = sign_in(staff, language="en").get(url(cast.person))
        assert page.status_code == 200
        assert "kept because the law says so" in page.text
