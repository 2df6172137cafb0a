"""Opportunities through their services: opened once, moved, taken back, priced, approved, credited."""

from __future__ import annotations

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party
from guanxi.crm.sales.approval_services import ask_for_price, decide_on_price
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import (
    Opportunity,
    OpportunityMember,
    Pipeline,
    PipelineVersion,
    PriceApproval,
    ProductMargin,
    Stage,
    StageMove,
)
from guanxi.crm.sales.opportunity_jobs import follow_managers
from guanxi.crm.sales.opportunity_moves import Ending, MissingError, move_stage, undo_move
from guanxi.crm.sales.opportunity_parts import Credit, Rival, add_to_team, set_competitors, set_team
from guanxi.crm.sales.opportunity_queries import changes_of, one_opportunity
from guanxi.crm.sales.opportunity_services import Entered, change_opportunity, open_opportunity
from guanxi.crm.sales.pipeline_services import note_version
from tests.sales.deals import ALL, moved, opened, stage, with_product

pytestmark = pytest.mark.django_db


def test_opened_twice_with_one_key_is_one(cast):
    entered = Entered(title="代发工资", expected_on=timezone.localdate())
    common = {"scope": ALL, "by": cast.ai.id, "party_id": cast.company.id, "line": "payroll", "entered": entered}
    key = uuid4()
    first, second = (open_opportunity(key=key, **common) for _turn in range(2))
    assert (first.made, second.made) == (True, False)
    assert first.opportunity.pk == second.opportunity.pk
    made = Opportunity.objects.get()
    assert (made.stage.code, made.state, made.owner_id, made.follows) == ("need", "open", cast.company.manager_id, True)
    assert made.institution_id == cast.company.institution_id
    assert [(one.staff_id, one.share) for one in made.members.all()] == [(cast.company.manager_id, Decimal(100))]
    with pytest.raises(Party.DoesNotExist):
        open_opportunity(key=uuid4(), **{**common, "scope": Scope.own(cast.zhu.id)})
    with pytest.raises(SalesError, match=r"产品线|product line"):
        open_opportunity(key=uuid4(), **{**common, "line": "gold"})


def test_a_stage_asks_for_what_it_requires_and_back_is_free(cast):
    one = opened(cast.person, line="loan", need="", decider="", amount=None, term_days=None)
    with pytest.raises(MissingError) as missing:
        moved(one, "structure")
    assert missing.value.missing == ("need", "amount", "term", "products")
    one = opened(cast.person, line="loan")
    one = moved(with_product(one), "structure")
    one = moved(one, "need")
    assert [(m.from_stage and m.from_stage.code, m.to_stage.code) for m in one.moves.order_by("id")] == [
        (None, "need"), ("need", "structure"), ("structure", "need"),
    ]  # fmt: skip
    assert [m.version for m in one.moves.order_by("id")] == [1, 3, 4]


def test_the_end_needs_a_reason_and_opens_again(cast):
    one = with_product(opened(cast.person))
    with pytest.raises(MissingError) as missing:
        moved(one, "won")
    assert missing.value.reason
    assert not missing.value.missing
    one = moved(one, "lost", reason="other_bank", text="他行利率更低", competitor="某城商行")
    assert (one.state, one.closed_on, one.closed_by_id) == ("lost", timezone.localdate(), "1111")
    assert [(c.name, c.won) for c in one.competitors.all()] == [("某城商行", True)]
    one = moved(one, "contract")
    assert (one.state, one.closed_on, one.reason, one.reason_text) == ("open", None, None, "")
    one = moved(one, "won", reason="price")
    assert (one.state, one.reason.code) == ("won", "price")
    wrong = Ending(reason_id=one.reason_id)  # a reason of the other end
    with pytest.raises(SalesError):
        move_stage(
            scope=ALL, by="1111", opportunity_id=one.pk, version=one.version, stage_id=stage(one, "lost").pk,
            ending=wrong,
        )  # fmt: skip


