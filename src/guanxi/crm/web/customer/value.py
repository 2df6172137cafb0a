"""Value: balances over time, averages, contribution by month, and the way down to agreements and formulas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from guanxi.crm.holding.event_queries import EventCount, event_counts
from guanxi.crm.holding.models import Agreement, Dimension
from guanxi.crm.holding.queries import Held, agreement
from guanxi.crm.insight import formulas
from guanxi.crm.insight.assumption_queries import unit_costs
from guanxi.crm.insight.contribution_queries import (
    R12,
    R12_CLOSED,
    Amounts,
    Period,
    agreement_inputs,
    agreement_months,
    breakdown,
)
from guanxi.crm.insight.customer_queries import Month, balance_points, closed_months, month_end, month_start
from guanxi.crm.insight.formulas import Formula, Inputs
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.charts import Chart
from guanxi.crm.web.customer.charts import balance_chart, contribution_chart
from guanxi.crm.web.customer.frame import Frame, customer_frame, show
from guanxi.crm.web.customer.overview import by_component, by_dimension, largest
from guanxi.crm.web.request import StaffRequest

TAB = "customer-value"


@only_for(Area.CUSTOMERS)
def value(request: StaffRequest, party_id: str) -> HttpResponse:
    """What a customer is worth: charts, averages, months, where the money comes from."""
    frame = customer_frame(request, party_id, TAB)
    months = closed_months(request.scope, party_id, day=frame.day)
    points = balance_points(request.scope, party_id, day=frame.day, months=months)
    running = breakdown(
        request.scope,
        party_id,
        period=Period(month_start(frame.day), running=True),
        day=frame.day,
        figures=frame.worth,
    )
    by_agreement = breakdown(
        request.scope, party_id, period=Period(None, running=True), day=frame.day, figures=frame.worth
    )
    running_by = dict(running.by_dimension())
    context = {
        "frame": frame,
        "balances": _seen(balance_chart(points, request.display), request),
        "months": months[::-1],
        "running": running,
        "running_dimensions": [running_by.get(dimension, Amounts()).contribution for dimension in Dimension],
        "dimensions": by_dimension(frame.worth) if frame.worth else (),
        "components": by_component(frame.worth) if frame.worth else (),
        "products": by_agreement.by_product(),
        "products_most": max((abs(row[1].contribution) for row in by_agreement.by_product()), default=Decimal(0)),
        "r12": R12,
    }
    if frame.worth:
        so_far = {dimension: amounts.contribution for dimension, amounts in running_by.items()}
        chart = contribution_chart(months, so_far, frame.worth, day=frame.day, display=request.display)
        context["contribution"] = _seen(chart, request)
        context["dimensions_most"] = largest(context["dimensions"])
        context["wealth_average"] = frame.worth.assets_average.month - frame.worth.deposit_average.month
        context["components_most"] = largest(context["components"])
    return show(request, "web/customer/value.html", context)


def _seen(chart: Chart, request: StaffRequest) -> Chart | None:
    """The chart where there is something to see in the reader's unit."""
    return chart if chart.visible(request.display) else None


@only_for(Area.CUSTOMERS)
def balances(request: StaffRequest, party_id: str) -> JsonResponse:
    """The balances over time, for a chart that is drawn when it is seen."""
    frame = customer_frame(request, party_id, TAB)
    months = closed_months(request.scope, party_id, day=frame.day)
    chart = balance_chart(balance_points(request.scope, party_id, day=frame.day, months=months), request.display)
    if not chart.visible(request.display):
        return JsonResponse({"empty": _("No balances in the last two years.")})
    return JsonResponse(chart.payload(request.display))


@dataclass(frozen=True, slots=True)
class Choice:
    """A period to choose, with its contribution (None where none is published for it)."""

    period: Period
    amount: Decimal | None
    here: bool


def _period(word: str, frame: Frame) -> Period:
    period = Period.parse(word, day=frame.day)
    if period is None:
        raise Http404
    return period


def _choices(months: tuple[Month, ...], frame: Frame, chosen: Period) -> tuple[Choice, ...]:
    """Twelve months, the running month, then the closed ones back to the eleventh."""
    worth = frame.worth
    running = Period(month_start(frame.day), running=True)
    choices = [
        (Period(None, running=True), worth.contribution_r12 if worth else None),
        (running, worth.contribution_mtd if worth else None),
        *((Period(month.month, running=False), month.contribution) for month in reversed(months)),
    ]
    return tuple(Choice(period, amount, period == chosen) for period, amount in choices)


