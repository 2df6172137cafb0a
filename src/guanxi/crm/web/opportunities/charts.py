"""The picture of the forecast."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from guanxi.crm.sales.forecast_queries import MonthSums
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.display import Display

WON, WEIGHTED = 3, 1


def forecast_chart(months: Sequence[MonthSums], this: MonthSums, display: Display) -> Chart:
    """What was won and what is to be expected, month by month: the open amount by its probability on top of the won."""
    most = max(months, key=lambda month: month.total, default=None)
    values = {
        "amount": display.money(this.total),
        "unit": display.unit,
        "month": display.month(this.month),
    }
    finding = _("%(month)s comes to %(amount)s %(unit)s if things go as usual") % values
    if not most or not most.total:
        finding = _("Nothing is open or won in these months")
    return Chart(
        id="forecast",
        kind="stacked",
        finding=finding,
        what=_("Won, and open by the probability of its stage, by month"),
        at=[month.month.isoformat() for month in months],
        labels=[_label(month, display) for month in months],
        series=[
            Series(_("Won"), [month.won.amount for month in months], WON),
            Series(_("Open, weighted"), [month.open.weighted for month in months], WEIGHTED),
        ],
    )


def _label(month: MonthSums, display: Display) -> str:
    at = month.month
    if display.is_chinese:
        return f"{at.year}年{at.month}月" if at.month == 1 else f"{at.month}月"
    words = display.month(at)
    return words if at.month == 1 else words.split(" ")[0]
