"""Totals of books: how many customers and how much, by institution, manager, kind and tier, from ``BookDay``.

Every function begins at ``visible_to(scope)``. Amounts are CNY.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db.models import F, Sum

from guanxi.crm.insight.models import BookDay
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.queries import linked_across

ZERO = Decimal(0)


@lru_cache(maxsize=2048)
def customers_in(
    published: int,
    date: datetime.date,
    scope: Scope,
    institution_ids: tuple[str, ...] | None = None,
    manager_id: str | None = None,
    tiers: tuple[str, ...] = (),
) -> int:
    """How many customers a scope holds on a business date, of some institutions, a manager, some tiers.

    ``published`` is the publication's number: within one publication the answer is remembered, else one query over the
    day's books (institutions x managers x kinds x tiers rows). ``manager_id`` empty means those without a manager.
    """
    rows = BookDay.objects.visible_to(scope).filter(business_date=date)
    if institution_ids is not None:
        rows = rows.filter(institution_id__in=institution_ids)
    if manager_id is not None:
        rows = rows.filter(manager_id=manager_id)
    if tiers:
        rows = rows.filter(tier__in=tiers)
    return rows.aggregate(many=Sum("customers"))["many"] or 0


@lru_cache(maxsize=2048)
def customers_beside(published: int, scope: Scope, *, at_most: int) -> int:
    """How many single customers a scope names beside its posts and books: supported, or across the wall; whom a post
    reaches as well counts twice. No more than ``at_most`` of those across the wall; remembered within a publication.
    """
    across = linked_across(scope, at_most=at_most) if scope.links else 0
    return len(scope.supported) + across


@dataclass(frozen=True, slots=True)
class Holding:
    """What one manager's customers hold together, in CNY, and what they bring in twelve months."""

    customers: int = 0
    assets: Decimal = ZERO
    loan: Decimal = ZERO
    contribution: Decimal = ZERO


def books_by_manager(scope: Scope, *, date: datetime.date) -> dict[str, Holding]:
    """By manager, the book on a business date within a scope; one query over the day's books."""
    rows = (
        BookDay.objects.visible_to(scope)
        .filter(business_date=date)
        .exclude(manager_id="")
        .values_list("manager_id")
        .annotate(
            many=Sum("customers"),
            assets=Sum(F("deposit") + F("wealth")),
            owed=Sum("loan"),
            brings=Sum("contribution_r12"),
        )
    )
    return {manager: Holding(*sums) for manager, *sums in rows}
