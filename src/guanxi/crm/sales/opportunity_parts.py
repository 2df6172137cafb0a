"""Writes the parts of an opportunity: products with their price and expected contribution, the team, competitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.crm.holding.models import Product
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.sales.contribution import Margin, expected, floor_of, is_beyond
from guanxi.crm.sales.credit import make_room
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import Competitor, Opportunity, OpportunityMember, OpportunityProduct, ProductMargin
from guanxi.crm.sales.opportunity_codes import LINE_KINDS, Part
from guanxi.crm.sales.opportunity_services import LARGEST, in_cny, locked, log, touch
from guanxi.crm.sales.price_queries import published_price

MOST_PRODUCTS, MOST_MEMBERS, MOST_COMPETITORS = 12, 12, 12
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A product as somebody entered it. ``price`` is a rate as a fraction, ``amount`` in the opportunity's currency."""

    product_id: str
    amount: Decimal = Decimal(0)
    quantity: int = 1
    term_days: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A member of the team: what they are in it, and their share of the credit in percent."""

    staff_id: str
    part: str
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another bank that wants it, and what it offers."""

    name: str
    offer: str = ""


def set_products(*, scope: Scope, opportunity_id: int, version: int, lines: Sequence[Line], day: Any) -> Opportunity:
    """Makes some products those of an opportunity, each with published price, floor and expected contribution as of
    ``day``. Raises as :func:`~guanxi.crm.sales.opportunity_services.change_opportunity`.
    """
    with transaction.atomic():
        found = locked(scope, opportunity_id, version)
        if len(lines) > MOST_PRODUCTS:
            raise SalesError(_("An opportunity has at most %(number)s products.") % {"number": MOST_PRODUCTS})
        wanted = [line.product_id for line in lines]
        if len(set(wanted)) < len(wanted):
            raise SalesError(_("This product is there already."), "product")
        kinds = LINE_KINDS[found.pipeline.line]
        products = {one.pk: one for one in Product.objects.filter(pk__in=wanted, kind__in=kinds)}
        margins = {one.pk: one for one in ProductMargin.objects.filter(pk__in=wanted)}
        rows = [_row(found, line, products.get(line.product_id), margins.get(line.product_id), day) for line in lines]
        OpportunityProduct.objects.filter(opportunity=found).delete()
        OpportunityProduct.objects.bulk_create(rows)
        found.contribution = sum((row.contribution for row in rows if row.contribution is not None), Decimal(0))
        fields = ["contribution"]
        if not found.amount and (total := sum((row.amount for row in rows), Decimal(0))):
            found.amount, found.amount_cny = total, in_cny(total, found.currency)
            fields += ["amount", "amount_cny"]
        touch(found, *fields)
        log(found, products=wanted, contribution=found.contribution)
    return found


def _row(found: Any, line: Line, product: Any, margin: Any, day: Any) -> OpportunityProduct:
    if product is None:
        raise SalesError(_("Choose products of this line of business."), "product")
    if not 0 <= line.amount < LARGEST or not 0 < line.quantity <= 1_000_000:
        raise SalesError(_("An amount is not negative."), "amount")
    if line.price is not None and not 0 <= line.price < 1:
        raise SalesError(_("A price lies between 0 and 100 %."), "price")
    reference = published_price(product, currency=found.currency, term_days=line.term_days, day=day)
    floor = None
    if reference is not None:
        floor = floor_of(kind=product.kind, reference=reference, tolerance=found.pipeline.tolerance)
    beyond = (
        floor is not None and line.price is not None and is_beyond(kind=product.kind, price=line.price, floor=floor)
    )
    contribution = None
    if margin is not None:
        contribution = expected(
            Margin.of(margin),
            kind=product.kind,
            amount=in_cny(line.amount, found.currency),
            quantity=line.quantity,
            term_days=line.term_days,
            price=line.price,
            is_fee=product.fee_rate is not None,
        ).total
    return OpportunityProduct(
        opportunity=found,
        product=product,
        amount=line.amount,
        quantity=line.quantity,
        term_days=line.term_days,
        price=line.price,
        reference=reference,
        floor=floor,
        below_floor=beyond,
        contribution=contribution,
        margin_month=margin.month if margin is not None else None,
    )


