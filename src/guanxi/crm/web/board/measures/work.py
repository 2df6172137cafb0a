"""What was done this week and this month, and when last."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.effort.queries import Work, work_of
from guanxi.crm.web.board.measures.base import BAD, CALM, Asked, Cell, Column, Measure
from guanxi.crm.web.display import Display


def _read(asked: Asked) -> Mapping[str, Work]:
    return work_of(asked.scope, asked.staff, week=asked.week, month=asked.month, today=asked.today)


def _together(one: Work, other: Work) -> Work:
    days = [each.last for each in (one, other) if each.last]
    return Work(
        one.week + other.week,
        one.month + other.month,
        one.visits_week + other.visits_week,
        one.visits_month + other.visits_month,
        one.calls_month + other.calls_month,
        one.reached + other.reached,
        max(days, default=None),
    )


def _visits(display: Display, many: int) -> str:
    words = ngettext("%(visits)s visit", "%(visits)s visits", many)
    return words % {"visits": display.count(many)} if many else ""


def _week(display: Display, work: Work) -> Cell:
    small = _visits(display, work.visits_week)
    return Cell(display.count(work.week), work.week, small, CALM if work.week else BAD)


def _month(display: Display, work: Work) -> Cell:
    small = _visits(display, work.visits_month)
    return Cell(display.count(work.month), work.month, small)


WORK = Measure(
    name="work",
    read=_read,
    none=Work(),
    combine=_together,
    columns=(
        Column(
            key="week",
            label=gettext_lazy("This week"),
            draw=_week,
            sheet=lambda work: work.week,
            hint=gettext_lazy("Activities recorded since Monday; visits and meetings among them below"),
        ),
        Column(
            key="month",
            label=gettext_lazy("Month so far"),
            draw=_month,
            sheet=lambda work: work.month,
            hint=gettext_lazy("Activities recorded since the first of the month; visits and meetings among them below"),
        ),
        Column(
            key="last",
            label=gettext_lazy("Last activity"),
            draw=lambda display, work: Cell(display.short_day(work.last), work.last.toordinal() if work.last else 0),
            sheet=lambda work: work.last,
            excel="yyyy-mm-dd",
        ),
    ),
)
