"""The customer list: scope, filters, sorting, paging, columns."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from django.urls import reverse

from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.org.models import Staff
from guanxi.crm.web import links
from guanxi.crm.web.customers import views
from guanxi.crm.web.customers.listing import CUSTOMERS
from guanxi.crm.web.listing.listing import Action
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
URL = "/customers/"
LINK = re.compile(r'<a href="/customers/([^/"]+)/">')


def shown(response) -> list[str]:
    """The customers of a page, in its order."""
    assert response.status_code == 200
    return LINK.findall(response.text)


def test_each_sees_their_own_scope_and_nothing_else(cast, sign_in):
    figures = cast.figures.values()
    branch = {"B1", "B11", "B12"}
    for staff, seen in (
        (cast.ai, {f.party_id for f in figures if f.manager_id == cast.ai.id}),
        (cast.zhu, {f.party_id for f in figures if f.manager_id == cast.zhu.id}),
        (cast.bo, {f.party_id for f in figures if f.institution_id in branch}),
    ):
        assert set(shown(sign_in(staff).get(URL))) == seen
    for staff in (cast.he, cast.ann, cast.shen, cast.shi, cast.fu):
        response = sign_in(staff).get(URL)
        assert len(shown(response)) == 50
        assert "共 60 条" in response.text


@pytest.mark.parametrize("call", ["guan", "yu"])
def test_a_post_without_customers_is_told_whom_to_ask(cast, sign_in, call):
    response = sign_in(getattr(cast, call)).get(URL)
    assert response.status_code == 403
    assert "请联系分支行负责人" in response.text
    assert cast.person.name not in response.text


@pytest.mark.parametrize(
    ("address", "condition"),
    [
        ("?tier=vip", lambda f: f.sub_tier == "vip"),
        ("?tier=vip&tier=affluent", lambda f: f.tier == "premier"),
        ("?tier=vip&tier=core", lambda f: f.sub_tier == "vip" or f.tier == "core"),
        ("?tier=restricted", lambda f: f.tier == "restricted"),
        ("?kind=organisation", lambda f: f.kind == "organisation"),
        ("?institution=B11", lambda f: f.institution_id == "B11"),
        ("?institution=B1", lambda f: f.institution_id in ("B1", "B11", "B12")),
        ("?institution=NONE", lambda f: False),
        ("?manager=1112", lambda f: f.manager_id == "1112"),
        ("?manager=-", lambda f: f.manager_id is None),
        ("?holds=card", lambda f: f.product_kinds & 8),
        ("?holds=card&holds=wealth", lambda f: f.product_kinds & 24 == 24),
        ("?assets_min=1000000", lambda f: f.assets >= 1_000_000),
        ("?assets_min=100&assets_max=500&assets_in=4", lambda f: 1_000_000 <= f.assets <= 5_000_000),
        ("?only=overdue", lambda f: f.days_overdue > 0),
        ("?only=unmanaged&kind=person", lambda f: f.manager_id is None and f.kind == "person"),
        ("?tier=nonsense&assets_min=a lot&holds=gold&kind=x", lambda f: True),
        ("?assets_min=1e99&assets_max=NaN", lambda f: True),
    ],
)
def test_filters_leave_what_they_say(cast, sign_in, address, condition):
    wanted = {f.party_id for f in cast.figures.values() if condition(f)}
    client = sign_in(cast.he)
    found, url = [], URL + address
    while url:
        response = client.get(url)
        found += shown(response)
        following = re.search(r'data-page="next" href="([^"]+)"', response.text)
        url = html.unescape(following.group(1)) if following else ""
    assert set(found) == wanted
    assert len(found) == len(wanted)


@pytest.mark.parametrize("sort", [*(s.key for s in CUSTOMERS.sorts), *(f"-{s.key}" for s in CUSTOMERS.sorts)])
def test_paging_walks_every_row_once_forwards_and_back(cast, sign_in, monkeypatch, sort):
    monkeypatch.setattr(views, "CUSTOMERS", replace(CUSTOMERS, page_size=7))
    client = sign_in(cast.he)
    # Ties by the dozen: nobody may be lost or shown twice between two pages of equal values.
    CustomerFigure.objects.filter(kind="person").update(loan=0, wealth=0)
    pages, url = [], f"{URL}?sort={sort}"
    while True:
        response = client.get(url)
        pages.append(shown(response))
        following = re.search(r'data-page="next" href="([^"]+)"', response.text)
        if not following:
            break
        url = html.unescape(following.group(1))
    everybody = [party_id for page in pages for party_id in page]
    assert len(everybody) == 60
    assert len(set(everybody)) == 60
    field = CUSTOMERS.sort_of(sort.lstrip("-")).field
    values = dict(CustomerFigure.objects.values_list("party_id", field))
    ordered = [values[party_id] for party_id in everybody]
    known = [value for value in ordered if value is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    back = [pages[-1]]
    while True:
        preceding = re.search(r'data-page="previous" href="([^"]+)"', response.text)
        if not preceding:
            break
        response = client.get(html.unescape(preceding.group(1)))
        back.append(shown(response))
    assert [one for page in reversed(back) for one in page] == everybody
    assert "第 1–" in response.text


def test_a_made_up_cursor_is_the_first_page(cast, sign_in):
    client = sign_in(cast.he)
    assert shown(client.get(f"{URL}?page=WyItYXNzZXRzIl0:xx:yy")) == shown(client.get(URL))


def test_the_fragment_is_the_pages_own_part(cast, sign_in):
    client = sign_in(cast.ai)
    for address in ("", "?tier=vip", "?q=nobody-like-this"):
        page = client.get(URL + address)
        part = client.get(URL + address, headers=PARTIAL)
        token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
        assert token.sub("", part.text).strip() in token.sub("", page.text)
        assert "<html" not in part.text
        assert part["HX-Push-Url"] == URL + address
        assert "HX-Request-Type" in part["Vary"]


def test_the_address_kept_is_the_canonical_one(cast, sign_in):
    address = "?q=&assets_in=4&assets_min=100&assets_max=&tier=vip&sort=-assets&kind="
    response = sign_in(cast.he).get(URL + address, headers=PARTIAL)
    assert response["HX-Push-Url"] == "/customers/?tier=vip&assets_min=1000000"


def test_what_one_may_not_see_is_not_offered_either(cast, sign_in):
    bo, ai = sign_in(cast.bo), sign_in(cast.ai)
    choices = bo.get(f"{URL}?pick=institution", headers=PARTIAL).text
    assert "西湖支行" in choices
    assert "海曙支行" not in choices
    managers = bo.get(f"{URL}?pick=manager", headers=PARTIAL).text
    assert "艾琳" in managers
    assert "朱敏" not in managers
    assert shown(ai.get(f"{URL}?manager={cast.zhu.id}")) == []
    assert shown(bo.get(f"{URL}?institution=B2")) == []
    assert shown(ai.get(f"{URL}?q={cast.outside.id}")) == []
    assert bo.get(f"{URL}?pick=nonsense").status_code == 404


def test_amounts_are_in_the_chosen_unit(cast, sign_in):
    figure = max(cast.book(cast.ai), key=lambda party: cast.figures[party.id].assets)
    assets = cast.figures[figure.id].assets
    client = sign_in(cast.ai)
    assert f">{assets / 10_000:,.2f}<" in client.get(URL).text
    client.post(reverse("preferences"), {"unit": "one"})
    assert f">{assets:,.2f}<" in client.get(URL).text


def test_columns_are_kept_with_the_person_in_their_order(cast, sign_in):
    client = sign_in(cast.ai)
    heads = re.compile(r'data-column="(\w+)"')
    first = heads.findall(client.get(URL).text)
    assert first[0] == "name"
    assert "manager" not in first, "a manager's own name in every row says nothing"
    save = reverse("list-columns", args=["customers"])
    client.post(save, {"column": ["loan", "number", "nonsense", "loan"]}, headers=PARTIAL)
    assert heads.findall(client.get(URL).text) == ["name", "loan", "number"]
    client.post(save, {"wide": "loan", "pixels": "163"}, headers=PARTIAL)
    assert 'class="c-loan gx-number gx-w20"' in client.get(URL).text
    client.post(save, {"wide": "loan", "pixels": "a metre"}, headers=PARTIAL)
    client.post(save, {"reset": "1"}, headers=PARTIAL)
    assert heads.findall(client.get(URL).text) == first
    assert "list:customers" not in Staff.objects.get(pk=cast.ai.id).preferences
    assert client.post(reverse("list-columns", args=["nothing"]), {}).status_code == 404


def test_names_are_shown_never_run(cast, sign_in):
    CustomerFigure.objects.filter(party_id=cast.person.id).update(name="<script>alert(1)</script>&Co")
    text = sign_in(cast.ai).get(URL).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;Co" in text


def test_addresses_written_by_hand_are_those_of_the_patterns():
    for number in ("P00001", "a b", "客户?1", "x#1&2", "100%"):
        assert links.customer(number) == reverse("customer", args=[number])


@pytest.mark.parametrize("address", ["", "?tier=core&holds=card", "?sort=-deposit", "?q=wang"])
def test_a_page_costs_few_queries(cast, sign_in, django_assert_max_num_queries, address):
    client = sign_in(cast.bo)
    client.get(URL + address)
    with django_assert_max_num_queries(7):
        client.get(URL + address)


def test_totals_of_the_books_agree_with_the_list(cast, sign_in):
    for address in ("", "?tier=core", "?institution=B11&tier=standard", "?manager=-"):
        response = sign_in(cast.he).get(f"{URL}{address}", headers=PARTIAL)
        total = int(re.search(r"共 ([\d,]+) 条", response.text).group(1))
        assert total == len(shown(response)) or total == 60


def test_a_list_with_actions_lets_rows_be_chosen(cast, sign_in, monkeypatch):
    action = Action(label="Do", url_name="preferences", icon="search")
    monkeypatch.setattr(views, "CUSTOMERS", replace(CUSTOMERS, actions=(action,)))
    text = sign_in(cast.ai).get(URL).text
    assert f'form="list-actions" name="chosen" value="{cast.person.id}"' in text
    assert 'formaction="/preferences/"' in text
    monkeypatch.undo()
    assert 'name="chosen"' not in sign_in(cast.ai).get(URL).text
