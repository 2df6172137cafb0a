"""The lines that were not taken in, as a file to mend: what stood there, with what is wrong beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from guanxi.crm.kernel.storage import files
from guanxi.crm.sales.leads.importing import reading
from guanxi.crm.sales.leads.importing.fields import FIELDS
from guanxi.crm.sales.models import LeadImport, LeadRow

# What opens as a formula in a spreadsheet is made text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_mend(batch: LeadImport) -> Iterator[str]:
    """The file with the lines to mend, line by line: CSV in UTF-8 with its mark, which Excel opens rightly.

    The original columns stand first, unchanged, so that the mended file is read as the first one was; the last ones say
    the line and what is wrong, and are not read.
    """
    Outcome = LeadRow.Outcome
    wrong = {
        row.line: row
        for row in LeadRow.objects.filter(batch=batch, outcome__in=(Outcome.WRONG, Outcome.TWICE)).order_by("line")
    }
    yield "\ufeff"
    with files().open(batch.file) as file:
        lines = reading.lines_of(file, reading.Form(batch.kind, batch.encoding, batch.delimiter))
        _number, headings = next(lines)
        yield _line([*headings, _("Line"), _("What is wrong")])
        for number, cells in lines:
            row = wrong.get(number)
            if row is not None:
                padded = cells + [""] * (len(headings) - len(cells))
                yield _line([*padded[: len(headings)], str(number), words_of(row)])


def words_of(row: Any) -> str:
    """What is wrong with a line, in words."""
    if row.outcome == LeadRow.Outcome.TWICE:
        return _("Stands twice in the file: see line %(line)s.") % {"line": row.problem}
    label = FIELDS[row.field][0] if row.field in FIELDS else ""
    return f"{label}: {row.problem}" if label else row.problem


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    safe = [
        f"'{cell}" if cell.startswith(FORMULA) and not cell[1:].replace(".", "").isdigit() else cell for cell in cells
    ]
    csv.writer(out).writerow(safe)
    return out.getvalue()
