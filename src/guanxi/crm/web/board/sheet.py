"""The weekly meeting's sheet as a file, through the one door: the board, and for each manager whom to talk about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.contact.codes import ActivityKind
from guanxi.crm.effort.models import Contacted
from guanxi.crm.effort.queries import Quiet, quiet_among
from guanxi.crm.kernel.scope import KIND_OF_LINE
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.board.measures import MEASURES
from guanxi.crm.web.board.measures.coverage import since
from guanxi.crm.web.board.page import Board, board_of, people_of
from guanxi.crm.web.exports.marks import mark_workbook
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.exports.sources import Order, Source, Written, limited, offer
from guanxi.crm.web.morning.pdf import Stamp, written
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.tiers import tier_label

# So many customers a manager are enough for a meeting.
EACH = 10
STYLE = Path(__file__).parent / "sheet.css"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the meeting has before it: the board by people, and the customers to talk about by manager's number."""

    board: Board
    quiet: dict[str, list[Quiet]]
    names: dict[str, str]

    @property
    def customers(self) -> list[str]:
        """The numbers of the customers that it names."""
        return [one.party_id for some in self.quiet.values() for one in some]

    @property
    def rows(self) -> int:
        """How many rows it has: a manager each, and a customer each."""
        return len(self.board.lines) + len(self.customers)


def sheet_of(request: StaffRequest) -> Sheet:
    """The sheet of an institution (``at``), or of all that the reader is responsible for."""
    at = request.GET.get("at", "")[:32]
    board = board_of(request, at=at, flat=True)
    numbers = [line.key for line in board.lines]
    # Named is who may be taken out, and nobody who is erased.
    found = quiet_among(
        request.scopes[Verb.ASSIGN],
        numbers,
        day=request.day,
        since=since(board.today),
        narrowed=lambda rows: not_erased(rows.visible_to(request.scopes[Verb.EXPORT])),
    )
    quiet: dict[str, list[Quiet]] = defaultdict(list)
    for manager, one in found:
        if len(quiet[manager]) < EACH:
            quiet[manager].append(one)
    return Sheet(board, dict(quiet), staff_names(request.display.version))


class TeamWeek(Source):
    """The board of an institution as a workbook, or on paper."""

    name = "team-week"
    kinds = ("xlsx", "pdf")

    def check(self, request: StaffRequest) -> None:
        """Raises ``PermissionDenied`` to those who answer for nobody, ``Http404`` for an institution outside."""
        if not may(request, Area.TEAM):
            raise PermissionDenied(Area.TEAM)
        if not people_of(request, request.GET.get("at", "")[:32]):
            raise Http404

    def title(self, request: StaffRequest) -> str:
        """What it is, and of which institution."""
        at = request.GET.get("at", "")[:32]
        place = institution_tree(request.display.version).label(at, request.display.language) if at else ""
        return " ".join(filter(None, (_("The team's week"), place)))

    def filters(self, request: StaffRequest) -> list[str]:
        """The week."""
        board = board_of(request, at=request.GET.get("at", "")[:32], flat=True)
        return [f"{request.display.day(board.week)} – {request.display.day(board.today)}"]

    def parameters(self, request: StaffRequest) -> str:
        """The institution."""
        at = request.GET.get("at", "")[:32]
        return urlencode({"at": at}) if at else ""

    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """How many rows, of every institution in which one of the managers works."""
        places = sorted({one.institution for one in people_of(request, request.GET.get("at", "")[:32])})
        return sheet_of(request).rows, [(place, kind) for place in places for kind in KIND_OF_LINE.values()]

    def back(self, request: StaffRequest) -> str:
        """The board."""
        parameters = self.parameters(request)
        return f"{reverse('board')}{'?' if parameters else ''}{parameters}"

    def write(self, request: StaffRequest, order: Order) -> Written:
        """The workbook: a sheet of the board, a sheet of customers."""
        sheet = sheet_of(request)
        for _row in limited(range(sheet.rows), order.most):
            pass
        if order.kind == "pdf":
            order.file.write(_pdf(request, order, sheet))
        else:
            _excel(request, order, sheet)
        return Written(sheet.rows, sheet.customers)


