"""Prices beyond the floor: asked for on the opportunity's page, decided on by somebody else."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.sales.approval_services import ask_for_price, decide_on_price
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import PriceApproval
from guanxi.crm.sales.opportunity_queries import waiting_prices
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.opportunities.page import page
from guanxi.crm.web.opportunities.reading import address, changing, number, whole_of
from guanxi.crm.web.opportunities.steps import stale_words
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest

MOST = 100


@only_for(Area.PRICES)
def prices(request: StaffRequest) -> HttpResponse:
    """The prices that wait for the person's decision, the oldest first."""
    rows = not_erased(waiting_prices(request.scopes[Verb.APPROVE], request.user.id), party="opportunity__party_id")
    found = list(rows[: MOST + 1])
    context = {"waiting": found[:MOST], "more": len(found) > MOST}
    return render(request, "web/opportunities/prices.html", context)


@require_POST
@only_for(Area.OPPORTUNITIES)
@drafted
def ask(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """Asks for the price of a product."""
    whole = changing(request, opportunity_id)
    try:
        ask_for_price(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            opportunity_id=opportunity_id,
            version=number(request.POST.get("version", "")) or 0,
            product_id=request.POST.get("product", "")[:32],
            why=request.POST.get("why", ""),
        )
    except StaleError as stale:
        return page(request, changing(request, opportunity_id), problem=stale_words(request, stale.current), status=409)
    except SalesError as refused:
        return page(request, whole, problem=str(refused), status=422)
    messages.success(request, _("Asked for. Whoever may approve finds it among the prices that wait."))
    return HttpResponseRedirect(address(opportunity_id))


@require_POST
@only_for(Area.PRICES)
@drafted
def decide(request: StaffRequest, opportunity_id: int, approval_id: int) -> HttpResponseBase:
    """Approves or refuses a price."""
    whole = whole_of(request, opportunity_id)
    try:
        decide_on_price(
            scope=request.scopes[Verb.APPROVE],
            by=request.user.id,
            opportunity_id=opportunity_id,
            approval_id=approval_id,
            approve="approve" in request.POST,
            said=request.POST.get("said", ""),
        )
    except PriceApproval.DoesNotExist:
        raise Http404 from None
    except SalesError as refused:
        return page(request, whole, problem=str(refused), status=422)
    messages.success(request, _("Decided."))
    return HttpResponseRedirect(own_path(request.POST.get("next", ""), default=address(opportunity_id)))
