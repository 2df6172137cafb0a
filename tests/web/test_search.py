"""Search from any page: by name, pinyin, initials, number, identifier, phone; within one's scope."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.identity.models import Alias
from guanxi.crm.web.customers import views
from guanxi.crm.web.customers.listing import CUSTOMERS
from guanxi.crm.web.search import matching
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
LISTED = re.compile(r'<a href="/customers/([^/"]+)/">')
HIT = re.compile(r'class="gx-hit" href="/customers/([^/"]+)/"')


def hits(client, words: str) -> list[str]:
    response = client.get(reverse("search"), {"q": words}, headers=PARTIAL)
    assert response.status_code == 200
    assert "<html" not in response.text
    return HIT.findall(response.text)


@pytest.mark.parametrize(
    "words",
    [
        "王秀",
        "秀英",
        "王秀英",
        " 王 秀 英 ",
        "wangxiuying",
        "wangxiu",
        "wxy",
        "wangxy",
        "P00001",
        "p00001",
        "7100000",
        "13857100000",
    ],
)
def test_one_person_is_found_by_whatever_is_known(cast, sign_in, words):
    client = sign_in(cast.ai)
    assert cast.person.id in hits(client, words)
    assert cast.person.id in re.findall(
        r'<a href="/customers/([^/"]+)/">', client.get("/customers/", {"q": words}).text
    )


def test_an_old_number_finds_the_customer_who_has_taken_it_over(cast, sign_in):
    for party, old in ((cast.person, "P00OLD1"), (cast.outside, "P00OLD2")):
        Alias.objects.create(alias=old, party=party, cause="night")
    Alias.objects.create(alias="P00OLD3", party=cast.person, cause="split", until=timezone.now())
    client = sign_in(cast.ai)
    assert hits(client, "p00old1") == [cast.person.id]
    assert hits(client, "P00OLD2") == hits(client, "P00OLD3") == []
    here = reverse("customer-value", args=[cast.person.id])
    moved = client.get(reverse("customer-value", args=["P00OLD1"]), {"period": "r12"})
    assert (moved.status_code, moved["Location"]) == (302, f"{here}?period=r12")
    for number in ("P00OLD2", "P00OLD3"):
        assert client.get(reverse("customer-value", args=[number])).status_code == 404
    assert sign_in(cast.zhu).get(reverse("customer", args=["P00OLD1"])).status_code == 404


def test_an_identifier_finds_its_bearer_alone(cast, sign_in):
    number = cast.person.identifiers.get(kind="resident_id").number
    assert hits(sign_in(cast.ai), number) == [cast.person.id]


@pytest.mark.parametrize("most", [0, 3, 10_000])
@pytest.mark.parametrize("fetched", [0, 500])
def test_both_ways_of_looking_up_find_the_same(cast, sign_in, monkeypatch, most, fetched):
    monkeypatch.setattr(matching, "BY_KEY", most)
    monkeypatch.setattr(matching, "FETCHED", fetched)
    monkeypatch.setattr(views, "CUSTOMERS", replace(CUSTOMERS, page_size=100))
    for staff in (cast.he, cast.bo, cast.ai):
        client = sign_in(staff)
        for words in ("有限公司", "公司", "wang", "王", "hz", "1385", "13857100000", "zhejiangyuanhang"):
            found = set(LISTED.findall(client.get("/customers/", {"q": words}).text))
            expected = {party.id for party in _visible(cast, staff) if _matches(party, words)}
            assert found == expected, words


def _visible(cast, staff):
    places = {"B1", "B11", "B12"}
    return [
        party
        for party in cast.parties.values()
        if staff is cast.he or (staff is cast.bo and party.institution_id in places) or party.manager_id == staff.id
    ]


def _matches(party, words: str) -> bool:
    if words.isdigit():
        return any(words in contact.value for contact in party.contacts.all() if contact.kind == "mobile")
    if not words.isascii():
        return words in party.name
    syllables = party.name_pinyin.split(" / ")[0].split(" ")
    starts = range(len(syllables) if party.kind == "organisation" else max(2, len(syllables) - 1))
    initials = "".join(one[0] for one in syllables)
    return any("".join(syllables[at:]).startswith(words) for at in starts if at < 6) or words in initials


def test_the_outsider_finds_nothing_of_others(cast, sign_in):
    for words in (cast.person.name, cast.person.id, "wangxiuying", "13857100000"):
        assert cast.person.id not in hits(sign_in(cast.zhu), words)
    assert cast.outside.id in hits(sign_in(cast.zhu), cast.outside.name)


def test_a_post_without_customers_may_not_search(cast, sign_in):
    assert sign_in(cast.guan).get(reverse("search"), {"q": "王"}).status_code == 403


def test_what_no_text_can_hold_is_refused(cast, sign_in):
    assert sign_in(cast.he).get(reverse("search"), {"q": "\x00"}).status_code == 400


@pytest.mark.parametrize("words", ["", " ", "%", "'", "\\", "(((", "🙂", "x" * 300])
def test_odd_words_do_no_harm(cast, sign_in, words):
    assert hits(sign_in(cast.he), words) == []
    assert sign_in(cast.he).get("/customers/", {"q": words}).status_code == 200


def test_what_was_typed_is_marked_and_escaped(cast, sign_in):
    text = sign_in(cast.ai).get(reverse("search"), {"q": "<b>王"}).text
    assert "<b>王" not in text
    assert "<mark>秀英</mark>" in sign_in(cast.ai).get(reverse("search"), {"q": "秀英"}).text


def test_suggestions_cost_few_queries(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.bo)
    hits(client, "王")
    with django_assert_max_num_queries(7):
        hits(client, "公司")
