"""The product catalogue: what the bank sells, at which rates, and who of one's customers holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from guanxi.crm.holding.catalogue_queries import CatalogueEntry, RateLine, catalogue, holders, rate_lines
from guanxi.crm.holding.models import AgreementKind, Dimension, Product
from guanxi.crm.org.models import Line, Role
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.catalogue.charts import rate_chart
from guanxi.crm.web.request import StaffRequest

# Transfer prices are the treasury's affair: shown to those who steer, not to those who sell.
SEES_CURVES = frozenset({Role.HEAD_OFFICE, Role.ANALYST, Role.AUDITOR, Role.STEWARD})


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products of one dimension."""

    dimension: Dimension
    entries: tuple[CatalogueEntry, ...]

    @property
    def rates(self) -> bool:
        """Whether any of them has a rate."""
        return any(entry.lowest is not None for entry in self.entries)

    @property
    def fees(self) -> bool:
        """Whether any of them has a fee rate or a risk level."""
        return any(entry.product.fee_rate or entry.product.risk_level for entry in self.entries)


def _chosen(request: StaffRequest, name: str, values: list[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in values else ""


@only_for(Area.PRODUCTS)
def products(request: StaffRequest) -> HttpResponse:
    """Every product by dimension; ``?line=``, ``?kind=`` and ``?all=1`` (those no longer sold as well) narrow it."""
    line = _chosen(request, "line", Line.values)
    kind = _chosen(request, "kind", AgreementKind.values)
    everything = bool(request.GET.get("all"))
    entries = catalogue(day=request.business_date) if request.business_date else ()
    shown = [
        entry
        for entry in entries
        if (everything or entry.product.on_sale)
        and (not line or entry.product.line in {line, Line.BOTH})
        and (not kind or entry.product.kind == kind)
    ]
    shelves = (
        Shelf(dimension, tuple(entry for entry in shown if entry.product.dimension == dimension))
        for dimension in Dimension
    )
    context: dict[str, Any] = {
        "shelves": [shelf for shelf in shelves if shelf.entries],
        "count": len(shown),
        "any": bool(entries),
        "line": line,
        "kind": kind,
        "everything": everything,
        "lines": [choice for choice in Line.choices if choice[0] != Line.BOTH],
        "kinds": [
            choice for choice in AgreementKind.choices if any(entry.product.kind == choice[0] for entry in entries)
        ],
    }
    template = "web/catalogue/products.html"
    return render(request, f"{template}#shelves" if request.is_partial else template, context)


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate in force at the business date, the one before it, and the next that is announced."""

    line: RateLine
    now: Any
    before: Any
    announced: Any


def _product(product_id: str) -> Product:
    try:
        return Product.objects.get(pk=product_id)
    except Product.DoesNotExist:
        raise Http404 from None


@only_for(Area.PRODUCTS)
def product(request: StaffRequest, product_id: str) -> HttpResponse:
    """One product with its rates and their history."""
    found = _product(product_id)
    lines = rate_lines(product_id)
    day = request.business_date
    context = {
        "product": found,
        "rates": [RateRow(line, line.on(day), line.before(day), line.announced(day)) for line in lines] if day else [],
        "chart": rate_chart(lines, day=day, display=request.display) if day else None,
        "sees_curve": bool(request.roles & SEES_CURVES),
        "may_see_customers": may(request, Area.CUSTOMERS),
        "line_label": Line(found.line).label if found.line in Line.values else found.line,
    }
    return render(request, "web/catalogue/product.html", context)


@only_for(Area.CUSTOMERS)
def product_holders(request: StaffRequest, product_id: str) -> HttpResponse:
    """How many of one's customers hold a product; its own address, since counting may take a moment."""
    found = _product(product_id)
    counted = holders(request.scope, product_id)
    words = _("of my customers hold it") if counted.count else _("None of my customers holds it")
    return render(request, "web/catalogue/holders.html", {"product": found, "holders": counted, "words": words})
