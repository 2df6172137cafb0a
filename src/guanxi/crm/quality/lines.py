"""A raw line of a bank's file as a person can read and mend it: split in its columns, every odd byte visible.

Nothing here refuses a line: what cannot be read is shown as what it is. Whether a mended line is right is landing's
affair (``guanxi.warehouse.landing``).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.warehouse.landing.contract import Column, Format, Kind, Table
from guanxi.warehouse.landing.control import BadControlFile, control_path, read_control
from guanxi.warehouse.landing.formats import BadFormat, Feed, read_feed
from guanxi.warehouse.landing.layouts.fixed import RIGHT_ALIGNED
from guanxi.warehouse.landing.tables import TABLES

UNREADABLE = "\ufffd"
# Bytes that the file's encoding does not know travel through ``str`` as these code points (PEP 383).
FIRST_BYTE, LAST_BYTE = 0xDC80, 0xDCFF


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: ``text`` to be shown as it is, or ``odd``: bytes that cannot be read, in hexadecimal."""

    text: str
    odd: bool = False


@dataclass(frozen=True, slots=True)
class FieldOfLine:
    """One field of a line. ``column`` is None for a field beyond the contract's columns."""

    position: int
    column: Column | None
    value: str
    broken: bool

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The field as it is shown."""
        return pieces_of(self.value)

    @property
    def editable(self) -> str:
        """The field as it stands in a form: a mark in the place of each byte that cannot be read."""
        return "".join(UNREADABLE if _odd(letter) else letter for letter in self.value)

    @property
    def name(self) -> str:
        """The column's technical name; a number for a field beyond the contract."""
        return self.column.name if self.column else f"+{self.position}"


class CannotJoin(ValueError):
    """A field's value cannot stand in a line of this format; ``column`` says which, the text why."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def table_of(name: str) -> Table | None:
    """The contract of a table, None where no contract knows it (any more)."""
    return TABLES.get(name)


def table_label(name: str) -> str:
    """A table's name for people, in the language of the page."""
    table = TABLES.get(name)
    if table is None:
        return name
    return table.zh if _chinese() else name.replace("_", " ").capitalize()


def column_label(table: str, name: str) -> str:
    """A column's name for people, in the language of the page; empty for a whole line."""
    contract = TABLES.get(table)
    if not name or contract is None:
        return name
    try:
        column = contract.column(name)
    except KeyError:
        return name
    return column.zh if _chinese() else name.replace("_", " ").capitalize()


def column_meaning(column: Column) -> str:
    """What the contract says of a column, where its name does not say it already."""
    return column.name if _chinese() else column.en


def column_rule(column: Column) -> str:
    """What a column may hold, in a short sentence."""
    parts = [_("required") if column.required else _("may be empty")]
    match column.kind:
        case Kind.CODE:
            parts.append(_("one of: %(values)s") % {"values": ", ".join(column.values)})
        case Kind.TEXT:
            parts.append(_("text, at most %(length)s characters") % {"length": column.length})
        case Kind.DATE:
            parts.append(_("date"))
        case Kind.TIMESTAMP:
            parts.append(_("date and time"))
        case Kind.DECIMAL:
            whole = (column.precision or 0) - (column.scale or 0)
            parts.append(
                _("number, %(whole)s digits before and %(scale)s after the point")
                % {"whole": whole, "scale": column.scale}
            )
        case Kind.INTEGER:
            parts.append(_("whole number"))
        case Kind.FLAG:
            parts.append(_("1 for yes, 0 for no"))
    if column.low is not None and column.high is not None:
        parts.append(_("from %(low)s to %(high)s") % {"low": column.low, "high": column.high})
    elif column.low is not None:
        parts.append(_("at least %(low)s") % {"low": column.low})
    if column.reference:
        parts.append(_("known in %(table)s") % {"table": table_label(column.reference.table)})
    return (_("; ")).join(parts)


