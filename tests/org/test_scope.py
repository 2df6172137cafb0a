"""How far each member of staff sees, by the posts held today."""

from __future__ import annotations

import datetime

import pytest

from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.org.models import Institution, Post, Role
from guanxi.crm.org.queries import forget, institution_tree, managers_of, scope_of, standing_of
from guanxi.crm.org.services import set_preferences
from guanxi.crm.party.models import Party

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 21)


def scope(staff) -> Scope:
    return scope_of(staff, version=2, today=TODAY)


def test_the_roles_reach_as_far_as_they_should(cast):
    for call in ("ann", "he", "shen", "shi", "fu"):
        assert scope(getattr(cast, call)).reach is Reach.EVERYTHING
    assert scope(cast.ai) == Scope.own(cast.ai.id)
    assert scope(cast.bo) == Scope.of_institutions(cast.bo.id, ("B1", "B11", "B12"))
    for call in ("guan", "yu"):
        assert scope(getattr(cast, call)).reach is Reach.NOTHING


def test_a_post_counts_from_its_first_day_to_its_last(cast):
    post = Post.objects.filter(staff=cast.bo)
    for first, last, reach in (
        (TODAY, TODAY, Reach.INSTITUTIONS),
        (None, None, Reach.INSTITUTIONS),
        (TODAY + datetime.timedelta(days=1), None, Reach.NOTHING),
        (None, TODAY - datetime.timedelta(days=1), Reach.NOTHING),
    ):
        post.update(valid_from=first, valid_to=last)
        assert scope(cast.bo).reach is reach, (first, last)


def test_the_widest_post_decides_and_branches_add_up(cast):
    Post.objects.create(staff=cast.ai, institution_id="B21", role=Role.BRANCH_MANAGER)
    assert scope(cast.ai).managers == (cast.ai.id,)
    assert scope(cast.ai).institution_ids == ("B21",)
    Post.objects.create(staff=cast.ai, institution_id="B12", role=Role.BRANCH_MANAGER)
    assert scope(cast.ai).institution_ids == ("B12", "B21")
    Post.objects.create(staff=cast.ai, institution_id="B0", role=Role.AUDITOR)
    assert scope(cast.ai).reach is Reach.EVERYTHING
    assert standing_of(cast.ai, version=2, today=TODAY).roles == {"rm", "branch_manager", "auditor"}


def test_somebody_who_never_had_a_post_stands_by_the_role_beside_the_name(cast):
    Post.objects.filter(staff=cast.bo).delete()
    assert scope(cast.bo).institution_ids == ("B1", "B11", "B12")


def test_the_tree_is_read_once_a_publication(cast, django_assert_num_queries):
    institution_tree(2)
    with django_assert_num_queries(0):
        assert institution_tree(2).below(["B1", "B11", "NONE"]) == ("B1", "B11", "B12")
        assert institution_tree(2).label("B11", "en") == "West Lake Sub-branch"
        assert institution_tree(2).label("NONE", "en") == "NONE"
    Institution.objects.create(id="B13", name="新支行", kind="sub_branch", parent_id="B1", path="B0/B1/B13/", depth=2)
    assert institution_tree(3).below(["B1"]) == ("B1", "B11", "B12", "B13")
    forget()


def test_every_scope_sees_its_parties_and_no_other(cast):
    for staff, seen in (
        (cast.ai, lambda party: party.manager_id == cast.ai.id),
        (cast.bo, lambda party: party.institution_id in ("B1", "B11", "B12")),
        (cast.he, lambda party: True),
        (cast.yu, lambda party: False),
    ):
        found = set(Party.objects.visible_to(scope(staff)).values_list("id", flat=True))
        assert found == {party.id for party in cast.parties.values() if seen(party)}
    assert not Party.objects.visible_to(Scope.nothing()).exists()


def test_managers_of_an_institution(cast):
    assert [name for _number, name, _place in managers_of(["B11"])] == ["艾琳", "钱进"]
    assert len(managers_of(None)) == 5


def test_two_windows_do_not_lose_each_others_preference(cast):
    other = type(cast.ai).objects.get(pk=cast.ai.pk)
    set_preferences(staff=cast.ai, changes={"unit": "one"})
    set_preferences(staff=other, changes={"theme": "dark"})
    cast.ai.refresh_from_db()
    assert cast.ai.preferences == {"unit": "one", "theme": "dark"}
    set_preferences(staff=cast.ai, changes={"unit": None})
    assert cast.ai.preferences == {"theme": "dark"}
