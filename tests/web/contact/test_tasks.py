"""Tasks through the front door: the list, what is done to several at once, the way back, one of them."""

from __future__ import annotations

import datetime
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.consent.models import Limit
from guanxi.crm.contact.models import Task
from guanxi.crm.contact.task_services import follow_managers
from guanxi.crm.org.models import Cover
from guanxi.crm.party.models import Party
from tests.taking import book_of, taken

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def task_for(party, staff, title="To do", days=1, **fields) -> Task:
    return Task.objects.create(
        key=uuid4(),
        party_id=party.id if party else None,
        staff_id=staff.id,
        made_by_id=staff.id,
        title=title,
        due_on=timezone.localdate() + datetime.timedelta(days=days),
        **fields,
    )


def listed(client, query: str = "") -> list[str]:
    response = client.get(f"/tasks/{query}")
    assert response.status_code == 200
    return re.findall(r'<a href="/tasks/\d+/">([^<]+)</a>', response.text)


def undo_token(client) -> str:
    return re.search(r'name="token" value="([^"]+)"', client.get("/tasks/").text).group(1)


def test_ones_own_tasks_stand_there_the_next_due_first(cast, sign_in):
    task_for(cast.person, cast.ai, "Second", 2)
    task_for(cast.person, cast.ai, "Late", -3)
    task_for(cast.company, cast.ai, "First", 0)
    task_for(None, cast.ai, "Nobody's business", 5)
    task_for(cast.company, cast.bo, "Bo's", 1)
    task_for(cast.outside, cast.zhu, "Zhu's", 1)
    task_for(cast.person, cast.ai, "Asleep", 1, snoozed_until=timezone.localdate() + 2 * DAY)
    task_for(cast.person, cast.ai, "Over", 1, state="done", done_at=timezone.now(), done_by_id=cast.ai.id)
    client = sign_in(cast.ai, language="en")
    assert listed(client) == ["Late", "First", "Second", "Nobody&#x27;s business"]
    assert "3 days late" in client.get("/tasks/").text
    assert listed(client, "?only=late") == ["Late"]
    assert listed(client, "?only=snoozed") == ["Asleep"]
    assert listed(client, "?state=done") == ["Over"]
    assert listed(client, "?who=*") == ["Late", "First", "Bo&#x27;s", "Second", "Nobody&#x27;s business"]
    assert listed(client, f"?who={cast.bo.id}") == ["Bo&#x27;s"]
    assert listed(client, f"?q={cast.company.name[:4]}&who=*") == ["First", "Bo&#x27;s"]
    assert listed(sign_in(cast.zhu)) == ["Zhu&#x27;s"]
    assert listed(sign_in(cast.zhu), "?who=*") == ["Zhu&#x27;s"]


def test_a_task_without_customer_is_its_owners_alone(cast, sign_in):
    own = task_for(None, cast.ai, "Private")
    for other in (cast.bo, cast.qian, cast.zhu):
        assert sign_in(other).get(f"/tasks/{own.pk}/").status_code == 404
        assert sign_in(other).post("/tasks/done/", {"only": own.pk}).status_code == 302
    own.refresh_from_db()
    assert own.state == "open"
    assert sign_in(cast.ai).get(f"/tasks/{own.pk}/").status_code == 200


def test_who_covers_has_the_tasks_of_whom_they_cover_for(cast, sign_in):
    task_for(cast.person, cast.ai, "Ai's customer")
    assert listed(sign_in(cast.qian)) == []
    today = timezone.localdate()
    Cover.objects.create(staff=cast.ai, substitute=cast.qian, valid_from=today, valid_to=today + DAY)
    assert listed(sign_in(cast.qian)) == ["Ai&#x27;s customer"]
    assert cast.ai.name in sign_in(cast.qian).get("/tasks/").text


