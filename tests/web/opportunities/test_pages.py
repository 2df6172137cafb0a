"""The pages of opportunities through the front door: opened, changed, moved, priced, by whom it may be."""

from __future__ import annotations

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guanxi.crm.contact.models import Activity
from guanxi.crm.sales.models import Opportunity, PriceApproval, StageMove
from tests.sales.deals import moved, opened, stage, with_product
from tests.web.conftest import PARTIAL
from tests.web.contact.test_files import png

pytestmark = pytest.mark.django_db


def form_of(one: Opportunity, **more):
    return {
        "version": one.version, "shift": "4", "title": one.title, "amount": "120", "term_days": "365",
        "expected_on": one.expected_on.isoformat(), "owner": one.owner_id, "need": one.need, "decider": one.decider,
        **more,
    }  # fmt: skip


def test_opened_from_the_customer_by_two_taps_it_is_one(cast, sign_in):
    client, url = sign_in(cast.ai), f"/customers/{cast.person.id}/opportunities/new/"
    page = client.get(url).text
    assert "金额 (万元)" in page
    sent = {
        "key": str(uuid4()), "shift": "4", "line": "loan", "title": "经营贷", "amount": "1,200.5", "term_days": "365",
        "expected_on": "2026-12-20", "owner": cast.ai.id, "need": "备货", "decider": "",
    }  # fmt: skip
    answers = [client.post(url, sent) for _turn in range(2)]
    made = Opportunity.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [f"/opportunities/{made.pk}/"] * 2
    assert (made.amount, made.amount_cny, made.pipeline.line) == (
        Decimal("12005000.00"),
        Decimal("12005000.00"),
        "loan",
    )
    refused = client.post(url, {**sent, "key": str(uuid4()), "amount": "很多", "title": ""})
    assert refused.status_code == 422
    assert "请用数字填写金额" in refused.text
    assert 'value="很多"' in refused.text  # nothing typed is lost
    listed = client.get(f"/customers/{cast.person.id}/opportunities/").text
    assert "经营贷" in listed
    assert "收集" in listed


def test_the_outsider_meets_nothing_and_a_looker_changes_nothing(cast, sign_in):
    one = with_product(opened(cast.person))
    for path in ("", "edit/", "products/", "team/", "competitors/", "activity/"):
        assert sign_in(cast.zhu).get(f"/opportunities/{one.pk}/{path}").status_code == 404
    assert one.title not in sign_in(cast.zhu).get("/pipeline/?line=loan").text
    assert one.title not in sign_in(cast.zhu).get("/opportunities/").text
    sent = {"version": one.version, "stage": stage(one, "structure").pk}
    assert sign_in(cast.zhu).post(f"/opportunities/{one.pk}/move/", sent).status_code == 404
    shen = sign_in(cast.shen)  # an auditor sees, and changes nothing
    assert shen.get(f"/opportunities/{one.pk}/").status_code == 200
    assert shen.post(f"/opportunities/{one.pk}/move/", sent).status_code == 403
    assert sign_in(cast.yu).get("/pipeline/").status_code == 403
    assert Opportunity.objects.get(pk=one.pk).version == one.version


def test_a_stale_change_shows_both_and_loses_neither(cast, sign_in):
    one, client = opened(cast.person), sign_in(cast.ai)
    url = f"/opportunities/{one.pk}/edit/"
    sign_in(cast.bo).post(url, form_of(one, title="薄文改的名"))
    answer = client.post(url, form_of(one, title="艾琳改的名", amount="130"))
    assert answer.status_code == 409
    assert "薄文改的名" in answer.text
    assert "艾琳改的名" in answer.text
    assert Opportunity.objects.get().title == "薄文改的名"
    client.post(url, form_of(Opportunity.objects.get(), title="艾琳改的名"))
    assert Opportunity.objects.get().title == "艾琳改的名"
    assert "薄文改的名" in client.get(f"/opportunities/{one.pk}/").text  # in the history


