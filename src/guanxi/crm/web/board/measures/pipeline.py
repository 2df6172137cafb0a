"""The pipeline: open opportunities, what they come to, and that weighted by the chance of winning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.web.board.measures.base import CALM, WARN, Asked, Cell, Column, Measure
from guanxi.crm.web.display import Display

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Open opportunities: how many, of these past their expected close, amount and weighted amount in CNY."""

    number: int = 0
    late: int = 0
    amount: Decimal = ZERO
    weighted: Decimal = ZERO

    def __add__(self, other: Pipeline) -> Pipeline:
        return Pipeline(
            self.number + other.number,
            self.late + other.late,
            self.amount + other.amount,
            self.weighted + other.weighted,
        )


def _read(asked: Asked) -> Mapping[str, Pipeline]:
    rows = (
        Opportunity.objects.visible_to(asked.scope)
        .filter(state=State.OPEN, owner__in=list(asked.staff))
        .values_list("owner_id")
        .annotate(
            number=Count("pk"),
            late=Count("pk", filter=Q(expected_on__lt=asked.today)),
            sum=Sum("amount_cny"),
            weighted=Sum(F("amount_cny") * F("stage__probability")),
        )
    )
    return {owner: Pipeline(number, late, amount, weighted / 100) for owner, number, late, amount, weighted in rows}


def _draw(display: Display, found: Pipeline) -> Cell:
    small = _("%(number)s open") % {"number": display.count(found.number)} if found.number else ""
    if found.late:
        small = _("%(number)s open, %(late)s late") % {"number": display.count(found.number), "late": found.late}
    return Cell(display.money(found.weighted), found.weighted, small, WARN if found.late else CALM)


PIPELINE = Measure(
    name="pipeline",
    read=_read,
    none=Pipeline(),
    columns=(
        Column(
            key="pipeline",
            label=gettext_lazy("Pipeline, weighted"),
            draw=_draw,
            sheet=lambda found: found.weighted,
            excel="#,##0.00",
            hint=gettext_lazy(
                "Amounts of open opportunities by their chance of winning; late: past the expected close"
            ),
        ),
    ),
)
