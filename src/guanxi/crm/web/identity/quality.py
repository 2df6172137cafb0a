"""The quality of the customers' data for the bank: complete, valid, found twice; over time, by branch; what to mend."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from guanxi.crm.identity.quality_queries import Board, board, to_mend
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.party.models import PartyKind
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.customers.listing import institution_options
from guanxi.crm.web.identity.words import field_word
from guanxi.crm.web.request import StaffRequest

NEEDED = ("party_name", "identifier", "phone", "birth_date", "industry_code")


@only_for(Area.CUSTOMER_QUALITY)
def quality(request: StaffRequest) -> HttpResponse:
    """The board, within what the person sees; each branch leads to itself."""
    tree = institution_tree(request.display.version)
    place = request.GET.get("institution", "")
    found = board(request.scope, tree, place)
    kinds = [
        (label, [(field_word(one.key, value), one) for one in found.fields if one.kind == value])
        for value, label in PartyKind.choices
    ]
    context = {
        "board": found,
        "kinds": [(label, rows) for label, rows in kinds if rows],
        "league": [(tree.label(one.key, request.display.language), one) for one in found.league],
        "places": institution_options(request),
        "given": request.GET,
        "chart": _chart(found),
    }
    return render(request, "web/identity/quality.html", context)


@only_for(Area.CUSTOMER_QUALITY)
def mend(request: StaffRequest) -> HttpResponse:
    """What to mend, the most money at stake first."""
    tree = institution_tree(request.display.version)
    field, place = (request.GET.get(name, "") for name in ("field", "institution"))
    found = to_mend(
        request.scope,
        field=field if field in NEEDED else "",
        places=tree.below([place]) if place in tree.nodes else (),
        after=request.GET.get("after", ""),
    )
    context = {
        "work": found,
        "rows": [
            (one, field_word(one.field), tree.label(one.institution_id, request.display.language)) for one in found.rows
        ],
        "fields": [(one, field_word(one)) for one in NEEDED],
        "places": institution_options(request),
        "given": request.GET,
    }
    return render(request, "web/identity/mend.html", context)


def _chart(found: Board) -> Chart | None:
    if len(found.trend) < 2:
        return None
    days = [day.isoformat() for day, _complete, _sound in found.trend]
    first, last = found.trend[0][2], found.trend[-1][2]
    change = (last - first) * 100
    if change >= 0:
        finding = _("Valid: %(now)s, up %(change)s points") % {"now": f"{last:.1%}", "change": f"{change:.1f}"}
    else:
        finding = _("Valid: %(now)s, down %(change)s points") % {"now": f"{last:.1%}", "change": f"{-change:.1f}"}
    return Chart(
        id="quality",
        kind="steps",
        finding=finding,
        what=_("Share of fields that are filled in, and of those that are valid, by business date"),
        at=days,
        labels=(),
        series=[
            Series(_("filled in"), [Decimal(f"{complete:.6f}") for _day, complete, _sound in found.trend], 1),
            Series(_("valid"), [Decimal(f"{sound:.6f}") for _day, _complete, sound in found.trend], 2),
        ],
        measure="rate",
    )
