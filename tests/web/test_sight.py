"""What a member of staff can see: counted like the lists, by day, and only for those who may ask."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.insight.models import CustomerFigure, Publication
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Assignment, Cover, Line, Post, Role, Staff
from guanxi.crm.org.past import held_on
from guanxi.crm.org.queries import institution_tree, standing_of

pytestmark = pytest.mark.django_db
WEEK = datetime.timedelta(days=7)


def page_of(staff, **query) -> str:
    return reverse("team-sight", args=[staff.pk], query=query)


def age(model, days: int) -> None:
    """Makes what history says of a table so many days older, as if it had happened then."""
    with connection.cursor() as cursor:
        table = model.pgh_event_model._meta.db_table
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
        cursor.execute(f"UPDATE {table} SET pgh_created_at = pgh_created_at - make_interval(days => %s)", [days])


def test_only_those_who_assign_there_audit_or_administer_may_ask(cast, sign_in):
    for asker, about, status in (
        (cast.bo, cast.ai, 200),
        (cast.he, cast.zhu, 200),
        (cast.shen, cast.zhu, 200),
        (cast.guan, cast.bo, 200),
        (cast.bo, cast.zhu, 404),
        (cast.ai, cast.ai, 403),
        (cast.zhu, cast.ai, 403),
        (cast.ann, cast.ai, 403),
        (cast.yu, cast.ai, 403),
    ):
        assert sign_in(asker).get(page_of(about)).status_code == status, (asker, about)
    assert sign_in(cast.shen).get(reverse("team-sight", args=["nobody"])).status_code == 404
    assert page_of(cast.ai) in sign_in(cast.bo).get(reverse("team")).text
    access = sign_in(cast.bo).get(reverse("customer-access", args=[cast.person.id])).text
    assert page_of(cast.ai) in access
    assert page_of(cast.he) not in access, "whom one does not answer for one does not ask about"
    assert page_of(cast.bo) in sign_in(cast.guan).get(reverse("admin:org_staff_change", args=[cast.bo.pk])).text


@pytest.mark.parametrize("line", list(Line))
def test_counts_are_those_of_the_customers_seen(cast, sign_in, line):
    """For everybody, of every verb, on each line: as many as the list would show, and what those hold."""
    today = timezone.localdate()
    Post.objects.filter(staff=cast.bo).update(line=line)
    Post.objects.filter(staff=cast.ren).delete()
    Post.objects.create(staff=cast.ren, institution_id="B1", role=Role.LINKAGE, line=line)
    Cover.objects.create(staff=cast.zhu, substitute=cast.ai, valid_from=today, valid_to=today)
    for customer in (cast.person, cast.outside):
        Assignment.objects.create(party_id=customer.id, staff=cast.qian, kind="support", valid_from=today)
    for staff in (cast.ai, cast.bo, cast.he, cast.ren, cast.qian, cast.shen, cast.yu):
        answer = sign_in(cast.shen).get(page_of(staff))
        page = answer.context["page"]
        standing = standing_of(staff, version=2, today=today)
        shown = {verb for one in page.abilities for verb in one.verbs}
        assert len(shown) == sum(standing.scopes[verb].reach != "nothing" for verb in Verb)
        for verb, scope in standing.scopes.items():
            figures = list(CustomerFigure.objects.visible_to(scope))
            ability = page.now.counts[scope]
            for kind in ("person", "organisation"):
                wanted = [figure for figure in figures if figure.kind == kind]
                reached = ability.get(kind)
                assert (reached.customers if reached else 0) == len(wanted), (staff, verb, kind)
                for name, field in (("assets", "assets"), ("loan", "loan"), ("contribution", "contribution_r12")):
                    expected = sum((getattr(figure, field) for figure in wanted), Decimal(0))
                    assert (getattr(reached, name) if reached else 0) == expected, (staff, verb, kind, name)


def test_the_picture_of_the_tree_says_each_difference_once(cast, sign_in):
    Post.objects.create(staff=cast.bo, institution_id="B21", role=Role.RM, line=Line.RETAIL)
    Post.objects.create(staff=cast.bo, institution_id="B12", role=Role.LINKAGE, line=Line.CORPORATE)
    places = sign_in(cast.shen).get(page_of(cast.bo)).context["page"].places
    assert [(place.name, place.below) for place in places] == [("杭州分行", 2)]
    assert [len(verbs) for verbs in places[0].verbs] == [6, 6]
    whole = sign_in(cast.shen).get(page_of(cast.he)).context["page"]
    assert whole.whole_bank
    assert [place.name for place in whole.places] == ["关系银行总行"]
    assert not sign_in(cast.shen).get(page_of(cast.ai)).context["page"].places


def test_today_is_what_the_scope_engine_says(cast):
    today, tree = timezone.localdate(), institution_tree(2)
    Cover.objects.create(staff=cast.zhu, substitute=cast.ai, valid_from=today, valid_to=today)
    Cover.objects.create(staff=cast.qian, substitute=cast.ai, valid_from=today - WEEK, valid_to=today - WEEK)
    Assignment.objects.create(party_id=cast.outside.id, staff=cast.bo, kind="support", valid_from=today)
    Post.objects.create(staff=cast.lu, institution_id="B1", role=Role.AUDITOR, valid_from=today + WEEK)
    Post.objects.filter(staff=cast.qian).delete()
    for staff in Staff.objects.filter(is_active=True):
        assert held_on(staff, today, tree=tree).standing == standing_of(staff, version=2, today=today), staff


def test_an_earlier_day_is_shown_as_it_was_known_then(cast, sign_in):
    """A post changed since, a cover over, a support taken back, a role of long ago: all as on that day."""
    today, tree = timezone.localdate(), institution_tree(2)
    then = today - WEEK * 2
    cover = Cover.objects.create(staff=cast.zhu, substitute=cast.ai, valid_from=then - WEEK, valid_to=today + WEEK)
    support = Assignment.objects.create(party_id=cast.outside.id, staff=cast.ai, kind="support", valid_from=then)
    for model in (Cover, Assignment, Post):
        age(model, 20)
    # A week ago: the branch manager became one of the other branch, cover and support were deleted.
    Post.objects.filter(staff=cast.bo).update(institution_id="B2", role=Role.BRANCH_MANAGER)
    cover.delete()
    support.delete()
    Staff.objects.filter(pk=cast.qian.pk).update(is_active=False)
    for model in (Post, Staff):
        age(model, 7)
    for model in (Cover, Assignment):
        age(model, 7)
    before, now = held_on(cast.bo, then, tree=tree), held_on(cast.bo, today, tree=tree)
    assert before.standing.scope.institution_ids == ("B1", "B11", "B12")
    assert now.standing.scope.institution_ids == ("B2", "B21", "B22")
    assert not before.stands_by_role
    before, now = held_on(cast.ai, then, tree=tree), held_on(cast.ai, today, tree=tree)
    assert [one.staff_id for one in before.covers] == [cast.zhu.id]
    assert before.supported == (cast.outside.id,)
    assert before.standing.scope.managers == (cast.ai.id, cast.zhu.id)
    assert (now.covers, now.supported) == ((), ())
    assert held_on(cast.ai, then - WEEK * 4, tree=tree).covers == (), "made since"
    cast.qian.refresh_from_db()
    assert held_on(cast.qian, then, tree=tree).active
    assert not held_on(cast.qian, today, tree=tree).active
    assert not held_on(cast.qian, today, tree=tree).standing.roles
    # The page compares both days, with what came and went.
    answer = sign_in(cast.shen).get(page_of(cast.bo, on=today, **{"with": then}))
    found = {str(one.title): one for one in answer.context["page"].differences}
    assert found["查看 · 零售"].came == ("宁波分行", *found["查看 · 零售"].came[1:])
    assert "杭州分行" in found["查看 · 零售"].went
    assert "西湖支行" in answer.text


def test_a_post_made_since_was_not_there(cast):
    today = timezone.localdate()
    Post.objects.create(staff=cast.yu, institution_id="B1", role=Role.AUDITOR)
    tree = institution_tree(2)
    assert held_on(cast.yu, today, tree=tree).standing.roles > {"auditor"}
    assert "auditor" not in held_on(cast.yu, today - WEEK, tree=tree).standing.roles


def test_without_a_night_and_with_a_wrong_day_the_page_says_so(cast, sign_in):
    answer = sign_in(cast.shen).get(page_of(cast.bo, on="2026-13-01"))
    assert answer.status_code == 422
    assert "日期" in answer.text
    answer = sign_in(cast.shen).get(page_of(cast.bo, on="2020-01-01"))
    assert answer.context["page"].now.night is None
    Publication.objects.all().delete()
    assert sign_in(cast.shen).get(page_of(cast.bo)).status_code == 200


def test_it_costs_few_queries(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.bo)
    client.get(page_of(cast.ai))
    with django_assert_max_num_queries(22):
        client.get(page_of(cast.ai))
    with django_assert_max_num_queries(34):
        client.get(page_of(cast.bo, **{"with": "2026-11-01"}))
