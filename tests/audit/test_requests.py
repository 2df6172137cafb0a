"""What requests leave in the log without any screen thinking of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.crm.audit.models import Entry
from tests.taking import WHY
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast):
    """A client of somebody signed in, and the entries that one request of it leaves."""

    def ask(staff, method: str, path: str, **more):
        client = Client(headers={"accept-language": "en", **more.pop("headers", {})})
        client.force_login(staff)
        last = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
        response = getattr(client, method)(path, more.pop("data", None), **more)
        return response, list(Entry.objects.filter(id__gt=last).order_by("id"))

    return ask


def test_every_tab_of_a_customer_is_a_view_of_that_customer(cast, asked):
    for name in ("customer", "customer-holdings", "customer-value", "customer-identity", "customer-network"):
        response, entries = asked(cast.ai, "get", reverse(name, args=["P00001"]), headers=PARTIAL)
        assert response.status_code == 200
        (one,) = entries
        assert (one.action, one.actor, one.roles, one.subject, one.kind) == ("view", "1111", "rm", "P00001", name)
        assert one.request_id == response.headers["X-Request-ID"]
        assert one.address == "127.0.0.1"
        assert one.detail == {"part": True}


def test_asking_for_what_is_not_theirs_is_refused_and_recorded(cast, asked):
    response, entries = asked(cast.zhu, "get", reverse("customer", args=["P00001"]))
    assert response.status_code == 404
    assert [(one.action, one.actor, one.subject) for one in entries] == [("refused", "1211", "P00001")]
    response, entries = asked(cast.zhu, "get", reverse("quarantine"))
    assert response.status_code == 403
    assert [(one.action, one.kind) for one in entries] == [("refused", "quarantine")]


def test_a_search_says_what_and_how_many_and_no_number_in_full(cast, asked):
    _response, (one,) = asked(cast.ai, "get", "/search/?q=王秀英", headers=PARTIAL)
    assert (one.action, one.detail["words"], one.detail["found"]) == ("search", "王秀英", 1)
    _response, (one,) = asked(cast.ai, "get", "/customers/?q=13805710001&tier=vip")
    assert (one.action, one.kind) == ("list", "customers")
    assert one.detail["words"] == "138***01"
    assert one.detail["filters"] == {"tier": ["vip"]}
    assert one.detail["sort"] == "-assets"
    assert "13805710001" not in str(one.detail)


def test_a_file_taken_out_says_which_columns_and_how_many_rows(cast, asked):
    path = reverse("export-ask", args=["customers"])
    response, entries = asked(cast.ai, "post", f"{path}?tier=vip", data=WHY)
    assert response.status_code == 302
    assert {one.action for one in entries} == {"export"}
    assert entries[0].detail["parameters"] == "tier=vip"
    assert "name" in entries[0].detail["columns"]
    assert entries[-1].detail["rows"] == sum(
        f.sub_tier == "vip" and f.manager_id == "1111" for f in cast.figures.values()
    )
    path = reverse("export-ask", args=["events"])
    response, entries = asked(cast.ai, "post", f"{path}?customer=P00001", data=WHY)
    assert (entries[0].action, entries[0].subject) == ("export", "P00001")


def test_signing_in_and_out_and_being_refused(cast, client):
    client.post("/sign-in/", {"username": "1111", "password": "wrong"})
    client.post("/sign-in/", {"username": "1111", "password": cast.password})
    client.post("/sign-out/")
    found = [(one.action, one.actor, one.object_id) for one in Entry.objects.order_by("id")]
    assert found == [("sign_in_refused", "", "1111"), ("sign_in", "1111", "1111"), ("sign_out", "1111", "1111")]


def test_what_an_administrator_changes_names_the_fields(cast, asked):
    path = reverse("admin:org_staff_change", args=["1111"])
    data = {
        "is_active": "",
        "is_staff": "on",
        "posts-TOTAL_FORMS": 0,
        "posts-INITIAL_FORMS": 0,
    }
    response, entries = asked(cast.guan, "post", path, data=data)
    assert response.status_code == 302
    one = next(one for one in entries if one.action == "permission")
    assert (one.actor, one.object_id) == ("1005", "1111")
    assert one.detail["changed"] == {"is_active": [True, False], "is_staff": [False, True]}


def test_customers_looked_at_in_the_administration_are_views_as_well(cast, asked):
    _response, (one,) = asked(cast.guan, "get", reverse("admin:party_party_change", args=["P00001"]))
    assert (one.action, one.subject, one.kind) == ("view", "P00001", "admin:party_party_change")


def test_one_proxy_in_front_is_believed_about_whom_it_saw_and_nobody_else(cast, client, settings):
    client.force_login(cast.ai)
    forged = {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 10.9.8.7"}
    client.get("/", **forged)
    settings.PROXIES = 1
    client.get("/", **forged)
    client.get("/")
    addresses = list(Entry.objects.filter(action="view").order_by("id").values_list("address", flat=True))
    assert addresses == ["127.0.0.1", "10.9.8.7", "127.0.0.1"]


def test_nobody_leaves_no_view(client, db):
    client.get("/customers/P00001/")
    assert not Entry.objects.exists()
