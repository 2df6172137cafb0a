"""The chart of activity: entries a day, by what they were."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.queries import DayCount
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.display import Display

LOOKED = frozenset({Action.VIEW, Action.LIST, Action.SEARCH})
TAKEN = frozenset({Action.EXPORT, Action.REVEAL})
CAME = frozenset({Action.SIGN_IN, Action.SIGN_OUT})
REFUSED = frozenset({Action.REFUSED, Action.SIGN_IN_REFUSED})


def activity_chart(counts: Sequence[DayCount], *, days: int, now: datetime.datetime, display: Display) -> Chart | None:
    """Entries a day over the last ``days``; None where there are none."""
    if not counts:
        return None
    today = localtime(now).date()
    shown = [today - datetime.timedelta(days=back) for back in range(days - 1, -1, -1)]
    groups = (
        (_("Looked at"), LOOKED, 1),
        (_("Taken out or revealed"), TAKEN, 2),
        (_("Signed in and out"), CAME, 3),
        (_("Changed"), frozenset(Action.values) - LOOKED - TAKEN - CAME - REFUSED, 4),
        (_("Access refused"), REFUSED, 6),
    )
    table: dict[tuple[str, datetime.date], int] = {}
    for one in counts:
        name = next(name for name, actions, _colour in groups if one.action in actions)
        table[name, one.day] = table.get((name, one.day), 0) + one.entries
    return Chart(
        id="activity",
        kind="stacked",
        finding=_finding(counts, display),
        what=_("Entries of the audit log by day"),
        at=[day.isoformat() for day in shown],
        labels=[display.short_day(day) for day in shown],
        series=[
            Series(name, [Decimal(table.get((name, day), 0)) for day in shown], colour)
            for name, _actions, colour in groups
            if any(table.get((name, day)) for day in shown)
        ],
        measure="count",
        open_end=True,
    )


def _finding(counts: Sequence[DayCount], display: Display) -> str:
    by_day: dict[datetime.date, int] = {}
    for one in counts:
        by_day[one.day] = by_day.get(one.day, 0) + one.entries
    busiest = max(by_day, key=lambda day: by_day[day])
    values = {
        "all": display.count(sum(by_day.values())),
        "most": display.count(by_day[busiest]),
        "day": display.day(busiest),
    }
    return _("%(all)s entries, most of them on %(day)s: %(most)s") % values
