"""The work log: written by what was done, completed by hand, closed; a manager looks at the days of the team."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.contact.models import Activity, DayLog, Task
from tests.web.contact.test_activities import record

pytestmark = pytest.mark.django_db


def test_the_day_is_written_by_what_was_done(cast, sign_in):
    client, today = sign_in(cast.ai, language="en"), timezone.localdate()
    record(client, cast.person, text="Spoke about the deposit", minutes="15")
    client.get(f"/customers/{cast.company.id}/")
    client.get(f"/customers/{cast.company.id}/holdings/")
    done = Task.objects.create(
        key=uuid4(), party_id=cast.person.id, staff_id=cast.ai.id, title="Sent the sheet", due_on=today
    )
    client.post("/tasks/done/", {"only": done.pk})
    page = client.get("/work-log/").text
    assert "Spoke about the deposit" in page
    assert "Sent the sheet" in page
    looked = page.split('id="h-looked"')[1].split("</section>")[0]
    assert cast.company.name in looked
    assert "2 views" in looked
    # With whom something was recorded is not among those only looked at.
    assert cast.person.name not in looked
    yesterday = (today - datetime.timedelta(days=1)).isoformat()
    assert "Nothing is recorded for this day" in client.get(f"/work-log/?day={yesterday}").text
    # A day ahead, or none at all, is today.
    assert "Spoke about the deposit" in client.get("/work-log/?day=2999-01-01").text
    assert "Spoke about the deposit" in client.get("/work-log/?day=nonsense").text


def test_other_work_is_added_by_hand_once_and_belongs_to_its_person(cast, sign_in):
    client, today, key = sign_in(cast.ai, language="en"), timezone.localdate(), str(uuid4())
    fields = {"day": today.isoformat(), "clock": "00:00", "minutes": "45", "text": "Team meeting", "key": key}
    for _tap in range(2):
        assert client.post("/work-log/add/", fields).status_code == 302
    made = Activity.objects.get()
    assert (made.kind, made.party_id, made.staff_id, made.minutes) == ("other", None, cast.ai.id, 45)
    assert "Team meeting" in client.get("/work-log/").text
    for wrong in ({"clock": ""}, {"minutes": "x"}, {"text": ""}, {"key": "x"}):
        response = client.post("/work-log/add/", {**fields, "key": str(uuid4()), **wrong})
        assert response.status_code == 422
    assert Activity.objects.count() == 1
    # The branch manager sees the day, but other work without a customer is its person's own.
    assert "Team meeting" not in sign_in(cast.bo).get(f"/work-log/?staff={cast.ai.id}").text


def test_two_windows_of_one_day_lose_nothing(cast, sign_in):
    client, day = sign_in(cast.ai, language="en"), timezone.localdate().isoformat()
    assert client.post("/work-log/", {"day": day, "version": 0, "text": "Morning"}).status_code == 302
    response = client.post("/work-log/", {"day": day, "version": 0, "text": "Afternoon"})
    assert response.status_code == 409
    assert "Morning" in response.text
    assert "Afternoon" in response.text
    assert client.post("/work-log/", {"day": day, "version": 1, "text": "All day", "close": "1"}).status_code == 302
    log = DayLog.objects.get()
    assert (log.text, log.version) == ("All day", 2)
    assert log.closed_at is not None
    assert "Closed" in client.get("/work-log/").text
    assert DayLog.history.rel.related_model.objects.get().text == "Morning"


def test_whose_day_may_be_looked_at(cast, sign_in):
    record(sign_in(cast.ai), cast.person, text="Ai's talk")
    sign_in(cast.ai).post("/work-log/", {"day": timezone.localdate().isoformat(), "version": 0, "text": "Ai's words"})
    page = sign_in(cast.bo, language="en").get(f"/work-log/?staff={cast.ai.id}")
    assert "Ai&#x27;s talk" in page.text
    assert "Ai&#x27;s words" in page.text
    assert f"Work log of {cast.ai.name}" in page.text
    assert "Save and close the day" not in page.text
    assert sign_in(cast.bo).get(f"/work-log/?staff={cast.zhu.id}").status_code == 404
    for other in (cast.qian, cast.zhu, cast.fu):
        assert sign_in(other).get(f"/work-log/?staff={cast.ai.id}").status_code == 404
    assert sign_in(cast.he).get(f"/work-log/?staff={cast.zhu.id}").status_code == 200
    assert sign_in(cast.yu).get("/work-log/").status_code == 403


def test_the_day_costs_the_same_however_full_it_is(cast, sign_in):
    client, counts = sign_in(cast.ai), []
    for _round in range(2):
        for party in cast.book(cast.ai)[:6]:
            record(client, party, text="Talk", follow_up="Again")
        client.get("/work-log/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/work-log/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 12, [query["sql"][:90] for query in queries]
