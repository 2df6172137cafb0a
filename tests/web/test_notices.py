"""The bell, the centre and the wishes through the front door."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.models import Limit
from guanxi.crm.contact.telling import ABOUT, FOLLOWED, GIVEN
from guanxi.crm.notices.models import Device, Mail, Notice, Unread, Wish
from guanxi.crm.notices.services import notify
from guanxi.crm.org.models import Staff, StaffSession
from guanxi.crm.party.models import Party
from tests.notices.test_push import EXAMPLE
from tests.web.contact.test_tasks import task_for

pytestmark = pytest.mark.django_db
PULSE = "/notices/pulse/"


def tell(staff, many: int = 1) -> list[int]:
    return [notify(to=[staff.id], kind=FOLLOWED, facts={"number": number + 1})[0].pk for number in range(many)]


def about_a_customer(cast, to=None) -> Notice:
    task = task_for(cast.person, to or cast.ai)
    return notify(to=[(to or cast.ai).id], kind=GIVEN, party_id=cast.person.id, about=(ABOUT, task.pk),
                  facts={"due": "2026-12-01"}, by=cast.bo.id)[0]  # fmt: skip


def shown(client, query: str = "") -> list[int]:
    page = client.get(f"/notices/{query}")
    assert page.status_code == 200
    return [int(number) for number in re.findall(r'class="gx-notice" href="/notices/(\d+)/"', page.text)]


def test_the_pulse_is_one_query_tells_nothing_and_keeps_no_session_alive(cast, sign_in):
    client = sign_in(cast.ai)
    old = timezone.now() - datetime.timedelta(minutes=5)
    StaffSession.objects.update(used_at=old)
    newest = tell(cast.ai, 3)[-1]
    about_a_customer(cast, cast.he)
    entries = Entry.objects.count()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(PULSE)
    assert (answer.json(), len(queries)) == ({"unread": 3, "newest": newest}, 1)
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert StaffSession.objects.get().used_at == old
    assert Entry.objects.count() == entries
    # Whoever is not signed in, any more or at all, is sent to sign in.
    StaffSession.objects.update(used_at=timezone.now() - datetime.timedelta(hours=2))
    assert client.get(PULSE).status_code == 302
    assert Client().get(PULSE).status_code == 302
    other = Client()
    other.cookies["sessionid"] = "x' OR '1'='1"
    assert other.get(PULSE).status_code == 302


def test_the_centre_shows_names_opens_the_record_and_is_read_by_that(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    one, two = about_a_customer(cast), tell(cast.ai)[0]
    assert shown(client) == [two, one.pk]
    page = client.get("/notices/").text
    assert f"{cast.bo.name} gives you a task about {cast.person.name}, due 1 Dec 2026" in page
    assert "1 open task came to you with its customer" in page
    assert client.get(f"/notices/{one.pk}/").headers["Location"] == reverse("task", args=[one.about_id])
    assert shown(client, "?unread=1") == [two]
    assert shown(client, "?kind=task_given") == [one.pk]
    assert shown(client, "?kind=nonsense&before=99999999999999999999") == [two, one.pk]
    assert shown(client, f"?before={two}") == [one.pk]
    assert "还有" not in page
    assert "交给您一项关于" in sign_in(cast.ai).get("/notices/").text


def test_an_outsider_sees_and_changes_nothing_of_it(cast, sign_in):
    one = about_a_customer(cast)
    zhu = sign_in(cast.zhu)
    assert shown(zhu) == []
    assert zhu.get(f"/notices/{one.pk}/").status_code == 404
    assert zhu.get(f"/notices/{2**63}/").status_code == 404
    zhu.post("/notices/read/", {"notice": one.pk})
    assert zhu.get(PULSE).json()["unread"] == 0
    assert Unread.objects.filter(to=cast.ai.id).count() == 1
    # Ai herself is an outsider once the customer is somebody else's; the count forgets it with the next look.
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.zhu.id, institution_id="B21")
    client = sign_in(cast.ai)
    assert client.get(f"/notices/{one.pk}/").status_code == 404
    assert (shown(client), client.get(PULSE).json()) == ([], {"unread": 0, "newest": 0})
    assert cast.person.name not in client.get("/notices/latest/").text


def test_who_is_in_the_register_of_erasures_is_named_to_nobody(cast, sign_in):
    about_a_customer(cast)
    Limit.objects.create(party_id=cast.person.id, kind="erasure", reason="asked for")
    page = sign_in(cast.ai, language="en").get("/notices/").text
    assert cast.person.name not in page
    assert "a task about a customer" in page


def test_all_are_read_at_once_and_the_way_back_restores_them(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    tell(cast.ai, 3)
    answer = client.post("/notices/read/", {"all": "1"}, follow=True)
    assert "3 notifications are read." in answer.text
    moment = re.search(r'name="at" value="([^"]+)"', answer.text).group(1)
    assert sign_in(cast.zhu, language="en").post("/notices/unread/", {"at": moment}, follow=True).text.count("0 notif")
    assert "3 notifications are unread again." in client.post("/notices/unread/", {"at": moment}, follow=True).text
    assert client.get(PULSE).json()["unread"] == 3
    for wrong in ({"at": "yesterday"}, {"at": "2026-99-01T00:00:00+00:00"}, {"notice": ["x", "9" * 30]}, {}):
        assert client.post("/notices/unread/", wrong).status_code == 302
    assert client.post("/notices/read/", {"notice": "1", "next": "//evil.example/"}).headers["Location"] == "/notices/"


def test_what_pops_up_is_the_newest_and_nothing_from_before(cast, sign_in):
    client = sign_in(cast.ai)
    numbers = tell(cast.ai, 5)
    popped = re.findall(r'data-notice="(\d+)"', client.get(f"/notices/latest/?after={numbers[0]}").text)
    assert [int(number) for number in popped] == numbers[:1:-1]
    assert client.get(f"/notices/latest/?after={numbers[-1]}").text.strip() == ""


def test_wishes_are_kept_and_bind_who_is_told(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    page = client.get("/notices/wishes/").text
    assert "Task given to you" in page
    assert "Push to devices is off here" in page
    assert "has not set up outgoing e-mail" in page
    client.post("/notices/wishes/", {"mail-task_given": "now", "push-task_given": "on", "mail-tasks_given": "nonsense"})
    assert Wish.objects.get(staff=cast.ai.id, kind="task_given").mail == Mail.NOW
    one = about_a_customer(cast)
    assert (one.mail, one.read_at is None) == (Mail.NOW, False)
    assert client.get(PULSE).json()["unread"] == 0
    assert shown(client) == [one.pk]
    assert not Wish.objects.exclude(staff=cast.ai.id).exists()


def test_a_browser_is_taken_in_only_where_push_is_on_and_its_service_is_allowed(cast, sign_in, settings):
    client, address = sign_in(cast.ai, language="en"), "https://fcm.googleapis.com/fcm/send/abc"
    form = {"endpoint": address, "key": EXAMPLE["key"], "secret": EXAMPLE["secret"]}
    assert client.post("/notices/devices/add/", form).status_code == 409
    settings.PUSH_CONTACT = "mailto:crm@bank.example"
    settings.SITE_URL, settings.MAILERS = "https://crm.bank.example", {"default": {}}
    assert client.post("/notices/devices/add/", {**form, "endpoint": "https://evil.example/"}).status_code == 422
    assert client.post("/notices/devices/add/", {**form, "key": "AAAA"}).status_code == 422
    chrome = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140"}
    assert client.post("/notices/devices/add/", form, headers=chrome).status_code == 204
    one = Device.objects.get()
    page = client.get("/notices/wishes/").text
    assert "Chrome · Windows" in page
    assert address not in page
    assert cast.ai.email in page
    assert sign_in(cast.zhu).post(f"/notices/devices/{one.pk}/remove/").status_code == 404
    assert client.post(f"/notices/devices/{one.pk}/remove/").status_code == 302
    assert not Device.objects.exists()
    worker = Client().get("/push-worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert "showNotification" in worker.text


def test_a_page_costs_no_query_for_the_bell_and_the_centre_the_same_however_much_there_is(cast, sign_in):
    client, counts = sign_in(cast.ai), []
    client.get("/products/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/products/")
    assert not [query["sql"] for query in queries if "notices_" in query["sql"]]
    for _round in range(3):
        for _time in range(4):
            about_a_customer(cast)
            tell(cast.ai)
        with CaptureQueriesContext(connection) as queries:
            client.get("/notices/")
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert counts[1] <= 14, [query["sql"][:90] for query in queries]


def test_nothing_that_is_told_holds_a_name(cast, sign_in):
    about_a_customer(cast)
    kept = json.dumps(list(Notice.objects.values()), default=str, ensure_ascii=False)
    names = [cast.person.name, *Staff.objects.values_list("name", flat=True)]
    assert not [name for name in names if name in kept]
