"""The industries as a spreadsheet, through the one door. Sums alone: no customer stands in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.exports.marks import mark_workbook
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.exports.sources import Order, Source, Written, limited, offer
from guanxi.crm.web.industries.page import MEASURES, Page, asked_of, page_of
from guanxi.crm.web.request import StaffRequest


class IndustriesSource(Source):
    """The industries of a page: sections, or the divisions of one."""

    name = "industries"

    def check(self, request: StaffRequest) -> None:
        """Raises ``PermissionDenied`` to those who may not see the page."""
        if not may(request, Area.INDUSTRIES):
            raise PermissionDenied(Area.INDUSTRIES)

    def title(self, request: StaffRequest) -> str:
        """The page's title."""
        return _("Industries")

    def filters(self, request: StaffRequest) -> list[str]:
        """Section and institution, where they narrow it; the measure that shares are of."""
        asked = asked_of(request)
        found = [asked.section.named.name] if asked.section else []
        if asked.institution:
            version = request.published.id if request.published else 0
            found.append(institution_tree(version).label(asked.institution, request.display.language))
        return [*found, _("Shares of: %(measure)s") % {"measure": MEASURES[asked.by]}]

    def parameters(self, request: StaffRequest) -> str:
        """What the address asks for."""
        asked = asked_of(request)
        pairs = {"section": asked.section.named.key if asked.section else "", "by": asked.by}
        return urlencode({name: value for name, value in (pairs | {"institution": asked.institution}).items() if value})

    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """How many rows; they belong to no customer."""
        page = _page(request)
        return len(page.rows) if page else 0, []

    def back(self, request: StaffRequest) -> str:
        """The page as it was."""
        return asked_of(request).address()

    def write(self, request: StaffRequest, order: Order) -> Written:
        """The workbook; amounts are CNY to the cent."""
        from guanxi.crm.kernel.workbook import Workbook

        page = _page(request)
        rows = list(limited(_rows(page), order.most)) if page else []
        with Workbook(order.file, {"strings_to_formulas": False}) as book:
            sheet: Any = book.add_worksheet()
            head = book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1, "text_wrap": True})
            forms = {"0.0%": book.add_format({"num_format": "0.0%"}), "": book.add_format({"num_format": "#,##0.##"})}
            for place, (heading, _form) in enumerate(_headings(request, page)):
                sheet.write_string(0, place, heading, head)
                sheet.set_column(place, place, 34 if place == 1 else 15)
            for line, row in enumerate(rows, 1):
                for place, (cell, (_heading, form)) in enumerate(zip(row, _headings(request, page), strict=True)):
                    if isinstance(cell, str):
                        sheet.write_string(line, place, cell)
                    elif cell is not None:
                        sheet.write_number(line, place, cell, forms[form])
            sheet.freeze_panes(1, 2)
            mark_workbook(book, order.facts, len(rows))
        return Written(len(rows))


def _page(request: StaffRequest) -> Page | None:
    return page_of(request, request.published) if request.published else None


def _headings(request: StaffRequest, page: Page | None) -> list[tuple[str, str]]:
    """Heading and form of each column."""
    display = request.display
    quarter, year = (display.day(day) for day in (page.found.quarter_end, page.found.year_end)) if page else ("", "")
    since = {"quarter": _("growth since %(day)s") % {"day": quarter}, "year": _("growth since %(day)s") % {"day": year}}
    return [
        (_("Code"), ""),
        (_("Industry"), ""),
        (_("Customers"), ""),
        (_("Prospects"), ""),
        (_("Assets"), ""),
        (f"{_('Assets')}, {since['quarter']}", "0.0%"),
        (f"{_('Assets')}, {since['year']}", "0.0%"),
        (_("Deposits"), ""),
        (_("Loans"), ""),
        (f"{_('Loans')}, {since['quarter']}", "0.0%"),
        (f"{_('Loans')}, {since['year']}", "0.0%"),
        (_("Contribution, 12 months"), ""),
        (_("Share"), "0.0%"),
        (_("Customers overdue"), ""),
        (_("Overdue share of loans"), "0.0%"),
        (_("Non-performing share of loans"), "0.0%"),
        (_("Without deposits"), ""),
        (_("Without loans"), ""),
        (_("Without settlement"), ""),
        (_("Without payroll"), ""),
    ]


def _rows(page: Page) -> list[list[Any]]:
    rows = []
    for row in page.rows:
        now = row.grown.now
        rows.append(
            [
                row.key if len(row.key) > 1 or row.key.isalpha() else "",
                row.name,
                now.customers,
                now.prospects,
                now.assets,
                row.grown.growth("assets", "quarter"),
                row.grown.growth("assets", "year"),
                now.deposit,
                now.loan,
                row.grown.growth("loan", "quarter"),
                row.grown.growth("loan", "year"),
                now.contribution_r12,
                row.share,
                now.overdue,
                now.overdue_share,
                now.bad_share,
                *(gap.many for gap in row.gaps),
            ]
        )
    return rows


offer(IndustriesSource())
