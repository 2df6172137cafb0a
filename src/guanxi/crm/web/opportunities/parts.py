"""Changes the parts of an opportunity: products, team, competitors. One page each; a stale one shows what stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.holding.models import Product
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.sales.credit import evenly
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.opportunity_codes import LINE_KINDS
from guanxi.crm.sales.opportunity_parts import set_competitors, set_products, set_team
from guanxi.crm.sales.opportunity_queries import Whole
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.people import colleagues
from guanxi.crm.web.opportunities.forms import TERMS
from guanxi.crm.web.opportunities.part_forms import (
    MemberRows,
    ProductRows,
    RivalRows,
    credits_of,
    lines_of,
    percent,
    rivals_of,
)
from guanxi.crm.web.opportunities.reading import address, changing, number
from guanxi.crm.web.opportunities.words import typed_amount
from guanxi.crm.web.request import StaffRequest


def _choices(request: StaffRequest, whole: Whole) -> list[tuple[str, str]]:
    """The products of the line on sale, and those chosen already."""
    kinds = LINE_KINDS[whole.opportunity.pipeline.line]
    chosen = {line.product_id for line in whole.products}
    rows = Product.objects.filter(kind__in=kinds).order_by("kind", "name", "id")
    language = request.display.language
    return [
        (one.pk, one.name_en or one.name if language.startswith("en") else one.name)
        for one in rows
        if one.on_sale or one.pk in chosen
    ]


@only_for(Area.OPPORTUNITIES)
@drafted
def products(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """What is sold: products with amounts, terms and prices; the contribution is computed."""
    whole = changing(request, opportunity_id)
    common = {"form_kwargs": {"choices": _choices(request, whole)}, "prefix": "p"}
    initial = [
        {
            "product": line.product_id,
            "amount": typed_amount(line.amount, request.display) if line.amount else "",
            "quantity": line.quantity,
            "term_days": line.term_days,
            "price": percent(line.price),
        }
        for line in whole.products
    ]
    if not initial:
        one = whole.opportunity
        initial = [{"amount": typed_amount(one.amount, request.display), "quantity": 1, "term_days": one.term_days}]
    template, more = "web/opportunities/products.html", {"terms": TERMS, "shift": request.display.shift}
    if request.method != "POST":
        return _page(request, template, whole, ProductRows(initial=initial, **common), **more)
    rows = ProductRows(request.POST, **common)
    shift = number(request.POST.get("shift", "")) or 0
    lines = lines_of(rows, shift) if rows.is_valid() else None
    more["shift"] = shift
    if lines is None:
        return _page(request, template, whole, rows, status=422, **more)

    def save(version: int) -> Any:
        return set_products(
            scope=request.scopes[Verb.EDIT],
            opportunity_id=opportunity_id,
            version=version,
            lines=lines,
            day=request.business_date or timezone.localdate(),
        )

    return _save(request, whole, rows, template, save, more)


@only_for(Area.OPPORTUNITIES)
@drafted
def team(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """Who works on it, and how the credit is split."""
    whole = changing(request, opportunity_id)
    initial = [{"staff": one.staff_id, "part": one.part, "share": f"{one.share.normalize():f}"} for one in whole.team]
    names = {one.staff_id: one.who for one in whole.team}
    template, more = "web/opportunities/team.html", {"colleagues": colleagues(request), "names": names}
    if request.method != "POST":
        return _page(request, template, whole, MemberRows(initial=initial, prefix="t"), **more)
    rows = MemberRows(request.POST, prefix="t")
    if not rows.is_valid():
        return _page(request, template, whole, rows, status=422, **more)
    found = credits_of(rows)
    if "evenly" in request.POST:
        shares = evenly([one.staff_id for one in found])
        split = [
            {"staff": one.staff_id, "part": one.part, "share": f"{shares[one.staff_id].normalize():f}"} for one in found
        ]
        return _page(request, template, whole, MemberRows(initial=split, prefix="t"), **more)

    def save(version: int) -> Any:
        return set_team(scope=request.scopes[Verb.EDIT], opportunity_id=opportunity_id, version=version, team=found)

    return _save(request, whole, rows, template, save, more)


@only_for(Area.OPPORTUNITIES)
@drafted
def competitors(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """Which other banks want it."""
    whole = changing(request, opportunity_id)
    initial = [{"name": one.name, "offer": one.offer} for one in whole.competitors]
    template = "web/opportunities/competitors.html"
    if request.method != "POST":
        return _page(request, template, whole, RivalRows(initial=initial, prefix="c"))
    rows = RivalRows(request.POST, prefix="c")
    if not rows.is_valid():
        return _page(request, template, whole, rows, status=422)
    found = rivals_of(rows)

    def save(version: int) -> Any:
        return set_competitors(
            scope=request.scopes[Verb.EDIT], opportunity_id=opportunity_id, version=version, rivals=found
        )

    return _save(request, whole, rows, template, save, {})


def _save(
    request: StaffRequest,
    whole: Whole,
    rows: Any,
    template: str,
    save: Callable[[int], Any],
    more: dict[str, Any],
) -> HttpResponseBase:
    """Saves what was typed on top of the version that was seen; a stale one stays on the page beside what stands."""
    try:
        save(number(request.POST.get("version", "")) or 0)
    except StaleError as stale:
        again = changing(request, whole.opportunity.pk)
        return _page(request, template, again, rows, stale=stale.current, status=409, **more)
    except SalesError as refused:
        return _page(request, template, whole, rows, problem=str(refused), status=422, **more)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(address(whole.opportunity.pk))


def _page(
    request: StaffRequest,
    template: str,
    whole: Whole,
    rows: Any,
    *,
    problem: str = "",
    stale: Any = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    sent = request.POST.get("version", "") if rows.is_bound and stale is None else ""
    context = {
        "whole": whole,
        "one": whole.opportunity,
        "rows": rows,
        "problem": problem,
        "stale": stale,
        "version": sent or whole.opportunity.version,
        "back": address(whole.opportunity.pk),
        **more,
    }
    return render(request, template, context, status=status)
