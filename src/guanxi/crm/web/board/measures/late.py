"""Tasks about customers whose day is over."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.crm.effort.queries import late_tasks_of
from guanxi.crm.web.board.measures.base import BAD, CALM, WARN, Asked, Cell, Column, Measure

# From so many on it is more than a day's oversight.
MANY = 5


def _read(asked: Asked) -> Mapping[str, int]:
    return late_tasks_of(asked.scope, asked.staff, today=asked.today)


LATE = Measure(
    name="late",
    read=_read,
    none=0,
    columns=(
        Column(
            key="late",
            label=_("Overdue tasks"),
            draw=lambda display, late: Cell(
                display.count(late), late, tone=BAD if late >= MANY else WARN if late else CALM
            ),
            sheet=lambda late: late,
        ),
    ),
)