def set_team(*, scope: Scope, opportunity_id: int, version: int, team: Sequence[Credit]) -> Opportunity:
    """Makes some people the team of an opportunity; their shares come to 100 %. Raises as above."""
    with transaction.atomic():
        found = locked(scope, opportunity_id, version)
        _put_team(found, team)
        touch(found)
        log(found, team={one.staff_id: f"{one.part} {one.share}" for one in team})
    return found


def add_to_team(
    *, scope: Scope, opportunity_id: int, staff_id: str, part: str = Part.REFERRER, share: Decimal
) -> Opportunity:
    """Gives one more person a share of the credit; what the others have is scaled down so that all come to 100 %.

    For rooms and jobs that know no version: the newest one is taken. Who is in the team already gets that share.
    """
    with transaction.atomic():
        rows = Opportunity.objects.visible_to(scope).select_for_update(of=("self",))
        found: Any = rows.get(pk=opportunity_id)
        before = {one.staff_id: one for one in OpportunityMember.objects.filter(opportunity=found)}  # type: ignore[attr-defined]
        shares = make_room({who: one.share for who, one in before.items()}, staff_id, share)
        team = [
            Credit(staff_id=who, part=part if who == staff_id else before[who].part, share=value)
            for who, value in shares.items()
        ]
        _put_team(found, team)
        touch(found)
        log(found, credited=staff_id, share=share)
    return found


def _put_team(found: Any, team: Sequence[Credit]) -> None:
    shares: Mapping[str, Decimal] = {one.staff_id: one.share for one in team}
    if len(shares) < len(team):
        raise SalesError(_("This person is in the team already."), "staff")
    if not team or len(team) > MOST_MEMBERS:
        raise SalesError(_("A team has one to %(number)s people.") % {"number": MOST_MEMBERS}, "staff")
    if any(not 0 <= share <= HUNDRED or share != share.quantize(CENT) for share in shares.values()):
        raise SalesError(_("A share lies between 0 and 100 %."), "share")
    total = sum(shares.values(), Decimal(0))
    if total != HUNDRED:
        words = _("The shares come to %(total)s %%: they must come to 100 %%.") % {"total": f"{total:g}"}
        raise SalesError(words, "share")
    if any(one.part not in Part.values for one in team):
        raise SalesError(_("Choose what the person does."), "part")
    there = set(OpportunityMember.objects.filter(opportunity=found).values_list("staff_id", flat=True))
    new = set(shares) - there
    known = set(Staff.objects.filter(pk__in=new, is_active=True).values_list("pk", flat=True))
    if missing := sorted(new - known):
        raise SalesError(_("Nobody in service has the number %(number)s.") % {"number": missing[0]}, "staff")
    OpportunityMember.objects.filter(opportunity=found).delete()
    OpportunityMember.objects.bulk_create(
        OpportunityMember(opportunity=found, staff_id=one.staff_id, part=one.part, share=one.share) for one in team
    )


def set_competitors(*, scope: Scope, opportunity_id: int, version: int, rivals: Sequence[Rival]) -> Opportunity:
    """Makes some banks the competitors of an opportunity; who won keeps that. Raises as above."""
    with transaction.atomic():
        found = locked(scope, opportunity_id, version)
        named = {one.name.strip()[:80]: one.offer.strip()[:200] for one in rivals if one.name.strip()}
        if len(named) > MOST_COMPETITORS:
            raise SalesError(_("An opportunity has at most %(number)s competitors.") % {"number": MOST_COMPETITORS})
        won = set(Competitor.objects.filter(opportunity=found, won=True).values_list("name", flat=True))
        Competitor.objects.filter(opportunity=found).delete()
        Competitor.objects.bulk_create(
            Competitor(opportunity=found, name=name, offer=offer, won=name in won) for name, offer in named.items()
        )
        touch(found)
        log(found, competitors=list(named))
    return found
