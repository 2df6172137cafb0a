"""A manager's day from end to end: a call with a promise, the promise kept, the day logged, the book handed on."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact.models import Activity, Task
from guanxi.crm.contact.task_services import follow_managers
from guanxi.crm.kernel.personal import registered
from guanxi.crm.party.models import Party
from guanxi.crm.workdays.queries import working_calendar
from tests.web.conftest import sign_in
from tests.web.contact.test_activities import outcome, page_of, record
from tests.web.contact.test_tasks import listed

__all__ = ["sign_in"]


@pytest.mark.django_db
def test_a_day_of_ais(cast, sign_in):
    ai, bo, today = sign_in(cast.ai, language="en"), sign_in(cast.bo, language="en"), timezone.localdate()
    tomorrow = working_calendar().after(today, 1)
    ai.get(f"/customers/{cast.company.id}/")
    record(
        ai, cast.person, outcome=outcome("call", "interested").pk, text="Asks for a better rate", minutes="12",
        promise="Ask the treasury for a rate", promise_on=today.isoformat(), follow_up="Tell the customer the rate",
        follow_up_on=tomorrow.isoformat(),
    )  # fmt: skip
    # What was promised for today stands first; it is kept with one tap, and the branch manager sees that it was.
    assert listed(ai) == ["Ask the treasury for a rate", "Tell the customer the rate"]
    promise = Task.objects.get(source="promise")
    ai.post("/tasks/done/", {"only": promise.pk})
    assert listed(ai) == ["Tell the customer the rate"]
    day = bo.get(f"/work-log/?staff={cast.ai.id}").text
    for words in ("Asks for a better rate", "Ask the treasury for a rate", cast.company.name):
        assert words in day
    version = {"day": today.isoformat(), "version": 0, "text": "Rates are what everybody asks about", "close": "1"}
    assert ai.post("/work-log/", version).status_code == 302
    assert "Rates are what everybody asks about" in bo.get(f"/work-log/?staff={cast.ai.id}").text
    # Qian takes the customer over: history and open tasks are there, done ones stay Ai's work; Ai sees neither.
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.qian.id)
    assert follow_managers() == 1
    qian = sign_in(cast.qian, language="en")
    assert listed(qian) == ["Tell the customer the rate"]
    assert "Asks for a better rate" in qian.get(page_of(cast.person)).text
    assert listed(ai) == []
    assert ai.get(page_of(cast.person)).status_code == 404
    # All of it is in the log with its customer, and is handed out to the person who asks what the bank holds.
    kinds = set(Entry.objects.filter(subject=cast.person.id, action="change").values_list("kind", flat=True))
    assert {"activity", "task"} <= kinds
    held = {one.model._meta.label: one.rows_of(cast.person.id).count() for one in registered()}
    assert (held["contact.Activity"], held["contact.Task"], held["contact.TaskEvent"]) == (1, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_taps_at_the_same_moment_make_one_record(cast):
    key, gate = str(uuid4()), threading.Barrier(4)
    answers = []

    def tap() -> None:
        client = Client()
        client.force_login(cast.ai)
        gate.wait(20)
        try:
            answers.append(record(client, cast.person, key=key, text="Once", follow_up="Again").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=tap) for _tap in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [302] * 4
    assert (Activity.objects.count(), Task.objects.count()) == (1, 1)
