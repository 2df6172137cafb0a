"""The team's board through the front door: what it says and to whom, how it leads to the last contact and on."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.consent.models import Limit
from guanxi.crm.contact.models import Activity, MonthGoal, Task
from guanxi.crm.handover.models import Handover
from guanxi.crm.org.models import Post, Staff
from guanxi.crm.web.board import page as boards
from tests.taking import book_of, taken
from tests.web.contact.test_tasks import task_for

pytestmark = pytest.mark.django_db
BOARD = "/team/board/"


def done(party, staff, days: int = 0, kind: str = "call", **fields) -> Activity:
    at = timezone.now() - datetime.timedelta(days=days)
    return Activity.objects.create(key=uuid4(), party_id=party.id, kind=kind, at=at, staff=staff, text="x", **fields)


def cells(client, query: str = "") -> dict[str, dict[str, str]]:
    """By row, what stands in each column."""
    board = client.get(f"{BOARD}{query}").context["board"]
    keys = [column.key for column in board.columns]
    return {line.key: dict(zip(keys, (cell.text for cell in line.cells), strict=True)) for line in board.lines}


def premier(cast, staff) -> list:
    return [one for one in cast.book(staff) if cast.figures[one.id].tier == "premier"]


def test_each_manager_stands_with_book_work_overdue_tasks_and_coverage(cast, sign_in):
    client, own = sign_in(cast.bo, language="en"), premier(cast, cast.ai)
    before = cells(client)
    assert set(before) == {cast.ai.id, cast.qian.id, cast.lu.id}
    assert before[cast.ai.id]["customers"] == str(len(cast.book(cast.ai)))
    assert before[cast.ai.id]["quiet"] == str(len(own))
    assert (before[cast.ai.id]["week"], before[cast.ai.id]["late"]) == ("0", "0")
    done(own[0], cast.ai)
    done(own[1], cast.ai, 40, kind="visit")
    task_for(cast.person, cast.ai, days=-2)
    task_for(None, cast.ai, days=-2)  # a note to oneself is nobody else's
    after = cells(client)[cast.ai.id]
    assert (after["week"], after["late"], after["quiet"]) == ("1", "1", str(len(own) - 1))
    assert cells(client)[cast.qian.id] == before[cast.qian.id]
    # Whoever needs help most stands first, by each column.
    assert next(iter(cells(client, "?sort=late"))) == cast.ai.id
    assert next(iter(cells(client, "?sort=nonsense"))) == cast.ai.id


def test_only_who_answers_for_managers_sees_it_and_only_their_own(cast, sign_in):
    for staff in (cast.ai, cast.zhu, cast.ann, cast.yu):
        assert sign_in(staff).get(BOARD).status_code == 403
        assert sign_in(staff).get(f"{BOARD}{cast.ai.id}/").status_code == 403
        assert sign_in(staff).post(f"{BOARD}{cast.ai.id}/hand-over/").status_code == 403
    bo = sign_in(cast.bo)
    for address in (f"{BOARD}{cast.zhu.id}/", f"{BOARD}nobody/", f"{BOARD}?at=B2", f"{BOARD}?at=nowhere"):
        assert bo.get(address).status_code == 404, address
    assert bo.post(f"{BOARD}{cast.zhu.id}/hand-over/", {"party": cast.outside.id}).status_code == 404
    page = bo.get(BOARD).text
    assert cast.zhu.name not in page
    assert cast.ren.name not in page
    assert cast.zhu.name in sign_in(cast.he).get(BOARD).text


def test_from_the_board_to_the_last_contact_and_on_to_a_hand_over_and_to_somebody_else(cast, sign_in):
    client, own = sign_in(cast.bo, language="en"), premier(cast, cast.ai)
    old = done(own[0], cast.qian, 40)
    late = task_for(own[1], cast.ai, "Long since due", days=-9)
    task_for(None, cast.ai, "Private", days=-9)
    page = client.get(f"{BOARD}{cast.ai.id}/").text
    assert f"/customers/{own[0].id}/activities/{old.pk}/" in page
    assert cast.qian.name in page
    assert "Long since due" in page
    assert "Private" not in page
    answer = client.post(f"{BOARD}{cast.ai.id}/hand-over/", {"party": [own[0].id, cast.outside.id, "nobody"]})
    draft = Handover.objects.get()
    assert answer.headers["Location"] == f"/hand-overs/{draft.pk}/to/"
    assert (draft.giver_id, draft.numbers, draft.what["named"]) == (cast.ai.id, own[0].id, True)
    assert client.get(answer.headers["Location"]).status_code == 200
    assert "Choose the customers" in client.post(f"{BOARD}{cast.ai.id}/hand-over/", follow=True).text
    client.post("/tasks/reassign/", {"chosen": late.pk, "staff": cast.bo.id})
    assert Task.objects.get(pk=late.pk).staff_id == cast.bo.id


def test_who_is_in_the_register_of_erasures_is_met_nowhere_on_it(cast, sign_in):
    gone = premier(cast, cast.ai)[0]
    task_for(gone, cast.ai, "About the erased", days=-1)
    Limit.objects.create(party_id=gone.id, kind="erasure", reason="asked for")
    page = sign_in(cast.bo).get(f"{BOARD}{cast.ai.id}/").text
    assert gone.name not in page
    assert "About the erased" not in page


def test_where_there_are_too_many_people_their_institutions_stand_first(cast, sign_in, monkeypatch):
    monkeypatch.setattr(boards, "PEOPLE_MOST", 2)
    client = sign_in(cast.he, language="en")
    people = cells(client, "?at=B11")
    top = client.get(BOARD).context["board"]
    assert [line.key for line in top.lines if line.people] == [line.key for line in top.lines]
    assert {line.key for line in top.lines} == {"B1", "B2"}
    assert {line.key for line in client.get(f"{BOARD}?at=B1").context["board"].lines} == {"B11", "B12"}
    assert set(people) == {cast.ai.id, cast.qian.id}
    total = top.total.cells[0].number
    assert total == sum(line.cells[0].number for line in top.lines)
    assert [name for name, _url in client.get(f"{BOARD}?at=B11").context["board"].above] == [
        "Guanxi Bank Head Office", "Hangzhou Branch", "West Lake Sub-branch",
    ]  # fmt: skip


def test_the_meetings_sheet_is_the_board_with_whom_to_talk_about_and_leaves_by_the_one_door(cast, sign_in):
    own, client = premier(cast, cast.ai), sign_in(cast.bo, language="en")
    done(own[0], cast.ai, 40)
    gone = own[1]
    Limit.objects.create(party_id=gone.id, kind="erasure", reason="asked for")
    assert "/exports/new/team-week/" in client.get(BOARD).text
    book = book_of(taken(client, "team-week", "at=B11"))
    board, customers = (list(book.worksheets[number].values) for number in (0, 1))
    assert [row[0] for row in board[1:]] == [cast.ai.id, cast.qian.id, ""]
    assert board[1][3] + board[2][3] == board[3][3] == len(cast.book(cast.ai)) + len(cast.book(cast.qian))
    named = {row[1]: row for row in customers[1:]}
    assert own[0].id in named
    assert named[own[0].id][7] == cast.ai.name
    assert gone.id not in named
    assert {row[0] for row in customers[1:]} <= {cast.ai.name, cast.qian.name}
    for staff, query, status in ((cast.bo, "at=B2", 404), (cast.ai, "", 403), (cast.ann, "", 403)):
        assert sign_in(staff).get(f"/exports/new/team-week/?{query}").status_code == status


def test_the_months_plan_and_the_pipeline_stand_beside_what_was_done(cast, sign_in):
    client, month = sign_in(cast.bo, language="en"), timezone.localdate().replace(day=1)
    assert cells(client)[cast.ai.id]["plan"] == "0"
    MonthGoal.objects.create(staff=cast.ai, month=month, visits=20)
    MonthGoal.objects.create(staff=cast.zhu, month=month, visits=99)
    done(cast.person, cast.ai, kind="visit")
    done(cast.person, cast.ai, kind="meeting")
    board = client.get(BOARD).context["board"]
    keys = [column.key for column in board.columns]
    cell = next(line for line in board.lines if line.key == cast.ai.id).cells[keys.index("plan")]
    assert (cell.text, cell.small) == ("1", "of 20 meant")
    assert board.total.cells[keys.index("plan")].small == "of 20 meant"
    assert cells(client)[cast.qian.id]["pipeline"] == "0.0"
    book = book_of(taken(client, "team-week"))
    head, first = list(book.worksheets[0].values)[:2]
    assert first[head.index("Visits meant")] == 20


def test_the_sheet_is_had_on_paper_too_with_its_marks(cast, sign_in):
    done(premier(cast, cast.ai)[0], cast.ai, 40)
    content = taken(sign_in(cast.bo), "team-week", "at=B11", kind="pdf")
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/JavaScript" not in content
    assert b"/URI" not in content


def test_it_costs_the_same_however_many_people_and_however_much_work(cast, sign_in):
    client, counts = sign_in(cast.bo), []
    for turn in range(3):
        number = f"19{turn}"
        Staff.objects.create(id=number, name=f"新人{turn}", institution_id="B11", role="rm")
        Post.objects.create(staff_id=number, institution_id="B11", role="rm")
        for party in cast.book(cast.ai)[: 3 * turn]:
            done(party, cast.ai)
            task_for(party, cast.ai, days=-1)
        each = []
        for address in (BOARD, f"{BOARD}{cast.ai.id}/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            each.append(len(queries))
        counts.append(each)
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 18, counts