def test_two_people_move_and_nobody_loses_a_change(cast):
    one = with_product(opened(cast.person))
    first = moved(one, "structure", by="1111")
    # The same person's second tap, with the version that the page had: once is enough.
    again = move_stage(
        scope=ALL, by="1111", opportunity_id=one.pk, version=one.version, stage_id=first.stage_id
    )  # fmt: skip
    assert again.move is None
    assert StageMove.objects.filter(opportunity=one).count() == 2
    with pytest.raises(StaleError) as stale:
        moved(one, "review", by="1101")
    assert stale.value.current.stage.code == "structure"
    with pytest.raises(StaleError):
        change_opportunity(
            scope=ALL, by="1101", opportunity_id=one.pk, version=one.version,
            entered=Entered(title="改名", expected_on=one.expected_on),
        )  # fmt: skip
    with pytest.raises(StaleError):
        set_competitors(scope=ALL, opportunity_id=one.pk, version=one.version, rivals=[Rival(name="某银行")])
    assert Opportunity.objects.get().title == "流动资金贷款"


def test_a_move_is_taken_back_as_it_was_within_the_hour_and_untouched(cast):
    one = with_product(opened(cast.person))
    one = moved(one, "structure")
    since = one.stage_since
    result = move_stage(
        scope=ALL, by="1111", opportunity_id=one.pk, version=one.version, stage_id=stage(one, "contract").pk
    )  # fmt: skip
    with pytest.raises(SalesError):  # not one's own
        undo_move(scope=ALL, by="1101", opportunity_id=one.pk, move_id=result.move.pk)
    back = undo_move(scope=ALL, by="1111", opportunity_id=one.pk, move_id=result.move.pk)
    assert (back.stage.code, back.stage_since, back.version) == ("structure", since, one.version + 2)
    with pytest.raises(SalesError):  # once
        undo_move(scope=ALL, by="1111", opportunity_id=one.pk, move_id=result.move.pk)
    lost = move_stage(
        scope=ALL, by="1111", opportunity_id=one.pk, version=back.version, stage_id=stage(one, "lost").pk,
        ending=Ending(reason_id=_reason("lost", "slow")),
    )  # fmt: skip
    undone = undo_move(scope=ALL, by="1111", opportunity_id=one.pk, move_id=lost.move.pk)
    assert (undone.state, undone.closed_on, undone.reason_id) == ("open", None, None)
    late = move_stage(
        scope=ALL, by="1111", opportunity_id=one.pk, version=undone.version, stage_id=stage(one, "review").pk
    )  # fmt: skip
    StageMove.objects.filter(pk=late.move.pk).update(at=timezone.now() - datetime.timedelta(hours=2))
    with pytest.raises(SalesError):
        undo_move(scope=ALL, by="1111", opportunity_id=one.pk, move_id=late.move.pk)
    assert [move.undone for move in one_opportunity(ALL, one.pk).moves] == [False, False, True, False, True, False,
                                                                            False]  # fmt: skip


def _reason(state: str, code: str) -> int:
    from guanxi.crm.sales.models import CloseReason

    return CloseReason.objects.get(state=state, code=code).pk


def test_the_expected_contribution_is_the_products_published_margin(cast):
    margin = ProductMargin.objects.get(pk="L002")
    assert (margin.month, margin.running) == (datetime.date(2026, 10, 1), False)
    one = with_product(opened(cast.company, amount=Decimal(2_000_000)), price=None)
    line = one.products.get()
    # By hand from the sums: what a yuan and a day of this product brought, for two million and 365 days.
    a_day = margin.interest_sum / margin.balance_days / 360 + (margin.fees - margin.expected_loss) / margin.balance_days
    cost = margin.cost / margin.agreement_days * 365
    assert abs(line.contribution - (2_000_000 * 365 * a_day - cost)) < Decimal("0.5")
    assert one.contribution == line.contribution > 0
    assert line.reference == Decimal("0.0435")
    # Ten basis points less for the customer cost what they are, on a basis of 360 days.
    cheaper = with_product(one, price="0.0425").products.get()
    at_sheet = with_product(Opportunity.objects.get(pk=one.pk), price="0.0435").products.get()
    assert at_sheet.contribution - cheaper.contribution == Decimal("2027.78")
    half = with_product(Opportunity.objects.get(pk=one.pk), price="0.0435", term_days=180).products.get()
    assert half.contribution < at_sheet.contribution / 2 + 1


