"""What somebody tries who has read the source: other people's records by every side door that one can think of."""

from __future__ import annotations

import csv
import datetime
import io
import json

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.consent.models import ConsentEvent, Limit, RightsCase
from guanxi.crm.holding.models import Event
from guanxi.crm.insight.home_queries import forget_home
from guanxi.crm.insight.models import CustomerFigure, Maturity
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Assignment, Cover, Post, Role, Staff
from guanxi.crm.party.models import Party, PartyRelation
from guanxi.crm.quality.models import QuarantinedRow
from guanxi.crm.web.exports import services
from guanxi.crm.web.models import Export
from tests.acceptance.driving import PARTIAL, kind_of, url_of
from tests.acceptance.garbage import EVIL
from tests.acceptance.matrix import driven_rows
from tests.acceptance.on_stage import _django_db_helper  # noqa: F401 - the stage's savepoint a test
from tests.acceptance.stage import Standing
from tests.taking import ask, book_of, content_of, fetch, number_of, taken

pytestmark = pytest.mark.django_db
RM, MANAGER = Standing("rm", "T11"), Standing("branch_manager", "B1")
ANALYST, AUDITOR, STEWARD = Standing("analyst", "B0"), Standing("auditor", "B0"), Standing("steward", "B0")


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda _export: None)


def numbers(answer) -> list[str]:
    """The customers on a page of the list, in order."""
    return [row[0] for row in answer.context["list"].page.rows]


def said_in(answer) -> str:
    """What an answer says, JSON as it is read."""
    return json.dumps(answer.json(), ensure_ascii=False) if "json" in answer.headers["Content-Type"] else answer.text


# Parameters


def test_a_parameter_sent_twice_opens_nothing(stage):
    client = stage.stand(RM)
    own, other = stage.by_relation["own"], stage.by_relation["other_bank"]
    for pair in ((own, other), (other, own)):
        query = "&".join(f"customer={number}" for number in pair)
        answer = ask(client, "events", query)
        assert answer.status_code in (302, 404)
        if answer.status_code == 302:
            text = str([list(sheet.values) for sheet in book_of(content_of(fetch(client, number_of(answer))))])
            assert own in text
            assert other not in text
        page = client.get("/customers/?" + "&".join(f"q={number}" for number in pair))
        assert f"/customers/{other}/" not in page.text
        assert f"/customers/{other}/" not in client.get("/customers/?institution=T11&institution=C0&manager=-").text


@pytest.mark.parametrize("name", ["party__manager__password", "-manager__password", "pk", "name__regex", "?", "-"])
def test_names_of_columns_and_sorts_reach_no_field_that_is_not_declared(stage, name):
    client = stage.stand(MANAGER)
    plain = client.get("/customers/")
    for query in ({"sort": name}, {name: "x"}, {"column": name}, {f"{name}__startswith": "md5"}):
        answer = client.get("/customers/", query)
        assert answer.status_code == 200
        assert numbers(answer) == numbers(plain), query
    client.post(reverse("list-columns", args=["customers"]), {"column": [name], "wide": name, "pixels": "9"})
    stage.me.refresh_from_db()
    assert name not in json.dumps(stage.me.preferences)


def test_a_cursor_that_was_changed_or_is_somebody_elses_shows_ones_own_rows_alone(stage):
    client = stage.stand(RM)
    seen = stage.reached(RM, Verb.SEE)
    place = ["-assets", "999999999999", stage.by_relation["other_bank"], 1, 0]
    theirs = signing.dumps(place, salt="list:customers", compress=False)
    forged = signing.dumps(["-assets", "9e99", "~", 0, 0], salt="list:audit", compress=False)
    for page in (theirs, theirs[:-2] + "xx", theirs.swapcase(), forged, "e30:x:y", "x", "%00"):
        answer = client.get(f"/customers/?sort=-assets&page={page}")
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            assert set(numbers(answer)) <= seen
    forged_page = client.get(f"/customers/?sort=-assets&page={forged}")
    assert numbers(forged_page) == numbers(client.get("/customers/?sort=-assets")), "a forged one counts as none"


def test_what_an_address_holds_becomes_no_header(stage):
    client = stage.stand(RM)
    for page in ("%0A", "%0d%0aSet-Cookie:%20a=b", "a%00b", "%E2%80%A8"):
        answer = client.get(f"/customers/?tier=vip&page={page}", headers=PARTIAL)
        assert answer.status_code in (200, 400)
        assert "a" not in answer.cookies
        assert not set("\r\n\0") & set("".join(answer.headers.values()))


