"""Sensitive values are masked wherever they are shown, and shown in full one at a time, with a reason."""

from __future__ import annotations

import datetime
import json
import re
import threading
from collections import defaultdict
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve, reverse

from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.consent.case_services import open_case
from guanxi.crm.consent.corrections import propose_correction
from guanxi.crm.consent.models import Correction
from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import registered
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import standing_of
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.crm.party.queries import document_key, party_profile
from guanxi.crm.quality.exchange import values_of
from guanxi.crm.quality.models import QuarantinedRow
from guanxi.crm.quality.queries.quarantine import Formats
from guanxi.crm.web.customer.frame import reaches
from guanxi.crm.web.reveal import services
from guanxi.crm.web.reveal.services import UsedUpError, record_reveal
from tests.rewriting import rewrite

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
ASKED = {"why": "contact", "reason": "存款到期回访"}


@pytest.fixture(autouse=True)
def files(pages_files, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def enter(staff, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(staff)
    return client


def address(cast, what: str = "contact", key: str = "mobile-1", party_id: str = "") -> str:
    return reverse("reveal", args=[party_id or cast.person.id, what, key])


def reveals(**narrow) -> list[Entry]:
    return list(Entry.objects.filter(kind="reveal", **narrow).order_by("id"))


# Masked everywhere

OTHER = "6217001234567890"


@pytest.fixture
def told(cast):
    """The cast with a value of every kind that can be recognised wherever it comes up; returns them."""
    case = open_case(
        party_id=cast.person.id, kind="correction", requester="self", requester_name="王秀英", proof="document",
        proof_reference="身份证 330106199911112222", way="branch", details="新手机 13911112222", staff_id="1111",
    )  # fmt: skip
    propose_correction(case_id=case.pk, staff_id="1004", field="contact:mobile", new_value="13933334444")
    rewrite(Event.objects.filter(party_id=cast.person.id), counterparty_account=OTHER, memo="转账 6217009876543210")
    for place, party in enumerate(Party.objects.filter(kind="person").order_by("id"), 1):
        party.annual_income = Decimal(f"{100 + place}739.17")
        party.save()
    ContactPoint.objects.create(party_id=cast.person.id, kind="wechat", sequence_no=1, value="wang_xiuying_88")
    found = {"330106199911112222", "13911112222", "13933334444", OTHER, "6217009876543210"}
    for entry in registered():
        if entry.model not in (PartyIdentifier, ContactPoint, Agreement):
            continue
        for row in entry.model._base_manager.all():
            value, code = getattr(row, entry.field), [getattr(row, entry.by)] if entry.by else []
            if value and entry.kind_of(*code) is not None:
                found.add(value)
    assert len(found) > 200
    return found


def money(text: str) -> bool:
    """Whether an income stands in the text, in whatever unit the page has."""
    return bool(re.search(r"\b1\d\d,?739(?:\.17)?\b|\b1\d\d\.74?\b 千|\b1\d\.07[34]\b", text))


PEOPLE = ("ai", "bo", "he", "ann", "shen", "shi", "guan", "fu", "zhu")
EACH = 1  # so many addresses of a kind are opened; what one shows of a value the next one does too
LINK = re.compile(r'(?:href|hx-get|data-address|src)="(/[^"#]*)')


def crawl(client: Client, start: list[str]) -> dict[str, str]:
    """The text of every page that can be reached by links, some of each kind, whole and as htmx asks for it."""
    waiting, seen, kinds, pages = list(start), set(start), defaultdict(int), {}
    while waiting:
        url = waiting.pop(0)
        try:
            match = resolve(url.partition("?")[0])
        except Resolver404:
            continue
        kind = (match.view_name, "?" in url)
        if match.view_name == "sign-out" or kinds[kind] >= (12 if url in start else EACH):
            continue
        kinds[kind] += 1
        for headers in ({}, PARTIAL):
            if headers and kinds[kind] > 1:
                continue
            response = client.get(url, headers=headers)
            assert response.status_code < 500, url
            if getattr(response, "streaming", False) or "text" not in response["Content-Type"] + "json":
                continue
            text = pages[f"{url} {headers and 'part'}"] = unescape(response.content.decode("utf-8", "replace"))
            for link in map(unescape, LINK.findall(text)):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
    return pages


@pytest.mark.parametrize("who", PEOPLE)
def test_no_page_that_anybody_can_reach_shows_a_clear_value(cast, told, who):
    client = enter(getattr(cast, who), "en" if who in ("bo", "shen") else "zh-hans")
    start = ["/", "/customers/", "/quarantine/", "/administration/", "/rights/", "/audit/", "/search/?q=王"]
    start += [reverse(name, args=[cast.person.id]) for name in (
        "customer", "customer-identity", "customer-holdings", "customer-events", "audit-customer", "customer-consents",
    )]  # fmt: skip
    start += [address(cast), f"/administration/party/party/{cast.person.id}/change/"]
    start += [f"/administration/holding/agreement/{next(iter(cast.agreements))}/change/"]
    pages = crawl(client, start)
    assert len(pages) > 12
    shown = {
        f"{url}: {value}"
        for url, text in pages.items()
        for value in told
        if value in text or value in text.replace(" ", "")
    }
    assert shown == set()
    assert {url for url, text in pages.items() if money(text)} == set()
    # That the pages would have shown it, had it not been masked:
    if who in ("ai", "bo", "he", "shi"):
        everything = "".join(pages.values())
        for mask in ("138****0000", "**** ", "3301**************", "p***@mail.example", "浙江省杭州市西湖区***"):
            assert mask in everything, mask


def test_a_spreadsheet_and_the_search_tell_nothing_either(cast, told):
    from io import BytesIO

    from openpyxl import load_workbook

    from guanxi.crm.web.exports import services as exports

    client = enter(cast.ai)
    sent = client.post(f"/exports/new/events/?customer={cast.person.id}", {"purpose": "analysis", "reason": "季度复盘"})
    export = exports.Export.objects.get()
    if export.status == "waiting":
        exports.write_export(export_id=export.pk)
    file = client.get(reverse("export-file", args=[export.pk]))
    assert sent.status_code == 302
    cells = {
        str(cell)
        for sheet in load_workbook(BytesIO(b"".join(file.streaming_content)), read_only=True)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    }
    assert "**** 7890" in cells
    assert not {cell for cell in cells for value in told if value in cell}
    found = client.get("/search/?q=13857100000").content.decode()
    assert cast.person.name in found
    assert "tel:" not in found


def test_the_package_for_the_person_is_clear(cast, told):
    from guanxi.crm.consent.inventory import ContactPoint as Held
    from guanxi.crm.consent.package import rows_of
    from guanxi.crm.kernel.personal import registered as held_about

    (contacts,) = [held for held in held_about() if held.model is Held]
    assert "13857100000" in {row.value for row in rows_of(contacts, cast.person.id)}


def test_what_reaches_in_memory_is_what_reaches_in_the_database(cast):
    walled = Scope(cast.bo.id, retail=Scope.of_institutions("", ["B1", "B11"]).retail)
    helped = Scope("1112", managers=("1112", "1121"), supported=(cast.outside.id,))
    scopes = [standing_of(one, version=2, today=cast.day).scopes[Verb.REVEAL] for one in cast.people.values()]
    for scope in (*scopes, walled, helped, Scope.nothing(), Scope.everything("")):
        by_database = set(Party.objects.visible_to(scope).values_list("pk", flat=True))
        everybody = [party_profile(Scope.everything(""), number) for number in cast.parties]
        assert {one.id for one in everybody if reaches(scope, one)} == by_database


# Revealed one at a time


def test_a_value_is_shown_with_a_reason_and_stands_in_the_log_without_it(cast):
    client = enter(cast.ai)
    form = client.get(address(cast), headers=PARTIAL)
    assert form.status_code == 200
    assert form.context["left"] == form.context["most"] == 30
    assert "13857100000" not in form.text
    assert "no-store" in form["Cache-Control"]
    shown = client.post(address(cast), {"why": "contact", "reason": "打 13857100000 回访"}, headers=PARTIAL)
    assert shown.status_code == 200
    assert "13857100000" in shown.text
    assert 'href="tel:13857100000"' in shown.text
    assert "no-store" in shown["Cache-Control"]
    (entry,) = reveals(action=Action.REVEAL)
    assert (entry.actor, entry.subject, entry.object_id) == (cast.ai.id, cast.person.id, "contact/mobile-1")
    assert entry.detail["field"] == "party.ContactPoint.value"
    assert entry.detail["secret"] == "phone"
    assert entry.detail["why"] == "contact"
    assert "回访" in entry.detail["reason"]
    assert "13857100000" not in json.dumps(entry.detail)
    # And afterwards every page masks it again.
    assert "13857100000" not in client.get(reverse("customer-identity", args=[cast.person.id])).text


def test_every_kind_of_value_can_be_shown(cast, told):
    client = enter(cast.shi)
    document = PartyIdentifier.objects.filter(party_id=cast.person.id, kind="resident_id").get()
    agreement = Agreement.objects.filter(party_id=cast.person.id).exclude(account_number="").first()
    event = Event.objects.filter(party_id=cast.person.id).first()
    wanted = {
        ("contact", "home_address-1"): "浙江省杭州市西湖区文三路1号",
        ("document", document_key(document)): document.number,
        ("income", "year"): "101,739.17",
        ("account", agreement.id): agreement.account_number,
        ("other-account", f"{event.event_date}~{event.event_id}"): OTHER,
    }
    for (what, key), value in wanted.items():
        assert value in client.post(address(cast, what, key), ASKED, headers=PARTIAL).text, what
    number = Correction.objects.get().pk
    assert "13933334444" in client.post(address(cast, "corrected-to", str(number)), ASKED, headers=PARTIAL).text
    assert len(reveals(action=Action.REVEAL)) == len(wanted) + 1
    # Each is a page of its own where no script runs.
    page = client.post(address(cast), ASKED)
    assert "13857100000" in page.text
    assert "<!doctype html>" in page.text


@pytest.mark.parametrize(
    ("what", "key"),
    [("contact", "mobile-9"), ("contact", "x"), ("document", "0" * 16), ("account", "A999"), ("nothing", "x"),
     ("other-account", "2026-99-99~E1"), ("other-account", "x"), ("corrected-to", "1x"), ("corrected-to", "9" * 30),
     ("contact", "registered_address-1")],
)  # fmt: skip
def test_what_is_not_there_is_not_found(cast, what, key):
    assert enter(cast.ai).post(address(cast, what, key), ASKED, headers=PARTIAL).status_code == 404
    assert not reveals(action=Action.REVEAL)


def test_without_a_reason_nothing_is_shown(cast):
    client = enter(cast.ai, "en")
    for typed in ({}, {"why": "contact"}, {"why": "contact", "reason": "x"}, {"why": "?", "reason": "a good reason"}):
        refused = client.post(address(cast), typed, headers=PARTIAL)
        assert refused.status_code == 422
        assert "13857100000" not in refused.text
        assert "gx-field-error" in refused.text
    assert "a good reason" in refused.text
    assert not reveals(action=Action.REVEAL)


def test_an_outsider_and_those_without_the_right(cast):
    for method in ("get", "post"):
        assert getattr(enter(cast.zhu), method)(address(cast), ASKED).status_code == 404
        assert getattr(enter(cast.yu), method)(address(cast), ASKED).status_code == 403
        for staff in (cast.he, cast.ann, cast.shen):
            refused = getattr(enter(staff, "en"), method)(address(cast), ASKED, headers=PARTIAL)
            assert refused.status_code == 403
            assert "branch manager" in refused.text
            assert "13857100000" not in refused.text
            assert "data-reveal" not in enter(staff).get(reverse("customer-identity", args=[cast.person.id])).text
    assert Client().post(address(cast), ASKED).status_code == 302
    assert not reveals(action=Action.REVEAL)
    assert Entry.objects.filter(action=Action.REFUSED, actor=cast.he.id).count() >= 2


def test_a_stale_proof_leads_to_confirming_and_back(cast, settings):
    settings.CONFIRM_WITHIN = datetime.timedelta(seconds=-1)
    client = enter(cast.ai)
    here = reverse("customer-identity", args=[cast.person.id])
    asked = client.get(address(cast), headers={**PARTIAL, "HX-Current-URL": f"http://testserver{here}"})
    assert asked.status_code == 204
    assert asked["HX-Redirect"] == f"{reverse('confirm')}?next={here.replace('/', '%2F')}"
    posted = client.post(address(cast), ASKED, headers={**PARTIAL, "HX-Current-URL": f"http://testserver{here}"})
    assert posted.status_code == 204
    assert not reveals(action=Action.REVEAL)
    confirmed = client.post(reverse("confirm"), {"password": cast.password, "next": here})
    assert confirmed["Location"] == here
    settings.CONFIRM_WITHIN = datetime.timedelta(minutes=15)
    assert "13857100000" in client.post(address(cast), ASKED, headers=PARTIAL).text


def test_so_many_a_day_and_then_no_more(cast, settings):
    settings.REVEALS_A_DAY = {"rm": 2, "*": 0}
    client = enter(cast.ai, "en")
    assert "2 of 2 left" in client.get(address(cast), headers=PARTIAL).text
    for _time in range(2):
        assert "13857100000" in client.post(address(cast), ASKED, headers=PARTIAL).text
    used_up = client.get(address(cast), headers=PARTIAL)
    assert used_up.status_code == 200
    assert "midnight" in used_up.text
    refused = client.post(address(cast), ASKED, headers=PARTIAL)
    assert refused.status_code == 429
    assert "13857100000" not in refused.text
    assert len(reveals(action=Action.REVEAL)) == 2
    (kept,) = reveals(action=Action.REFUSED)
    assert kept.detail["limit"] == 2
    # Others are not touched by it; who may none is refused at once; yesterday's do not count today.
    assert "midnight" in enter(cast.bo, "en").get(address(cast), headers=PARTIAL).text
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    assert services.revealed_today(cast.ai.id, now=tomorrow) == 0


@pytest.mark.parametrize("posts", [("rm", "branch_manager"), ("rm",), ("other",), ()])
def test_the_widest_of_several_posts_holds(settings, posts):
    settings.REVEALS_A_DAY = {"rm": 30, "branch_manager": 50, "*": 20}
    assert services.allowed_a_day(posts) == max(
        ({"rm": 30, "branch_manager": 50}.get(one, 20) for one in posts), default=0
    )


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_no_more_than_are_left(settings):
    settings.REVEALS_A_DAY = {"rm": 3}
    clear = sensitive.of(ContactPoint, "value").clear("13800000000", "mobile")
    got: list[bool] = []

    def one() -> None:
        try:
            record_reveal(
                staff_id="",
                roles=["rm"],
                party_id="P1",
                name="contact/mobile-1",
                clear=clear,
                why="contact",
                reason="abcd",
            )
            got.append(True)
        except UsedUpError:
            got.append(False)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True] * 3


def test_what_a_reveal_costs(cast):
    client = enter(cast.ai)
    client.get(address(cast), headers=PARTIAL)
    for method, most in (("get", 12), ("post", 14)):
        with CaptureQueriesContext(connection) as queries:
            getattr(client, method)(address(cast), ASKED, headers=PARTIAL)
        assert len(queries) <= most, [one["sql"][:120] for one in queries]


def test_rows_kept_aside_are_masked_but_for_those_who_mend_them(cast, settings):
    raw = "I|+|P00001|+|mobile|+|1|+|13911112222 13|+||+|1".encode("gb18030")
    row = QuarantinedRow.objects.create(
        business_date=cast.day, table="contact_point", file="contact_point.txt", line=7, column="contact_kind",
        rule="value", message="x", raw=raw, encoding="gb18030",
    )  # fmt: skip
    for who in (cast.ann, cast.he, cast.shen):
        for url in ("/quarantine/?table=contact_point", f"/quarantine/{row.pk}/"):
            page = enter(who).get(url)
            assert page.status_code == 200
            assert "13911112222" not in page.text, (who, url)
            assert "P00001" in page.text
    assert "13911112222" not in enter(cast.shi).get("/quarantine/?table=contact_point").text
    assert "13911112222" in enter(cast.shi).get(f"/quarantine/{row.pk}/").text
    for clear in (False, True):
        cells = values_of(row, Formats(), clear=clear)
        assert ("13911112222" in "".join(cells)) is clear
        assert (raw.hex() in cells) is clear
    # A line that does not stand in its columns hides all of it.
    rewrite(QuarantinedRow.objects.filter(pk=row.pk), rule="columns", raw=raw + b"|+|x|+|13911112222")
    assert "13911112222" not in enter(cast.ann).get(f"/quarantine/{row.pk}/").text