def _pdf(request: StaffRequest, order: Order, sheet: Sheet) -> bytes:
    """The same on paper, as the page shows it. Raises ``NoPrinterError`` where the machine has no printer."""
    facts = order.facts
    stamp = Stamp(
        number=facts.number,
        staff_id=facts.staff_id,
        staff_name=facts.staff_name,
        at=facts.written_at,
        title=facts.title,
    )
    customers = [
        (line, one, str(tier_label(one.tier, one.sub_tier)), " ".join(filter(None, _last(request, sheet, one.last))))
        for line in sheet.board.lines
        for one in sheet.quiet.get(line.key, ())
    ]
    context = {
        "sheet": sheet,
        "title": facts.title,
        "facts": " · ".join(filter(None, (facts.bank, *facts.filters))),
        "customers": customers,
    }
    text = render_to_string("web/board/sheet_pdf.html", context, request=request)
    return written(text, stamp, STYLE, size="A4 landscape")[0]


def _excel(request: StaffRequest, order: Order, sheet: Sheet) -> None:
    from guanxi.crm.kernel.workbook import Workbook

    with Workbook(order.file, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as book:
        head = book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1, "text_wrap": True})
        bold = book.add_format({"bold": True, "top": 1})
        _board(book, sheet, head, bold)
        _customers(request, book, sheet, head)
        mark_workbook(book, order.facts, sheet.rows)


def _board(book: Any, sheet: Sheet, head: Any, bold: Any) -> None:
    page = book.add_worksheet(_("Board"))
    page.set_landscape()
    page.fit_to_pages(1, 0)
    columns = [column for measure in MEASURES for column in measure.columns]
    headings = [_("Staff number"), _("Name"), _("Institution"), *(str(column.label) for column in columns)]
    for place, heading in enumerate(headings):
        page.write_string(0, place, heading, head)
    page.set_column(0, 0, 10)
    page.set_column(1, 2, 18)
    page.set_column(3, len(headings) - 1, 14)
    forms = {column.excel: book.add_format({"num_format": column.excel}) for column in columns}
    totals = {column.excel: book.add_format({"num_format": column.excel, "bold": True, "top": 1})
              for column in columns}  # fmt: skip
    for row, line in enumerate((*sheet.board.lines, sheet.board.total), 1):
        is_total = line is sheet.board.total
        for place, text in enumerate((line.key, line.name or _("Together"), line.small)):
            page.write_string(row, place, text, bold if is_total else None)
        values = (
            (column, column.sheet(value))
            for measure, value in zip(MEASURES, line.values, strict=True)
            for column in measure.columns
        )
        for place, (column, value) in enumerate(values, 3):
            form = (totals if is_total else forms)[column.excel]
            if value is None:
                page.write_blank(row, place, None, form)
            elif hasattr(value, "year"):
                page.write_datetime(row, place, value, form)
            else:
                page.write_number(row, place, float(value), form)
    page.freeze_panes(1, 2)


def _customers(request: StaffRequest, book: Any, sheet: Sheet, head: Any) -> None:
    page = book.add_worksheet(_("Premier without contact"))
    page.set_landscape()
    page.fit_to_pages(1, 0)
    headings = (_("Relationship manager"), _("Customer number"), _("Customer"), _("Tier"), _("Assets"),
                _("Last contact"), _("Kind"), _("By"))  # fmt: skip
    for place, (heading, width) in enumerate(zip(headings, (18, 14, 30, 12, 18, 18, 12, 14), strict=True)):
        page.write_string(0, place, heading, head)
        page.set_column(place, place, width)
    money = book.add_format({"num_format": "#,##0.00"})
    row = 0
    for line in sheet.board.lines:
        for one in sheet.quiet.get(line.key, ()):
            row += 1
            for place, text in enumerate((line.name, one.party_id, one.name, str(tier_label(one.tier, one.sub_tier)))):
                page.write_string(row, place, text)
            page.write_number(row, 4, float(one.assets), money)
            for place, text in enumerate(_last(request, sheet, one.last), 5):
                page.write_string(row, place, text)
    page.freeze_panes(1, 3)


def _last(request: StaffRequest, sheet: Sheet, last: Contacted | None) -> tuple[str, str, str]:
    if last is None:
        return _("none recorded"), "", ""
    by = sheet.names.get(last.staff_id, last.staff_id)
    return request.display.moment(last.at), str(ActivityKind(last.kind).label), by


offer(TeamWeek())
