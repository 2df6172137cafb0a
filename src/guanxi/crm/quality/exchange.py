"""Rows kept aside as files: written for those who mend many at once in a spreadsheet, and read back."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from django.utils.translation import gettext as _

from guanxi.crm.kernel.uploads import Bounds, Kind, RefusedUploadError, judge
from guanxi.crm.quality.lines import readable, table_label, table_of
from guanxi.crm.quality.masking import SECRETIVE, masked_line, written
from guanxi.crm.quality.models import QuarantinedRow
from guanxi.crm.quality.queries.quarantine import Formats, version_of

MOST_ROWS = 20_000
MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000
LONGEST_CELL = 32_767  # Excel's limit; a longer line is mended on the screen
TAKEN = frozenset({Kind.XLSX, Kind.CSV})
COLUMNS = (
    "id",
    "version",
    "business_date",
    "table",
    "file",
    "line",
    "column",
    "rule",
    "message",
    "status",
    "raw",
    "raw_hex",
    "mended",
)
# A spreadsheet takes a cell that begins like this for a formula: in CSV it gets an apostrophe, which reading removes.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnreadableUploadError(Exception):
    """An upload that is not a file of mended rows; the text says why, in the language of who uploads."""


@dataclass(frozen=True, slots=True)
class MendedLine:
    """One line of an uploaded file: ``place`` is its number in it, the header counted."""

    place: int
    id: int
    version: str
    mended: str


def headings() -> list[str]:
    """The header: each column's fixed name, by which it is read back, and what it is in the page's language."""
    words = {
        "id": _("number"),
        "version": _("do not change"),
        "business_date": _("business date"),
        "table": _("table"),
        "file": _("file"),
        "line": _("line"),
        "column": _("column"),
        "rule": _("rule"),
        "message": _("what is wrong"),
        "status": _("status"),
        "raw": _("line as delivered"),
        "raw_hex": _("bytes as delivered"),
        "mended": _("mended line: write it here"),
    }
    return [f"{name} ({words[name]})" for name in COLUMNS]


def values_of(row: QuarantinedRow, formats: Formats, *, clear: bool = True) -> list[str]:
    """One row's cells, in the order of ``COLUMNS``; ``clear`` for those who mend it, for others without secrets."""
    raw, contract = bytes(row.raw), table_of(row.table)
    hidden = not clear and (contract is None or row.table in SECRETIVE)
    return [
        str(row.pk),
        version_of(row),
        row.business_date.isoformat(),
        f"{row.table} {table_label(row.table)}",
        row.file,
        str(row.line),
        row.column,
        row.rule,
        row.message,
        row.status,
        written(masked_line(row, contract, formats.of(row))) if hidden else readable(raw, formats.of(row).codec),
        "" if hidden else raw.hex(),
        written(masked_line(row, contract, formats.of(row), mended=True)) if hidden and row.mended else row.mended,
    ]


def write_csv(
    rows: Iterable[QuarantinedRow], *, after: Callable[[], Iterable[list[str]]] = lambda: (), clear: bool = True
) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with a byte-order mark, so that spreadsheets read the Chinese; line by line.

    ``after`` gives lines that follow the rows; having no mended line, they are passed over when the file is read.
    """
    formats = Formats()
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    writer.writerow(headings())
    for cells in chain((values_of(row, formats, clear=clear) for row in rows), _later(after)):
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _later(lines: Callable[[], Iterable[list[str]]]) -> Iterator[list[str]]:
    yield from lines()


def write_excel(
    file: IO[bytes],
    rows: Iterable[QuarantinedRow],
    *,
    finish: Callable[[Any, int], None] = lambda _book, _rows: None,
    clear: bool = True,
) -> int:
    """The rows as an Excel workbook in which every cell is text, so that no leading zero is lost; returns how many.

    ``finish`` gets the workbook before it is closed, and the number of rows.
    """
    from guanxi.crm.kernel.workbook import Workbook

    formats = Formats()
    number = 0
    with Workbook(file, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("rows")
        head = book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        open_for_writing = book.add_format({"num_format": "@", "bg_color": "#FFF7DF"})
        sheet.freeze_panes(1, 1)
        widths = (8, 10, 12, 22, 24, 8, 18, 12, 40, 10, 80, 20, 80)
        for place, width in enumerate(widths):
            hidden = {"hidden": True} if COLUMNS[place] == "raw_hex" else {}
            sheet.set_column(place, place, width, text, hidden)
        for place, heading in enumerate(headings()):
            sheet.write_string(0, place, heading, head)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(values_of(row, formats, clear=clear)):
                style = open_for_writing if COLUMNS[place] == "mended" else text
                sheet.write_string(number, place, cell[:LONGEST_CELL], style)
        finish(book, number)
    return number


def read_upload(content: bytes) -> list[MendedLine]:
    """The mended lines of an uploaded export, those with something in ``mended``; raises
    :class:`UnreadableUploadError`.

    What the file is follows from its bytes, not from its name.
    """
    try:
        kind = judge(content, allowed=TAKEN, bounds=Bounds(bytes=MOST_BYTES, unpacked=MOST_UNPACKED))
    except RefusedUploadError as refused:
        raise UnreadableUploadError(str(refused)) from refused
    table = _excel(content) if kind is Kind.XLSX else _csv(content)
    header = next(table, None)
    if header is None:
        raise UnreadableUploadError(_("The file is empty."))
    names = [str(cell or "").split(" ")[0].strip().lower() for cell in header]
    missing = [name for name in ("id", "version", "mended") if name not in names]
    if missing:
        raise UnreadableUploadError(
            _("The file lacks the column %(columns)s. Export the rows, mend them in that file, and import it.")
            % {"columns": ", ".join(missing)}
        )
    number, version, mended = (names.index(name) for name in ("id", "version", "mended"))
    lines: list[MendedLine] = []
    seen: set[int] = set()
    for place, cells in enumerate(table, 2):
        row = [str(cell) if cell is not None else "" for cell in cells] + [""] * len(names)
        if not row[mended].strip():
            continue
        row_id = row[number].strip().removesuffix(".0")
        if not row_id.isascii() or not row_id.isdigit() or len(row_id) > 18:
            raise UnreadableUploadError(_("Line %(line)s has no row number in the column id.") % {"line": place})
        if int(row_id) in seen:
            raise UnreadableUploadError(
                _("Line %(line)s names the row %(row)s, which stood before.") % {"line": place, "row": row_id}
            )
        seen.add(int(row_id))
        if len(lines) >= MOST_ROWS:
            raise UnreadableUploadError(_("The file has more than %(rows)s mended rows.") % {"rows": f"{MOST_ROWS:,}"})
        lines.append(MendedLine(place, int(row_id), row[version].strip(), row[mended]))
    return lines


def _excel(content: bytes) -> Iterator[Any]:
    """The first sheet's rows; formulas are not computed, macros not run."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise UnreadableUploadError(_("This is not an Excel workbook (.xlsx).")) from error
    return sheet.iter_rows(values_only=True)


def _csv(content: bytes) -> Iterator[list[str]]:
    """The lines of a CSV file in UTF-8 or, as Chinese spreadsheets save it, in GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnreadableUploadError(_("The file is neither in UTF-8 nor in GB18030."))
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)

    def rows() -> Iterator[list[str]]:
        try:
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                yield [cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell for cell in cells]
        except csv.Error as error:
            raise UnreadableUploadError(_("The file is neither an Excel workbook (.xlsx) nor CSV.")) from error

    return rows()
