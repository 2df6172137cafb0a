"""The home page: totals of one's scope against earlier days, parts to drill into, what to look at."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from guanxi.crm.insight.models import BookDay, Publication
from guanxi.crm.org.models import Post

pytestmark = pytest.mark.django_db


def test_totals_are_the_sums_of_the_customers_seen(cast, sign_in):
    branch = ("B1", "B11", "B12")
    for staff, seen in (
        (cast.ai, lambda f: f.manager_id == cast.ai.id),
        (cast.bo, lambda f: f.institution_id in branch),
        (cast.he, lambda f: True),
    ):
        home = sign_in(staff).get("/").context["home"]
        figures = [figure for figure in cast.figures.values() if seen(figure)]
        values = {figure.label: figure for figure in home.figures}
        assert values["资产"].value == sum(f.assets for f in figures)
        assert values["资产"].day == sum(f.assets - f.assets_previous for f in figures)
        assert values["资产"].month == sum(f.assets - f.assets_month_open for f in figures)
        assert values["资产"].year == sum(f.assets - f.assets_year_open for f in figures)
        assert values["贷款"].day == sum(f.loan - f.loan_previous for f in figures)
        assert values["近12个月贡献"].value == sum(f.contribution_r12 for f in figures)
        assert values["近12个月贡献"].year is None, "no contribution is known before the first night"
        assert values["客户数"].value == len(figures)
        assert sum(row.totals.customers for row in home.tiers) == len(figures)
        assert sum(row.contribution_share.value for row in home.tiers) == pytest.approx(Decimal(1))


def test_behind_a_wall_the_totals_are_those_of_the_own_line(cast, sign_in):
    """Totals of home, of its parts, of the list and of the team; the other line counts in none of them."""
    for line, kind in (("retail", "person"), ("corporate", "organisation")):
        Post.objects.filter(staff=cast.bo).update(line=line)
        figures = [f for f in cast.figures.values() if f.institution_id in ("B1", "B11", "B12") and f.kind == kind]
        assert figures
        client = sign_in(cast.bo)
        home = client.get("/").context["home"]
        values = {figure.label: figure for figure in home.figures}
        assert values["客户数"].value == len(figures)
        assert values["资产"].value == sum(f.assets for f in figures)
        assert values["资产"].day == sum(f.assets - f.assets_previous for f in figures)
        assert values["资产"].year == sum(f.assets - f.assets_year_open for f in figures)
        assert values["贷款"].value == sum(f.loan for f in figures)
        assert values["近12个月贡献"].value == sum(f.contribution_r12 for f in figures)
        assert sum(part.now.customers for part in home.parts) == len(figures)
        assert sum(row.totals.customers for row in home.tiers) == len(figures)
        page = client.get("/customers/").context["list"].page
        assert page.total.exact
        assert page.total.rows == len(figures)
        books = {member.number: member.book.customers for member in client.get("/team/").context["members"]}
        mine = [f for f in figures if f.manager_id == cast.ai.id]
        assert books[cast.ai.id] == len(mine)


def test_movements_maturities_and_tier_changes_are_of_the_scope_alone(cast, sign_in):
    home = sign_in(cast.ai).get("/").context["home"]
    own = {party.id for party in cast.book(cast.ai)}
    for rows in (home.movements.rows, home.maturities.rows, home.changes.rows):
        assert rows
        assert {row.party_id for row in rows} <= own
    assert home.maturities.agreements == sum(bar.day.agreements for bar in home.bars)
    assert [row.date for row in home.maturities.rows] == sorted(row.date for row in home.maturities.rows)
    moved = [max(abs(row.assets_change), abs(row.loan_change)) for row in home.movements.rows]
    assert moved == sorted(moved, reverse=True)
    text = sign_in(cast.zhu).get("/").text
    assert cast.person.name not in text


def test_the_head_office_drills_from_branches_to_managers(cast, sign_in):
    client = sign_in(cast.he)
    home = client.get("/").context["home"]
    assert [part.name for part in home.parts] == ["杭州分行", "宁波分行"]
    assert sum(part.now.customers for part in home.parts) == 60
    branch = client.get(home.parts[0].drill).context["home"]
    assert [part.name for part in branch.parts] == ["西湖支行", "滨江支行"]
    assert branch.trail == (("关系银行总行", "/?unit=B0"),)
    sub_branch = client.get(branch.parts[0].drill).context["home"]
    assert {part.name for part in sub_branch.parts} == {"艾琳", "钱进", "未分配客户经理"}
    assert sub_branch.parts_are_managers
    assert sum(part.now.assets for part in sub_branch.parts) == branch.parts[0].now.assets
    listed = client.get(sub_branch.parts[0].customers_url)
    assert listed.status_code == 200


def test_an_institution_outside_the_scope_is_not_there(cast, sign_in):
    assert sign_in(cast.bo).get("/?unit=B2").status_code == 404
    assert sign_in(cast.bo).get("/?unit=B0").status_code == 404
    assert sign_in(cast.bo).get("/?unit=B12").status_code == 200
    assert sign_in(cast.he).get("/?unit=NONE").status_code == 404
    assert sign_in(cast.ai).get("/?unit=B11").status_code == 404


def test_before_the_first_night_the_page_says_what_will_stand_here(cast, sign_in):
    Publication.objects.all().delete()
    for staff in (cast.ai, cast.he, cast.guan):
        response = sign_in(staff).get("/")
        assert response.status_code == 200
        assert "尚未完成首次夜间作业" in response.text
        assert "暂无数据" in response.text


def test_an_empty_book_is_a_page_too(cast, sign_in):
    BookDay.objects.filter(manager_id=cast.zhu.id).delete()
    from tests.cast import _forget

    _forget()
    response = sign_in(cast.zhu).get("/")
    assert response.status_code == 200


def test_a_post_without_customers_is_shown_its_places(cast, sign_in):
    response = sign_in(cast.guan).get("/")
    assert "您的岗位不管理客户" in response.text
    assert 'id="gx-search"' not in response.text
    assert reverse("admin:index") in response.text


def test_the_page_costs_few_queries_and_fewer_the_second_time(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.he)
    with django_assert_max_num_queries(23):
        client.get("/")
    with django_assert_max_num_queries(5):
        client.get("/")