def test_headers_of_htmx_lead_to_no_other_page_and_to_no_other_site(stage, settings):
    client = stage.stand(RM)
    own, other = stage.by_relation["own"], stage.by_relation["other_bank"]
    for headers in (
        PARTIAL,
        {**PARTIAL, "HX-Target": "x#events"},
        {**PARTIAL, "HX-Target": "#../../error.html"},
        {**PARTIAL, "HX-Current-URL": "http://["},
        {"HX-Request": "true", "HX-Request-Type": "web/customer/head.html#x"},
        {"HX-Boosted": "true", "HX-History-Restore-Request": "true"},
    ):
        assert client.get(f"/customers/{own}/events/", headers=headers).status_code == 200
        answer = client.get(f"/customers/{other}/events/", headers=headers)
        assert answer.status_code == 404
        assert stage.cast.parties[other].name not in answer.text
    settings.CONFIRM_WITHIN = datetime.timedelta(0)
    for address in ("http://[", "//evil.example/", "https://evil.example/x", "/\\evil.example", "javascript:x", ""):
        told = client.get(reverse("second-factor"), headers={**PARTIAL, "HX-Current-URL": address})
        assert told.headers["HX-Redirect"].startswith("/confirm/?next=%2F")
        assert "evil.example" not in told.headers["HX-Redirect"].replace("%2Fx", "") or address.startswith("http")
        sent = client.post(reverse("recovery-codes"), headers={"referer": address})
        assert sent.status_code == 302
        assert sent.url.startswith("/confirm/?next=%2F")
        assert not sent.url.startswith("/confirm/?next=%2F%2F")


def test_cookies_of_language_and_theme_become_neither_markup_nor_a_fault(stage):
    client = stage.stand(RM)
    for name in ("django_language", "theme", "unit", "csrftoken", "messages", "guanxi_theme"):
        for value in (EVIL, '">' + EVIL, "../../x", "zz", "a" * 3_000):
            client.cookies[name] = value
            answer = client.get("/")
            assert answer.status_code == 200
            assert EVIL not in answer.text
        del client.cookies[name]


def test_a_strange_host_is_not_answered(stage):
    client = stage.stand(RM)
    for headers in ({"host": "evil.example"}, {"host": "evil.example:80@testserver"}):
        assert client.get("/", headers=headers).status_code == 400
    answer = client.get("/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in answer.text


def test_other_methods_open_and_change_nothing(stage):
    client = stage.stand(RM)
    own, other = stage.by_relation["own"], stage.by_relation["other_bank"]
    before = list(Party.objects.order_by("id").values_list())
    for method in ("head", "options", "put", "patch", "delete", "trace"):
        answer = getattr(client, method)(f"/customers/{other}/")
        assert answer.status_code in (404, 405)
        assert getattr(client, method)(f"/customers/{own}/").status_code in (200, 405)
        headers = {"X-HTTP-Method-Override": method.upper()}
        assert client.post(f"/customers/{other}/consents/", {}, headers=headers).status_code == 404
    assert list(Party.objects.order_by("id").values_list()) == before


# Exports


def test_a_file_asked_for_with_another_lists_filters_or_name_holds_what_is_ones_own(stage):
    client = stage.stand(RM)
    seen = stage.reached(RM, Verb.EXPORT)
    for query in (
        "institution=C0",
        "manager=1121",
        "action=view&person=1211",
        "customer=" + stage.by_relation["other_bank"],
    ):
        rows = list(book_of(taken(client, "customers", query)).active.iter_rows(min_row=5, values_only=True))
        assert {row[0] for row in rows} <= seen, query
    for name in ("audit", "quarantine", "rights", "CUSTOMERS", "customers__all", "events"):
        assert ask(client, name).status_code in (403, 404), name


def test_a_right_taken_away_between_asking_and_fetching_ends_the_file(stage, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 0)
    client = stage.stand(RM)
    waiting = number_of(ask(client, "customers"))
    ready = number_of(ask(client, "customers"))
    services.write_export(export_id=Export.objects.get(pk=ready).pk)
    Post.objects.filter(staff=stage.me).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    assert services.write_export(export_id=Export.objects.get(pk=waiting).pk).status == "withdrawn"
    for key in (waiting, ready):
        assert fetch(client, key).status_code in (403, 404)
    stage.stand(Standing("service_agent", "B0"))
    assert fetch(client, ready).status_code in (302, 403, 404)


def test_no_cell_of_a_file_is_a_formula(stage, settings):
    client = stage.stand(STEWARD)
    row = QuarantinedRow.objects.filter(status="waiting").order_by("id")[0]
    raw = b"=cmd|' /C calc'!A0|@SUM(1)|+1"
    row.raw, row.message, row.column, row.file = raw, "=1+1", "-x", "@x"
    row.save()
    text = taken(client, "quarantine", kind="csv").decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert any("cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")]
    own = stage.by_relation["sibling_branch"]
    CustomerFigure.objects.filter(party_id=own).update(name="=HYPERLINK(1)")
    Event.objects.filter(party_id=own).update(memo="=1+1", counterparty_name="@SUM(1)")
    for name, query in (("quarantine", ""), ("customers", f"q={own}"), ("events", f"customer={own}")):
        for sheet in book_of(taken(client, name, query)):
            assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"], name


