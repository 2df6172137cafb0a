"""How the fields stand in a line: one module a layout, and one line here.

A layout knows four things: how to split one line as delivered (the reference, a line at a time), how to turn whole
lines into the scratch form that DuckDB reads (the same, many lines at a time), how DuckDB takes the padding off a
field, and how to write lines. The scratch form is UTF-8, a line a row, fields parted by :meth:`scratch_delimiter`,
never quoted.
"""

from __future__ import annotations

from typing import Protocol

from guanxi.warehouse.landing.contract import Column, Format, Table
from guanxi.warehouse.landing.layouts.broken import BrokenLine
from guanxi.warehouse.landing.layouts.delimited import Delimited
from guanxi.warehouse.landing.layouts.fixed import Fixed

__all__ = ["LAYOUTS", "BrokenLine", "FileLayout"]


class FileLayout(Protocol):
    """What the reader and the writer ask of a layout."""

    def refusal(self, table: Table, form: Format) -> str:
        """Why the table cannot be written in this format; empty where it can."""

    def scratch_delimiter(self, form: Format) -> str:
        """What parts the fields of the scratch form."""

    def split(self, line: bytes, table: Table, form: Format) -> list[str]:
        """The fields of one line as delivered, without its line end, as many as the contract has columns.

        Raises ``UnicodeDecodeError`` for a line that is not in the file's encoding, and :class:`BrokenLine` for one
        that has not the contract's columns.
        """

    def to_scratch(self, lines: bytes, table: Table, form: Format) -> bytes:
        """Whole lines in the scratch form; the very object ``lines`` where nothing had to be changed.

        Raises ``UnicodeDecodeError`` or :class:`BrokenLine` where one of the lines cannot be taken; which one, only
        :meth:`split` says. Lines with too few or too many delimiters may pass: DuckDB counts the columns.
        """

    def field_sql(self, column: Column, field: str) -> str:
        """The field without padding, as an SQL expression over the scratch form's field."""

    def line_sql(self, table: Table, form: Format, values: dict[str, str]) -> str:
        """An SQL expression for a whole line, UTF-8; ``values`` are the columns' expressions, text or NULL.

        It raises an error in the database for a value that the format cannot carry.
        """

    def from_scratch(self, lines: bytes, table: Table, form: Format) -> bytes:
        """Lines made by :meth:`line_sql` as they are delivered, in the file's encoding; raises ``ValueError``."""


LAYOUTS: dict[str, FileLayout] = {
    "delimited": Delimited(),
    "fixed": Fixed(),
}
