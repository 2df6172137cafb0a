"""Lines of the bank's files without their secrets: each field masked by what its column holds.

Where a line does not stand in its columns, any of its fields may hold anything: then all of them are hidden, in tables
that have secrets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from guanxi.crm.kernel.masks import Secret, hide
from guanxi.crm.quality.lines import FieldOfLine, split_line, split_text
from guanxi.crm.quality.models import QuarantinedRow
from guanxi.crm.quality.sensitive import COLUMNS
from guanxi.warehouse.landing.contract import Format, Table

SECRETIVE = frozenset(table for table, _column in COLUMNS)


def masked_fields(row: QuarantinedRow, fields: Iterable[FieldOfLine]) -> tuple[FieldOfLine, ...]:
    """The fields of a line as everybody sees them who may see the row."""
    fields = tuple(fields)
    if row.table not in SECRETIVE:
        return fields
    # A byte that cannot be read may have swallowed a delimiter: the line is then one field short at its end.
    short = row.rule == "encoding" and bool(fields) and not fields[-1].value
    astray = row.rule == "columns" or short or any(field.column is None for field in fields)
    return tuple(replace(field, value=_hidden(row.table, field, astray=astray)) for field in fields)


def _hidden(table: str, field: FieldOfLine, *, astray: bool) -> str:
    if astray:
        return hide(Secret.WHOLE, field.value)
    kind = COLUMNS.get((table, field.column.name)) if field.column else Secret.WHOLE
    return hide(kind, field.value) if kind else field.value


def masked_line(row: QuarantinedRow, contract: Table | None, form: Format, *, mended: bool = False) -> str:
    """A whole line as text, as delivered or as mended; of a table that no contract knows, without long
    numbers. Bytes that cannot be read are in it as the line had them.
    """
    if contract is None:
        text = row.mended if mended else bytes(row.raw).decode("utf-8", "replace")
        return hide(Secret.WORDS, text)
    line = split_text(row.mended, contract, form) if mended else split_line(bytes(row.raw), contract, form, row.column)
    mark = form.delimiter if form.layout != "fixed" else " "
    return mark.join(field.value for field in masked_fields(row, line))


def written(text: str) -> str:
    r"""Text in which each byte that cannot be read is written ``\xNN``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
