"""Reads files of leads: which encoding and delimiter a CSV has, and the cells of either kind as text, line by line."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from guanxi.crm.sales.errors import SalesError

# GB18030 holds GBK and GB 2312; what is no UTF-8 in a Chinese bank is it, or Big5 from Hong Kong and Taiwan.
ENCODINGS = ("utf-8-sig", "gb18030", "big5")
NAMES = {"utf-8-sig": "UTF-8", "gb18030": "GB18030 (GBK)", "big5": "Big5"}
DELIMITERS = (",", "\t", ";", "|")
LONGEST_CELL = 2_000
MOST_COLUMNS = 60
PREVIEWED = 20
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is to be read."""

    kind: str
    encoding: str = ""
    delimiter: str = ""


def find_encoding(content: bytes) -> str:
    """The first encoding in which the whole file makes sense; raises :class:`SalesError` where none does."""
    for encoding in ENCODINGS:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SalesError(
        _("The file's encoding is none of these: %(names)s.") % {"names": ", ".join(NAMES.values())}, "file"
    )


def find_delimiter(content: bytes, encoding: str) -> str:
    """What parts the cells: what stands most often in the first lines, alike in each."""
    text = content[:20_000].decode(encoding, "ignore")
    lines = [line for line in text.splitlines()[:10] if line.strip()]
    if not lines:
        return ","
    return max(
        DELIMITERS, key=lambda sign: (min(line.count(sign) for line in lines[:-1] or lines), lines[0].count(sign))
    )


def form_of(kind: str, content: bytes, *, encoding: str = "") -> Form:
    """How a file is read; ``encoding`` where somebody has said which."""
    if kind != "csv":
        return Form(kind)
    found = encoding or find_encoding(content)
    return Form(kind, found, find_delimiter(content, found))


def lines_of(file: IO[bytes], form: Form) -> Iterator[Line]:
    """The file's lines that are not empty, with their numbers in the file, cells as text; the headings first.

    Raises :class:`SalesError` where the file cannot be read as ``form`` says.
    """
    lines = _csv(file, form) if form.kind == "csv" else _workbook(file)
    for number, cells in lines:
        plain = [cell.replace("\x00", "").strip()[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]]
        if any(plain):
            yield number, plain


def _csv(file: IO[bytes], form: Form) -> Iterator[Line]:
    text = io.TextIOWrapper(file, encoding=form.encoding, newline="")
    reader = csv.reader(text, delimiter=form.delimiter or ",")
    try:
        yield from ((reader.line_num, cells) for cells in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SalesError(_("Line %(line)s cannot be read.") % {"line": reader.line_num + 1}, "file") from error
    finally:
        text.detach()


def _workbook(file: IO[bytes]) -> Iterator[Line]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Some programs write a wrong size into the sheet; without it all rows are read.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_text(cell) for cell in cells]
    except SalesError:
        raise
    except Exception as error:
        raise SalesError(_("This is not an Excel workbook (.xlsx)."), "file") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a phone that somebody typed as a number
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)


def preview_of(file: IO[bytes], form: Form) -> list[list[str]]:
    """The headings and the first lines; raises :class:`SalesError` for a file without any line below its headings."""
    found = [cells for _number, cells in itertools.islice(lines_of(file, form), PREVIEWED + 1)]
    if len(found) < 2:
        raise SalesError(_("The file holds no line below its headings."), "file")
    return found
