"""What time does to referrals: overdue answers are told of; the end of an opportunity ends its referral."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanxi.crm.sales.models import Opportunity, OpportunityMember, Referral
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.referral_answers import settle
from guanxi.crm.sales.referral_codes import ReferralState, ReferralStepKind
from guanxi.crm.sales.referral_services import manager_of, noted, save, step
from guanxi.crm.sales.referral_telling import tell

PORTION = 500


@dataclass(frozen=True, slots=True)
class Tended:
    """What the clock did: how many it told of, and how many ended with their opportunity."""

    told: int
    settled: int


def tend(now: datetime.datetime | None = None) -> Tended:
    """The worker's own; it can be killed and begun again at any moment, and run twice at once."""
    now = now or timezone.now()
    return Tended(_tell_of_late(now), _settle())


def _tell_of_late(now: datetime.datetime) -> int:
    told = 0
    with transaction.atomic():
        late = Referral.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=ReferralState.WAITING, answer_by__lte=now, late_at__isnull=True
        )
        for one in late.order_by("answer_by")[:PORTION]:
            one.late_at = now
            save(one, "late_at")
            step(one, ReferralStepKind.LATE, by=None, giver=one.taker_id, at=now)
            noted(one, late=True)
            tell(one, ReferralStepKind.LATE, [manager_of(one.institution_id), one.taker_id, one.referrer_id], None)
            told += 1
    return told


def _settle() -> int:
    settled, after = 0, 0
    while True:
        with transaction.atomic():
            ended = Opportunity.objects.exclude(state=State.OPEN).values("pk")
            rows: list[Any] = list(
                Referral.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(state=ReferralState.ACCEPTED, opportunity_id__in=ended, pk__gt=after)
                .order_by("pk")[:PORTION]
            )
            if not rows:
                return settled
            after = rows[-1].pk
            numbers = [one.opportunity_id for one in rows]
            found: dict[int, Any] = Opportunity.objects.in_bulk(numbers)
            teams: dict[int, dict[str, Decimal]] = defaultdict(dict)
            members = OpportunityMember.objects.filter(opportunity_id__in=numbers).order_by("pk")
            for number, who, share in members.values_list("opportunity_id", "staff_id", "share"):
                teams[number][who] = share
            for one in rows:
                end = found[one.opportunity_id]
                won = end.state == State.WON
                settle(one, won=won, amount=end.amount_cny if won else None, team=teams[end.pk], by=end.closed_by_id,
                       text=end.reason_text)  # fmt: skip
                settled += 1
