"""What people do is told to those whom it concerns, within seconds, and to nobody else."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from guanxi.crm.contact.task_services import follow_managers
from guanxi.crm.handover import services as handovers
from guanxi.crm.notices.models import Notice
from guanxi.crm.notices.services import mark_read
from guanxi.crm.org.models import Cover, Staff
from guanxi.crm.party.models import Party
from guanxi.crm.quality.models import NightRequest
from guanxi.crm.quality.services import finish_request
from guanxi.crm.web.exports import services as exports
from guanxi.crm.web.exports.telling import nearest_approvers
from guanxi.crm.web.models import Export
from tests.acceptance.test_access_handover import arranged, signed
from tests.taking import ask, number_of
from tests.web.conftest import sign_in
from tests.web.contact.test_tasks import task_for

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(handovers, "_defer", lambda handover_id: None)
    monkeypatch.setattr(exports, "_defer", lambda export: None)


@pytest.fixture
def bell(sign_in):
    """What somebody's page shows: how many are unread, and the sentences, which are read by that."""

    def ring(staff: Staff) -> list[str]:
        client = sign_in(staff, language="en")
        unread = client.get("/notices/pulse/").json()["unread"]
        response = client.get("/notices/?unread=1")
        lines: list[Any] = response.context["lines"]
        assert len(lines) == unread
        mark_read(staff_id=staff.id)
        return [line.words for line in lines]

    return ring


def test_a_hand_over_is_told_to_all_sides_at_each_step(cast, bell):
    one = arranged(cast, to=("1112",))
    many = "customer" if one.total == 1 else "customers"
    asked = f"{cast.bo.name} puts a hand-over of {one.total} {many} to your signature"
    one = signed(cast, one)
    assert (bell(cast.ai), bell(cast.qian), bell(cast.bo)) == ([asked], [asked], [])
    handovers.carry_out(handover_id=one.pk)
    done = f"A hand-over is carried out: {one.total} {many} of {cast.ai.name}"
    assert bell(cast.ai) == bell(cast.qian) == bell(cast.bo) == [done]
    handovers.undo(handover_id=one.pk, by=cast.bo, said="误操作")
    handovers.carry_on()
    handovers.carry_on()
    back = f"A hand-over was undone: {one.total} {many} {'is' if one.total == 1 else 'are'} back with {cast.ai.name}"
    assert bell(cast.ai) == bell(cast.qian) == [back]
    assert bell(cast.zhu) == bell(cast.lu) == []
    two = arranged(cast, to=("1112",))
    handovers.put_to_signature(handover_id=two.pk, by=cast.bo, today=timezone.localdate())
    bell(cast.ai)
    bell(cast.bo)
    handovers.refuse(handover_id=two.pk, by=cast.qian, said="不合适")
    assert bell(cast.ai) == bell(cast.bo) == [f"{cast.qian.name} refused a hand-over"]


def test_an_export_is_told_to_the_nearest_approver_and_its_decision_to_who_asked(cast, bell, sign_in, settings):
    settings.EXPORT_APPROVAL_ROWS = 3
    client = sign_in(cast.ai, language="en")
    key = number_of(ask(client, "customers"))
    rows = Export.objects.get(pk=key).expected
    wanted = f"{cast.ai.name} asks for your approval of an export of {rows} rows"
    # Bo manages the branch; He could decide as well, but is further away and finds it in the list.
    assert (bell(cast.bo), bell(cast.he), bell(cast.zhu), bell(cast.ai)) == ([wanted], [], [], [])
    sign_in(cast.bo).post(f"/exports/{key}/decide/", {"approve": "1", "said": ""})
    assert bell(cast.ai) == [f"{cast.bo.name} approved your export"]
    exports.write_export(export_id=Export.objects.get().pk)
    assert bell(cast.ai) == ["The file that you asked for is ready to be fetched"]
    assert nearest_approvers([["B11", "person"]], but=cast.bo.id) == [cast.he.id]
    assert nearest_approvers([["B11", "person"], ["B21", "person"]], but="") == [cast.he.id]
    assert nearest_approvers(None, but="") == [cast.he.id]
    assert nearest_approvers([["B21", "person"]], but="") == [cast.he.id], "no branch manager there"


def test_tasks_and_covers_and_nights_are_told(cast, bell, sign_in):
    bo, today = sign_in(cast.bo, language="en"), timezone.localdate()
    one, two = task_for(cast.person, cast.bo, "One"), task_for(cast.company, cast.bo, "Two")
    bo.post("/tasks/reassign/", {"chosen": [one.pk, two.pk], "staff": cast.ai.id})
    assert bell(cast.ai) == [f"{cast.bo.name} gives you 2 tasks"]
    key = "00000000-0000-4000-8000-000000000001"
    fields = {"key": key, "title": "Send papers", "due_on": today, "priority": 1, "staff": cast.ai.id}
    for _tap in range(2):
        bo.post(f"/customers/{cast.person.id}/tasks/new/", fields)
    assert len(bell(cast.ai)) == 1
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.qian.id)
    assert follow_managers() == 2
    assert bell(cast.qian) == ["2 open tasks came to you with their customers"]
    form = {"staff": cast.ai.id, "substitute": cast.qian.id, "first": today, "last": today + 2 * DAY, "reason": "休假"}
    assert bo.post("/team/cover/", form).status_code == 302
    assert Cover.objects.count() == 1
    assert bell(cast.qian)[0].startswith(f"You cover for {cast.ai.name} from today until ")
    assert bell(cast.ai)[0].startswith(f"{cast.qian.name} covers for you from today until ")
    night = NightRequest.objects.create(kind="next", asked_by=cast.shi, asked_at=timezone.now())
    finish_request(request_id=night.pk, exit_code=1, output="")
    assert bell(cast.shi) == ["The night's job that you started has failed"]
    assert not Notice.objects.filter(to=cast.zhu.id).exists()
