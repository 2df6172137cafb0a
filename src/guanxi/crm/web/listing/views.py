"""Answers for lists: the page or its fragment, a filter's choices, the column choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.services import set_preferences
from guanxi.crm.web.listing.filters import Pick
from guanxi.crm.web.listing.listing import (
    Listing,
    State,
    Total,
    address,
    narrowed,
    page_of,
    pairs_of,
    recorded,
    state_of,
)
from guanxi.crm.web.listing.registry import listing_named, source_of
from guanxi.crm.web.listing.render import NARROWEST, WIDEST, chosen_columns, list_page
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest


def _never(_values: dict[str, Any]) -> bool:
    return False


def _unknown(_state: State) -> Total | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a listing is shown on one page.

    ``narrow`` says of filters' values whether so few rows remain that every sort is offered and a thousand are counted;
    ``total`` gives a total where it is known for little; ``left_out`` are columns that say nothing to this person.
    """

    template: str
    narrow: Callable[[dict[str, Any]], bool] = _never
    total: Callable[[State], Total | None] = _unknown
    left_out: frozenset[str] = frozenset()
    context: dict[str, Any] = field(default_factory=dict)


def respond(request: StaffRequest, listing: Listing, shown: Shown) -> HttpResponseBase:
    """The list as a page, or as its fragment (the partial ``list`` of the same template), or choices."""
    state = state_of(listing, request, narrow=shown.narrow)
    if "pick" in request.GET:
        return _choices(request, listing, state)
    rows = narrowed(listing, request, source_of(listing.name)(request), state)
    columns = chosen_columns(listing, request, shown.left_out)
    narrow = shown.narrow(state.values)
    page = page_of(listing, rows, state, columns, total=shown.total(state), count=narrow)
    _record(listing, state, page.first, len(page.rows))
    shown_list = list_page(listing, request, state, page, columns, narrow=narrow)
    context = {"list": shown_list, **shown.context}
    if not request.is_partial:
        return render(request, shown.template, context)
    response = render(request, f"{shown.template}#list", context)
    # The address that the browser keeps is the canonical one, not what the form happened to send.
    response.headers["HX-Push-Url"] = request.path + (_here(shown_list.url, request) or "")
    return response


def _record(listing: Listing, state: State, first: int, rows: int) -> None:
    """A page of a list is recorded with what narrowed it, and which of its rows were shown."""
    record(
        action=Action.LIST,
        kind=listing.name,
        detail={**recorded(listing, state), "first": first, "rows": rows},
    )


def _here(url: str, request: StaffRequest) -> str:
    page = request.GET.get("page", "")
    if page:
        return f"{url}{'&' if len(url) > 1 else ''}{urlencode({'page': page})}"
    return "" if url == "?" else url


def _choices(request: StaffRequest, listing: Listing, state: State) -> HttpResponse:
    """The choices of one filter, each a link that keeps the other filters."""
    one = next((one for one in listing.filters if one.key == request.GET["pick"]), None)
    if not isinstance(one, Pick):
        raise Http404
    base = [pair for pair in pairs_of(listing, state) if pair[0] != one.key]
    chosen = state.values.get(one.key, "")
    options = [
        {"option": option, "url": address([*base, (one.key, option.value)]), "chosen": option.value == chosen}
        for option in one.options(request)
    ]
    context = {"options": options, "filter": one, "any_url": address(base), "path": request.path, "any": not chosen}
    return render(request, "web/listing/choices.html", context)


@require_POST
def columns(request: StaffRequest, name: str) -> HttpResponse:
    """Keeps which columns of a list a person wants, in which order, and how wide."""
    listing = listing_named(name)
    known = {column.key for column in listing.columns}
    kept = request.user.preferences.get(f"list:{name}", {})
    kept = dict(kept) if isinstance(kept, dict) else {}
    if "reset" in request.POST:
        kept = {}
    elif "column" in request.POST:
        kept["columns"] = [key for key in dict.fromkeys(request.POST.getlist("column")) if key in known]
    elif request.POST.get("wide") in known:
        try:
            width = int(request.POST.get("pixels", ""))
        except ValueError:
            return HttpResponse(status=422)
        widths = kept.get("widths", {}) if isinstance(kept.get("widths"), dict) else {}
        kept["widths"] = {**widths, request.POST["wide"]: max(NARROWEST, min(WIDEST, width))}
    set_preferences(staff=request.user, changes={f"list:{name}": kept or None})
    if request.is_partial:
        return HttpResponse(status=204)
    return HttpResponseRedirect(own_path(request.POST.get("next", "")))
