"""What was carried out stands in the log once, whoever did it: the job, the look every few minutes, or the night."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.handover import services
from guanxi.crm.handover.database import begin_due
from guanxi.crm.handover.models import Handover, State
from tests.acceptance.test_access_handover import arranged, signed

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """No worker runs in tests: jobs are called by hand."""
    monkeypatch.setattr(services, "_defer", lambda handover_id: None)


def told(one: Handover) -> list[tuple[str, str, int, int]]:
    """What the log says was done with the customers: step, actor, how many, how many left out."""
    entries = Entry.objects.filter(kind="handover", object_id=str(one.pk), detail__has_key="left_out").order_by("id")
    return [(e.detail["step"], e.actor, e.detail["customers"], e.detail["left_out"]) for e in entries]


def test_the_job_tells_once_and_so_does_undoing(cast, sign_in):
    one = signed(cast, arranged(cast, to=("1112",)))
    services.carry_out(handover_id=one.pk)
    services.carry_out(handover_id=one.pk)
    services.carry_on()
    carried = ("carried out", "1112", one.total, 0)
    assert told(one) == [carried]
    services.undo(handover_id=one.pk, by=cast.bo, said="误操作")
    services.carry_on()
    services.carry_on()
    assert told(one) == [carried, ("undone and carried out", "1101", one.total, 0)]
    for language, words in (("zh-hans", ("已执行", "申请撤销", "已撤销")), ("en", ("carried out", "undoing asked"))):
        page = sign_in(cast.shen, language=language).get(f"{reverse('audit')}?action=hand_over").content.decode()
        assert all(word in page for word in words)
    assert f"{one.total} customers" in page


def test_the_next_look_tells_what_the_night_carried_out(cast):
    today = timezone.localdate()
    terms = {"kind": "temporary", "effective_on": today + DAY, "last_day": today + 2 * DAY}
    one = signed(cast, arranged(cast, to=("1112",), **terms))
    while begin_due(today=today + DAY, most=10):  # as the night does
        assert not told(one)
    one.refresh_from_db()
    assert (one.state, told(one)) == (State.DONE, [])
    assert services.carry_on(today=today + DAY) == 0
    carried = ("carried out", "1112", one.total, 0)
    assert told(one) == [carried]
    while begin_due(today=today + 3 * DAY, most=10):
        pass
    services.carry_on(today=today + 3 * DAY)
    assert told(one) == [carried, ("went back", "", one.total, 0)]


def test_a_move_there_and_back_in_one_look_tells_both(cast):
    today = timezone.localdate()
    one = signed(cast, arranged(cast, to=("1112",), kind="temporary", effective_on=today, last_day=today))
    services.carry_on(today=today + 2 * DAY)
    assert [step for step, *_rest in told(one)] == ["carried out", "went back"]
