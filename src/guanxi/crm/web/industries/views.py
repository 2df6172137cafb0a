"""The page of industries."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customers.listing import institution_options
from guanxi.crm.web.exports.rights import may_export
from guanxi.crm.web.industries import export  # noqa: F401 - declares what can be taken out here
from guanxi.crm.web.industries.charts import treemap
from guanxi.crm.web.industries.page import MEASURES, page_of
from guanxi.crm.web.request import StaffRequest

TEMPLATE = "web/industries/industries.html"


@require_safe
@only_for(Area.INDUSTRIES)
def industries(request: StaffRequest) -> HttpResponse:
    """Organisations by industry; ``?section=`` opens one, ``?by=`` chooses the measure, ``?institution=`` narrows."""
    page = page_of(request, request.published) if request.published else None
    context = {
        "page": page,
        "chart": treemap(page, request.display) if page else None,
        "measures": [
            {"label": label, "url": page.asked.address(by="" if key == "assets" else key), "here": key == page.asked.by}
            for key, label in MEASURES.items()
        ]
        if page
        else [],
        # An option cannot be indented by a style: a wide space a level.
        "institutions": [(one.value, "\u3000" * one.depth + one.label) for one in institution_options(request)],
        "exports": may_export(request),
    }
    return render(request, f"{TEMPLATE}#industries" if request.is_partial else TEMPLATE, context)