def test_a_price_beyond_the_floor_is_approved_by_somebody_else(cast):
    one = with_product(opened(cast.person), price="0.0400")
    line = one.products.get()
    assert (line.floor, line.below_floor) == (Decimal("0.0405"), True)
    one = moved(one, "review")
    with pytest.raises(MissingError) as missing:
        moved(one, "contract")
    assert missing.value.unapproved == ("L002",)
    why = {"product_id": "L002", "why": "存款回报高"}
    asked = ask_for_price(scope=ALL, by="1111", opportunity_id=one.pk, version=one.version, **why)
    with pytest.raises(SalesError):
        decide_on_price(scope=ALL, by="1111", opportunity_id=one.pk, approval_id=asked.pk, approve=True)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor past the service
        PriceApproval.objects.filter(pk=asked.pk).update(
            decision="approved", decided_by_id="1111", decided_at=timezone.now()
        )
    with pytest.raises(PriceApproval.DoesNotExist):
        decide_on_price(
            scope=Scope.own("1211"), by="1211", opportunity_id=one.pk, approval_id=asked.pk, approve=True
        )  # fmt: skip
    with pytest.raises(SalesError):
        decide_on_price(scope=ALL, by="1101", opportunity_id=one.pk, approval_id=asked.pk, approve=False)
    decide_on_price(scope=ALL, by="1101", opportunity_id=one.pk, approval_id=asked.pk, approve=True)
    one = moved(Opportunity.objects.get(pk=one.pk), "contract")
    # It held for that price alone.
    one = with_product(one, price="0.0395")
    with pytest.raises(MissingError):
        moved(one, "won", reason="price")


def test_shares_come_to_a_hundred_in_the_service_and_in_the_database(cast):
    one = opened(cast.person)
    team = [
        Credit(staff_id="1111", part="lead", share=Decimal("66.67")),
        Credit(staff_id="1121", part="specialist", share=Decimal("33.33")),
    ]
    one = set_team(scope=ALL, opportunity_id=one.pk, version=one.version, team=team)
    for wrong in (team[:1], [*team, team[0]], []):
        with pytest.raises(SalesError):
            set_team(scope=ALL, opportunity_id=one.pk, version=one.version, team=wrong)
    one = add_to_team(scope=ALL, opportunity_id=one.pk, staff_id="1211", share=Decimal(10))
    assert {m.staff_id: m.share for m in one.members.all()} == {
        "1111": Decimal("60.00"), "1121": Decimal("30.00"), "1211": Decimal("10.00"),
    }  # fmt: skip
    OpportunityMember.objects.filter(staff_id="1211").update(share=Decimal(11))
    with pytest.raises(IntegrityError, match="not 100"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_open_ones_go_with_their_customer_and_history_says_who_changed_what(cast):
    one, other = opened(cast.person), with_product(opened(cast.person))
    other = moved(other, "won", reason="price")
    Party.objects.filter(pk=cast.person.id).update(manager_id="1121", institution_id="B12")
    assert follow_managers() == 2
    assert follow_managers() == 0
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.owner_id, one.institution_id) == ("1121", "B12")
    assert (other.owner_id, other.institution_id) == ("1111", "B12")
    told = {(change.field, change.before, change.after) for change in changes_of(ALL, one)}
    assert ("owner_id", "艾琳", "陆远") in told


def test_every_version_of_a_pipeline_is_kept(cast):
    loan = Pipeline.objects.get(line="loan")
    assert note_version(pipeline_id=loan.pk, by="1005") is None
    Stage.objects.filter(pipeline=loan, code="review").update(probability=65)
    made = note_version(pipeline_id=loan.pk, by="1005")
    assert made.version == 2
    assert [one.version for one in PipelineVersion.objects.filter(pipeline=loan).order_by("version")] == [1, 2]
    Stage.objects.filter(pipeline=loan, code="won").update(is_active=False)
    with pytest.raises(SalesError):
        note_version(pipeline_id=loan.pk, by="1005")
    one = opened(cast.person)
    assert one.moves.get().pipeline_version == 2
