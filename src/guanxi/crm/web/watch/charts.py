"""The chart of somebody's days: what is counted, stacked by day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from guanxi.crm.watch.measure import Measure
from guanxi.crm.watch.models import StaffDay
from guanxi.crm.watch.queries import Period
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.display import Display
from guanxi.crm.web.watch.words import LABELS

COLOURS = {Measure.REVEALS: 2, Measure.OUTSIDE: 1, Measure.EXPORTS: 4, Measure.ODD: 5, Measure.REFUSED: 6}


def days_chart(rows: Sequence[StaffDay], period: Period, display: Display) -> Chart | None:
    """What somebody did a day, by measure; None where nothing is counted."""
    by_day = {row.day: row for row in rows}
    shown = [period.first + datetime.timedelta(days=step) for step in range(period.days)]
    series = [
        Series(
            str(LABELS[measure]),
            [Decimal(getattr(by_day[day], measure.value) if day in by_day else 0) for day in shown],
            COLOURS[measure],
        )
        for measure in Measure
        if any(getattr(row, measure.value) for row in rows)
    ]
    if not series:
        return None
    sums = {day: sum(getattr(row, measure.value) for measure in Measure) for day, row in by_day.items()}
    busiest = max(sums, key=lambda day: (sums[day], day))
    values = {"most": display.count(sums[busiest]), "day": display.day(busiest)}
    return Chart(
        id="days",
        kind="stacked",
        finding=_("Most on %(day)s: %(most)s") % values,
        what=_("What is counted, by day"),
        at=[day.isoformat() for day in shown],
        labels=[display.short_day(day) for day in shown],
        series=series,
        measure="count",
        open_end=True,
    )