def explain(*, rule: str, table: str, column: str, message: str) -> str:  # noqa: PLR0911 - one a rule
    """Why a row was refused, in the page's language; landing's own sentence is English.

    What the sentence says beyond the contract (a line number, a count) is taken from it.
    """
    if not _chinese():
        return message
    contract = TABLES.get(table)
    label = column_label(table, column)
    found = contract.column(column) if contract and any(each.name == column for each in contract.columns) else None
    numbers = re.findall(r"\d+", message.rpartition(":")[2])
    if rule == "columns" and contract and (count := re.search(r"has (\d+) columns", message)):
        return _("The line has %(found)s columns, the contract %(expected)s.") % {
            "found": count[1],
            "expected": len(contract.columns),
        }
    if rule == "encoding":
        return _("The line holds bytes that are no characters in the file's encoding.")
    if rule == "key" and numbers:
        return _("The key stood on line %(line)s of the file already.") % {"line": numbers[-1]}
    if rule == "reference" and found and found.reference:
        return _("%(column)s is not known in %(table)s.") % {
            "column": label,
            "table": table_label(found.reference.table),
        }
    if rule == "required":
        return _("%(column)s must have a value.") % {"column": label}
    if rule == "date" and (days := re.findall(r"\d{4}-\d{2}-\d{2}", message)):
        return _("%(column)s does not belong to the business date %(day)s.") % {"column": label, "day": days[-1]}
    if found:
        return _("%(column)s: %(rule)s.") % {"column": label, "rule": column_rule(found)}
    return message


def format_of(table: Table, day: date, inbox: Path, encoding: str) -> Format:
    """How the table's file of a day is written, as the inbox states it now.

    Where the inbox cannot be read from here, the contract's own format with the encoding noted with the row.
    """
    try:
        feed = read_feed(inbox)
    except (OSError, BadFormat):
        feed = Feed()
    for name in (day.isoformat(), f"{day:%Y%m%d}"):
        try:
            control = read_control(control_path(inbox / name, table.name))
            return feed.format(table, control)
        except (OSError, BadControlFile, BadFormat):
            continue
    try:
        return Feed(feed.default | {"encoding": encoding or table.format.encoding}, feed.tables).format(table)
    except BadFormat:
        return table.format


def split_line(raw: bytes, table: Table, form: Format, broken: str = "") -> tuple[FieldOfLine, ...]:
    """The fields of a line as it was delivered, at least one a column of the contract; never raises.

    ``broken`` is the column that a rule complained of. Fields beyond the contract's columns follow at the end.
    """
    return _fields(_values(raw, table, form), table, broken)


def split_text(text: str, table: Table, form: Format, broken: str = "") -> tuple[FieldOfLine, ...]:
    """As :func:`split_line`, for a line that has been mended and is text already."""
    if form.layout == "fixed":
        return split_line(text.encode(form.codec, "replace"), table, form, broken)
    return _fields(_parted(text, form), table, broken)


def join_fields(values: Sequence[str], table: Table, form: Format) -> str:
    """A line made of fields in the contract's order (and any beyond it); raises :class:`CannotJoin`."""
    if len(values) < len(table.columns):
        missing = table.columns[len(values)].name
        raise CannotJoin(missing, _("Fields of the line are missing. Load the page again and send the whole form."))
    columns = [*table.columns, *[None] * (len(values) - len(table.columns))]
    written = []
    for position, (column, value) in enumerate(zip(columns, values, strict=True), 1):
        name = column.name if column else f"+{position}"
        if UNREADABLE in value:
            raise CannotJoin(name, _("The mark � stands for bytes that could not be read: write what belongs there."))
        if any(unicodedata.category(letter) == "Cc" and letter != form.delimiter for letter in value):
            raise CannotJoin(name, _("A line end or a control character cannot stand in a field."))
        written.append(_fixed(value, column, form, name) if form.layout == "fixed" else _delimited(value, form, name))
    return "".join(written) if form.layout == "fixed" else form.delimiter.join(written)


