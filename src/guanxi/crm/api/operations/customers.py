"""Customers as a list, by the same filters as the page, and searching for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Query, Router
from pydantic import Field

from guanxi.crm.api.callers import Token
from guanxi.crm.api.errors import Problem
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import Names, sub_tier, tier
from guanxi.crm.api.schemas.customer import CustomerPage, Found, Hit, Row
from guanxi.crm.api.schemas.parts import Bound, Number, Parameters, Text, answers, cny
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record, searched
from guanxi.crm.org.token_models import Ability
from guanxi.crm.web.access import Area
from guanxi.crm.web.customers.listing import CUSTOMERS, source
from guanxi.crm.web.listing.listing import narrowed, page_of_fields, recorded, state_of
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.search.found import found_for

router = Router(tags=["customers"])
MAY = Token(Ability.CUSTOMERS, Area.CUSTOMERS)
FIELDS = (
    "party_id", "name", "kind", "tier", "sub_tier", "institution_id", "manager_id", "assets", "deposit", "wealth",
    "loan", "contribution_r12", "next_maturity", "days_overdue", "opened_on",
)  # fmt: skip
Tiers = Literal["vip", "affluent", "core", "standard", "potential", "restricted"]
Held = Literal[
    "demand_deposit", "term_deposit", "loan", "card", "wealth", "insurance", "fund", "e_banking"
]  # fmt: skip


class Asked(Parameters):
    """What narrows and orders the list, and which page of it."""

    q: Text = Field("", max_length=80, description=_noop("Name, pinyin, initials, customer number, ID, phone."))
    tier: list[Tiers] = Field([], max_length=6, description=_noop("Any of these."))
    kind: Literal["person", "organisation"] | None = None
    institution: Number | None = Field(None, description=_noop("With all institutions below it."))
    manager: Number | None = Field(None, description=_noop("Staff number; - for those without a manager."))
    holds: list[Held] = Field([], max_length=8, description=_noop("Holds all of these."))
    assets_min: Bound | None = Field(None, description=_noop("CNY."))
    assets_max: Bound | None = Field(None, description=_noop("CNY."))
    only: list[Literal["maturing", "overdue", "unmanaged"]] = Field(
        [], max_length=3, description=_noop("All of these.")
    )
    sort: Literal["-assets", "assets", "-contribution", "contribution", "-loan", "loan"] = "-assets"
    limit: int = Field(50, ge=1, le=200)
    page: str = Field("", max_length=600, description=_noop("The value of next of the page before."))


@router.get(
    "",
    auth=MAY,
    response=answers(CustomerPage),
    summary=_noop("List customers"),
    url_name="customers",
    description=_noop(
        "The customers you may see, a page at a time. There is no total: a page costs the same wherever it is."
    ),
)
def customers(request: StaffRequest, asked: Query[Asked]) -> Any:
    listing = replace(CUSTOMERS, page_size=asked.limit)
    state = state_of(listing, request, narrow=lambda _values: False)
    if asked.page and state.cursor is None:
        raise Problem("invalid-cursor", _("Give back next as it was, with the same filters and the same sort."))
    rows = narrowed(listing, request, source(request), state)
    page = page_of_fields(listing, rows, state, FIELDS)
    take(request, len(page.rows))
    facts = {**recorded(listing, state), "first": page.first, "rows": len(page.rows)}
    record(action=Action.LIST, kind="api-v1:customers", detail=facts)
    names = Names(request)
    return CustomerPage(
        business_date=request.business_date,
        items=[_row(names, dict(zip(page.fields, row, strict=False))) for row in page.rows],
        next=page.following.write(listing.name) if page.following else None,
    )


def _row(names: Names, found: dict[str, Any]) -> Row:
    return Row(
        id=found["party_id"],
        name=found["name"],
        kind=found["kind"],
        tier=tier(found["tier"]),
        sub_tier=sub_tier(found["sub_tier"]),
        institution=names.institution(found["institution_id"]),
        manager=names.staff(found["manager_id"]),
        assets=cny(found["assets"]),
        deposit=cny(found["deposit"]),
        wealth=cny(found["wealth"]),
        loan=cny(found["loan"]),
        contribution_12_months=cny(found["contribution_r12"]),
        next_maturity=found["next_maturity"],
        days_overdue=found["days_overdue"] or 0,
        customer_since=found["opened_on"],
    )


searching = Router(tags=["customers"])


class Words(Parameters):
    """What is searched for."""

    q: Text = Field(
        min_length=1, max_length=80, description=_noop("Name, pinyin, initials, customer number, ID, phone.")
    )
    limit: int = Field(20, ge=1, le=50)


@searching.get(
    "",
    auth=MAY,
    response=answers(Found),
    summary=_noop("Search for customers"),
    url_name="search",
    description=_noop(
        "Whom a text means: identity numbers and phones are found whole (a phone also by four digits), and not shown."
    ),
)
def search(request: StaffRequest, asked: Query[Words]) -> Any:
    words = asked.q.strip()
    found = found_for(request, words, asked.limit)
    take(request, len(found.hits))
    facts = {"found": len(found.hits), "more": found.more}
    record(action=Action.SEARCH, kind="api-v1:search", detail={**searched(words), **facts})
    return Found(
        items=[
            Hit(
                id=hit.party_id,
                name=_plain(hit.name),
                kind=hit.kind,
                tier=sub_tier(hit.sub_tier) or tier(hit.tier),
                institution=str(hit.institution),
                manager=str(hit.manager),
            )
            for hit in found.hits
        ],
        more=found.more,
    )


def _plain(name: Any) -> str:
    """The name without the mark that pages draw."""
    from html import unescape

    return unescape(strip_tags(str(name)))