# Markup that comes with the bank's files and with what people write


def test_no_name_of_anything_becomes_markup_on_any_page(stage):
    own = stage.by_relation["same_branch"]
    Party.objects.filter(pk=own).update(name=EVIL, occupation=EVIL, name_en=EVIL)
    CustomerFigure.objects.filter(party_id=own).update(name=EVIL)
    Event.objects.filter(party_id=own).update(memo=EVIL, counterparty_name=EVIL)
    for case in RightsCase.objects.filter(party_id=own):
        case.details = case.requester_name = EVIL
        case.save()
    Staff.objects.exclude(pk=stage.me.pk).update(name=EVIL)
    Cover.objects.update(reason=EVIL)
    Export.objects.update(title=EVIL, reason=EVIL)
    for kept in QuarantinedRow.objects.all():
        kept.message = kept.file = EVIL
        kept.raw = EVIL.encode()
        kept.save()
    drawn: set[str] = set()
    for standing in (MANAGER, STEWARD, AUDITOR, Standing("administrator", "B0")):
        client = stage.stand(standing)
        for address, row in driven_rows():
            if row.opens is None or row.leaves or address.route in drawn:
                continue
            records = stage.records[own] if kind_of(address, row) == "customer" else {}
            answer = client.get(url_of(stage, address, row, records))
            if answer.status_code == 200:
                drawn.add(address.route)
            if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
                assert EVIL not in answer.text, (str(standing), address.name)


# What is said of those whom one does not see


def test_the_hidden_end_of_a_relation_has_neither_name_nor_number_nor_way(stage):
    client = stage.stand(RM)
    own, other = stage.by_relation["own"], stage.by_relation["other_bank"]
    PartyRelation.objects.create(party_id=other, related_party_id=own, kind="spouse")
    name = Party.objects.get(pk=other).name
    for url in (f"/customers/{own}/", f"/customers/{own}/relations/", f"/customers/{own}/relations/network/"):
        text = said_in(client.get(url))
        assert name not in text
        assert other not in text
    nodes = client.get(f"/customers/{own}/relations/network/").json()["nodes"]
    assert [(node["name"], node["url"]) for node in nodes if node["kind"] == "hidden"] == [("其他客户", "")]


def test_who_is_erased_is_named_on_no_list_and_in_no_relation(stage):
    own, erased = stage.by_relation["same_branch"], stage.by_relation["same_subtree"]
    PartyRelation.objects.create(party_id=erased, related_party_id=own, kind="spouse")
    name = Party.objects.get(pk=erased).name
    Maturity.objects.filter(party_id=erased).update(balance=10**12)
    pages = ("/", f"/customers/{own}/", f"/customers/{own}/relations/", f"/customers/{own}/relations/network/")
    client = stage.stand(MANAGER)
    forget_home()
    assert all(name in said_in(client.get(url)) for url in pages[1:])
    Limit.objects.create(party_id=erased, kind="erasure", reason="R20261122-00001")
    for url in (*pages, f"/api/v1/customers/{own}/relations", f"/customers/?q={erased}", f"/search/?q={name}"):
        text = said_in(client.get(url)).replace(f'value="{name}"', "").replace(f"“{name}”", "")
        assert name not in text, url
        assert f"/customers/{erased}/" not in text, url
    assert client.get(f"/customers/{erased}/").status_code == 404
    assert stage.stand(Standing("steward", "B0")).get(f"/customers/{erased}/").status_code == 200


def test_the_administrations_search_and_filters_tell_nothing_of_what_is_hidden(stage):
    client = stage.stand(AUDITOR)
    other = stage.by_relation["other_bank"]
    page = client.get(reverse("admin:party_party_changelist"), {"q": other})
    assert page.context["cl"].result_count == 0
    for name, query in (
        ("org_staff", {"password__startswith": "md5"}),
        ("org_post", {"staff__password__startswith": "md5"}),
        ("party_party", {"manager__password__startswith": "md5"}),
        ("holding_agreement", {"party__name__startswith": "王"}),
        ("quality_run", {"status__regex": "("}),
    ):
        answer = client.get(reverse(f"admin:{name}_changelist"), query)
        assert answer.status_code in (302, 400), (name, answer.status_code)


