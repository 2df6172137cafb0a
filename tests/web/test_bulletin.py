"""The bulletin board and the shared materials through the front door."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.bulletin.models import Announcement, Material, Receipt
from guanxi.crm.bulletin.telling import tell_of_announcement
from guanxi.crm.notices.models import Notice
from guanxi.crm.org.models import Post
from tests.web.contact.test_files import png

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def announce(client, institution: str = "B1", title: str = "Weekly meeting", **fields):
    form = {"key": str(uuid4()), "institution": institution, "title": title, "text": "Monday at nine", **fields}
    return client.post("/bulletin/new/", form)


def titles(client, query: str = "") -> list[str]:
    return [row.title for row, _place in client.get(f"/bulletin/{query}").context["rows"]]


def test_an_institution_and_all_below_it_read_what_is_announced_and_who_has_read_it_is_seen(cast, sign_in):
    bo, ai = sign_in(cast.bo, language="en"), sign_in(cast.ai, language="en")
    answer = announce(bo, files=[SimpleUploadedFile("agenda.png", png(3))])
    one = Announcement.objects.get()
    assert answer.headers["Location"] == f"/bulletin/{one.pk}/"
    page = bo.get(f"/bulletin/{one.pk}/")
    waiting = {person.pk for person in page.context["readers"].waiting}
    assert waiting == {cast.ai.id, cast.qian.id, cast.lu.id}
    assert titles(ai) == ["Weekly meeting"]
    assert "Unread" in ai.get("/bulletin/").text
    assert "Monday at nine" in ai.get(f"/bulletin/{one.pk}/").text
    ai.get(f"/bulletin/{one.pk}/")
    receipt = Receipt.objects.get()
    assert (receipt.staff_id, receipt.version) == (cast.ai.id, 1)
    readers = bo.get(f"/bulletin/{one.pk}/").context["readers"]
    assert ([person.pk for person, _receipt in readers.read], readers.all) == ([cast.ai.id], 3)
    assert "Who has read it" not in ai.get(f"/bulletin/{one.pk}/").text
    file = ai.get(f"/bulletin/{one.pk}/files/{one.files.get().pk}/")
    assert b"".join(file.streaming_content) == png(3)
    assert "attachment" in file.headers["Content-Disposition"]
    # Nobody of another branch meets it, and nobody announces for what they do not answer for.
    for staff in (cast.zhu, cast.ren, cast.yu):
        client = sign_in(staff)
        assert titles(client) == []
        for address in ("", "change/", f"files/{one.files.get().pk}/"):
            assert client.get(f"/bulletin/{one.pk}/{address}").status_code in (403, 404)
    assert ai.get("/bulletin/new/").status_code == 403
    assert ai.post(f"/bulletin/{one.pk}/withdraw/").status_code == 403
    assert ai.post(f"/bulletin/{one.pk}/change/", {"title": "x"}).status_code == 403
    assert announce(bo, "B0").status_code == announce(bo, "B2").status_code == 422
    assert Announcement.objects.count() == 1


def test_everybody_is_told_once_and_nobody_else(cast, sign_in):
    announce(sign_in(cast.bo))
    one = Announcement.objects.get()
    Post.objects.create(staff=cast.zhu, institution_id="B12", role="rm", valid_to=timezone.localdate() - DAY)
    assert tell_of_announcement(one.pk) == 3
    assert tell_of_announcement(one.pk) == 0
    assert set(Notice.objects.values_list("to_id", flat=True)) == {cast.ai.id, cast.qian.id, cast.lu.id}
    page = sign_in(cast.ai, language="en").get("/notices/").text
    assert f"{cast.bo.name} has announced something" in page
    sign_in(cast.bo).post(f"/bulletin/{one.pk}/withdraw/")
    assert "has announced something" not in sign_in(cast.ai, language="en").get("/notices/").text
    assert tell_of_announcement(one.pk) == 0


def test_pinned_stands_first_expired_goes_and_words_find(cast, sign_in):
    bo, ai = sign_in(cast.bo), sign_in(cast.ai)
    announce(bo, title="First")
    announce(bo, title="Pinned", pinned="on")
    announce(bo, title="Last", text="About rates", expires_on=timezone.localdate().isoformat())
    announce(sign_in(cast.he), "B0", title="From above")
    assert titles(ai) == ["Pinned", "From above", "Last", "First"]
    assert titles(ai, "?q=rates") == ["Last"]
    Announcement.objects.filter(title="Last").update(expires_on=timezone.localdate() - DAY)
    assert titles(ai) == ["Pinned", "From above", "First"]
    assert titles(ai, "?over=1") == ["Last"]
    assert titles(ai, "?page=99") == titles(ai, "?page=x")[:0]
    assert titles(sign_in(cast.zhu)) == ["From above"]


def test_twice_is_once_a_stale_change_loses_nothing_and_what_is_wrong_is_said(cast, sign_in):
    bo, he, key = sign_in(cast.bo, language="en"), sign_in(cast.he, language="en"), str(uuid4())
    for _tap in range(2):
        announce(bo, key=key)
    one = Announcement.objects.get()
    form = {"version": 1, "institution": "B1", "title": "He's", "text": "x"}
    assert he.post(f"/bulletin/{one.pk}/change/", form).status_code == 302
    answer = bo.post(f"/bulletin/{one.pk}/change/", {**form, "title": "Bo's", "text": "Bo's words"})
    assert answer.status_code == 409
    assert "He&#x27;s" in answer.text
    assert "Bo&#x27;s words" in answer.text
    assert bo.post(f"/bulletin/{one.pk}/change/", {**form, "version": 2, "title": "Bo's"}).status_code == 302
    one.refresh_from_db()
    assert (one.title, one.version) == ("Bo's", 3)
    wrong = announce(bo, title=" ", text="", expires_on="2020-01-01")
    assert wrong.status_code == 422
    program = SimpleUploadedFile("virus.png", b"MZ\x90\x00")
    refused = announce(bo, text="Long words that nobody wants to type twice", files=[program])
    assert refused.status_code == 422
    assert "Long words that nobody wants to type twice" in refused.text
    assert "lies in the past" in announce(bo, expires_on="2020-01-01").text
    assert Announcement.objects.count() == 1


def test_materials_are_shared_in_versions_and_found_by_words_of_any(cast, sign_in):
    bo, ai = sign_in(cast.bo, language="en"), sign_in(cast.ai, language="en")
    form = {"institution": "B1", "title": "Deposit rates", "text": "Price list"}
    assert bo.post("/materials/new/", form).status_code == 422
    assert bo.post("/materials/new/", {**form, "file": SimpleUploadedFile("june.png", png(1))}).status_code == 302
    one = Material.objects.get()
    address = f"/materials/{one.pk}/"
    assert bo.post(address, {"file": SimpleUploadedFile("same.png", png(1))}).status_code == 422
    july = {"file": SimpleUploadedFile("july.png", png(2)), "note": "New rates"}
    assert bo.post(address, july).status_code == 302
    for words, there in (("rates june", True), ("PRICE", True), ("new", True), ("august", False)):
        assert bool(ai.get(f"/materials/?q={words}").context["rows"]) is there, words
    assert ai.get("/materials/").context["rows"][0][0].newest == 2
    for number in (1, 2):
        assert b"".join(ai.get(f"{address}{number}/").streaming_content) == png(number)
    assert ai.get(f"{address}3/").status_code == 404
    assert ai.post(address, {"file": SimpleUploadedFile("x.png", png(5))}).status_code == 403
    assert ai.post(f"{address}withdraw/").status_code == ai.get("/materials/new/").status_code == 403
    zhu = sign_in(cast.zhu)
    assert not zhu.get("/materials/").context["rows"]
    assert {zhu.get(each).status_code for each in (address, f"{address}1/", f"/materials/{2**70}/")} == {404}
    assert bo.post(f"{address}withdraw/").status_code == 302
    assert ai.get(address).status_code == 404


def test_the_board_costs_the_same_however_much_there_is(cast, sign_in):
    bo, ai, counts = sign_in(cast.bo), sign_in(cast.ai), []
    for _round in range(3):
        for _time in range(4):
            announce(bo)
        each = []
        for client, address in (
            (ai, "/bulletin/"),
            (ai, "/materials/"),
            (bo, f"/bulletin/{Announcement.objects.first().pk}/"),
        ):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            each.append(len(queries))
        counts.append(each)
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 16, counts
