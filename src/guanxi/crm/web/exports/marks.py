"""What a file says of itself: a sheet with who, when, why and how many; header and footer of each printed page; a
picture behind the cells; the document's properties.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guanxi.crm.web.exports.picture import watermark

# Excel takes a header of at most 255 characters; a part of it that is longer is cut.
LONGEST_PART = 70


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one file: everything that it says of itself but the number of its rows. Times are aware."""

    number: str
    bank: str
    title: str
    staff_id: str
    staff_name: str
    institution: str
    purpose: str
    reason: str
    filters: tuple[str, ...]
    business_day: str
    asked_at: datetime.datetime
    written_at: datetime.datetime
    approved_by: str = ""

    @property
    def who(self) -> str:
        """The person with the number by which the bank knows them."""
        return _("%(name)s (%(number)s)") % {"name": self.staff_name, "number": self.staff_id}

    @property
    def when(self) -> str:
        """When it was written, to the minute."""
        return f"{localtime(self.written_at):%Y-%m-%d %H:%M}"

    def lines(self, rows: int) -> list[tuple[str, str]]:
        """What the own sheet holds: a word and a value a line."""
        found = [
            (_("Request number"), self.number),
            (_("Content"), self.title),
            (_("Filters"), "; ".join(self.filters) or _("none")),
            (_("Rows"), f"{rows:,}"),
            (_("Business date"), self.business_day),
            (_("Exported by"), self.who),
            (_("Institution"), self.institution),
            (_("Asked for"), f"{localtime(self.asked_at):%Y-%m-%d %H:%M}"),
            (_("Written"), self.when),
            (_("Purpose"), self.purpose),
            (_("What it is for"), self.reason),
            (_("Approved by"), self.approved_by or _("not needed")),
        ]
        return [(word, value) for word, value in found if value]


def warning() -> str:
    """What whoever holds the file is told."""
    return _(
        "This file holds customers' data of the bank and is marked with your name and number. "
        "Use it for the purpose above only, do not pass it on, and delete it when the work is done."
    )


def mark_workbook(book: Any, facts: Facts, rows: int) -> None:
    """Marks every sheet of a workbook that is not closed yet, and adds the sheet that says where it comes from."""
    picture = watermark(
        (f"{facts.staff_id} {facts.number}", f"{localtime(facts.written_at):%Y-%m-%d %H:%M}"), width=900, height=1200
    )
    _about(book, facts, rows)
    for sheet in book.worksheets():
        sheet.set_background(io.BytesIO(picture))
        sheet.set_header(
            f"&L{_part(facts.title)}&C&G&R{facts.number}",
            {"image_center": "watermark.png", "image_data_center": io.BytesIO(picture)},
        )
        sheet.set_footer(f"&L{_part(facts.who)}  {facts.when}&C{_part(facts.purpose)}&R&P / &N")
    book.set_properties(
        {
            "title": facts.title,
            "subject": facts.number,
            "author": facts.who,
            "company": facts.bank,
            "category": facts.purpose,
            "keywords": f"{facts.number} {facts.staff_id}",
            "comments": f"{facts.number} · {facts.who} · {facts.when} · {facts.reason} · {rows}",
            "created": localtime(facts.written_at).replace(tzinfo=None),
        }
    )
    book.set_custom_property("guanxi-request", facts.number)
    book.set_custom_property("guanxi-staff", facts.staff_id)
    book.set_custom_property("guanxi-rows", rows)


def trailing_lines(facts: Facts, rows: int) -> list[list[str]]:
    """The same for a file of plain lines: they follow the rows, so that the file can be read back as it is."""
    return [[], *(["", "", word, value] for word, value in facts.lines(rows)), ["", "", warning()]]


def _about(book: Any, facts: Facts, rows: int) -> None:
    sheet = book.add_worksheet(_("About this file"))
    bold = book.add_format({"bold": True, "font_size": 14})
    words = book.add_format({"font_color": "#666666", "valign": "top"})
    values = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 70)
    sheet.write_string(0, 0, facts.bank or facts.title, bold)
    line = 2
    for line, (word, value) in enumerate(facts.lines(rows), 2):
        sheet.write_string(line, 0, word, words)
        sheet.write_string(line, 1, value, values)
    sheet.write_string(line + 2, 1, warning(), values)


def _part(text: str) -> str:
    """A part of a header: short, and without the sign by which Excel gives commands there."""
    plain = " ".join(text.split()).replace("&", "＆")
    return plain if len(plain) <= LONGEST_PART else plain[: LONGEST_PART - 1] + "…"


def summary(facts: Facts, more: Sequence[str] = ()) -> str:
    """One line that says it all, for above the headings."""
    parts = [
        facts.bank,
        _("Data as of %(day)s") % {"day": facts.business_day} if facts.business_day else "",
        *more,
        "; ".join(facts.filters),
        _("Exported by %(name)s (%(number)s) at %(moment)s")
        % {"name": facts.staff_name, "number": facts.staff_id, "moment": facts.when},
        facts.number,
    ]
    return " · ".join(part for part in parts if part)
