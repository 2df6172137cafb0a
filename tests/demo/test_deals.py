"""The demo bank's opportunities: believable, in every state, made once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from guanxi.commands.demo_deals import make_deals
from guanxi.crm.sales.models import Opportunity, OpportunityMember
from guanxi.crm.workdays.queries import working_calendar
from tests.web.conftest import sign_in

__all__ = ["sign_in"]


@pytest.mark.django_db
def test_opportunities_are_made_once_and_make_sense(cast, sign_in):
    now, calendar = timezone.now(), working_calendar()
    made = make_deals(now=now, calendar=calendar)
    assert made == Opportunity.objects.count() >= 30
    assert set(Opportunity.objects.values_list("state", flat=True)) == {"open", "won", "lost"}
    for one in Opportunity.objects.select_related("stage", "party").prefetch_related("moves__to_stage", "products"):
        moves = sorted(one.moves.all(), key=lambda move: move.pk)
        assert moves[0].from_stage is None
        assert moves[-1].to_stage == one.stage
        assert [move.at for move in moves] == sorted(move.at for move in moves)
        assert all(move.at <= now and calendar.is_working_day(timezone.localdate(move.at)) for move in moves)
        assert one.stage.state == one.state
        assert (one.closed_on is None) == (one.state == "open") == (one.reason_id is None)
        assert one.owner_id == one.party.manager_id
        assert one.contribution == sum(line.contribution for line in one.products.all())
        assert one.amount > 0
    assert OpportunityMember.objects.count() == made
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert make_deals(now=now, calendar=calendar) == 0
    assert "data-card" in sign_in(cast.ai).get("/pipeline/?line=loan").text
