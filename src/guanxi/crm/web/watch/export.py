"""The ranking as a file, through the one door."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.crm.org.models import Staff
from guanxi.crm.watch.measure import Measure
from guanxi.crm.watch.queries import PERIODS, Period, ranking
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.audit.listing import role_words
from guanxi.crm.web.exports.marks import mark_workbook, trailing_lines
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.exports.sources import Order, Source, Written, limited, offer
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.watch.words import LABELS, days_word, reason_of

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnusualSource(Source):
    """Everybody measured over 7, 30 or 90 days, the most unusual first. No customers stand in it."""

    name = "unusual"
    kinds = ("xlsx", "csv")

    def check(self, request: StaffRequest) -> None:
        """Raises ``PermissionDenied`` to those who may not see the ranking."""
        if not may(request, Area.UNUSUAL):
            raise PermissionDenied(Area.UNUSUAL)

    def title(self, request: StaffRequest) -> str:
        """The page's title."""
        return _("Unusual use of personal data")

    def filters(self, request: StaffRequest) -> list[str]:
        """The period."""
        return [days_word(_days(request))]

    def parameters(self, request: StaffRequest) -> str:
        """The period."""
        return urlencode({"days": _days(request)})

    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """How many people; they belong to no institution of customers."""
        return len(ranking(_period(request)).people), None

    def back(self, request: StaffRequest) -> str:
        """The ranking."""
        return f"{reverse('unusual')}?days={_days(request)}"

    def write(self, request: StaffRequest, order: Order) -> Written:
        """The file in the format asked for."""
        rows = list(limited(_rows(request), order.most))
        if order.kind == "csv":
            order.file.write(_csv([_headings(), *rows, *trailing_lines(order.facts, len(rows))]))
        else:
            _excel(order, rows)
        return Written(len(rows))


def _days(request: StaffRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in PERIODS} else 30


def _period(request: StaffRequest) -> Period:
    return Period.of(timezone.localdate(), _days(request))


def _headings() -> list[str]:
    measures = [str(LABELS[measure]) for measure in Measure]
    return [
        pgettext("staff", "Person"),
        _("Name"),
        _("Role"),
        _("Entries"),
        *measures,
        _("Why"),
        _("Looked into"),
        _("What was found"),
    ]


def _rows(request: StaffRequest) -> list[list[Any]]:
    found = ranking(_period(request))
    names = dict(Staff.objects.filter(pk__in=[one.staff_id for one in found.people]).values_list("pk", "name"))
    rows = []
    for one in found.people:
        reasons = [reason_of(each, one.staff_id, found.period, request.display) for each in one.findings]
        rows.append(
            [
                one.staff_id,
                names.get(one.staff_id, ""),
                role_words(one.roles),
                one.entries,
                *one.counts.values(),
                "; ".join(f"{reason.label}: {reason.count} ({reason.text})" for reason in reasons),
                f"{timezone.localtime(one.inquiry.at):%Y-%m-%d %H:%M} {one.inquiry.by_id}" if one.inquiry else "",
                one.inquiry.note if one.inquiry else "",
            ]
        )
    return rows


def _csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _excel(order: Order, rows: list[list[Any]]) -> None:
    from guanxi.crm.kernel.workbook import Workbook

    with Workbook(order.file, {"strings_to_formulas": False}) as book:
        sheet: Any = book.add_worksheet()
        head = book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1, "text_wrap": True})
        for place, width in enumerate((12, 14, 18, 10, 12, 12, 10, 12, 12, 70, 24, 40)):
            sheet.set_column(place, place, width)
        for place, heading in enumerate(_headings()):
            sheet.write_string(0, place, heading, head)
        for line, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, place, cell)
                else:
                    sheet.write_string(line, place, cell)
        sheet.freeze_panes(1, 2)
        mark_workbook(book, order.facts, len(rows))


offer(UnusualSource())
