"""Fields parted by one or more characters, quoted or not."""

from __future__ import annotations

import codecs
import re

from guanxi.warehouse.landing.contract import Column, Format, Kind, Table
from guanxi.warehouse.landing.layouts.broken import BrokenLine, wrong_count

# Parts the fields of a quoted file in the scratch form, where a comma may be part of a field.
UNIT_SEPARATOR = "\x1f"
QUOTE = '"'
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


class Delimited:
    """Fields parted by ``|``, ``,``, tab or ``|+|``; ``,`` files may quote with ``"``, doubled inside a field."""

    delimiters = ("|+|", "|", ",", "\t")

    def refusal(self, table: Table, form: Format) -> str:
        """Why the table cannot be written in this format; empty where it can."""
        if form.delimiter not in self.delimiters:
            return f"the delimiter {form.delimiter!r} is not one of | , tab |+|."
        if form.quote not in ("", QUOTE):
            return f"the quote {form.quote!r} is not known; it is empty or a double quotation mark."
        if form.quote and form.delimiter != ",":
            return "only files with commas may quote their fields."
        return ""

    def scratch_delimiter(self, form: Format) -> str:
        """The file's own, so that clean UTF-8 is read where it lies; a control character for quoted files."""
        return UNIT_SEPARATOR if form.quote else form.delimiter

    def split(self, line: bytes, table: Table, form: Format) -> list[str]:
        """The fields of one line; the delimiter is looked for in characters, since 0x7C may end a Chinese one."""
        text = line.decode(form.codec)
        parts = _unquoted(text, form.delimiter) if form.quote else text.split(form.delimiter)
        if not text or len(parts) != len(table.columns):
            raise BrokenLine("is empty") if not text else wrong_count(len(parts), len(table.columns))
        return parts

    def to_scratch(self, lines: bytes, table: Table, form: Format) -> bytes:
        """Transcodes; rewrites the lines of a quoted file."""
        name = form.codec
        text: bytes = lines
        if not lines.isascii():
            decoded = codecs.decode(lines, name)
            if name != "utf-8":
                text = decoded.encode()
        if not form.quote:
            return text
        delimiter = form.delimiter.encode()
        separator = UNIT_SEPARATOR.encode()
        if QUOTE.encode() not in text:
            return text.replace(delimiter, separator)
        return b"\n".join(
            line.replace(delimiter, separator)
            if b'"' not in line
            else UNIT_SEPARATOR.join(_unquoted(line.decode(), form.delimiter)).encode()
            for line in text.split(b"\n")
        )

    def field_sql(self, column: Column, field: str) -> str:
        """The field as it stands: a delimited file has no padding."""
        return field

    def line_sql(self, table: Table, form: Format, values: dict[str, str]) -> str:
        """The fields with the delimiter between them."""
        fields = [self._write(column, values[column.name], form) for column in table.columns]
        return f"concat({f", '{form.delimiter}', ".join(fields)})"

    def from_scratch(self, lines: bytes, table: Table, form: Format) -> bytes:
        """Transcodes from UTF-8."""
        name = form.codec
        return lines if name == "utf-8" or lines.isascii() else lines.decode().encode(name)

    def _write(self, column: Column, value: str, form: Format) -> str:
        if column.kind is not Kind.TEXT:
            return value
        controls = " OR ".join(f"contains({value}, chr({code}))" for code in (0, 10, 13, 31))
        wrong = f"{column.name} holds a line end or a control character"
        if form.quote:
            quoted = f"""'"' || replace({value}, '"', '""') || '"'"""
            needed = f"""contains({value}, '"') OR contains({value}, '{form.delimiter}')"""
            return f"CASE WHEN {controls} THEN error('{wrong}') WHEN {needed} THEN {quoted} ELSE {value} END"
        # A value that ends with the delimiter's beginning would make the delimiter be found too early.
        start = form.delimiter[:-1].replace("'", "''")
        inside = f"contains({value} || '{start}', '{form.delimiter}')"
        return f"CASE WHEN {controls} OR {inside} THEN error('{wrong} or the delimiter') ELSE {value} END"


def _unquoted(text: str, delimiter: str) -> list[str]:
    """The fields of a line of which some may be quoted; raises :class:`BrokenLine` for a quote out of its place."""
    fields: list[str] = []
    place = 0
    while True:
        if text.startswith(QUOTE, place):
            match = _QUOTED.match(text, place)
            if match is None:
                raise BrokenLine("has a quotation mark that is never closed")
            fields.append(match[1].replace('""', '"'))
            place = match.end()
            if place < len(text) and not text.startswith(delimiter, place):
                raise BrokenLine("has text after a closing quotation mark")
        else:
            end = text.find(delimiter, place)
            field = text[place:] if end < 0 else text[place:end]
            if QUOTE in field:
                raise BrokenLine("has a quotation mark inside a field that is not quoted")
            fields.append(field)
            place += len(field)
        if place >= len(text):
            return fields
        place += len(delimiter)
