"""Who sees a customer and why; support, cover, and what each changes in what people see."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.org.access_queries import Why, who_sees
from guanxi.crm.org.models import Assignment, Cover, Line, Post, Role, Staff
from guanxi.crm.org.queries import institution_tree, standing_of
from guanxi.crm.party.models import Party
from guanxi.crm.party.queries import institutions_linked_to

pytestmark = pytest.mark.django_db


def page_of(party) -> str:
    return reverse("customer-access", args=[party.id])


def test_who_sees_is_the_scope_engine_asked_from_the_other_side(cast):
    today = timezone.localdate()
    Assignment.objects.create(party_id=cast.outside.id, staff=cast.ai, kind="support", valid_from=today)
    Cover.objects.create(staff=cast.zhu, substitute=cast.lu, valid_from=today, valid_to=today)
    Post.objects.filter(staff=cast.bo).update(line=Line.CORPORATE)
    Post.objects.create(staff=cast.ren, institution_id="B2", role=Role.BRANCH_MANAGER, line=Line.RETAIL)
    for number, line in (("9001", Line.RETAIL), ("9002", Line.CORPORATE)):
        Staff.objects.create(id=number, name="联动岗", institution_id="B1", role=Role.LINKAGE, line=line)
        Post.objects.create(staff_id=number, institution_id="B1", role=Role.LINKAGE, line=line)
    tree = institution_tree(2)
    for party in Party.objects.all():
        seers = who_sees(
            party_id=party.id, kind=party.kind, institution_id=party.institution_id, manager_id=party.manager_id,
            tree=tree, today=today, linked_from=institutions_linked_to(party.id),
        )  # fmt: skip
        by_engine = {
            staff.id
            for staff in Staff.objects.filter(is_active=True)
            if Party.objects.visible_to(standing_of(staff, version=2, today=today).scope).filter(pk=party.id).exists()
        }
        assert {seer.staff_id for seer in seers} == by_engine, party
    outside = cast.outside
    reasons = {
        seer.staff_id: seer.why
        for seer in who_sees(
            party_id=outside.id,
            kind=outside.kind,
            institution_id=outside.institution_id,
            manager_id=outside.manager_id,
            tree=tree,
            today=today,
        )
    }
    assert reasons[cast.zhu.id] is Why.LEAD
    assert reasons[cast.lu.id] is Why.COVER
    assert reasons[cast.ai.id] is Why.SUPPORT
    assert reasons[cast.ren.id] is Why.INSTITUTION
    assert reasons[cast.he.id] is Why.BANK


def test_only_those_who_assign_or_audit_may_ask(cast, sign_in):
    address = page_of(cast.person)
    for staff, status in ((cast.bo, 200), (cast.he, 200), (cast.shen, 200), (cast.ai, 403), (cast.ann, 403),
                          (cast.zhu, 404), (cast.yu, 403)):  # fmt: skip
        assert sign_in(staff).get(address).status_code == status, staff
    assert address in sign_in(cast.bo).get(reverse("customer", args=[cast.person.id])).text
    assert address not in sign_in(cast.ai).get(reverse("customer", args=[cast.person.id])).text
    page = sign_in(cast.shen).get(address).text
    assert "艾琳" in page
    assert reverse("customer-support", args=[cast.person.id]) not in page


def test_a_supporting_manager_sees_the_customer_until_it_ends(cast, sign_in):
    customer = reverse("customer", args=[cast.person.id])
    listed = reverse("customers")
    assert sign_in(cast.lu).get(customer).status_code == 404
    boss = sign_in(cast.bo)
    answer = boss.post(reverse("customer-support", args=[cast.person.id]), {"staff": cast.lu.id, "reason": "企业贷款"})
    assert answer.status_code == 302
    helper = sign_in(cast.lu)
    assert helper.get(customer).status_code == 200
    assert cast.person.name in helper.get(listed).text
    assert cast.person.name in helper.get(listed, {"q": cast.person.id}).text
    assert cast.person.name in helper.get(reverse("search"), {"q": cast.person.name}).text
    # Twice, or somebody who is not there, is refused in words, and nothing typed is lost.
    again = boss.post(reverse("customer-support", args=[cast.person.id]), {"staff": cast.lu.id, "reason": "再来一次"})
    assert again.status_code == 200
    assert "再来一次" in again.text
    assert Assignment.objects.count() == 1
    number = Assignment.objects.get().id
    assert sign_in(cast.ai).post(reverse("customer-support-end", args=[cast.person.id, number])).status_code == 404
    assert boss.post(reverse("customer-support-end", args=[cast.person.id, number])).status_code == 302
    assert helper.get(customer).status_code == 404
    assert boss.post(reverse("customer-support-end", args=[cast.person.id, number])).status_code == 404


def test_nobody_assigns_beyond_the_own_institutions(cast, sign_in):
    address = reverse("customer-support", args=[cast.outside.id])
    for staff, status in ((cast.bo, 404), (cast.zhu, 404), (cast.shen, 404), (cast.yu, 403)):
        assert sign_in(staff).post(address, {"staff": cast.lu.id}).status_code == status
    assert not Assignment.objects.exists()


def test_cover_opens_the_book_and_ends_by_itself(cast, sign_in):
    today = timezone.localdate()
    boss, helper = sign_in(cast.bo), sign_in(cast.lu)
    customer = reverse("customer", args=[cast.person.id])
    assert helper.get(customer).status_code == 404
    form = {"staff": cast.ai.id, "substitute": cast.lu.id, "first": today.isoformat(), "last": today.isoformat(),
            "reason": "年假"}  # fmt: skip
    assert boss.post(reverse("team-cover"), form).status_code == 302
    assert helper.get(customer).status_code == 200
    shown = helper.get(reverse("customers")).text
    assert cast.person.name in shown
    assert "年假" in boss.get(reverse("team")).text
    Cover.objects.update(valid_from=today - datetime.timedelta(days=3), valid_to=today - datetime.timedelta(days=1))
    assert helper.get(customer).status_code == 404
    assert "年假" not in boss.get(reverse("team")).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"substitute": "1111"}, "自己"),
        ({"last": "2020-01-01", "first": "2020-01-01"}, "过去"),
        ({"first": "2099-02-01", "last": "2099-01-01"}, "早于"),
        ({"first": "soon"}, "第一天"),
        ({"substitute": "1211"}, "本机构"),
    ],
)
def test_what_cannot_be_arranged_is_said_and_nothing_typed_is_lost(cast, sign_in, change, said):
    form = {"staff": "1111", "substitute": "1112", "first": "2099-01-01", "last": "2099-01-09", "reason": "产假"}
    answer = sign_in(cast.bo).post(reverse("team-cover"), form | change)
    assert answer.status_code == 200
    assert said in answer.text
    assert "产假" in answer.text
    assert not Cover.objects.exists()


def test_the_team_is_seen_by_those_who_assign_and_ends_only_own_covers(cast, sign_in):
    day = datetime.date(2099, 1, 1)
    foreign = Cover.objects.create(staff=cast.zhu, substitute=cast.ren, valid_from=day, valid_to=day)
    for staff, status in ((cast.bo, 200), (cast.he, 200), (cast.ai, 403), (cast.shen, 403), (cast.yu, 403)):
        assert sign_in(staff).get(reverse("team")).status_code == status, staff
    page = sign_in(cast.bo).get(reverse("team")).text
    assert "艾琳" in page
    assert "朱敏" not in page
    assert sign_in(cast.bo).post(reverse("team-cover-end", args=[foreign.id])).status_code == 404
    assert sign_in(cast.ai).post(reverse("team-cover-end", args=[foreign.id])).status_code == 403
    assert sign_in(cast.he).post(reverse("team-cover-end", args=[foreign.id])).status_code == 302
    assert not Cover.objects.exists()


def test_the_number_of_queries_does_not_grow(cast, sign_in):
    today = timezone.localdate()
    boss = sign_in(cast.bo)
    counts = []
    for _round in range(2):
        for address in (page_of(cast.person), reverse("team")):
            boss.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert boss.get(address).status_code == 200
            counts.append(len(queries))
        for staff in (cast.lu, cast.zhu, cast.ren):
            Assignment.objects.create(party_id=cast.person.id, staff=staff, kind="support", valid_from=today)
            Cover.objects.create(staff=cast.ai, substitute=staff, valid_from=today, valid_to=today)
    assert counts[:2] == counts[2:]
    assert max(counts) <= 17
