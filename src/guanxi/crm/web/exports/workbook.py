"""Writes a list's rows as an Excel workbook, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from guanxi.crm.kernel.workbook import Workbook
from guanxi.crm.web.exports.marks import Facts, mark_workbook, summary
from guanxi.crm.web.listing.columns import Column, spreadsheet
from guanxi.crm.web.request import StaffRequest

LARGEST_SHEET = 1_048_000
EVERY = 2_000


def write_workbook(
    file: IO[bytes],
    *,
    request: StaffRequest,
    facts: Facts,
    columns: Sequence[Column],
    fields: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    progress: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Writes title and facts, then headings and rows, and marks the file; returns how many rows.

    Amounts are CNY to the cent. ``progress`` is called every two thousand rows. A sheet holds a million rows; what is
    beyond goes to further sheets.
    """
    book = Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True, "font_size": 14})
    dim = book.add_format({"font_color": "#666666"})
    heading = book.add_format(
        {"bold": True, "bg_color": "#EEF2F8", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
    )
    formats = {
        form: book.add_format({"num_format": form}) for form in {column.excel_format for column in columns} if form
    }
    at = {name: position for position, name in enumerate(fields)}
    cells = [
        (
            column.value(request.display),
            [at[name] for name in column.fields],
            formats.get(column.excel_format),
        )
        for column in columns
    ]
    head = (facts.title, summary(facts, [_("Amounts in CNY")]))

    def new_sheet() -> tuple[Any, int]:
        return _new_sheet(book, head, columns, (bold, dim, heading))

    sheet: Any = None
    line = written = 0
    for row in rows:
        if sheet is None or line > LARGEST_SHEET:
            sheet, line = new_sheet()
        for position, (value, places, form) in enumerate(cells):
            _cell(sheet, line, position, spreadsheet(value(*[row[place] for place in places])), form)
        line += 1
        written += 1
        if written % EVERY == 0:
            progress(written)
    if sheet is None:
        new_sheet()
    mark_workbook(book, facts, written)
    book.close()
    return written


def _new_sheet(
    book: Any, head: tuple[str, str], columns: Sequence[Column], formats: tuple[Any, Any, Any]
) -> tuple[Any, int]:
    bold, dim, heading = formats
    sheet = book.add_worksheet()
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.excel_width)
    sheet.write_string(0, 0, head[0], bold)
    sheet.write_string(1, 0, head[1], dim)
    for position, column in enumerate(columns):
        sheet.write_string(3, position, str(column.label), heading)
    sheet.freeze_panes(4, 1)
    sheet.repeat_rows(3)
    sheet.set_landscape()
    return sheet, 4


def _cell(sheet: Any, line: int, position: int, value: Any, form: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, position, value)
    elif isinstance(value, (int, Decimal)):
        sheet.write_number(line, position, value, form)
    elif hasattr(value, "year"):
        sheet.write_datetime(line, position, value, form)
    else:
        sheet.write_string(line, position, str(value))