def test_the_board_moves_asks_and_takes_back(cast, sign_in, django_assert_max_num_queries):
    one = with_product(opened(cast.person))
    for days in range(24):
        opened(cast.company, title=f"第{days}笔", days=days + 1)
    client = sign_in(cast.ai)
    with django_assert_max_num_queries(22):
        page = client.get("/pipeline/?line=loan").text
    assert page.count('data-card="') == 20
    more = client.get(page.split('hx-get="/pipeline/?line=loan&amp;column=')[1].split('"')[0].join(
        ["/pipeline/?line=loan&column=", ""]).replace("&amp;", "&"), headers=PARTIAL)  # fmt: skip
    assert more.text.count('data-card="') == 5
    assert "gd-more" not in more.text
    url, board = f"/opportunities/{one.pk}/move/", {"board": "line=loan"}
    done = client.post(url, {**board, "version": one.version, "stage": stage(one, "structure").pk}, headers=PARTIAL)
    assert (done.status_code, done.text.count('id="board"')) == (200, 1)
    assert "已进入“授信方案”" in done.text
    stale = sign_in(cast.bo).post(
        url, {**board, "version": one.version, "stage": stage(one, "contract").pk}, headers=PARTIAL
    )  # fmt: skip
    assert stale.status_code == 409
    assert "艾琳 已将" in stale.text
    assert Opportunity.objects.get(pk=one.pk).stage.code == "structure"
    asked = client.post(url, {**board, "version": one.version + 1, "stage": stage(one, "lost").pk}, headers=PARTIAL)
    assert asked.status_code == 422
    assert "<dialog" in asked.text
    assert "未成交原因" in asked.text
    undo = done.text.split(f'action="/opportunities/{one.pk}/moves/')[1].split("/")[0]
    back = client.post(f"/opportunities/{one.pk}/moves/{undo}/undo/", follow=True)
    assert "已退回“需求收集”" in back.text
    assert StageMove.objects.get(undoes_id=undo).to_stage.code == "need"


def test_what_is_missing_is_said_with_where_to_say_it(cast, sign_in):
    one = opened(cast.person, need="", amount=None)
    client = sign_in(cast.ai)
    answer = client.post(
        f"/opportunities/{one.pk}/move/", {"version": one.version, "stage": stage(one, "structure").pk}
    )
    assert answer.status_code == 422
    assert f'href="/opportunities/{one.pk}/edit/"' in answer.text
    assert f'href="/opportunities/{one.pk}/products/"' in answer.text


def test_products_are_priced_and_a_price_beyond_the_floor_goes_its_way(cast, sign_in):
    one, client = opened(cast.person), sign_in(cast.ai)
    rows = {
        "p-TOTAL_FORMS": "2", "p-INITIAL_FORMS": "0", "shift": "4", "version": one.version, "p-0-product": "L002",
        "p-0-amount": "200", "p-0-quantity": "1", "p-0-term_days": "365", "p-0-price": "4.00", "p-1-product": "",
    }  # fmt: skip
    assert client.post(f"/opportunities/{one.pk}/products/", rows).status_code == 302
    one.refresh_from_db()
    line = one.products.get()
    assert (line.amount, line.price, line.below_floor) == (Decimal(2_000_000), Decimal("0.0400"), True)
    page = client.get(f"/opportunities/{one.pk}/").text
    assert "超出底线，须审批" in page
    assert "依据该产品已发布的利润率：2026年10月全部" in page
    assert client.post(f"/opportunities/{one.pk}/products/", rows).status_code == 409
    asked = {"version": one.version, "product": "L002", "why": "结算量大"}
    assert client.post(f"/opportunities/{one.pk}/price/", asked).status_code == 302
    price = PriceApproval.objects.get()
    assert client.get("/prices/").status_code == 403
    decide = f"/opportunities/{one.pk}/price/{price.pk}/"
    assert client.post(decide, {"approve": "1"}).status_code == 403
    bo = sign_in(cast.bo)
    assert "结算量大" in bo.get("/prices/").text
    assert bo.post(decide, {"refuse": "1"}).status_code == 422  # without a word
    assert bo.post(decide, {"approve": "1", "next": "/prices/"}).headers["Location"] == "/prices/"
    assert "超出底线，已审批" in client.get(f"/opportunities/{one.pk}/").text


