"""The pipeline: open opportunities, what they come to, and that weighted by the chance of winning."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.sales.sum_queries import Led, led_by
from guanxi.crm.web.board.measures.base import CALM, WARN, Asked, Cell, Column, Measure
from guanxi.crm.web.display import Display


def _read(asked: Asked) -> Mapping[str, Led]:
    return led_by(asked.scope, asked.staff, today=asked.today)


def _draw(display: Display, found: Led) -> Cell:
    small = _("%(number)s open") % {"number": display.count(found.number)} if found.number else ""
    if found.late:
        small = _("%(number)s open, %(late)s late") % {"number": display.count(found.number), "late": found.late}
    return Cell(display.money(found.weighted), found.weighted, small, WARN if found.late else CALM)


PIPELINE = Measure(
    name="pipeline",
    read=_read,
    none=Led(),
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
