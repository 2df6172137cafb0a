"""The pages of hand-overs: the steps keep what was chosen, and nobody reaches one that is not theirs."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from guanxi.crm.handover import services
from guanxi.crm.handover.models import Handover, Pool, State
from guanxi.crm.handover.orphans import orphans_in
from guanxi.crm.org.models import Post, Staff
from guanxi.crm.party.models import Party
from guanxi.crm.web.handover.shown import forget_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda handover_id: None)


def arrange(client, *, giver="1111", mode=None, **terms) -> Handover:
    """Walks through the steps as a person does, up to the preview."""
    answer = client.post("/hand-overs/new/", {"giver": giver})
    assert answer.status_code == 302
    number = int(answer["Location"].split("/")[2])
    answer = client.post(f"/hand-overs/{number}/what/", mode or {"mode": "all"})
    assert answer.status_code == 302, answer.content.decode()
    today = timezone.localdate()
    sent = {
        "receiver": ["1112"],
        "rule": "evenly",
        "kind": "final",
        "effective_on": today,
        "reason": "岗位调整",
        **terms,
    }
    answer = client.post(f"/hand-overs/{number}/to/", sent)
    assert answer.status_code == 302, answer.content.decode()
    return Handover.objects.get(pk=number)


def test_the_way_through(cast, sign_in):
    bo = sign_in(cast.bo)
    one = arrange(bo)
    page = bo.get(f"/hand-overs/{one.pk}/preview/").content.decode()
    assert "提交签字（24 户）" in page
    assert bo.post(f"/hand-overs/{one.pk}/preview/").status_code == 302
    page = bo.get(f"/hand-overs/{one.pk}/").content.decode()
    assert "待签字" in page
    forget_waiting()
    ai = sign_in(cast.ai)
    assert "待您签字" in ai.get("/hand-overs/").content.decode()
    assert bo.post(f"/hand-overs/{one.pk}/sign/").status_code == 302  # the arranger is no side of it
    assert not one.signatures.exists()
    assert ai.post(f"/hand-overs/{one.pk}/sign/").status_code == 302
    qian = sign_in(cast.qian)
    answer = qian.post(f"/hand-overs/{one.pk}/refuse/", {"said": ""})
    assert answer.status_code == 422
    assert "请写明原因" in answer.content.decode()
    qian.post(f"/hand-overs/{one.pk}/sign/")
    services.carry_out(handover_id=one.pk)
    part = bo.get(f"/hand-overs/{one.pk}/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part.status_code == 286
    assert "已移交 24 户" in part.content.decode()
    assert qian.get("/customers/P00001/").status_code == 200
    assert ai.get("/customers/P00001/").status_code == 404
    assert ai.post(f"/hand-overs/{one.pk}/undo/").status_code == 404
    assert bo.post(f"/hand-overs/{one.pk}/undo/", {"said": "误操作"}).status_code == 302
    services.carry_out(handover_id=one.pk)
    assert ai.get("/customers/P00001/").status_code == 200
    # Totals that the process remembers have followed.
    assert ">24<" in sign_in(cast.ai).get("/").content.decode().replace(" ", "")


def test_outsiders_reach_neither_draft_nor_hand_over(cast, sign_in):
    bo = sign_in(cast.bo)
    one = arrange(bo)
    addresses = [f"/hand-overs/{one.pk}/{step}" for step in ("", "who/", "what/", "to/", "preview/")]
    for person in (cast.zhu, cast.ai, cast.he):
        client = sign_in(person)
        for address in addresses:
            assert client.get(address).status_code in (403, 404), (person, address)
        for step in ("who/", "what/", "to/", "preview/", "sign/", "refuse/", "take-back/", "undo/"):
            assert client.post(f"/hand-overs/{one.pk}/{step}").status_code in (403, 404), (person, step)
    thrown = bo.post("/hand-overs/new/", {"giver": "1111"})["Location"].split("/")[2]
    bo.post(f"/hand-overs/{thrown}/take-back/")
    bo.post(f"/hand-overs/{one.pk}/preview/")
    assert sign_in(cast.zhu).get(f"/hand-overs/{one.pk}/").status_code == 404
    assert sign_in(cast.zhu).post(f"/hand-overs/{one.pk}/sign/").status_code == 404
    assert sign_in(cast.he).get(f"/hand-overs/{one.pk}/").status_code == 200  # all of it lies within what he may assign
    assert sign_in(cast.yu).get("/hand-overs/").status_code == 403
    assert Handover.objects.get(pk=one.pk).state == State.WAITING
    # Who arranges elsewhere sees neither this one nor a draft thrown away before it named a customer.
    Post.objects.filter(staff=cast.zhu).update(role="branch_manager", institution_id="B2")
    for number in (one.pk, thrown):
        assert sign_in(cast.zhu).get(f"/hand-overs/{number}/").status_code == 404


def test_givers_and_receivers_are_those_one_is_responsible_for(cast, sign_in):
    bo = sign_in(cast.bo)
    assert bo.post("/hand-overs/new/", {"giver": "1211"}).status_code == 422
    answer = bo.post("/hand-overs/new/", {"giver": "1111"})
    number = int(answer["Location"].split("/")[2])
    bo.post(f"/hand-overs/{number}/what/", {"mode": "all"})
    answer = bo.post(
        f"/hand-overs/{number}/to/",
        {"receiver": ["1211", "1111"], "rule": "evenly", "effective_on": "2020-01-01", "kind": "temporary"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    for problem in ("请选择接收人", "请填写生效日", "请填写截止日", "请填写原因"):
        assert problem in page
    assert not Handover.objects.get(pk=number).receivers.exists()
    # Customers of another branch, named one by one, are not there for her.
    answer = bo.post(f"/hand-overs/{number}/what/", {"mode": "named", "numbers": cast.outside.id})
    assert answer.status_code == 422


def test_a_list_of_numbers_comes_as_text_or_file(cast, sign_in):
    bo = sign_in(cast.bo)
    file = SimpleUploadedFile("list.csv", "客户号\nP00001\nP00002,\nP99999\n".encode())
    one = arrange(bo, mode={"mode": "named", "file": file})
    assert (one.total, one.summary["not_found"]) == (2, 2)
    assert "名单中有 2 个客户号" in bo.get(f"/hand-overs/{one.pk}/preview/").content.decode()
    bad = SimpleUploadedFile("list.csv", b"PK\x03\x04 no archive")
    assert bo.post(f"/hand-overs/{one.pk}/what/", {"mode": "named", "file": bad}).status_code == 422


def test_limits_the_wall_and_other_institutions_are_said_before_anybody_signs(cast, sign_in):
    Pool.objects.create(institution_id="B1", line="retail", capacity=10)
    Post.objects.filter(staff_id="1121").update(line="retail")
    one = arrange(sign_in(cast.bo), receiver=["1121"])
    persons = Party.objects.filter(manager_id="1111", kind="person").count()
    led = Party.objects.filter(manager_id="1121", kind="person").count()
    assert one.total == 10 - led
    assert one.summary["no_line"] == 24 - persons
    assert one.summary["no_room"] == persons - one.total
    page = sign_in(cast.bo).get(f"/hand-overs/{one.pk}/preview/").content.decode()
    for words in ("接收人均不负责该业务条线", "所选接收人已无剩余容量", "接收人所在机构以外的机构"):
        assert words in page
    over = arrange(sign_in(cast.bo), receiver=["1121"], over_capacity="1")
    assert over.total == persons
    page = sign_in(cast.bo).get(f"/hand-overs/{over.pk}/preview/").content.decode()
    assert "超过上限" in page


def test_a_leavers_customers_are_offered_first_and_signed_for_by_somebody_above(cast, sign_in):
    Staff.objects.filter(pk="1111").update(is_active=False, left_on=timezone.localdate() - datetime.timedelta(3))
    bo = sign_in(cast.bo)
    page = bo.get("/hand-overs/new/").content.decode()
    assert "已离职" in page
    one = arrange(bo, giver="1111", rule="branch", receiver=["1112", "1121"])
    bo.post(f"/hand-overs/{one.pk}/preview/")
    bo.post(f"/hand-overs/{one.pk}/sign/")
    signature = one.signatures.get()
    assert (signature.side, signature.staff_id, signature.signed_by_id) == ("giver", "1111", "1101")
    assert "由薄文代签" in bo.get(f"/hand-overs/{one.pk}/").content.decode()


def test_a_leavers_customers_stand_on_home_and_team_until_they_are_handed_over(cast, sign_in):
    orphans_in.cache_clear()
    gone = timezone.localdate() - datetime.timedelta(3)
    Staff.objects.filter(pk="1111").update(is_active=False, left_on=gone)
    bo = sign_in(cast.bo)
    assert "无在岗管户人" in bo.get("/").content.decode()
    page = bo.get("/team/").content.decode()
    assert f"艾琳（{gone:%Y-%m-%d} 离职）名下 24 户" in page
    assert "/hand-overs/new/?giver=1111" in page
    assert "无管户客户 2 户" in page
    assert "无在岗管户人" not in sign_in(cast.lu).get("/").content.decode()
    one = arrange(bo, giver="1111")
    bo.post(f"/hand-overs/{one.pk}/preview/")
    bo.post(f"/hand-overs/{one.pk}/sign/")
    sign_in(cast.qian).post(f"/hand-overs/{one.pk}/sign/")
    services.carry_out(handover_id=one.pk)
    assert "名下 24 户" not in bo.get("/team/").content.decode()


def test_the_customers_history_says_who_from_when_to_when_and_by_which_hand_over(cast, sign_in):
    bo = sign_in(cast.bo)
    page = bo.get("/customers/P00001/access/").content.decode()
    assert "管户历史" in page
    assert "行内文件" in page
    one = arrange(bo, mode={"mode": "named", "numbers": "P00001"})
    bo.post(f"/hand-overs/{one.pk}/preview/")
    for person in (cast.ai, cast.qian):
        sign_in(person).post(f"/hand-overs/{one.pk}/sign/")
    services.carry_out(handover_id=one.pk)
    answer = bo.get("/customers/P00001/access/")
    rows = answer.context["history"]
    assert [(row.period.staff_id, row.period.handover, row.period.by_file) for row in rows] == [
        ("1112", one.pk, False), ("1111", None, True),
    ]  # fmt: skip
    assert rows[0].signed == "艾琳、钱进"
    assert f"/hand-overs/{one.pk}/" in answer.content.decode()


def test_queries_do_not_grow(cast, sign_in, django_assert_max_num_queries):
    bo = sign_in(cast.bo)
    made = [arrange(bo) for _n in range(3)]
    for one in made:
        bo.post(f"/hand-overs/{one.pk}/preview/")
    bo.get("/hand-overs/")
    with django_assert_max_num_queries(22):
        bo.get("/hand-overs/")
    with django_assert_max_num_queries(24):
        bo.get(f"/hand-overs/{made[0].pk}/")


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_the_same_customers_at_once(cast):
    """Whoever comes second finds them gone and leaves them where they are."""
    from tests.acceptance.test_access_handover import arranged, signed

    ones = [signed(cast, arranged(cast, to=(to,))) for to in ("1112", "1121")]
    ended = []

    def carry(number: int) -> None:
        try:
            ended.append(services.carry_out(handover_id=number))
        finally:
            connection.close()

    threads = [threading.Thread(target=carry, args=(one.pk,)) for one in ones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(one.moved for one in ended) == 24
    assert sum(one.skipped for one in ended) == 24
    assert Party.objects.filter(manager_id="1111").count() == 0