def test_the_team_comes_to_a_hundred_and_can_be_split_evenly(cast, sign_in):
    one, client = opened(cast.person), sign_in(cast.ai)
    url = f"/opportunities/{one.pk}/team/"
    rows = {
        "t-TOTAL_FORMS": "3", "t-INITIAL_FORMS": "1", "version": one.version, "t-0-staff": "1111", "t-0-part": "lead",
        "t-0-share": "60", "t-1-staff": "1121", "t-1-part": "specialist", "t-1-share": "30", "t-2-staff": "1112",
        "t-2-part": "support", "t-2-share": "",
    }  # fmt: skip
    refused = client.post(url, rows)
    assert refused.status_code == 422
    assert "合计 90%" in refused.text
    even = client.post(url, {**rows, "evenly": "1"}).text
    assert 'value="33.34"' in even
    assert client.post(url, {**rows, "t-2-share": "10"}).status_code == 302
    assert {m.staff_id: int(m.share) for m in one.members.all()} == {"1111": 60, "1121": 30, "1112": 10}


def test_work_about_it_stands_beside_it_with_its_file_and_counts_in_its_stage(cast, sign_in):
    one, client = opened(cast.person), sign_in(cast.ai)
    sent = {"key": str(uuid4()), "kind": "visit", "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "text": "面谈"}
    sent |= {"follow_up": "报送方案", "follow_up_on": (timezone.localdate() + datetime.timedelta(days=3)).isoformat()}
    answer = client.post(f"/opportunities/{one.pk}/activity/", {**sent, "file": SimpleUploadedFile("方案.png", png(5))})
    assert answer.status_code == 302
    activity = Activity.objects.get()
    assert (activity.about_kind, activity.about_id) == ("opportunity", str(one.pk))
    page = client.get(f"/opportunities/{one.pk}/").text
    assert "方案.png" in page
    assert "面谈" in page
    assert "艾琳 1 次" in page
    timeline = client.get(f"/customers/{cast.person.id}/activities/").text
    assert f'href="/opportunities/{one.pk}/"' in timeline


def test_the_page_costs_what_it_costs_whatever_hangs_on_it(cast, sign_in, django_assert_max_num_queries):
    one = with_product(opened(cast.person))
    client = sign_in(cast.ai)
    client.get(f"/opportunities/{one.pk}/")
    with django_assert_max_num_queries(32):
        client.get(f"/opportunities/{one.pk}/")
    for turn in range(12):
        one = moved(one, "structure" if turn % 2 == 0 else "need")
    with django_assert_max_num_queries(32):
        client.get(f"/opportunities/{one.pk}/")
    with django_assert_max_num_queries(12):
        client.get(f"/customers/{cast.person.id}/opportunities/")


def test_several_are_put_off_and_given_at_once(cast, sign_in):
    rows = [opened(cast.person), opened(cast.company), moved(with_product(opened(cast.person)), "won", reason="price")]
    bo = sign_in(cast.bo)
    between = bo.post("/opportunities/put-off/", {"chosen": [one.pk for one in rows]})
    assert "修改 2 笔商机" in between.text
    bo.post("/opportunities/put-off/", {"chosen": [one.pk for one in rows], "day": "2027-01-15"})
    assert Opportunity.objects.filter(expected_on="2027-01-15").count() == 2
    answer = bo.post("/opportunities/give/", {"chosen": [one.pk for one in rows], "staff": "1121"}, follow=True)
    assert "2 笔商机未变" in answer.text  # he does not look after their customers
    outsider = sign_in(cast.zhu).post("/opportunities/put-off/", {"chosen": [rows[0].pk], "day": "2027-02-01"})
    assert outsider.status_code == 302
    assert not Opportunity.objects.filter(expected_on="2027-02-01").exists()
