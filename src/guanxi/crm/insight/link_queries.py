"""Who stands around a company, and what each is worth, as far as the one who asks may see.

Every function is given the figures that may be named to that person (``CustomerFigure`` of the business date within the
scope): whoever is not among them has neither name nor figures here, but the name that the company's own payments state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, Q, QuerySet, Sum

from guanxi.crm.insight.models import CompanyLink, CustomerFigure, LinkRole
from guanxi.crm.kernel.scope import Scope

ZERO = Decimal(0)
STAFF_SHOWN = 20
IN_ORDER = (LinkRole.OWNER, LinkRole.MANAGER, LinkRole.SUPPLIER, LinkRole.BUYER)


class Standing(StrEnum):
    """What the other side is to the bank, as the one who asks may know it."""

    CUSTOMER = "customer"
    PROSPECT = "prospect"
    ELSEWHERE = "elsewhere"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a customer holds, owes and brings in, CNY."""

    tier: str
    sub_tier: str
    assets: Decimal
    loan: Decimal
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Linked:
    """One other side. ``party_id``, ``kind`` and ``worth`` are empty where the scope does not reach it; ``name`` then
    is what payments state, or empty. ``key`` tells rows of one company apart without naming anybody.
    """

    role: str
    key: str
    standing: Standing
    name: str
    party_id: str = ""
    kind: str = ""
    worth: Worth | None = None
    share: Decimal | None = None
    amount_year: Decimal = ZERO
    amount_last_year: Decimal = ZERO
    times: int = 0
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff of a company. ``known`` are customers or known to the bank; of those within the scope ``seen``, with
    what they hold and bring in together, the weightiest in ``rows``.
    """

    known: int = 0
    seen: int = 0
    assets: Decimal = ZERO
    contribution: Decimal = ZERO
    rows: tuple[Linked, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """Everybody around a company."""

    linked: tuple[Linked, ...]
    staff: Staff

    def of(self, role: str) -> tuple[Linked, ...]:
        """Those of one role, the weightiest first."""
        return tuple(one for one in self.linked if one.role == role)

    @property
    def strangers(self) -> tuple[Linked, ...]:
        """Those who are no customers, each name once."""
        by_name = {one.name: one for one in self.linked if one.standing is Standing.STRANGER}
        return tuple(by_name.values())


def around(scope: Scope, party_id: str, figures: QuerySet[CustomerFigure]) -> Around:
    """Who stands around one company that the scope reaches; four queries."""
    links = CompanyLink.objects.visible_to(scope).filter(party_id=party_id)
    found = list(links.exclude(role=LinkRole.STAFF))
    seen = _seen(figures, (one.other_id for one in found if one.other_id))
    linked = [_linked(one, seen.get(one.other_id)) for one in found]
    linked.sort(
        key=lambda one: (
            IN_ORDER.index(LinkRole(one.role)),
            -(one.share or ZERO),
            -(one.amount_year + one.amount_last_year),
            one.name,
            one.key,
        )
    )
    return Around(tuple(linked), _staff(links.filter(role=LinkRole.STAFF), figures))


def _linked(row: CompanyLink, figure: CustomerFigure | None) -> Linked:
    if figure:
        standing = Standing.CUSTOMER if figure.product_count else Standing.PROSPECT
    else:
        standing = Standing.ELSEWHERE if row.other_id else Standing.STRANGER
    return Linked(
        role=row.role,
        key=row.other_key,
        standing=standing,
        name=figure.name if figure else row.other_name,
        party_id=figure.party_id if figure else "",
        kind=figure.kind if figure else "",
        worth=_worth(figure) if figure else None,
        share=row.share,
        amount_year=row.amount_year,
        amount_last_year=row.amount_last_year,
        times=row.times,
        last_on=row.last_on,
    )


def _worth(figure: CustomerFigure) -> Worth:
    return Worth(figure.tier, figure.sub_tier, figure.assets, figure.loan, figure.contribution_r12)


def _seen(figures: QuerySet[CustomerFigure], party_ids: Iterable[str]) -> dict[str, CustomerFigure]:
    wanted = sorted(set(party_ids))
    return {one.party_id: one for one in figures.filter(party_id__in=wanted)} if wanted else {}


def _staff(links: QuerySet[CompanyLink], figures: QuerySet[CustomerFigure]) -> Staff:
    """Counted and summed by the database: a company may have thousands."""
    known = links.count()
    if not known:
        return Staff()
    among = figures.filter(party_id__in=links.values("other_id"))
    many, assets, brings = (
        among.order_by()
        .aggregate(many=Count("party_id"), assets=Sum("assets"), brings=Sum("contribution_r12"))
        .values()
    )
    first = list(among.order_by("-assets", "-party_id")[:STAFF_SHOWN])
    rows = {row.other_id: row for row in links.filter(other_id__in=[one.party_id for one in first])} if first else {}
    return Staff(
        known=known,
        seen=many or 0,
        assets=assets or ZERO,
        contribution=brings or ZERO,
        rows=tuple(_linked(rows[one.party_id], one) for one in first if one.party_id in rows),
    )


def strangers_named(scope: Scope, party_id: str, keys: Iterable[str]) -> list[CompanyLink]:
    """The links of a company to those who are no customers, of the keys given; one query."""
    found = CompanyLink.objects.visible_to(scope).filter(
        Q(other_id=""), party_id=party_id, other_key__in=list(keys), role__in=(LinkRole.SUPPLIER, LinkRole.BUYER)
    )
    return list({one.other_key: one for one in found.order_by("other_key", "role")}.values())
