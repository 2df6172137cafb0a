"""Holdings: the agreements by dimension, what matures when, and the roles between this customer and others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse

from guanxi.crm.holding.models import Dimension
from guanxi.crm.holding.queries import Held, holdings, others_in_own, roles_in_others
from guanxi.crm.insight.customer_queries import Standing, agreement_standings
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.charts import maturity_chart
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.erased import roles_without_names
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Row:
    """An agreement with its balance and contribution in CNY, where figures are published for it."""

    held: Held
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Section:
    """The open agreements of one dimension with their balance in CNY."""

    dimension: Dimension
    rows: tuple[Row, ...]
    balance: Decimal
    contribution: Decimal


@only_for(Area.CUSTOMERS)
def holdings_page(request: StaffRequest, party_id: str) -> HttpResponse:
    """The agreements of one customer; ``?closed=1`` shows those that have ended as well."""
    frame = customer_frame(request, party_id, "customer-holdings")
    held = holdings(request.scope, party_id)
    standings = agreement_standings(request.scope, party_id, day=frame.day)
    ladder = maturity_chart(held.open, standings, day=frame.day, display=request.display)
    context = {
        "frame": frame,
        "sections": sections(held.open, standings),
        "closed": held.closed,
        "show_closed": bool(request.GET.get("closed")),
        "truncated": held.truncated,
        "ladder": ladder if ladder.visible(request.display) else None,
        "roles": roles_without_names(request, roles_in_others(request.scope, party_id, today=frame.day)),
        "others": roles_without_names(request, others_in_own(request.scope, party_id, today=frame.day), own=True),
        "products": {one.id: one for one in held.agreements},
    }
    return show(request, "web/customer/holdings.html", context)


def sections(open_agreements: tuple[Held, ...], standings: dict[str, Standing]) -> tuple[Section, ...]:
    """Open agreements by dimension, in the order of :class:`Dimension`, those without any left out."""
    made = []
    for dimension in Dimension:
        rows = tuple(Row(held, standings.get(held.id)) for held in open_agreements if held.dimension == dimension)
        known = [row.standing for row in rows if row.standing]
        if rows:
            made.append(
                Section(
                    dimension=dimension,
                    rows=rows,
                    balance=sum((standing.balance for standing in known), Decimal(0)),
                    contribution=sum((standing.contribution_r12 for standing in known), Decimal(0)),
                )
            )
    return tuple(made)
