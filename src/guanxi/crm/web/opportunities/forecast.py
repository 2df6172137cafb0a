"""The forecast: by month and institution, as a picture and a table, down to the opportunities behind each figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.kernel.scope import Reach
from guanxi.crm.org.queries import InstitutionTree, institution_tree
from guanxi.crm.sales.forecast_queries import Cell, Forecast, MonthSums, forecast
from guanxi.crm.sales.opportunity_queries import Line, pipelines
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import show
from guanxi.crm.web.opportunities.charts import forecast_chart
from guanxi.crm.web.opportunities.listing import institutions_of
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Part:
    """An institution in the table: its months, all of them together, and where the next level is (empty: none)."""

    name: str
    url: str
    institution_id: str
    months: tuple[tuple[MonthSums, str], ...]
    total: MonthSums


@dataclass(frozen=True, slots=True)
class StageLine:
    """What is open in a stage, of one pipeline."""

    label: str
    probability: int
    cell: Cell
    url: str


@only_for(Area.OPPORTUNITIES)
def forecast_page(request: StaffRequest) -> HttpResponse:
    """The weighted forecast of what the person sees, of one institution where the address says so; three queries."""
    tree = institution_tree(request.display.version)
    lines = pipelines()
    asked_line = request.GET.get("line", "")
    line = next((one for one in lines if one.pipeline.line == asked_line), None)
    at = request.GET.get("institution", "")
    seen = institutions_of(request)
    if at and (at not in tree.nodes or (seen is not None and at not in seen)):
        raise Http404
    below = frozenset(tree.below([at])) if at else None
    owners = tuple(filter(None, [request.GET.get("owner", "")[:32]]))
    found = forecast(request.scope, today=timezone.localdate(), line=line.pipeline.pk if line else None, owners=owners)
    months = found.months(below)
    base = [(key, value) for key, value in (("line", asked_line if line else ""), ("owner", "".join(owners))) if value]
    this = next(month for month in months if month.month == found.this)
    chart = forecast_chart(months, this, request.display)
    context: dict[str, Any] = {
        "forecast": found,
        "months": [(month, _list(base, month, at)) for month in months],
        "total": found.total(below),
        "this": this,
        "chart": chart if chart.visible(request.display) else None,
        "parts": parts_of(request, tree, found, at, base),
        "crumbs": _crumbs(request, tree, at, base),
        "stages": _stages(request, found, below, lines, at),
        "lines": [(one.pipeline.line, one.pipeline.label(request.display.language), one is line) for one in lines],
        "line": line,
        "at": at,
        "query": urlencode(base),
    }
    return show(request, "web/opportunities/forecast.html", context, part="forecast")


def _list(base: list[tuple[str, str]], month: MonthSums | None, institution: str) -> str:
    """The list of the opportunities behind a figure."""
    pairs = [*base, ("institution", institution), ("month", f"{month.month:%Y-%m}" if month else "")]
    return f"{reverse('opportunities')}?{urlencode([pair for pair in pairs if pair[1]])}"


def children(request: StaffRequest, tree: InstitutionTree, at: str) -> list[str]:
    """The institutions of the next level: below the one named, else the topmost that the person sees."""
    if at:
        return [at, *tree.nodes[at].children]
    seen = institutions_of(request)
    if request.scope.reach is Reach.OWN:
        return []
    tops = [node.id for node in tree.nodes.values() if (seen is None or node.id in seen)
            and (not node.parent_id or (seen is not None and node.parent_id not in seen))]  # fmt: skip
    # Where one stands alone at the top, what is below it is what one looks for.
    return [tops[0], *tree.nodes[tops[0]].children] if len(tops) == 1 else tops


def parts_of(
    request: StaffRequest, tree: InstitutionTree, found: Forecast, at: str, base: list[tuple[str, str]]
) -> tuple[Part, ...]:
    """The institutions of the next level with what they have; those that have nothing are left out."""
    rows = []
    wanted = children(request, tree, at)
    above = at or (wanted[0] if wanted and len(wanted) > 1 and tree.nodes[wanted[0]].children else "")
    for number in wanted:
        own = number == above
        inside = frozenset([number]) if own else frozenset(tree.below([number]))
        total = found.total(inside)
        if not (total.won.count or total.open.count):
            continue
        name = tree.label(number, request.display.language)
        url = "" if own or not tree.nodes[number].children else f"?{urlencode([*base, ('institution', number)])}"
        months = tuple((month, _list(base, month, number)) for month in found.months(inside))
        rows.append(Part(name, url, number, months, total))
    return tuple(sorted(rows, key=lambda row: (-row.total.total, row.name)))


def _crumbs(
    request: StaffRequest, tree: InstitutionTree, at: str, base: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The way down to the institution: names with their addresses, from the first that the person sees."""
    seen = institutions_of(request)
    path = []
    while at and (seen is None or at in seen):
        node = tree.nodes[at]
        path.append((node.label(request.display.language), f"?{urlencode([*base, ('institution', at)])}"))
        at = node.parent_id or ""
    return path[::-1]


def _stages(
    request: StaffRequest, found: Forecast, below: frozenset[str] | None, lines: tuple[Line, ...], at: str
) -> list[tuple[str, list[StageLine]]]:
    """What is open by stage, pipeline by pipeline; pipelines with nothing are left out."""
    cells = found.stages(below)
    language = request.display.language
    shown = []
    for line in lines:
        rows = [
            StageLine(
                stage.label(language),
                stage.probability,
                cells[stage.pk],
                f"{reverse('opportunities')}?"
                + urlencode([pair for pair in (("stage", str(stage.pk)), ("institution", at)) if pair[1]]),
            )
            for stage in line.open_stages
            if stage.pk in cells
        ]
        if rows:
            shown.append((line.pipeline.label(language), rows))
    return shown
