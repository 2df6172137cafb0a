"""Who asks, what is published, institutions, staff and products."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Query, Router
from pydantic import Field

from guanxi.crm.api.callers import Token
from guanxi.crm.api.reach import Names
from guanxi.crm.api.schemas import organisation as wire
from guanxi.crm.api.schemas.parts import Number, Parameters, answers, coded
from guanxi.crm.holding.catalogue_queries import catalogue, rate_lines
from guanxi.crm.holding.models import AgreementKind, Dimension, Product
from guanxi.crm.kernel.scope import Reach, Scope, Sight
from guanxi.crm.org import models as org
from guanxi.crm.org.queries import institution_tree, managers_of
from guanxi.crm.org.token_models import Ability
from guanxi.crm.web.access import Area
from guanxi.crm.web.customers.listing import institutions_of
from guanxi.crm.web.request import StaffRequest

router = Router(tags=["organisation"])
ANYBODY = Token(None)
MAY = Token(Ability.ORGANISATION)
MAY_PRODUCTS = Token(Ability.PRODUCTS, Area.PRODUCTS)


@router.get(
    "/me",
    auth=ANYBODY,
    response=answers(wire.Me),
    summary=_noop("Who am I"),
    url_name="me",
    description=_noop(
        "Who asks, in which roles, and how far each verb reaches for this request: never further than the token."
    ),
)
def me(request: StaffRequest) -> Any:
    token, staff = request.token, request.user
    names = Names(request)
    return wire.Me(
        id=staff.pk,
        name=staff.name,
        institution=names.institution(staff.institution_id) if staff.institution_id else None,
        roles=[found for role in sorted(request.roles) if (found := coded(org.Role, role))],
        scopes=[_reach(verb.value, scope) for verb, scope in request.scopes.items()],
        token=wire.TokenFacts(
            name=token.name,
            abilities=token.abilities,
            expires_at=token.expires_at,
            records_a_day=settings.EXPORT_APPROVAL_ROWS_A_DAY if token.rows_a_day is None else token.rows_a_day,
        )
        if token
        else None,
    )


def _reach(verb: str, scope: Scope) -> wire.Reach:
    return wire.Reach(
        verb=verb,
        reach=scope.reach.value,
        retail=_sight(scope.retail),
        corporate=_sight(scope.corporate),
        managers=list(scope.managers),
        words=_words(scope),
    )


def _sight(sight: Sight) -> list[str] | None:
    return None if sight.everything else list(sight.institution_ids)


def _words(scope: Scope) -> str:
    if scope.reach is Reach.NOTHING:
        return _("No customers")
    if scope.reach is Reach.EVERYTHING:
        return _("All customers of the bank")
    parts = []
    for label, sight in ((_("Retail"), scope.retail), (_("Corporate"), scope.corporate)):
        if sight.everything:
            parts.append(_("%(line)s: the whole bank") % {"line": label})
        elif sight.institution_ids:
            many = len(sight.institution_ids)
            words = ngettext("%(line)s: %(many)s institution", "%(line)s: %(many)s institutions", many)
            parts.append(words % {"line": label, "many": many})
    if scope.managers:
        many = len(scope.managers)
        parts.append(ngettext("The book of %(many)s manager", "The books of %(many)s managers", many) % {"many": many})
    if scope.supported:
        many = len(scope.supported)
        parts.append(ngettext("%(many)s supported customer", "%(many)s supported customers", many) % {"many": many})
    return " · ".join(parts)


@router.get(
    "/publication",
    auth=ANYBODY,
    response=answers(wire.Publication),
    summary=_noop("What is published"),
    url_name="publication",
    description=_noop("The business date that every answer shows. Ask this to know whether a new day has come."),
)
def publication(request: StaffRequest) -> Any:
    found = request.published
    return wire.Publication(
        id=found.id if found else None,
        business_date=found.business_date if found else None,
        previous_business_date=found.previous_business_date if found else None,
        published_at=found.published_at if found else None,
    )


@router.get(
    "/institutions",
    auth=MAY,
    response=answers(wire.Institutions),
    summary=_noop("Institutions"),
    url_name="institutions",
    description=_noop("The bank's institutions as a tree: each before those below it."),
)
def institutions(request: StaffRequest) -> Any:
    tree = institution_tree(request.published.id if request.published else 0)
    language = get_language() or "zh-hans"
    return wire.Institutions(
        items=[
            wire.Institution(
                id=node.id,
                name=node.label(language),
                kind=coded(org.Institution.Kind, node.kind),
                parent_id=node.parent_id,
                depth=node.depth,
            )
            for node in tree.nodes.values()
        ]
    )


@router.get(
    "/staff",
    auth=MAY,
    response=answers(wire.Colleagues),
    summary=_noop("Relationship managers"),
    url_name="staff",
    description=_noop(
        "The relationship managers in service of the institutions that you see; your own institution's at least."
    ),
)
def colleagues(request: StaffRequest) -> Any:
    seen = institutions_of(request)
    if request.scope.reach is Reach.NOTHING or request.scope.reach is Reach.OWN:
        seen = (request.user.institution_id,) if request.user.institution_id else ()
    names = Names(request)
    return wire.Colleagues(
        items=[
            wire.Colleague(id=number, name=name, institution=names.institution(place))
            for number, name, place in managers_of(seen)
        ]
    )


class Shelf(Parameters):
    """What narrows the catalogue."""

    kind: AgreementKind | None = None
    on_sale: bool = Field(True, description=_noop("False: those no longer sold as well."))


@router.get(
    "/products",
    auth=MAY_PRODUCTS,
    response=answers(wire.Products),
    summary=_noop("Products"),
    url_name="products",
    description=_noop("The catalogue with the span of rates in force at the business date."),
)
def products(request: StaffRequest, shelf: Query[Shelf]) -> Any:
    names = Names(request)
    entries = catalogue(day=request.business_date) if request.business_date else ()
    return wire.Products(
        items=[
            wire.Product(
                id=one.product.id,
                name=names.label(one.product.name, one.product.name_en),
                dimension=coded(Dimension, one.product.dimension),
                kind=coded(AgreementKind, one.product.kind),
                line=one.product.line,
                on_sale=one.product.on_sale,
                risk_level=one.product.risk_level,
                fee_rate=one.product.fee_rate,
                lowest_rate=one.lowest,
                highest_rate=one.highest,
            )
            for one in entries
            if (one.product.on_sale or not shelf.on_sale) and (shelf.kind is None or one.product.kind == shelf.kind)
        ]
    )


@router.get(
    "/products/{product_id}",
    auth=MAY_PRODUCTS,
    response=answers(wire.ProductRates, 404),
    summary=_noop("One product"),
    url_name="product",
    description=_noop("A product with its rates and their history."),
)
def product(request: StaffRequest, product_id: Number) -> Any:
    found = Product.objects.filter(pk=product_id).first()
    if found is None:
        raise Http404
    return wire.ProductRates(
        id=found.id,
        name=Names(request).label(found.name, found.name_en),
        kind=coded(AgreementKind, found.kind),
        on_sale=found.on_sale,
        rates=[
            wire.Rates(
                currency=line.currency,
                term_days=line.term_days,
                steps=[wire.Step(valid_from=step.valid_from, annual_rate=step.annual_rate) for step in line.steps],
            )
            for line in rate_lines(product_id)
        ],
    )
