"""The chart of a product's rates over time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from guanxi.crm.holding.catalogue_queries import RateLine
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.display import Display
from guanxi.crm.web.terms import term_label

TERMS_SHOWN = 6
YEARS_SHOWN = 5


def rate_chart(lines: Sequence[RateLine], *, day: datetime.date, display: Display) -> Chart | None:
    """The CNY rates of a product over the last years by term, as step lines; None where there are none."""
    shown = [line for line in lines if line.currency == "CNY"][:TERMS_SHOWN] or list(lines[:1])
    if not shown:
        return None
    since = day - datetime.timedelta(days=365 * YEARS_SHOWN)
    changes = {step.valid_from for line in shown for step in line.steps if since <= step.valid_from <= day}
    first = min((line.steps[0].valid_from for line in shown), default=day)
    days = sorted({*changes, max(first, since), day})
    return Chart(
        id="rates",
        kind="steps",
        finding=_finding(shown, day, display),
        what=_("Rates a year by term"),
        at=[one.isoformat() for one in days],
        labels=[],
        series=[
            Series(term_label(line.term_days), [_rate(line, one) for one in days], colour)
            for colour, line in enumerate(shown, 1)
        ],
        measure="rate",
    )


def _rate(line: RateLine, day: datetime.date) -> Decimal | None:
    step = line.on(day)
    return step.annual_rate if step else None


def _finding(lines: Sequence[RateLine], day: datetime.date, display: Display) -> str:
    """What changed last: of one term from what to what, of several how many and the longest of them now."""
    changes = [(now, before, line) for line in lines if (now := line.on(day)) and (before := line.before(day))]
    if not changes:
        return _("The rates have not changed")
    latest = max(now.valid_from for now, _before, _line in changes)
    last = [change for change in changes if change[0].valid_from == latest]
    now, before, line = last[-1]
    lowered = now.annual_rate < before.annual_rate
    values = {
        "term": term_label(line.term_days),
        "before": display.rate(before.annual_rate),
        "now": display.rate(now.annual_rate),
        "day": display.day(latest),
        "count": len(last),
    }
    if len(last) > 1:
        words = (
            _("%(count)s terms lowered on %(day)s, %(term)s to %(now)s")
            if lowered
            else _("%(count)s terms raised on %(day)s, %(term)s to %(now)s")
        )
    else:
        words = (
            _("%(term)s: lowered from %(before)s to %(now)s on %(day)s")
            if lowered
            else _("%(term)s: raised from %(before)s to %(now)s on %(day)s")
        )
    return words % values
