"""What programs read: pages of lists, masks, what is not theirs, how many queries it costs."""

from __future__ import annotations

import gzip
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.crm.consent.models import Limit
from guanxi.crm.holding.models import Event
from guanxi.crm.insight.models import CustomerFigure, Publication
from guanxi.crm.party.models import ContactPoint, PartyIdentifier
from tests.rewriting import rewrite

pytestmark = pytest.mark.django_db
PARTS = ("", "/holdings", "/relations", "/value", "/tiers", "/events", "/consents", "/requests", "/may-contact?purpose=marketing&channel=sms")  # fmt: skip  # noqa: E501


def test_a_list_is_read_page_by_page_in_its_order(cast, call, settings):
    settings.EXPORT_APPROVAL_ROWS_A_DAY = 500
    caller, seen, page = call(cast.ann), [], ""
    for _page in range(20):
        answer = caller.get(f"customers?sort=-loan&limit=7{f'&page={page}' if page else ''}").json()
        seen += answer["items"]
        page = answer["next"]
        if not page:
            break
    assert (
        len(seen) == len({one["id"] for one in seen}) == CustomerFigure.objects.filter(business_date=cast.day).count()
    )
    amounts = [float(one["loan"]["amount"]) for one in seen]
    assert amounts == sorted(amounts, reverse=True)
    figure = cast.figures[seen[0]["id"]]
    assert seen[0]["loan"] == {"amount": f"{figure.loan:.2f}", "currency": "CNY"}
    assert answer["business_date"] == cast.day.isoformat()


def test_filters_are_those_of_the_page_and_what_is_not_known_is_refused(cast, call):
    caller = call(cast.bo)
    people = caller.get("customers?kind=person&tier=vip&tier=affluent&institution=B11").json()["items"]
    assert people
    assert {one["kind"] for one in people} == {"person"}
    assert {one["sub_tier"]["code"] for one in people} <= {"vip", "affluent"}
    assert {one["institution"]["id"] for one in people} == {"B11"}
    assert caller.get("customers?manager=-").json()["items"][0]["manager"] is None
    for query, where in (
        ("teir=vip", "query.teir"), ("tier=gold", "query.tier.0"), ("sort=name", "query.sort"),
        ("limit=201", "query.limit"), ("assets_min=-1", "query.assets_min"), ("q=%00", "query.q"),
    ):  # fmt: skip
        answer = caller.get(f"customers?{query}")
        assert answer.status_code == 422, query
        assert where in {one["where"] for one in answer.json()["errors"]}, answer.json()
    answer = caller.get("customers?page=made-up")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")
    other = caller.get("customers?limit=1&sort=-loan").json()["next"]
    assert caller.get(f"customers?limit=1&page={other}").json()["code"] == "invalid-cursor"


def test_the_outsider_finds_nothing(cast, call):
    caller = call(cast.zhu)
    for part in PARTS:
        there, none = caller.get(f"customers/{cast.person.id}{part}"), caller.get(f"customers/P99999{part}")
        assert there.status_code == none.status_code == 404, part
        assert {**there.json(), "request_id": ""} == {**none.json(), "request_id": ""}
    assert caller.get(f"search?q={cast.person.id}").json()["items"] == []
    assert caller.get(f"customers?q={cast.person.id}").json()["items"] == []


def test_whoever_sees_no_customers_is_told_so(cast, call):
    caller = call(cast.yu)
    for path in ("customers", "search?q=a", f"customers/{cast.person.id}"):
        answer = caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "no-right")
    assert caller.get("covers").json()["code"] == "no-right"
    assert caller.get("products").status_code == 200


def test_sensitive_values_are_masked(cast, call):
    number = PartyIdentifier.objects.get(party_id=cast.person.id, kind="resident_id").number
    phone = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
    event = Event.objects.filter(party_id=cast.person.id).first()
    rewrite(
        Event.objects.filter(event_id=event.event_id),
        counterparty_account="6222021234567890123",
        memo="还款 6222021234567890123",
    )
    caller = call(cast.ai)
    found = caller.get(f"customers/{cast.person.id}").json()
    papers = {one["kind"]["code"]: one["number"] for one in found["documents"]}
    ways = {one["kind"]["code"]: one["value"] for one in found["contacts"]}
    assert number[6:] not in papers["resident_id"]
    assert ways["mobile"] == f"{phone[:3]}****{phone[-4:]}"
    assert "文三路" not in ways["home_address"]
    assert re.fullmatch("CNY .*|below .*", found["income"])
    held = caller.get(f"customers/{cast.person.id}/holdings").json()["items"]
    assert all(re.fullmatch(r"\*{4} \w{4}", one["number"]) for one in held if one["kind"]["code"] != "e_banking")
    text = caller.get(f"customers/{cast.person.id}/events?limit=200").content.decode()
    assert "6222021234567890123" not in text
    assert "622***23" in text