def test_several_are_done_at_once_and_the_way_back_restores_each(cast, sign_in):
    client, until = sign_in(cast.ai, language="en"), timezone.localdate() + 4 * DAY
    one, two = task_for(cast.person, cast.ai), task_for(cast.company, cast.ai, snoozed_until=until)
    foreign = task_for(cast.outside, cast.zhu)
    response = client.post("/tasks/done/", {"chosen": [one.pk, two.pk, foreign.pk, "x"]}, follow=True)
    assert "2 tasks are done" in response.text
    token = re.search(r'name="token" value="([^"]+)"', response.text).group(1)
    assert set(Task.objects.filter(state="done").values_list("pk", flat=True)) == {one.pk, two.pk}
    assert Task.objects.get(pk=one.pk).done_by_id == cast.ai.id
    # Somebody else's token is nobody's; a changed one is none.
    assert "can no longer be undone" in sign_in(cast.bo, language="en").post(
        "/tasks/undo/", {"token": token}, follow=True
    ).text  # fmt: skip
    client.post("/tasks/undo/", {"token": token + "x"})
    assert Task.objects.filter(state="done").count() == 2
    assert "2 tasks are as they were" in client.post("/tasks/undo/", {"token": token}, follow=True).text
    two.refresh_from_db()
    assert (two.state, two.snoozed_until, two.done_at) == ("open", until, None)
    # Undone once, it is not undone again: the tasks have moved on.
    assert "2 tasks were changed since" in client.post("/tasks/undo/", {"token": token}, follow=True).text


def test_snoozing_asks_until_when_and_hides_until_then(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    one = task_for(cast.person, cast.ai, "Sleepy")
    page = client.post("/tasks/snooze/", {"chosen": [one.pk]})
    assert page.status_code == 200
    assert "Sleepy" in page.text
    for wrong in ("", "soon", "2026-13-01", timezone.localdate().isoformat()):
        assert client.post("/tasks/snooze/", {"chosen": [one.pk], "until": "", "day": wrong}).status_code == 422
    until = timezone.localdate() + 3 * DAY
    client.post("/tasks/snooze/", {"chosen": [one.pk], "until": until.isoformat(), "day": ""})
    token = undo_token(client)
    assert listed(client) == []
    client.post("/tasks/undo/", {"token": token})
    one.refresh_from_db()
    assert one.snoozed_until is None
    assert listed(client) == ["Sleepy"]


def test_tasks_are_given_only_to_who_looks_after_their_customers(cast, sign_in):
    client = sign_in(cast.bo, language="en")
    ais, lus = task_for(cast.person, cast.ai), task_for(cast.book(cast.lu)[0], cast.lu)
    own = task_for(None, cast.bo)
    page = client.post("/tasks/reassign/", {"chosen": [ais.pk, lus.pk, own.pk]})
    assert cast.ai.name in page.text
    assert client.post("/tasks/reassign/", {"chosen": [ais.pk], "staff": "nobody"}).status_code == 422
    response = client.post("/tasks/reassign/", {"chosen": [ais.pk, lus.pk, own.pk], "staff": cast.ai.id}, follow=True)
    assert f"1 task is with {cast.ai.name} now" in response.text
    assert "2 tasks stay" in response.text
    ais.refresh_from_db()
    lus.refresh_from_db()
    assert (ais.staff_id, ais.follows, lus.staff_id) == (cast.ai.id, True, cast.lu.id)


def test_open_tasks_go_with_the_customer_to_the_next_manager(cast, sign_in):
    sign_in(cast.ai).post(
        f"/customers/{cast.person.id}/tasks/new/",
        {"key": str(uuid4()), "title": "Goes along", "due_on": timezone.localdate(), "priority": 2},
    )
    done = task_for(cast.person, cast.ai, "Done before", state="done", done_at=timezone.now(), follows=True)
    bos = task_for(cast.person, cast.bo, "Bo does it")
    assert follow_managers() == 0
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.qian.id)
    assert follow_managers() == 1
    assert listed(sign_in(cast.qian)) == ["Goes along"]
    assert listed(sign_in(cast.ai)) == []
    done.refresh_from_db()
    bos.refresh_from_db()
    assert (done.staff_id, bos.staff_id) == (cast.ai.id, cast.bo.id)


