"""The visit plan of the month: how many visits were made of those meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.contact.models import MonthGoal
from guanxi.crm.effort.queries import visits_of
from guanxi.crm.kernel.arrays import of_people
from guanxi.crm.web.board.measures.base import BAD, CALM, WARN, Asked, Cell, Column, Measure
from guanxi.crm.web.display import Display
from guanxi.crm.workdays.queries import working_calendar


@dataclass(frozen=True, slots=True)
class Plan:
    """Visits meant in a month (None: nothing was said), made so far, and ``due`` by the working days past."""

    meant: int | None = None
    made: int = 0
    due: int = 0

    def __add__(self, other: Plan) -> Plan:
        said = [each.meant for each in (self, other) if each.meant is not None]
        return Plan(sum(said) if said else None, self.made + other.made, self.due + other.due)


def _read(asked: Asked) -> Mapping[str, Plan]:
    wanted = set(asked.staff)
    rows = of_people(MonthGoal.objects.filter(month=asked.month), "staff", asked.staff)
    goals = {number: visits for number, visits in rows.values_list("staff_id", "visits") if number in wanted}
    made = visits_of(asked.scope, asked.staff, month=asked.month, today=asked.today)
    share = _share(asked)
    return {
        number: Plan(goals.get(number), made.get(number, 0), round(goals.get(number, 0) * share))
        for number in {*goals, *made}
    }


def _share(asked: Asked) -> float:
    """Which part of the month's working days is over."""
    calendar = working_calendar()
    days = [asked.month.replace(day=number) for number in range(1, 32) if _is_day(asked, number)]
    working = [day for day in days if calendar.is_working_day(day)]
    return sum(day < asked.today for day in working) / len(working) if working else 0.0


def _is_day(asked: Asked, number: int) -> bool:
    try:
        asked.month.replace(day=number)
    except ValueError:
        return False
    return True


def _draw(display: Display, plan: Plan) -> Cell:
    if plan.meant is None:
        return Cell(display.count(plan.made), -1, _("no plan"))
    behind = plan.due - plan.made
    tone = BAD if plan.due and plan.made * 2 < plan.due else WARN if behind > 0 else CALM
    return Cell(
        display.count(plan.made), behind, _("of %(number)s meant") % {"number": display.count(plan.meant)}, tone
    )


PLAN = Measure(
    name="plan",
    read=_read,
    none=Plan(),
    columns=(
        Column(
            key="plan",
            label=gettext_lazy("Visits of the month"),
            draw=_draw,
            sheet=lambda plan: plan.made,
            hint=gettext_lazy(
                "Visits made this month, of those meant; marked where they lag behind the working days past"
            ),
        ),
        Column(
            key="meant",
            label=gettext_lazy("Visits meant"),
            draw=lambda display, plan: Cell(display.count(plan.meant), plan.meant or 0),
            sheet=lambda plan: plan.meant,
            page=False,
        ),
    ),
)
