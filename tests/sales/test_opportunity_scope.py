"""Opportunities and all that hangs on them are seen with their customer, by query and database alike."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import standing_of
from guanxi.crm.sales import models
from guanxi.crm.sales.approval_services import ask_for_price
from guanxi.crm.sales.opportunity_parts import Rival, set_competitors
from tests.sales.deals import ALL, moved, opened, prospective, with_product

pytestmark = pytest.mark.django_db
MODELS = (
    models.Opportunity, models.OpportunityEvent, models.OpportunityProduct, models.OpportunityMember,
    models.Competitor, models.StageMove, models.PriceApproval,
)  # fmt: skip


@pytest.fixture
def deals(cast):
    """One of each of several people's customers, with everything that can hang on it."""
    for staff in (cast.ai, cast.qian, cast.lu, cast.zhu):
        begun = [opened(party) for party in cast.book(staff)[:2]]
        # Prospects have no customer: theirs are seen as the lead is.
        begun += [prospective(staff), prospective(staff, kind="organisation", name="周末企业")]
        for fresh in begun:
            one = with_product(fresh, price="0.03")
            one = moved(one, "structure", by=staff.id)
            one = set_competitors(scope=ALL, opportunity_id=one.pk, version=one.version, rivals=[Rival(name="某银行")])
            ask_for_price(
                scope=ALL, by=staff.id, opportunity_id=one.pk, version=one.version, product_id="L002", why="x"
            )
    return cast


def test_query_and_database_agree_for_everybody(deals):
    today = timezone.localdate()
    people = [standing_of(one, version=2, today=today).scope for one in deals.people.values()]
    wall = Scope("1101", retail=Scope.of_institutions("", ["B1", "B11", "B12"]).retail)
    helped = Scope("1112", managers=("1112", "1121"), supported=(deals.outside.id,))
    seen = set()
    for scope in [*people, wall, helped, Scope.nothing()]:
        for model in MODELS:
            by_engine = set(model.objects.visible_to(scope).values_list("pk", flat=True))
            with protection.entered(scope), connection.cursor() as cursor:
                cursor.execute(f"SELECT {model._meta.pk.column} FROM {model._meta.db_table}")
                by_sql = {row[0] for row in cursor.fetchall()}
            assert by_sql == by_engine, (model, scope)
            seen.add((model, len(by_engine)))
    for model in MODELS:
        assert len({number for one, number in seen if one is model}) >= 4, "the scopes see different things"


def test_the_database_takes_no_move_of_what_is_not_seen_and_forgets_none(deals):
    one = models.Opportunity.objects.filter(party__manager_id=deals.ai.id)[0]
    move = one.moves.first()
    scope = standing_of(deals.zhu, version=2, today=timezone.localdate()).scope
    with protection.entered(scope):
        assert models.Opportunity.objects.filter(pk=one.pk).update(title="x") == 0
        move.pk = None
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            move.save(force_insert=True)
    own = standing_of(deals.ai, version=2, today=timezone.localdate()).scope
    with protection.entered(own), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        models.StageMove.objects.filter(opportunity=one).delete()  # the site only adds to it
