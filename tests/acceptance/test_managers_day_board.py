"""A branch manager steers by the process: sees who needs help, down to the last contact, and does something."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact.models import Activity
from guanxi.crm.effort.models import Contacted, Effort
from guanxi.crm.handover import services
from guanxi.crm.handover.models import Handover
from tests.taking import book_of, taken
from tests.web.board.test_board import BOARD, cells, premier
from tests.web.conftest import sign_in
from tests.web.contact.test_activities import outcome, record

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db


def test_bos_monday(cast, sign_in, monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda handover_id: None)
    bo, ai, own = sign_in(cast.bo, language="en"), sign_in(cast.ai, language="en"), premier(cast, cast.ai)
    one, two = own[:2]
    quiet = int(cells(bo)[cast.ai.id]["quiet"])
    # A call that nobody answers is work, but no contact; the next one is both. Each counts at once.
    record(ai, one, outcome=outcome("call", "no_answer").pk)
    assert (cells(bo)[cast.ai.id]["week"], cells(bo)[cast.ai.id]["quiet"]) == ("1", str(quiet))
    record(ai, one, outcome=outcome("call", "interested").pk, text="Wants to talk about a deposit")
    assert (cells(bo)[cast.ai.id]["week"], cells(bo)[cast.ai.id]["quiet"]) == ("2", str(quiet - 1))
    # Moved to another day by its person, it is counted there; taken away, it is counted nowhere.
    last = Activity.objects.get(text="Wants to talk about a deposit")
    Activity.objects.filter(pk=last.pk).update(at=timezone.now() - datetime.timedelta(days=45))
    assert cells(bo)[cast.ai.id]["quiet"] == str(quiet)
    page = bo.get(f"{BOARD}{cast.ai.id}/").text
    assert f"/customers/{one.id}/activities/{last.pk}/" in page
    assert "Wants to talk about a deposit" in bo.get(f"/customers/{one.id}/activities/{last.pk}/").text
    # Two customers go to Qian by the usual way, with preview and signatures; Qian is told and stands with them then.
    begun = bo.post(f"{BOARD}{cast.ai.id}/hand-over/", {"party": [one.id, two.id]})
    draft = Handover.objects.get()
    bo.post(begun.headers["Location"], {
        "receiver": [cast.qian.id], "rule": "evenly", "kind": "final", "effective_on": timezone.localdate(),
        "reason": "岗位调整",
    })  # fmt: skip
    bo.get(f"/hand-overs/{draft.pk}/preview/")
    bo.post(f"/hand-overs/{draft.pk}/preview/")
    for staff in (cast.ai, cast.qian):
        assert sign_in(staff).get("/notices/pulse/").json()["unread"] == 1
        sign_in(staff).post(f"/hand-overs/{draft.pk}/sign/")
    services.carry_out(handover_id=draft.pk)
    after = cells(bo)
    assert after[cast.ai.id]["customers"] == str(len(cast.book(cast.ai)) - 2)
    assert after[cast.qian.id]["customers"] == str(len(cast.book(cast.qian)) + 2)
    assert Contacted.objects.get(party_id=one.id).staff_id == cast.ai.id
    # The meeting's sheet says the same, is in the log, and its marks name who took it out.
    book = book_of(taken(bo, "team-week"))
    rows = {row[0]: row for row in list(book.worksheets[0].values)[1:]}
    assert rows[cast.qian.id][3] == len(cast.book(cast.qian)) + 2
    assert any(cast.bo.id in str(cell) for row in book.worksheets[-1].values for cell in row)
    assert Entry.objects.filter(action="export", kind="team-week", actor=cast.bo.id).exists()


def test_a_tap_twice_is_counted_once(cast, sign_in):
    key = str(uuid4())
    for _tap in range(3):
        record(sign_in(cast.ai), cast.person, key=key, text="Once")
    assert Effort.objects.get().number == 1