def pieces_of(text: str) -> tuple[Piece, ...]:
    """Text cut where bytes that cannot be read, or characters that cannot be seen, begin and end."""
    pieces: list[Piece] = []
    plain: list[str] = []
    odd: list[str] = []
    for letter in text:
        code = _hexadecimal(letter)
        if code and plain:
            pieces.append(Piece("".join(plain)))
            plain.clear()
        elif not code and odd:
            pieces.append(Piece(" ".join(odd), odd=True))
            odd.clear()
        if code:
            odd.append(code)
        else:
            plain.append(letter)
    if plain:
        pieces.append(Piece("".join(plain)))
    if odd:
        pieces.append(Piece(" ".join(odd), odd=True))
    return tuple(pieces)


def difference(before: str, after: str, beside: int = 24) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Two lines cut where they begin and end to differ: (what stands before, what differs, what stands after) of each.

    Of what is the same only ``beside`` characters are kept on each side.
    """
    start = next((place for place, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if start is None:
        start = min(len(before), len(after))
    rest = min(len(before), len(after)) - start
    end = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    head = before[:start] if start <= beside else "…" + before[start - beside : start]
    tail = before[len(before) - end :]
    tail = tail if end <= beside else tail[:beside] + "…"
    return (head, before[start : len(before) - end], tail), (head, after[start : len(after) - end], tail)


def readable(raw: bytes, encoding: str) -> str:
    r"""A raw line as text in which each byte that cannot be read is written ``\xNN``; for exports."""
    text = _decoded(raw, encoding)
    return "".join(f"\\x{ord(letter) - 0xDC00:02x}" if _odd(letter) else letter for letter in text)


def _fields(values: list[str], table: Table, broken: str) -> tuple[FieldOfLine, ...]:
    columns: list[Column | None] = [*table.columns, *[None] * (len(values) - len(table.columns))]
    values = values + [""] * (len(columns) - len(values))
    return tuple(
        FieldOfLine(
            position,
            column,
            value,
            broken=column is None or column.name == broken or any(_odd(letter) for letter in value),
        )
        for position, (column, value) in enumerate(zip(columns, values, strict=True), 1)
    )


def _values(raw: bytes, table: Table, form: Format) -> list[str]:
    line = raw.rstrip(b"\r\n")
    if form.layout != "fixed":
        fields = _parted(_decoded(line, form.codec), form)
        if len(fields) != len(table.columns):
            # Half a character may have swallowed the first byte of the delimiter after it.
            by_bytes = line.split(form.delimiter.encode())
            if len(by_bytes) == len(table.columns):
                return [_decoded(field, form.codec) for field in by_bytes]
        return fields
    values = []
    for column in table.columns:
        width = column.width or 0
        values.append(_decoded(line[:width], form.codec).strip(" "))
        line = line[width:]
    return [*values, _decoded(line, form.codec)] if line else values


def _parted(text: str, form: Format) -> list[str]:
    if form.quote:
        return next(csv.reader([text], delimiter=form.delimiter, quotechar=form.quote), [""])
    return text.split(form.delimiter)


def _delimited(value: str, form: Format, name: str) -> str:
    if form.quote:
        if form.delimiter in value or form.quote in value:
            return form.quote + value.replace(form.quote, form.quote * 2) + form.quote
        return value
    # A value that ends with the delimiter's beginning would make it be found too early.
    if form.delimiter in value + form.delimiter[:-1]:
        raise CannotJoin(name, _("The field holds the file's delimiter %(delimiter)s.") % {"delimiter": form.delimiter})
    return value


def _fixed(value: str, column: Column | None, form: Format, name: str) -> str:
    if column is None:
        return value
    width = column.width or 0
    blanks = width - len(value.encode(form.codec, "replace"))
    if blanks < 0:
        raise CannotJoin(name, _("The field is wider than %(width)s bytes.") % {"width": width})
    return " " * blanks + value if column.kind in RIGHT_ALIGNED else value + " " * blanks


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "surrogateescape")
    except (LookupError, UnicodeDecodeError):
        return raw.decode("ascii", "surrogateescape")


def _odd(letter: str) -> bool:
    return FIRST_BYTE <= ord(letter) <= LAST_BYTE


def _hexadecimal(letter: str) -> str:
    if _odd(letter):
        return f"{ord(letter) - 0xDC00:02X}"
    if letter != " " and unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp"):
        return f"{ord(letter):02X}"
    return ""


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