@only_for(Area.CUSTOMERS)
def contribution(request: StaffRequest, party_id: str, period: str) -> HttpResponse:
    """The contribution of a month or of twelve by agreement; ``?dimension=`` narrows it."""
    frame = customer_frame(request, party_id, TAB)
    chosen = _period(period, frame)
    whole = breakdown(request.scope, party_id, period=chosen, day=frame.day, figures=frame.worth)
    asked = request.GET.get("dimension", "")
    dimension = Dimension(asked) if asked in Dimension.values else None
    lines = tuple(line for line in whole.lines if dimension is None or line.dimension == dimension)
    months = closed_months(request.scope, party_id, day=frame.day, count=R12_CLOSED)
    context = {
        "frame": frame,
        "whole": whole,
        "lines": lines,
        "total": Amounts.total(line.amounts for line in lines if line.counted),
        "dimension": dimension,
        "dimensions": whole.by_dimension(),
        "most": max((abs(line.amounts.contribution) for line in lines), default=Decimal(0)),
        "choices": _choices(months, frame, chosen),
        "chosen": chosen,
    }
    return show(request, "web/customer/contribution.html", context)


@dataclass(frozen=True, slots=True)
class EventCost:
    """The events of one channel and kind in a month, and what one costs (None where no unit cost is in force)."""

    count: EventCount
    unit_cost: Decimal | None

    @property
    def cost(self) -> Decimal | None:
        """All of them together."""
        return None if self.unit_cost is None else self.unit_cost * self.count.count


@dataclass(frozen=True, slots=True)
class Opened:
    """A month of an agreement opened down to its formulas."""

    inputs: Inputs
    average: Formula
    interest: Formula
    fees: Formula
    fees_on_balance: Formula | None
    cost: Formula
    expected_loss: Formula
    upkeep: Formula | None
    contribution: Formula

    @classmethod
    def of(cls, inputs: Inputs, *, days_open: int, upkeep_a_year: Decimal | None) -> Self:
        """Every formula of the month."""
        return cls(
            upkeep=formulas.upkeep(inputs, days_open=days_open, a_year=upkeep_a_year),
            inputs=inputs,
            average=formulas.average(inputs),
            interest=formulas.interest(inputs),
            fees=formulas.fees(inputs),
            fees_on_balance=formulas.fees_on_balance(inputs),
            cost=formulas.cost(inputs),
            expected_loss=formulas.expected_loss(inputs),
            contribution=formulas.contribution(inputs),
        )

    @property
    def holds(self) -> bool:
        """Whether every formula gives the published figure to the cent."""
        parts = (self.average, self.interest, self.fees, self.cost, self.expected_loss, self.contribution)
        return all(formula.holds for formula in parts)


@only_for(Area.CUSTOMERS)
def formula(request: StaffRequest, party_id: str, period: str, agreement_id: str) -> HttpResponse:
    """One agreement's contribution: of a month its formulas with their inputs, of twelve months each month's part."""
    frame = customer_frame(request, party_id, TAB)
    chosen = _period(period, frame)
    try:
        held = agreement(request.scope, party_id, agreement_id)
    except Agreement.DoesNotExist:
        raise Http404 from None
    months = agreement_months(request.scope, party_id, agreement_id, day=frame.day)
    context = {
        "frame": frame,
        "held": held,
        "chosen": chosen,
        "months": months,
        "total": Amounts.total([month.amounts for month in months]),
        "most": max((abs(month.amounts.contribution) for month in months), default=Decimal(0)),
        **_opened(request, frame, held, chosen),
    }
    return show(request, "web/customer/formula.html", context)


def _opened(request: StaffRequest, frame: Frame, held: Held, period: Period) -> dict[str, Any]:
    """The formulas of a month and what stands behind the cost of its events; nothing for r12."""
    if period.month is None:
        return {}
    inputs = agreement_inputs(
        request.scope, frame.party.id, (held.id, held.kind, held.product.fee_rate), period=period, day=frame.day
    )
    if inputs is None:
        return {}
    last = frame.day if period.running else month_end(period.month)
    prices = unit_costs(last)
    counts = event_counts(request.scope, frame.party.id, held.id, first=period.month, last=last)
    costs = tuple(EventCost(count, prices.of(count.channel, count.kind)) for count in counts)
    come_to = sum((cost.cost for cost in costs if cost.cost is not None), Decimal(0))
    return {
        "opened": Opened.of(
            inputs,
            days_open=formulas.days_open(held.opened_on, held.closed_on, first=period.month, last=last),
            upkeep_a_year=prices.upkeep.get(held.kind),
        ),
        "costs": costs,
        "costs_sum": come_to,
        "costs_agree": formulas.to_cent(Fraction(come_to)) == inputs.event_cost,
    }
