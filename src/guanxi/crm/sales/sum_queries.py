"""Reads what opportunities add up to: from the sums that are kept, where these say all that somebody sees."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Sum

from guanxi.crm.kernel.arrays import of_people
from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.sales.models import LeaderSum, Opportunity
from guanxi.crm.sales.opportunity_codes import State

ZERO = Decimal(0)


def are_kept(scope: Scope) -> bool:
    """Whether sums by institution say all that a scope sees: not where it reaches single books or customers besides."""
    by_post = scope.reach in (Reach.EVERYTHING, Reach.INSTITUTIONS)
    return by_post and not (scope.managers or scope.supported or scope.links)


@dataclass(frozen=True, slots=True)
class Led:
    """Open opportunities: how many, of these past their expected close, amount and weighted amount in CNY."""

    number: int = 0
    late: int = 0
    amount: Decimal = ZERO
    weighted: Decimal = ZERO

    def __add__(self, other: Led) -> Led:
        return Led(
            self.number + other.number,
            self.late + other.late,
            self.amount + other.amount,
            self.weighted + other.weighted,
        )


def led_by(scope: Scope, staff: Collection[str], *, today: datetime.date) -> dict[str, Led]:
    """By leader, what is open within a scope; two queries: over sums where they are kept, and over what is late."""
    wanted = set(staff)
    still = of_people(Opportunity.objects.visible_to(scope).filter(state=State.OPEN), "owner", staff)
    late = dict(still.filter(expected_on__lt=today).values_list("owner_id").annotate(many=Count("*")))
    if are_kept(scope):
        kept = of_people(LeaderSum.objects.visible_to(scope), "owner", staff)
        sums = kept.values_list("owner_id").annotate(
            n=Sum("number"), a=Sum("amount"), w=Sum(F("amount") * F("stage__probability"))
        )
    else:
        sums = still.values_list("owner_id").annotate(
            n=Count("*"), a=Sum("amount_cny"), w=Sum(F("amount_cny") * F("stage__probability"))
        )
    return {
        owner: Led(number, late.get(owner, 0), amount, weighted / 100)
        for owner, number, amount, weighted in sums
        if number and owner in wanted
    }
