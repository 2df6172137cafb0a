"""Taking data out: the right, the purpose, another person's approval, marks on the file, and its end."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.org.models import Post, Staff
from guanxi.crm.party.models import Party
from guanxi.crm.web.exports import services
from guanxi.crm.web.exports.picture import watermark
from guanxi.crm.web.models import Export
from tests.taking import WHY, ask, book_of, content_of, fetch, number_of, taken

pytestmark = pytest.mark.django_db
FEW = 10


@pytest.fixture(autouse=True)
def house(settings, tmp_path, pages_files, monkeypatch):
    """Ten rows need approval; the worker is called by the test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXPORT_APPROVAL_ROWS, settings.EXPORT_APPROVAL_ROWS_A_DAY = FEW, 3 * FEW
    monkeypatch.setattr(services, "_defer", lambda export: None)
    return tmp_path / "media" / "exports"


def enter(staff: Staff, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(staff)
    return client


def page(client: Client, key: str):
    return client.get(reverse("export", args=[key]))


def decide(client: Client, key: str, **form):
    return client.post(reverse("export-decide", args=[key]), form)


def asked(cast, who="ai", query="") -> str:
    """The key of a request that waits for approval."""
    key = number_of(ask(enter(getattr(cast, who)), "customers", query))
    assert Export.objects.get(pk=key).status == "asked"
    return key


def approved(cast, who="ai", by="bo") -> str:
    """The key of a request that was approved and written."""
    key = asked(cast, who)
    assert decide(enter(getattr(cast, by)), key, approve="1", said="").status_code == 302
    services.write_export(export_id=Export.objects.get(pk=key).pk)
    return key


def test_without_the_right_there_is_no_export(cast):
    for who, status in (("fu", 403), ("yu", 403), ("guan", 403), ("ai", 200), ("bo", 200), ("he", 200), ("shi", 200)):
        client = enter(getattr(cast, who))
        assert client.get(reverse("export-ask", args=["customers"])).status_code == status, who
        assert ask(client, "customers", "q=P00001").status_code == (302 if status == 200 else 403), who
        assert client.get(reverse("exports")).status_code == status, who
    customers = enter(cast.fu).get("/customers/").text
    assert reverse("export-ask", args=["customers"]) not in customers


@pytest.mark.parametrize("form", [{"purpose": ""}, {"purpose": "fun"}, {"reason": ""}, {"reason": "嗯"}])
def test_without_a_purpose_nothing_is_made(cast, house, form):
    client = enter(cast.ai)
    answer = client.post(reverse("export-ask", args=["customers"]) + "?q=P00001", {**WHY, **form})
    assert answer.status_code == 422
    assert not Export.objects.exists()
    assert not house.exists()


def test_above_the_count_it_waits_for_another_person_and_nothing_is_written_before(cast, house):
    rm, manager = enter(cast.ai), enter(cast.bo, "en")
    ours = sum(party.manager_id == "1111" for party in cast.parties.values())
    form = rm.get(reverse("export-ask", args=["customers"]))
    assert form.context["waits"]
    key = asked(cast)
    assert services.write_export(export_id=Export.objects.get().pk).status == "asked"
    assert not house.exists()
    assert fetch(rm, key).status_code == 404
    assert "待审批" in page(rm, key).text

    inbox = manager.get(reverse("exports"))
    (waiting,) = inbox.context["waiting"]
    assert (waiting.staff_id, waiting.expected, waiting.purpose) == ("1111", ours, "Analysis and reports")
    assert WHY["reason"] in inbox.text
    assert '<span class="gx-waiting">' in manager.get("/").text
    assert '<span class="gx-waiting">' not in rm.get("/").text
    assert decide(manager, key, approve="1", said="for the quarter").status_code == 302
    assert '<span class="gx-waiting">' not in manager.get("/").text
    services.write_export(export_id=Export.objects.get().pk)

    ready = page(rm, key)
    assert "薄文" in ready.text
    assert "for the quarter" in ready.text
    rows = list(book_of(content_of(fetch(rm, key))).worksheets[0].iter_rows(min_row=5))
    assert len(rows) == ours
    assert fetch(manager, key).status_code == 404, "who approves does not get the file"


def test_a_refusal_says_why_and_the_person_reads_it(cast, house):
    key = asked(cast)
    manager = enter(cast.bo)
    assert decide(manager, key, said="  ").status_code == 422
    assert Export.objects.get().status == "asked"
    assert decide(manager, key, said="用途不明，请缩小范围").status_code == 302
    told = page(enter(cast.ai), key)
    assert "薄文已拒绝" in told.text
    assert "用途不明，请缩小范围" in told.text
    assert services.write_export(export_id=Export.objects.get().pk).status == "refused"
    assert fetch(enter(cast.ai), key).status_code == 404
    assert not house.exists()
    assert decide(manager, key, approve="1").status_code == 302
    assert Export.objects.get().status == "refused", "a decision stands"


def test_nobody_approves_their_own_and_nobody_what_lies_outside_their_scope(cast):
    own = asked(cast, "bo")
    assert decide(enter(cast.bo), own, approve="1").status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.update(decided_by=cast.bo, status="waiting")
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.update(status="waiting")
    of_zhu = asked(cast, "zhu")
    for who in ("bo", "ai", "zhu"):
        answer = decide(enter(getattr(cast, who)), of_zhu, approve="1")
        assert answer.status_code == (403 if who == "zhu" else 404), who
    assert page(enter(cast.bo), of_zhu).status_code == 404
    assert not enter(cast.bo).get(reverse("exports")).context["waiting"]
    assert {one.staff_id for one in enter(cast.he).get(reverse("exports")).context["waiting"]} == {"1101", "1211"}
    for who in ("ann", "shen", "shi"):
        assert decide(enter(getattr(cast, who)), of_zhu, approve="1").status_code == 404, who
    assert decide(enter(cast.he), of_zhu, approve="1").status_code == 302


def test_many_short_files_in_a_day_are_one_long_one(cast, settings):
    settings.EXPORT_APPROVAL_ROWS_A_DAY = 3
    client = enter(cast.ai)
    for number, state in enumerate(("done", "done", "done", "asked", "asked"), 1):
        export = Export.objects.get(pk=number_of(ask(client, "customers", f"q=P0000{number}")))
        assert (export.expected, export.status) == (1, state)
    assert number_of(ask(enter(cast.qian), "customers", "q=P00025")), "each has a day of their own"
    assert Export.objects.filter(status="asked").count() == 2


def test_what_grew_beyond_what_was_approved_is_not_written(cast, house):
    key = asked(cast)
    decide(enter(cast.bo), key, approve="1")
    Export.objects.update(expected=5)
    export = services.write_export(export_id=Export.objects.get().pk)
    assert (export.status, export.problem) == ("failed", "grew")
    assert not list(house.glob("*"))


def test_the_requester_may_take_it_back_and_nobody_else(cast):
    key = asked(cast)
    url = reverse("export-take-back", args=[key])
    for who in ("bo", "zhu", "he"):
        assert enter(getattr(cast, who)).post(url).status_code == 404
    assert enter(cast.ai).post(url).status_code == 302
    assert Export.objects.get().status == "withdrawn"
    assert decide(enter(cast.bo), key, approve="1").status_code == 302
    assert Export.objects.get().status == "withdrawn"


def test_the_file_is_the_requesters_alone_counted_and_for_a_time(cast, settings):
    settings.EXPORT_FETCHES = 2
    key = approved(cast)
    client = enter(cast.ai)
    for who in ("bo", "he", "zhu", "qian", "shen", "ann"):
        assert fetch(enter(getattr(cast, who)), key).status_code == 404, who
    assert Client().get(reverse("export-file", args=[key])).status_code == 302
    assert [fetch(client, key).status_code for _turn in range(3)] == [200, 200, 404]
    assert Export.objects.get().fetched == 2
    assert "文件已过期" in page(client, key).text
    settings.EXPORT_FETCHES = 9
    assert fetch(client, key).status_code == 200
    Export.objects.update(expires_at=timezone.now())
    assert fetch(client, key).status_code == 404


def test_it_is_withdrawn_when_one_of_its_customers_is_no_longer_theirs(cast, house):
    key = approved(cast)
    client = enter(cast.ai)
    assert fetch(client, key).status_code == 200
    Party._base_manager.filter(id=cast.person.id).update(manager_id="1121")
    assert fetch(client, key).status_code == 404
    export = Export.objects.get()
    assert (export.status, export.problem, export.file) == ("withdrawn", "scope", "")
    assert not list(house.glob("*"))
    assert "已不在您的权限范围内" in page(client, key).text


def test_it_is_withdrawn_when_the_post_ends(cast):
    key = number_of(ask(enter(cast.ai), "events", f"customer={cast.person.id}&kind=salary"))
    assert fetch(enter(cast.ai), key).status_code == 200
    Post.objects.filter(staff=cast.ai).update(role="other")
    Staff.objects.filter(pk="1111").update(role="other")
    assert fetch(enter(Staff.objects.get(pk="1111")), key).status_code in (403, 404)


def test_events_of_another_ones_customer_are_not_there(cast):
    client = enter(cast.zhu)
    query = f"customer={cast.person.id}"
    assert client.get(f"{reverse('export-ask', args=['events'])}?{query}").status_code == 404
    assert ask(client, "events", query).status_code == 404
    assert ask(client, "quarantine").status_code == 403
    assert ask(client, "nothing").status_code == 404
    assert not Export.objects.exists()


@pytest.mark.parametrize("name", ["customers", "events", "quarantine"])
def test_every_file_says_who_when_why_and_how_many(cast, name):
    who = cast.shi if name == "quarantine" else cast.ai
    query = {"customers": "q=P00001", "events": f"customer={cast.person.id}&direction=D", "quarantine": "table=party"}
    content = taken(enter(who, "en"), name, query[name], kind="xlsx")
    export = Export.objects.get()
    book = book_of(content)
    about = {row[0]: row[1] for row in book["About this file"].iter_rows(values_only=True) if row[0]}
    assert about["Request number"] == export.number
    assert about["Rows"] == str(export.rows)
    assert about["Exported by"] == f"{who.name} ({who.id})"
    assert about["Purpose"] == "Analysis and reports"
    assert about["What it is for"] == WHY["reason"]
    assert about["Business date"] == "20 Nov 2026"
    for sheet in book.worksheets:
        assert export.number in sheet.oddHeader.right.text
        assert who.id in sheet.oddFooter.left.text
        assert "Analysis" in sheet.oddFooter.center.text
    assert export.number in book.properties.keywords
    assert book.custom_doc_props["guanxi-request"].value == export.number
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pictures = [part for part in parts.namelist() if part.startswith("xl/media/")]
        assert pictures
        first = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<picture r:id=" in first, "behind the cells on the screen"
        assert "<legacyDrawingHF" in first, "on each printed page"


def test_the_picture_holds_the_number_in_dots():
    width, height = 320, 200
    picture = watermark(("1111",), width=width, height=height)
    data = picture[picture.index(b"IDAT") + 4 :]
    rows = zlib.decompress(data)
    assert len(rows) == height * (width + 1)
    assert struct.unpack(">II", picture[16:24]) == (width, height)
    dots = sum(rows[line * (width + 1) + 1 :][:width].count(1) for line in range(height))
    assert 0.005 < dots / (width * height) < 0.2
    assert picture != watermark(("1112",), width=width, height=height)


def test_the_inbox_and_the_own_list_cost_the_same_however_long(cast, django_assert_max_num_queries):
    client = enter(cast.bo)
    for _turn in range(3):
        asked(cast)
        asked(cast, "bo")
    client.get(reverse("exports"))
    with django_assert_max_num_queries(6):
        assert len(client.get(reverse("exports")).context["waiting"]) == 3


def test_every_step_is_in_the_audit_log(cast):
    key = approved(cast)
    fetch(enter(cast.ai), key)
    refused = asked(cast, "zhu")
    decide(enter(cast.he), refused, said="不需要")
    steps = [
        (entry.actor, entry.detail["step"])
        for entry in Entry.objects.filter(action="export", kind="customers").order_by("id")
    ]
    assert steps == [
        ("1111", "asked"),
        ("1101", "approved"),
        ("1111", "written"),
        ("1111", "fetched"),
        ("1211", "asked"),
        ("1002", "refused"),
    ]
    about = Entry.objects.filter(object_id=key).order_by("id").first()
    assert about.detail["purpose"] == "analysis"
    assert about.detail["reason"] == WHY["reason"]
    taken(enter(cast.ai), "events", f"customer={cast.person.id}&kind=salary")
    assert Entry.objects.filter(action="export", subject=cast.person.id).exists()