# Rights that add up


def test_seeing_by_one_post_and_writing_by_another_is_not_writing_what_is_seen(stage):
    """An analyst of the whole bank who also is a relationship manager records consents of the own customers alone."""
    client = stage.stand(ANALYST)
    Post.objects.create(staff=stage.me, institution_id="T11", role=Role.RM, line="retail")
    own, seen = stage.by_relation["own"], stage.by_relation["sibling_branch"]
    said = {"decision": "withdrawn", "purpose": "everything", "how": "branch", "said_on": timezone.localdate()}
    assert client.get(f"/customers/{seen}/consents/").status_code == 200
    assert client.post(f"/customers/{seen}/consents/", said).status_code == 403
    assert client.get(reverse("rights-receive", args=[seen])).status_code == 403
    assert not ConsentEvent.objects.filter(party_id=seen).exists()
    assert client.post(f"/customers/{own}/consents/", said).status_code == 302
    assert ConsentEvent.objects.filter(party_id=own).exists()


def test_a_cover_ends_at_midnight_where_the_bank_is(stage, monkeypatch):
    number = stage.by_relation["covered"]
    last = Cover.objects.get(staff=stage.cast.ren, substitute=stage.me).valid_to
    zone = timezone.get_default_timezone()
    assert str(zone) == "Asia/Shanghai"
    client, local = stage.stand(RM), timezone.localdate
    for moment, status in (
        (datetime.datetime.combine(last, datetime.time(23, 59), zone), 200),
        (datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time(0, 1), zone), 404),
    ):
        utc = moment.astimezone(datetime.UTC)  # a server's clock, in which the day has not changed yet
        monkeypatch.setattr(timezone, "localdate", lambda value=None, tz=None, utc=utc: local(value or utc, tz))
        assert client.get(f"/customers/{number}/").status_code == status, moment


def test_whoever_signs_in_has_another_session_than_before(stage):
    client = Client()
    client.get("/sign-in/")
    client.session["planted"] = 1
    client.cookies["sessionid"] = "a" * 32
    client.post("/sign-in/", {"username": "1111", "password": stage.cast.password})
    assert client.cookies["sessionid"].value != "a" * 32
    assert "planted" not in client.session


def test_the_pool_shows_the_lines_that_one_serves_and_nobody_who_is_erased(stage):
    person, firm = stage.by_relation["same_subtree"], stage.by_relation["other_line"]
    for model in (Party, CustomerFigure):
        key = "id" if model is Party else "party_id"
        model.objects.filter(**{f"{key}__in": [person, firm]}).update(manager_id=None)
    for standing, sees_person, sees_firm in (
        (MANAGER, True, False),
        (Standing("branch_manager", "B1", "both"), True, True),
        (Standing("branch_manager", "B1", "corporate"), False, True),
        (Standing("head_office", "B0"), True, False),
        (Standing("rm", "B11"), False, False),
        (Standing("rm", "B11", "corporate"), False, True),
    ):
        text = stage.stand(standing).get("/pool/").text
        assert (person in text, firm in text) == (sees_person, sees_firm), standing
    client = stage.stand(Standing("rm", "B12"))
    Post.objects.create(staff=stage.me, institution_id="T11", role=Role.RM, line="corporate")
    assert person in client.get("/pool/").text
    assert client.post("/pool/claim/", {"customer": stage.by_relation["same_team"]}).status_code == 422
    Limit.objects.create(party_id=person, kind="erasure", reason="R20261122-00001")
    assert person not in client.get("/pool/").text


def test_one_signature_lets_nobody_of_another_bank_see_a_customer(stage):
    number = stage.by_relation["same_subtree"]
    client = stage.stand(MANAGER)
    Staff.objects.filter(pk=stage.cast.zhu.pk).update(institution_id="C0")
    for staff, made in ((stage.cast.zhu, False), (stage.cast.he, True)):
        for url, how in (
            (f"/customers/{number}/access/support/", {}),
            (f"/api/v1/customers/{number}/supports", {"content_type": "application/json"}),
        ):
            client.post(url, {"staff": staff.pk, "reason": "x"}, **how)
        assert Assignment.objects.filter(party_id=number, staff=staff).exists() is made
