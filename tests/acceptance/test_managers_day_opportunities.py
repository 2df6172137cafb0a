"""An opportunity from end to end: opened, priced, approved, won, credited; taps and people at the same moment."""

from __future__ import annotations

import threading
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.models import Limit
from guanxi.crm.kernel import hanging
from guanxi.crm.kernel.personal import registered
from guanxi.crm.party.models import Party
from guanxi.crm.sales.credit import split
from guanxi.crm.sales.models import Opportunity, PriceApproval, StageMove
from guanxi.crm.sales.opportunity_jobs import follow_managers
from guanxi.crm.sales.opportunity_parts import add_to_team
from tests.sales.deals import ALL, opened, stage, with_product
from tests.taking import book_of, taken
from tests.web.conftest import sign_in

__all__ = ["sign_in"]


def new(**more):
    return {
        "key": str(uuid4()), "shift": "4", "line": "loan", "title": "流动资金贷款", "amount": "200", "term_days": "365",
        "expected_on": timezone.localdate().isoformat(), "owner": "", "need": "备货", "decider": "财务总监", **more,
    }  # fmt: skip


def move(client, one, code, **more):
    one.refresh_from_db()
    sent = {"version": one.version, "stage": stage(one, code).pk, **more}
    return client.post(f"/opportunities/{one.pk}/move/", sent)


@pytest.mark.django_db
def test_an_opportunity_lives_through_its_stages(cast, sign_in):
    ai, bo = sign_in(cast.ai), sign_in(cast.bo)
    party = cast.company
    ai.post(f"/customers/{party.id}/opportunities/new/", new())
    one = Opportunity.objects.get()
    rows = {
        "p-TOTAL_FORMS": "1", "p-INITIAL_FORMS": "0", "shift": "4", "version": one.version, "p-0-product": "L002",
        "p-0-amount": "200", "p-0-term_days": "365", "p-0-price": "4.00",
    }  # fmt: skip
    ai.post(f"/opportunities/{one.pk}/products/", rows)
    assert move(ai, one, "review").status_code == 302
    # The contract waits for the price; the price for somebody else.
    assert "价格审批" in move(ai, one, "contract").text
    one.refresh_from_db()
    ai.post(f"/opportunities/{one.pk}/price/", {"version": one.version, "product": "L002", "why": "全面合作"})
    price = PriceApproval.objects.get()
    assert bo.post(f"/opportunities/{one.pk}/price/{price.pk}/", {"approve": "1"}).status_code == 302
    assert move(ai, one, "contract").status_code == 302
    reason = next(line for line in ai.get(f"/opportunities/{one.pk}/").context["reasons"] if line.state == "won")
    assert move(ai, one, "won", reason=reason.pk, text="价格合适").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.closed_on, one.amount_cny) == ("won", timezone.localdate(), Decimal(2_000_000))
    # What was won stands in the month's forecast of whoever is above, and in the sheet that is taken out.
    assert "200.00" in bo.get("/forecast/?line=loan").text
    sheet = book_of(taken(ai, "opportunities", "state=won")).worksheets[0]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert one.title in cells
    # A colleague in another branch passed it on: the credit is shared to the cent, and shows nobody a customer.
    add_to_team(scope=ALL, opportunity_id=one.pk, staff_id=cast.zhu.id, share=Decimal("12.50"))
    shares = {member.staff_id: member.share for member in one.members.all()}
    assert shares == {cast.ai.id: Decimal("87.50"), cast.zhu.id: Decimal("12.50")}
    assert sum(split(one.contribution, shares).values()) == one.contribution
    assert sign_in(cast.zhu).get(f"/opportunities/{one.pk}/").status_code == 404
    # All of it is in the log with its customer, and is handed out to the person who asks what the bank holds.
    kinds = set(Entry.objects.filter(subject=party.id, action="change").values_list("kind", flat=True))
    assert "opportunity" in kinds
    held = {line.model._meta.label: line.rows_of(party.id).count() for line in registered()}
    assert held["sales.Opportunity"] == held["sales.OpportunityProduct"] == held["sales.PriceApproval"] == 1
    assert held["sales.StageMove"] == 4


@pytest.mark.django_db
def test_it_goes_with_its_customer_and_with_an_erased_one_nowhere(cast, sign_in):
    party = cast.person
    one = opened(party)
    placed = ("SELECT %s::varchar AS party_id, %s::varchar AS receiver", [party.id, cast.lu.id])
    kinds = {line.name: line for line in hanging.registered()}
    assert kinds["opportunities"].count(cast.ai.id, placed) == {cast.lu.id: 1}
    assert kinds["own_opportunities"].count(cast.ai.id, placed) == {cast.ai.id: 0}
    Party.objects.filter(pk=party.id).update(manager_id=cast.lu.id, institution_id="B12")
    # At once, not when the job has run: the customer decides.
    assert sign_in(cast.ai).get(f"/opportunities/{one.pk}/").status_code == 404
    assert sign_in(cast.lu).get(f"/opportunities/{one.pk}/").status_code == 200
    assert follow_managers() == 1
    assert Opportunity.objects.get().owner_id == cast.lu.id
    Limit.objects.create(party_id=party.id, kind="erasure", reason="x", set_by=cast.dan)
    for path in (f"/opportunities/{one.pk}/", "/opportunities/", "/pipeline/?line=loan"):
        assert one.title not in sign_in(cast.lu).get(path).text


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_one_is_opened_and_one_mover_wins(cast):
    key = str(uuid4())
    answers = at_once(
        [cast.ai] * 4,
        lambda client, _turn: client.post(f"/customers/{cast.person.id}/opportunities/new/", new(key=key)),
    )
    assert answers == [302] * 4
    one = Opportunity.objects.get()
    assert StageMove.objects.count() == 1
    one = with_product(one, amount=Decimal(2_000_000))
    targets = ["file", "structure", "review"]

    def push(client, turn):
        return client.post(
            f"/opportunities/{one.pk}/move/", {"version": one.version, "stage": stage(one, targets[turn]).pk}
        )

    answers = at_once([cast.ai, cast.bo, cast.he], push)
    assert sorted(answers) == [302, 409, 409]
    assert StageMove.objects.count() == 2
    winner = Opportunity.objects.get()
    assert (winner.version, winner.stage.code) == (one.version + 1, targets[answers.index(302)])


def at_once(people, act):
    """The status of each person's act, all let go at one moment."""
    gate, found = threading.Barrier(len(people)), [0] * len(people)

    def one(turn: int) -> None:
        client = Client()
        client.force_login(people[turn])
        gate.wait(20)
        try:
            found[turn] = act(client, turn).status_code
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[turn]) for turn in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