def test_a_new_task_for_a_customer_is_made_once_and_by_whom_it_may_be(cast, sign_in):
    address = f"/customers/{cast.person.id}/tasks/new/"
    fields = {"key": str(uuid4()), "title": "Send papers", "due_on": timezone.localdate(), "priority": 1}
    for _tap in range(2):
        assert sign_in(cast.bo).post(address, {**fields, "staff": cast.ai.id}).status_code == 302
    made = Task.objects.get()
    assert (made.staff_id, made.made_by_id, made.follows, made.priority) == (cast.ai.id, cast.bo.id, True, 1)
    for staff, status in ((cast.zhu, 404), (cast.ann, 403)):
        assert sign_in(staff).get(address).status_code == status
        assert sign_in(staff).post(address, fields).status_code == status
    wrong = sign_in(cast.ai, language="en").post(address, {**fields, "key": str(uuid4()), "due_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "The day lies in the past" in wrong.text
    # Whoever neither asks nor looks after the customer is not among the choices.
    assert sign_in(cast.ai).post(address, {**fields, "staff": cast.zhu.id}).status_code == 422


def test_two_who_change_one_task_lose_nothing(cast, sign_in):
    one = task_for(cast.person, cast.ai, "As it was")
    fields = {"version": 1, "due_on": one.due_on, "priority": 2, "text": ""}
    address = f"/tasks/{one.pk}/"
    assert sign_in(cast.bo).post(address, {**fields, "title": "Bo's words"}).status_code == 302
    response = sign_in(cast.ai, language="en").post(address, {**fields, "title": "Ai's words"})
    assert response.status_code == 409
    assert "Bo&#x27;s words" in response.text
    assert "Ai&#x27;s words" in response.text
    one.refresh_from_db()
    assert (one.title, one.version) == ("Bo's words", 2)
    assert sign_in(cast.ai).post(address, {**fields, "version": 2, "title": "Ai's words"}).status_code == 302


def test_one_task_is_cancelled_and_opened_again(cast, sign_in):
    client, one = sign_in(cast.ai, language="en"), task_for(cast.person, cast.ai)
    assert "Cancel the task" in client.get(f"/tasks/{one.pk}/").text
    client.post(f"/tasks/{one.pk}/", {"cancel": "1"})
    one.refresh_from_db()
    assert one.state == "cancelled"
    assert "Open again" in client.get(f"/tasks/{one.pk}/").text
    client.post(f"/tasks/{one.pk}/", {"reopen": "1"})
    one.refresh_from_db()
    assert (one.state, one.done_at) == ("open", None)
    for staff, status in ((cast.zhu, 404), (cast.ann, 403)):
        assert sign_in(staff).get(f"/tasks/{one.pk}/").status_code == status
        assert sign_in(staff).post(f"/tasks/{one.pk}/", {"cancel": "1"}).status_code == status


def test_the_list_costs_the_same_however_much_there_is(cast, sign_in):
    client = sign_in(cast.ai)
    counts = []
    for _round in range(2):  # a page and more at once: what is behind it is counted
        for party in cast.book(cast.ai)[:10]:
            for days in range(6):
                task_for(party, cast.ai, days=days)
        client.get("/tasks/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/tasks/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 8, [query["sql"][:90] for query in queries]


def test_a_page_of_another_list_is_come_back_to_and_no_other_site(cast, sign_in):
    client, one = sign_in(cast.ai), task_for(cast.person, cast.ai)
    for came, goes in (
        ("http://testserver/tasks/?only=late", "/tasks/?only=late"),
        ("http://testserver/tasks/snooze/", "/tasks/"),
        ("https://elsewhere.example//evil", "/tasks/"),
    ):
        response = client.post("/tasks/done/", {"only": one.pk}, headers={"referer": came})
        assert response["Location"] == goes
    assert client.post("/tasks/done/", {"next": "//evil.example/"})["Location"] == "/tasks/"


def test_the_spreadsheet_holds_what_is_about_customers_and_no_private_note(cast, sign_in):
    task_for(cast.person, cast.ai, "For the customer")
    task_for(None, cast.ai, "Private")
    sheets = book_of(taken(sign_in(cast.ai), "tasks"))
    words = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert "For the customer" in words
    assert "Private" not in words
    assert cast.person.name in words


def test_a_customer_in_the_register_of_erasures_is_met_in_no_task_and_no_day(cast, sign_in):
    client, one = sign_in(cast.ai), task_for(cast.person, cast.ai, "About the erased")
    done = task_for(cast.person, cast.ai, "Done for them")
    client.post("/tasks/done/", {"only": done.pk})
    assert "Done for them" in client.get("/work-log/").text
    Limit.objects.create(party_id=cast.person.id, kind="erasure", reason="asked for")
    assert listed(client) == []
    assert client.get(f"/tasks/{one.pk}/").status_code == 404
    assert client.get(f"/customers/{cast.person.id}/activities/").status_code == 404
    page = client.get("/work-log/").text
    assert "Done for them" not in page
    assert cast.person.name not in page
