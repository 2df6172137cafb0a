"""The morning list through the front door: one row a customer with all reasons, ranked, dealt with, undone."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.consent.models import Limit
from guanxi.crm.contact.models import Activity, Mark, ReasonSetting, Task
from guanxi.crm.insight.models import Alert
from guanxi.crm.org.models import Cover
from guanxi.crm.sales.models import Lead
from tests.sales.deals import opened
from tests.sales.leads import lead_in
from tests.web.conftest import PARTIAL
from tests.web.contact.test_tasks import task_for

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def bare(cast, monkeypatch):
    """The cast on the business date, with no alert but what the test puts."""
    monkeypatch.setattr(timezone, "localdate", lambda at=None, timezone=None: at.date() if at else cast.day)
    Alert.objects.all().delete()
    return cast


def alert(cast, party, reason, day=None, amount="100000", before=None, many=1) -> Alert:
    return Alert.objects.create(
        business_date=cast.day, party_id=party.id, reason=reason, due_on=day or cast.day, kind=party.kind,
        institution_id=party.institution_id, manager_id=party.manager_id, amount=Decimal(amount),
        amount_before=before and Decimal(before), many=many,
    )  # fmt: skip


def rows(client, address: str = "/morning/"):
    response = client.get(address)
    assert response.status_code == 200
    return response.context["morning"].rows


def names(client, address: str = "/morning/") -> list[str]:
    return [row.name for row in rows(client, address)]


def say(client, row, verdict, lines=None, **fields):
    words = [line.word for line in (row.lines if lines is None else lines)]
    data = {"occasion": words, "key": str(row.key), "next": "/morning/", **fields}
    return client.post(f"/morning/{row.party_id}/{verdict}/", data, follow=True)


def undo(client, response):
    token = re.search(r'name="token" value="([^"]+)"', response.text).group(1)
    return client.post("/morning/undo/", {"token": token}, follow=True)


def test_several_reasons_of_one_customer_are_one_row_and_the_weightiest_stands_first(bare, sign_in):
    cast, client = bare, sign_in(bare.ai, language="en")
    alert(cast, cast.person, "outflow", amount="500000", before="900")
    alert(cast, cast.person, "birthday", cast.day + DAY, amount="800000", many=60)
    alert(cast, cast.company, "maturity", cast.day + 3 * DAY, amount="2000000", many=2)
    task_for(cast.person, cast.ai, "Send the statement", 0, source="promise")
    alert(cast, cast.outside, "outflow", amount="90000000", before="1")
    assert names(client) == [cast.person.name, cast.company.name]
    row = rows(client)[0]
    assert [line.code for line in row.lines] == ["outflow", "promise", "birthday"]
    assert row.points == pytest.approx(sum(line.term.points for line in row.lines))
    assert [line.term.points for line in row.lines] == sorted((one.term.points for one in row.lines), reverse=True)
    text = client.get("/morning/").text
    for words in (
        "500.0 CNY thousand left on 20 Nov 2026; usual in a day: 0.9 CNY thousand",
        "Promised for 20 Nov 2026: Send the statement", "Turns 60 on 21 Nov 2026",
        "2,000.0 CNY thousand in 2 agreements mature on 23 Nov 2026", "Why is this here?", "No contact on record",
        "The rest tends to follow", "Call today: find out where it went",
    ):  # fmt: skip
        assert words in text, words
    # Referring is one tap away, with why and to whom filled in.
    form = client.get(row.refer_url).context["form"]
    assert (form["text"].value(), form["way"].value()) == (row.first.why, "to_retail")
    assert row.refer_url.replace("&", "&amp;") in text
    # Home begins with the same list; page and part are the same; the outsider has a list of their own.
    assert names(client, "/") == [cast.person.name, cast.company.name]
    assert client.get("/morning/", headers=PARTIAL).text.strip().startswith('<section class="gm-list"')
    assert client.get("/", headers=PARTIAL).text.strip().startswith('<section class="gm-list"')
    assert names(sign_in(cast.zhu)) == [cast.outside.name]
    assert cast.person.name not in sign_in(cast.zhu).get("/morning/").text


def test_what_is_told_of_follows_days_and_settings(bare, sign_in):
    cast, client = bare, sign_in(bare.ai)
    book = cast.book(cast.ai)
    alert(cast, book[0], "maturity", cast.day + 14 * DAY)
    alert(cast, book[1], "maturity", cast.day + 15 * DAY)
    alert(cast, book[2], "birthday", cast.day + 4 * DAY)
    alert(cast, book[3], "inflow", cast.day - 5 * DAY)
    alert(cast, book[4], "inflow", cast.day - 6 * DAY)
    alert(cast, book[5], "anniversary", cast.day, amount="0", many=10)
    alert(cast, book[6], "founding", cast.day + DAY, many=20)
    alert(cast, book[7], "overdue", cast.day - 30 * DAY, many=30)
    alert(cast, book[8], "falling", cast.day.replace(day=1), before="400000")
    alert(cast, book[9], "loan_due", cast.day + 30 * DAY)
    alert(cast, book[10], "unheard of")
    shown = {row.party_id for row in rows(client)}
    assert shown == {book[position].id for position in (0, 3, 5, 6, 7, 8, 9)}
    # A bank tells of maturities later and of birthdays earlier, and of anniversaries not at all.
    for reason, lead, is_shown in (("maturity", 3, True), ("birthday", 4, True), ("anniversary", 9, False)):
        ReasonSetting.objects.create(
            reason=reason, version=1, weight=1, lead_days=lead, keep_days=3, half_life=9, is_shown=is_shown
        )
    ReasonSetting.objects.create(reason="maturity", version=2, weight=7, lead_days=1, keep_days=3, half_life=9)
    assert {row.party_id for row in rows(client)} == shown - {book[0].id, book[5].id} | {book[2].id}
    page = client.get("/morning/").text
    assert "第 1 版" in page


def test_one_tap_deals_with_a_row_and_one_takes_it_back(bare, sign_in):
    cast, client = bare, sign_in(bare.ai, language="en")
    alert(cast, cast.person, "outflow", before="1")
    alert(cast, cast.person, "maturity", cast.day + DAY)
    task = task_for(cast.person, cast.ai, "Ring back", -1)
    alert(cast, cast.company, "inflow", before="1")
    first = rows(client)[0]
    assert first.party_id == cast.person.id
    done = say(client, first, "done")
    assert names(client) == [cast.company.name]
    task.refresh_from_db()
    assert (task.state, Mark.objects.filter(verdict="done").count()) == ("done", 2)
    # A second tap on the same button does nothing more, and somebody else's token undoes nothing.
    say(client, first, "done")
    assert Mark.objects.count() == 2
    assert "can no longer be undone" in undo(sign_in(cast.qian, language="en"), done).text
    assert "stands on the list again" in undo(client, done).text
    task.refresh_from_db()
    assert (task.state, Mark.objects.count()) == ("open", 0)
    assert [line.code for line in rows(client)[0].lines] == ["outflow", "maturity", "task"]
    # What is done is done for whoever covers; the next occasion of the same kind is told of again.
    say(client, rows(client)[0], "done")
    Cover.objects.create(staff=cast.ai, substitute=cast.qian, valid_from=cast.day, valid_to=cast.day + DAY)
    assert cast.person.name not in names(sign_in(cast.qian))
    assert cast.company.name in names(sign_in(cast.qian))
    alert(cast, cast.person, "maturity", cast.day + 2 * DAY)
    assert [line.code for line in rows(client) if line for line in line.lines if line.code == "maturity"] == [
        "maturity"
    ]


def test_an_opportunity_whose_day_comes_is_told_of(bare, sign_in):
    cast, client = bare, sign_in(bare.ai, language="en")
    one = opened(cast.company, days=3)
    opened(cast.person, days=9)
    row = rows(client)[0]
    assert [line.code for row in rows(client) for line in row.lines] == ["opportunity"]
    assert (row.party_id, row.first.url) == (cast.company.id, f"/opportunities/{one.pk}/")
    assert one.title in client.get(f"/customers/{cast.company.id}/brief/").text
    assert "Nothing was changed" in say(client, row, "useless").text
    say(client, row, "done")
    assert names(client) == []
    assert type(one).objects.get(pk=one.pk).is_open
    # A week later it is still open.
    Mark.objects.update(at=datetime.datetime.combine(cast.day - 8 * DAY, datetime.time(9), datetime.UTC))
    assert names(client) == [cast.company.name]


def test_leads_that_wait_stand_above_the_rows(bare, sign_in):
    cast = bare
    assert "to_accept" not in sign_in(cast.ai).get("/morning/").text
    one = lead_in("B11", "周一新", manager=cast.ai.id)
    lead_in("B21", "周二新", manager=cast.zhu.id)
    Lead.objects.update(state="assigned", accept_by=timezone.now() + DAY)
    text = sign_in(cast.ai, language="en").get("/").text
    assert "1 lead waits to be accepted" in text
    assert 'href="/leads/?only=to_accept"' in text
    assert "1 overdue" not in text
    Lead.objects.filter(pk=one.pk).update(accept_by=timezone.now() - DAY)
    assert "1 overdue" in sign_in(cast.ai, language="en").get("/").text


def test_a_snoozed_row_comes_back_on_its_day(bare, sign_in, monkeypatch):
    cast, client = bare, sign_in(bare.ai, language="en")
    alert(cast, cast.person, "falling", cast.day.replace(day=1), before="500000")
    task_for(cast.person, cast.ai, "Ring back", 0)
    row = rows(client)[0]
    for wrong in ("", "soon", "2026-13-01", cast.day.isoformat()):
        assert "Choose a day after today" in say(client, row, "snoozed", until="", day=wrong).text
    assert Mark.objects.count() == 0
    until = cast.day + 3 * DAY
    answer = say(client, row, "snoozed", until=until.isoformat())
    assert names(client) == []
    assert "Nothing presses today" in client.get("/morning/").text
    for today, there in ((until - DAY, []), (until, [cast.person.name])):
        monkeypatch.setattr(timezone, "localdate", lambda at=None, timezone=None, day=today: at.date() if at else day)
        assert names(client) == there
    assert "stands on the list again" in undo(client, answer).text
    assert Task.objects.get().snoozed_until is None


def test_not_useful_teaches_the_ranking_of_that_person_alone(bare, sign_in):
    cast, client = bare, sign_in(bare.ai, language="en")
    book = cast.book(cast.ai)
    alert(cast, book[0], "birthday", amount="900000")
    alert(cast, book[1], "anniversary", amount="900000", many=5)
    assert names(client) == [book[0].name, book[1].name]
    for party in book[2:7]:
        alert(cast, party, "birthday", amount="900000")
        row = next(row for row in rows(client) if row.party_id == party.id)
        answer = say(client, row, "useless", row.taught)
    assert names(client) == [book[1].name, book[0].name]
    term = rows(client)[1].first.term
    # Beta(4, 2): five times not useful makes 4/11 of 4/6.
    assert term.usefulness == pytest.approx((4 / 11) / (4 / 6))
    assert term.points == pytest.approx(term.setting.weight * term.money * term.urgency * term.usefulness)
    assert f"{term.usefulness:.2f}" in client.get("/morning/").text
    Cover.objects.create(staff=cast.ai, substitute=cast.qian, valid_from=cast.day, valid_to=cast.day + DAY)
    ranked = [row.party_id for row in rows(sign_in(cast.qian))]
    assert ranked.index(book[0].id) < ranked.index(book[1].id)
    undo(client, answer)
    assert next(row for row in rows(client) if row.party_id == book[0].id).first.term.taught.useless == 4
    # A promise is not to be called useless.
    task_for(book[8], cast.ai, "Promised", 0, source="promise")
    row = next(row for row in rows(client) if row.party_id == book[8].id)
    assert "Nothing was changed" in say(client, row, "useless").text
    assert Task.objects.get().state == "open"


def test_who_may_not(bare, sign_in):
    cast = bare
    alert(cast, cast.person, "birthday")
    zhu = sign_in(cast.zhu)
    word = f"birthday~{cast.day.isoformat()}"
    for verdict in ("done", "useless", "snoozed"):
        assert zhu.post(f"/morning/{cast.person.id}/{verdict}/", {"occasion": word}).status_code == 404
    assert sign_in(cast.ai).post(f"/morning/{cast.person.id}/nonsense/", {"occasion": word}).status_code == 404
    assert sign_in(cast.ann).post(f"/morning/{cast.person.id}/done/", {"occasion": word}).status_code == 403
    foreign = task_for(cast.outside, cast.zhu)
    sign_in(cast.ai).post(f"/morning/{cast.person.id}/done/", {"occasion": f"task~{cast.day}~{foreign.pk}"})
    for broken in ("", "~", "birthday~soon", f"birthday~{cast.day}~x", f"nothing~{cast.day}"):
        sign_in(cast.ai).post(f"/morning/{cast.person.id}/done/", {"occasion": broken, "key": "x"})
    foreign.refresh_from_db()
    assert (foreign.state, Mark.objects.count()) == ("open", 0)
    # Whoever is in the register of erasures stands on no list; who stopped the use of the data is not called.
    Limit.objects.create(party_id=cast.person.id, kind="restriction", since=timezone.now())
    row = rows(sign_in(cast.ai))[0]
    assert (row.limited, row.phone) == (True, "")
    assert "/referrals/new/" not in sign_in(cast.ai).get("/morning/").text
    Limit.objects.create(party_id=cast.person.id, kind="erasure", since=timezone.now())
    assert names(sign_in(cast.ai)) == []


def test_the_list_costs_the_same_however_long_it_is(bare, sign_in):
    cast, client = bare, sign_in(bare.ai)
    book = cast.book(cast.ai)

    def cost(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    counts = []
    for part in (book[:3], book[3:]):
        for party in part:
            alert(cast, party, "maturity", cast.day + DAY)
            alert(cast, party, "outflow", before="1")
            task_for(party, cast.ai, "x", 0)
            Activity.objects.create(key=uuid4(), party_id=party.id, kind="call", at=timezone.now(), staff=cast.ai)
            Mark.objects.create(
                batch=uuid4(), party_id=party.id, reason="inflow", day=cast.day, verdict="done", staff=cast.ai
            )
        counts.append((cost("/morning/"), cost("/")))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 17
    page = client.get("/morning/").context["morning"]
    assert (len(page.rows), page.total, page.next) == (20, 24, 2)
    assert len(rows(client, "/morning/?page=2")) == 4
    assert len(rows(client, "/morning/?page=99")) == 4
    assert "page=2" in client.get("/morning/").text


def test_an_administrator_sets_a_weight_by_a_new_version(bare, sign_in):
    cast, client = bare, sign_in(bare.guan, language="en")
    alert(cast, cast.person, "birthday", amount="0")
    assert rows(sign_in(cast.ai))[0].points == pytest.approx(1)
    form = {
        "reason": "birthday",
        "weight": "2.5",
        "lead_days": "3",
        "keep_days": "1",
        "half_life": "2",
        "is_shown": "on",
    }
    for weight in ("2.5", "4"):
        answer = client.post(reverse("admin:contact_reasonsetting_add"), {**form, "weight": weight})
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert client.post(reverse("admin:contact_reasonsetting_add"), {**form, "weight": "0"}).status_code == 200
    assert [(one.version, one.made_by_id) for one in ReasonSetting.objects.order_by("version")] == [
        (1, cast.guan.id), (2, cast.guan.id),
    ]  # fmt: skip
    row = rows(sign_in(cast.ai))[0]
    assert (row.points, row.first.term.setting.version) == (pytest.approx(4), 2)
    old = ReasonSetting.objects.get(version=1)
    page = client.get(reverse("admin:contact_reasonsetting_change", args=[old.pk]))
    assert page.status_code == 200
    assert "_save" not in page.text
    assert client.get(reverse("admin:contact_reasonsetting_changelist")).status_code == 200
