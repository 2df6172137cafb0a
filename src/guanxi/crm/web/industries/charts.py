"""The picture of industries: a treemap, as large as what an industry holds, coloured by how it grew."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.display import Display
from guanxi.crm.web.industries.page import MEASURES, Page, Row

# From which growth of a quarter on a field is strongly coloured, and from which at all.
STRONG, SLIGHT = Decimal("0.1"), Decimal("0.01")


def treemap(page: Page, display: Display) -> Chart | None:
    """The industries of a page by the measure chosen; None where there is nothing to draw."""
    by = page.asked.by
    rows = [row for row in page.rows if getattr(row.grown.now, by) > 0]
    if not rows:
        return None
    largest = rows[0]
    growth = {row.key: row.grown.growth(by, "quarter") if by != "customers" else None for row in rows}
    return Chart(
        id="industries",
        kind="treemap",
        finding=_("%(industry)s: %(share)s of %(measure)s")
        % {"industry": largest.name, "share": display.percent(largest.share), "measure": str(MEASURES[by]).lower()},
        what=_what(page, display),
        at=[row.key for row in rows],
        labels=[row.name for row in rows],
        series=[Series(str(MEASURES[by]), [Decimal(getattr(row.grown.now, by)) for row in rows], 1)],
        measure="count" if by == "customers" else "money",
        axis=_("Industry"),
        tones=[_tone(growth[row.key]) for row in rows],
        notes=[_note(row, growth[row.key], display) for row in rows],
        links=[row.drill or row.customers_url for row in rows],
    )


def _what(page: Page, display: Display) -> str:
    if page.asked.by == "customers":
        return _("Number of customers by industry")
    if page.found.quarter_end is None:
        return _("By industry; growth is shown once an earlier quarter is known")
    return _("By industry; colour: growth since %(day)s") % {"day": display.day(page.found.quarter_end)}


def _tone(growth: Decimal | None) -> int:
    """-2 (fell much) to 2 (grew much); 0 where nothing is known, or nothing much happened."""
    if growth is None or abs(growth) < SLIGHT:
        return 0
    return (2 if abs(growth) >= STRONG else 1) * (1 if growth > 0 else -1)


def _note(row: Row, growth: Decimal | None, display: Display) -> str:
    share = display.percent(row.share)
    if growth is None:
        return share
    sign = "+" if growth > 0 else "-" if growth < 0 else ""
    return f"{share}  {sign}{display.percent(abs(growth))}"
