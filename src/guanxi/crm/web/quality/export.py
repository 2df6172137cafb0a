"""Rows kept aside as a file: with their raw lines, to be mended in a spreadsheet and read back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.crm.quality.exchange import MOST_ROWS, write_csv, write_excel
from guanxi.crm.quality.lines import table_label
from guanxi.crm.quality.models import QuarantinedRow
from guanxi.crm.quality.queries.quarantine import ALL, Filter, exported
from guanxi.crm.quality.rights import may_mend
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.exports.marks import mark_workbook, trailing_lines
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.exports.sources import Order, Source, Written, limited, offer
from guanxi.crm.web.quality.words import RULES, word
from guanxi.crm.web.request import StaffRequest


class QuarantineSource(Source):
    """The rows kept aside that a filter lets through, as Excel or CSV. They belong to no institution."""

    name = "quarantine"
    kinds = ("xlsx", "csv")

    def check(self, request: StaffRequest) -> None:
        """Raises ``PermissionDenied`` to those who may not see rows kept aside."""
        if not may(request, Area.QUARANTINE):
            raise PermissionDenied(Area.QUARANTINE)

    def title(self, request: StaffRequest) -> str:
        """The page's title."""
        return _("Rows kept aside")

    def filters(self, request: StaffRequest) -> list[str]:
        """Business date, table, rule and state, in words."""
        chosen = Filter.of(request.GET)
        state = chosen.status or QuarantinedRow.Status.WAITING
        return [
            part
            for part in (
                request.display.day(chosen.day) if chosen.day else "",
                table_label(chosen.table) if chosen.table else "",
                word(RULES, chosen.rule) if chosen.rule else "",
                "" if state == ALL else str(QuarantinedRow.Status(state).label),
            )
            if part
        ]

    def parameters(self, request: StaffRequest) -> str:
        """The filter."""
        return Filter.of(request.GET).query

    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """Counted up to as many as are written; of the whole bank."""
        return Filter.of(request.GET).rows().order_by()[:MOST_ROWS].count(), None

    def back(self, request: StaffRequest) -> str:
        """The list with its filter."""
        query = Filter.of(request.GET).query
        return reverse("quarantine") + (f"?{query}" if query else "")

    def write(self, request: StaffRequest, order: Order) -> Written:
        """The file in the format asked for; where it comes from follows the rows, so that it can be read back."""
        rows = limited(exported(Filter.of(request.GET), MOST_ROWS), order.most)
        clear = may_mend(request.roles)  # whoever mends needs the line as it is
        if order.kind == "csv":
            return Written(_csv(order, rows, clear=clear))
        finish = lambda book, n: mark_workbook(book, order.facts, n)  # noqa: E731
        return Written(write_excel(order.file, rows, finish=finish, clear=clear))


def _csv(order: Order, rows: Any, *, clear: bool) -> int:
    written = 0

    def counted() -> Any:
        nonlocal written
        for row in rows:
            written += 1
            yield row

    for part in write_csv(counted(), after=lambda: trailing_lines(order.facts, written), clear=clear):
        order.file.write(part)
    return written


offer(QuarantineSource())