def test_events_go_on_where_the_page_before_ended(cast, call):
    caller = call(cast.ai)
    whole = caller.get(f"customers/{cast.person.id}/events?limit=200").json()["items"]
    seen, after = [], ""
    for _page in range(60):
        answer = caller.get(f"customers/{cast.person.id}/events?limit=5&after={after}").json()
        seen += answer["items"]
        after = answer["next"]
        if not after:
            break
    assert seen == whole
    assert caller.get(f"customers/{cast.person.id}/events?after=%2B").json()["code"] == "invalid-cursor"
    kinds = caller.get(f"customers/{cast.person.id}/events?kind=salary").json()["items"]
    assert {one["kind"]["code"] for one in kinds} <= {"salary"}


def test_what_was_erased_is_there_for_those_who_answer_for_personal_data_alone(cast, call):
    Limit.objects.create(party_id=cast.person.id, kind="erasure", reason="R1")
    assert call(cast.ai).get(f"customers/{cast.person.id}").status_code == 404
    assert call(cast.ai).get(f"search?q={cast.person.id}").json()["items"] == []
    found = call(cast.shi).get(f"customers/{cast.person.id}")
    assert found.json()["use_stopped"]["code"] == "erasure"


def test_a_read_that_has_not_changed_is_not_sent_again(cast, call):
    caller = call(cast.ai)
    answer = caller.get(f"customers/{cast.person.id}")
    again = caller.get(f"customers/{cast.person.id}", headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    packed = caller.get("products", headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"items" in gzip.decompress(packed.content)


def test_words_come_in_the_language_of_who_asks(cast, call):
    assert call(cast.ai, language="zh-hans").get("customers/P99999").json()["title"] == "没有内容"
    assert call(cast.ai, language="en").get("customers/P99999").json()["title"] == "There is nothing here"
    assert call(cast.ai, language="zh-hans").get("institutions").json()["items"][0]["name"] == "关系银行总行"


def test_before_the_first_night_there_is_nothing_and_nothing_breaks(cast, call):
    Publication.objects.all().delete()
    caller = call(cast.ai)
    assert caller.get("publication").json()["business_date"] is None
    assert caller.get("customers").json() == {"business_date": None, "items": [], "next": None}
    assert caller.get(f"customers/{cast.person.id}").status_code == 404
    for path in ("me", "search?q=a", "products", "institutions", "staff"):
        assert caller.get(path).status_code == 200, path


# The token with its owner, the publication, the standing, the rate limit, the day's exports and the day's records.
SHELL = 6


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("me", 4), ("publication", 4), ("institutions", 4), ("staff", 5), ("products", 6), ("products/D001", 6),
        ("customers", SHELL + 1), ("search?q=P00001", SHELL + 2), ("customers/P00001", SHELL + 6),
        ("customers/P00001/holdings", SHELL + 11), ("customers/P00001/relations", SHELL + 7),
        ("customers/P00001/value", SHELL + 4), ("customers/P00001/tiers", SHELL + 3),
        ("customers/P00001/events", SHELL + 3), ("customers/P00001/consents", SHELL + 5),
        ("customers/P00001/may-contact?purpose=marketing&channel=sms", SHELL + 4),
        ("customers/P00001/requests", SHELL + 3),
    ],
)  # fmt: skip
def test_an_operation_costs_so_many_queries(cast, call, path, queries):
    caller = call(cast.ai)
    caller.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(path).status_code == 200
    assert len(captured) == queries, "\n".join(query["sql"][:160] for query in captured.captured_queries)


def test_documentation_for_people(cast, client):
    client.force_login(cast.ai)
    page = client.get("/api/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "客户列表" in page
    assert "curl http://testserver/api/v1/customers/P00001" in page
    assert "Idempotency-Key: $(uuidgen)" in page
    for code in ("export-needed", "token-refused"):
        assert f'id="{code}"' in page
