"""How many customers a scope reaches and what they hold: from the sums of books, without counting customers.

Amounts are CNY. Every function begins at ``visible_to(scope)``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from guanxi.crm.insight.models import BookDay, CustomerFigure, Publication
from guanxi.crm.kernel.linkage import ACROSS
from guanxi.crm.kernel.scope import Scope, condition_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reached:
    """Customers, and what they hold, owe and bring in twelve months."""

    customers: int = 0
    assets: Decimal = ZERO
    loan: Decimal = ZERO
    contribution: Decimal = ZERO

    def __add__(self, other: Reached) -> Reached:
        return Reached(
            self.customers + other.customers,
            self.assets + other.assets,
            self.loan + other.loan,
            self.contribution + other.contribution,
        )


def night_on(day: datetime.date) -> datetime.date | None:
    """The business date that the staff saw last on ``day``; None before the first night. One query."""
    rows = Publication.objects.filter(business_date__lte=day).order_by("-business_date")
    return rows.values_list("business_date", flat=True).first()


def reached_by_books(scope: Scope, night: datetime.date) -> Mapping[str, Reached]:
    """By kind of customer, what a scope reaches by posts and by whole books on a business date; one query.

    The kind is empty for nights before books knew it.
    """
    rows = (
        BookDay.objects.visible_to(scope)
        .filter(business_date=night)
        .values_list("kind")
        .annotate(
            many=Sum("customers"),
            held=Sum(F("deposit") + F("wealth")),
            owed=Sum("loan"),
            brings=Sum("contribution_r12"),
        )
    )
    return {kind: Reached(*sums) for kind, *sums in rows}


def reached_beside(scope: Scope, night: datetime.date) -> Mapping[str, Reached]:
    """The same of single customers, supported or across the wall, whom no post and no book reaches; one query.

    Only of a business date whose figures are kept, the newest; none where the scope names no single customer.
    """
    if not (scope.supported or scope.links):
        return {}
    single = Q(party_id__in=scope.supported)
    if scope.links:
        single |= Q(**{f"party_id__{ACROSS}": (scope.retail_links, scope.corporate_links)})
    rows = CustomerFigure.objects.filter(single, business_date=night)
    anyway = condition_of(CustomerFigure.scope_paths, replace(scope, supported=(), retail_links=(), corporate_links=()))
    if anyway is not None:
        rows = rows.exclude(anyway)
    found = rows.values_list("kind").annotate(
        many=Count("party_id"), held=Sum("assets"), owed=Sum("loan"), brings=Sum("contribution_r12")
    )
    return {kind: Reached(*sums) for kind, *sums in found}
