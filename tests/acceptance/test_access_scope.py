"""Who may see what: the matrix of role, verb and relation to a customer, through the scope engine, page and search,
and raw SQL as the site's own database role.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import KIND_OF_LINE, Reach, Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import GRANTS
from guanxi.crm.org.models import Assignment, Cover, Institution, Line, Post, Role
from guanxi.crm.org.queries import forget, standing_of
from guanxi.crm.party.models import LinkedParty, Party, PartyRelation
from guanxi.crm.web.customers import views

pytestmark = pytest.mark.django_db
YESTERDAY, TOMORROW = datetime.timedelta(days=-1), datetime.timedelta(days=1)


def standing(staff, version: int = 2):
    return standing_of(staff, version=version, today=timezone.localdate())


@contextmanager
def as_site(scope: Scope | None) -> Iterator[None]:
    """The connection as a request has it: the site's role, with somebody's scope or (None) with none said at all."""
    with transaction.atomic():
        if scope is None:
            connection.cursor().execute(f"SET ROLE {protection.ROLE}")
            yield
            connection.cursor().execute("RESET ROLE")
        else:
            with protection.entered(scope):
                yield


def seen(model, scope: Scope | None) -> set[str]:
    """The customers whose rows raw SQL finds in a table, as the site's role."""
    column = "id" if model is Party else "party_id"
    with as_site(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM {model._meta.db_table}")
        return {row[0] for row in cursor.fetchall()}


def test_without_a_scope_no_protected_table_gives_a_row(cast):
    published = ("party", "holding", "insight")
    for model in protection.protected_models():
        if model._meta.app_label in published:
            assert model._base_manager.exists(), f"the cast has no {model.__name__}: nothing would be shown"
        with as_site(None), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            assert cursor.fetchone() == (0,), model


def test_raw_sql_finds_what_the_scope_engine_finds_in_every_table(cast):
    walled = Scope(cast.bo.id, retail=Scope.of_institutions("", ["B1", "B11"]).retail)
    helped = Scope("1112", managers=("1112", "1121"), supported=(cast.outside.id,))
    wide = Scope(cast.he.id, retail=Scope.everything("").retail)
    scopes = [standing(one).scope for one in (cast.ai, cast.bo, cast.he, cast.zhu, cast.yu)]
    scopes += [
        Scope("9001", retail=Scope.of_institutions("", ["B21"]).retail, retail_links=("B1", "B11", "B12")),
        Scope(
            "9001", corporate=Scope.of_institutions("", ["B11"]).retail, corporate_links=("B11",), managers=("1121",)
        ),
    ]
    for scope in (*scopes, walled, helped, wide, Scope.nothing()):
        for model in protection.protected_models():
            by_engine = model.objects.visible_to(scope).count()
            with as_site(scope), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
                (by_sql,) = cursor.fetchone()
            # A row between two records is there for whoever sees either of them.
            assert by_sql == by_engine or (model.scope_paths.ends and by_sql > by_engine), (model, scope)


def test_the_sites_role_can_neither_leave_its_policies_nor_write_what_is_published(cast):
    with as_site(Scope.everything("")), connection.cursor() as cursor:
        for table in ("party_party", "insight_customerfigure", "org_institution"):
            for statement in (f"DELETE FROM {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction.atomic():
                    connection.connection.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction.atomic():
            connection.connection.execute("SELECT * FROM insight_customerfigure_cast")
    cursor = connection.cursor()
    cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", [protection.ROLE])
    assert cursor.fetchone() == (False, False, False)
    cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [protection.ROLE])
    assert cursor.fetchone() == (0,)


def test_every_table_with_a_customers_number_is_protected_or_said_not_to_hold_customers(cast):
    """A model that somebody adds and forgets to scope fails here."""
    from django.apps import apps

    # Who looks after whom, and its history: numbers alone, needed to build the scope itself.
    known = {"org.Assignment", "org.AssignmentEvent", "party.LinkedParty"}
    for model in apps.get_models():
        names = {field.attname for field in model._meta.concrete_fields}
        if "party_id" in names and not hasattr(model, "scope_paths"):
            assert model._meta.label in known, f"{model._meta.label} has customers and no scope_paths"


RELATIONS = (
    "own", "supported", "covered", "same_branch", "same_subtree", "sibling_branch", "other_bank", "other_line",
    "linked_line", "linked_elsewhere", "support_over", "cover_over",
)  # fmt: skip


@pytest.fixture
def union(cast):
    """The cast's bank inside a provincial union, beside another bank with one customer."""
    Institution.objects.create(id="U", name="省联社", kind="union", path="U/", depth=0)
    Institution.objects.filter(id="B0").update(parent_id="U")
    Institution.objects.create(id="C0", name="邻县农商银行", kind="bank", parent_id="U", path="U/C0/", depth=1)
    far = Party.objects.get(pk=cast.outside.id)
    # Opened with the row it was encrypted for, before the row becomes another.
    assert far.annual_income is not None
    far.pk, far.institution_id, far.manager_id = "FAR01", "C0", None
    far.save(force_insert=True)
    forget()
    yield cast
    forget()


def relate(cast, staff, relation: str) -> str:  # noqa: PLR0911 - one way a relation
    """Makes a customer stand in a relation to somebody of B11, and returns its number."""
    today = timezone.localdate()
    in_branch = Party.objects.filter(institution_id="B11").exclude(manager_id__in=[staff.id]).filter(kind="person")
    outside = Party.objects.filter(institution_id="B21", kind="person").order_by("id")
    match relation:
        case "own":
            Party.objects.filter(pk=outside[0].pk).update(manager_id=staff.id)
            return outside[0].pk
        case "supported" | "support_over":
            over = relation == "support_over"
            Assignment.objects.create(
                party_id=outside[1].pk, staff=staff, kind="support", valid_from=today + YESTERDAY * 9,
                valid_to=today + YESTERDAY if over else None,
            )  # fmt: skip
            return outside[1].pk
        case "covered" | "cover_over":
            over = relation == "cover_over"
            Cover.objects.create(
                staff=cast.zhu, substitute=staff, valid_from=today + YESTERDAY * 9,
                valid_to=today + YESTERDAY if over else today + TOMORROW,
            )  # fmt: skip
            return Party.objects.filter(manager_id=cast.zhu.id).order_by("-id")[0].pk
        case "same_branch":
            return in_branch[0].pk
        case "same_subtree":
            return Party.objects.filter(institution_id="B12", kind="person")[0].pk
        case "sibling_branch":
            return Party.objects.filter(institution_id="B22", kind="person")[0].pk
        case "other_bank":
            return "FAR01"
        case "linked_line" | "linked_elsewhere":
            # A company of another branch, related to a person of B11, or to nobody nearer than its own branch.
            company = Party.objects.filter(institution_id="B21", kind="organisation").exclude(manager_id=staff.id)[0]
            LinkedParty.objects.filter(party_id=company.pk).delete()
            place = "B11" if relation == "linked_line" else "C0"
            LinkedParty.objects.create(kind="person", institution_id=place, party_id=company.pk)
            return company.pk
        case _:
            company = Party.objects.filter(institution_id="B11", kind="organisation").exclude(manager_id=staff.id)[0]
            LinkedParty.objects.filter(party_id=company.pk).delete()
            return company.pk


# By role: relations in which its verbs reach a customer. The person's post: in B11 (a branch manager: in B1), retail.
NAMED = {"own", "supported", "covered"}
IN_BANK = {"same_branch", "same_subtree", "sibling_branch"}
REACHED = {
    Role.RM: NAMED,
    Role.LINKAGE: {"supported", "covered", "same_branch", "same_subtree", "linked_line"},
    Role.BRANCH_MANAGER: {"supported", "covered", "same_branch", "same_subtree"},
    **dict.fromkeys(
        (
            Role.HEAD_OFFICE,
            Role.ANALYST,
            Role.AUDITOR,
            Role.OFFICER,
            Role.STEWARD,
            Role.SERVICE_AGENT,
            Role.SYSTEM,
        ),
        {"own", "supported", "covered", "support_over", "cover_over"} | IN_BANK,
    ),
}
PLACE = {Role.RM: "B11", Role.BRANCH_MANAGER: "B1", Role.LINKAGE: "B1"}


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("role", list(Role))
def test_matrix(union, role, relation):
    staff = union.qian
    Post.objects.filter(staff=staff).delete()
    Post.objects.create(staff=staff, institution_id=PLACE.get(role, "B0"), role=role, line=Line.RETAIL)
    Party.objects.filter(manager_id=staff.id).update(manager_id=None)
    number = relate(union, staff, relation)
    held = standing(staff, version=7)
    for verb in Verb:
        expected = verb in GRANTS.get(role, {}) and relation in REACHED.get(role, set())
        found = Party.objects.visible_to(held.scopes[verb]).filter(pk=number).exists()
        assert found is expected, (verb, held.scopes[verb])
        assert (number in seen(Party, held.scopes[verb])) is expected, verb


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("role", [Role.RM, Role.BRANCH_MANAGER, Role.LINKAGE, Role.ANALYST, Role.ADMINISTRATOR])
def test_matrix_through_the_pages(union, role, relation):
    staff = union.qian
    Post.objects.filter(staff=staff).delete()
    Post.objects.create(staff=staff, institution_id=PLACE.get(role, "B0"), role=role, line=Line.RETAIL)
    Party.objects.filter(manager_id=staff.id).update(manager_id=None)
    number = relate(union, staff, relation)
    party = Party.objects.get(pk=number)
    CustomerFigure.objects.filter(party_id=number).update(manager_id=party.manager_id)
    expected = Verb.SEE in GRANTS.get(role, {}) and relation in REACHED.get(role, set())
    client = Client()
    client.force_login(staff)
    assert client.get(f"/customers/{number}/").status_code == (200 if expected else 404 if role in GRANTS else 403)
    if number == "FAR01":
        return  # without figures it is in no list
    answer = client.get(f"/customers/?q={number}")
    assert (f"/customers/{number}/" in answer.content.decode()) is expected
    answer = client.get(f"/search/?q={number}")
    assert (f"/customers/{number}/" in answer.content.decode()) is expected


def test_posts_of_two_lines_do_not_widen_each_other(cast):
    Post.objects.filter(staff=cast.bo).update(line=Line.RETAIL, institution_id="B1")
    Post.objects.create(staff=cast.bo, institution_id="B2", role=Role.BRANCH_MANAGER, line=Line.CORPORATE)
    scope = standing(cast.bo).scope
    assert scope.has_wall
    assert scope.reach is Reach.INSTITUTIONS
    rows = set(Party.objects.visible_to(scope).values_list("institution_id", "kind"))
    assert rows == {
        *((place, KIND_OF_LINE["retail"]) for place in ("B11", "B12")),
        *((place, KIND_OF_LINE["corporate"]) for place in ("B21", "B22")),
    } & set(Party.objects.values_list("institution_id", "kind"))
    client = Client()
    client.force_login(cast.bo)
    assert client.get("/").status_code == 200
    page = client.get("/customers/").content.decode()
    assert "/customers/" in page


def test_work_with_another_scope_gives_the_requests_own_back(cast):
    own, all_of_them = standing(cast.ai).scope, Party.objects.count()
    with protection.entered(own):
        mine = Party.objects.count()
        with protection.entered(protection.SYSTEM):
            assert Party.objects.count() == all_of_them
        assert Party.objects.count() == mine == len(cast.book(cast.ai)) < all_of_them


@pytest.mark.parametrize(
    ("line", "own", "other"), [("retail", "person", "organisation"), ("corporate", "organisation", "person")]
)
def test_a_linkage_post_crosses_the_wall_to_the_related_alone_and_only_to_see(cast, monkeypatch, line, own, other):
    """Of the other line exactly those who are related to a customer of the own line in the post's institutions."""
    Post.objects.filter(staff=cast.qian).delete()
    Post.objects.create(staff=cast.qian, institution_id="B1", role=Role.LINKAGE, line=line)
    Party.objects.filter(manager_id=cast.qian.id).update(manager_id=None)
    parties = {party.id: party for party in Party.objects.all()}
    span = {"B1", "B11", "B12"}
    expected = {number for number, party in parties.items() if party.kind == own and party.institution_id in span}
    across = set()
    for link in PartyRelation.objects.all():
        for one, two in ((link.party_id, link.related_party_id), (link.related_party_id, link.party_id)):
            if one in expected and parties[two].kind == other:
                across.add(two)
    assert across
    assert any(parties[number].institution_id not in span for number in across) or line == "retail"
    held = standing(cast.qian)
    assert set(Party.objects.visible_to(held.scope).values_list("id", flat=True)) == expected | across
    assert seen(Party, held.scope) == seen(CustomerFigure, held.scope) == expected | across
    for verb in set(Verb) - {Verb.SEE}:
        assert not Party.objects.visible_to(held.scopes[verb]).exists()
        assert not seen(Party, held.scopes[verb])
    client = Client()
    client.force_login(cast.qian)
    hidden = set(parties) - expected - across
    for number, status in ((min(across), 200), (min(hidden), 404)):
        assert client.get(f"/customers/{number}/").status_code == status
        answer = client.get(f"/search/?q={number}").content.decode()
        assert (f"/customers/{number}/" in answer) is (status == 200)
    shown = client.get("/customers/").context["list"].page
    assert shown.total.rows == len(expected | across), "what is seen across the wall counts as well"
    monkeypatch.setattr(views, "FEW", len(expected))
    total = client.get("/customers/").context["list"].page.total
    assert (total.rows, total.exact) == (len(expected), False), "too many to count: at least those whom books know"
    PartyRelation.objects.all().delete()
    LinkedParty.objects.all().delete()
    assert seen(Party, held.scope) == expected


def test_the_way_across_the_wall_is_looked_up_by_index(cast):
    """Neither the list's own condition nor the policy walks a table for it."""
    scope = Scope("9001", retail=Scope.of_institutions("", ["B11"]).retail, retail_links=("B11",))
    rows = Party.objects.visible_to(scope)
    with as_site(scope), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.explain()
        assert "Seq Scan" not in plan, plan
        assert "BitmapOr" in plan, plan
        assert "guanxi_sees_linked(" in plan, plan
    # Across more than one, rows are walked, and each is asked for its own entry: the set of all would be made twice.
    sight = Scope.of_institutions("", ["B11", "B12"]).retail
    scope = Scope("9001", retail=sight, retail_links=("B11", "B12"))
    with as_site(scope), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = CustomerFigure.objects.visible_to(scope).order_by("-assets")[:50].explain()
        assert plan.count(" linked_party ") == 2, plan
        assert "hashed" not in plan, plan
