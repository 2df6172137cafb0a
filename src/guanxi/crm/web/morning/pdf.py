"""Pages as PDF files by WeasyPrint: nothing is fetched from anywhere, every page carries who took it out and when.

WeasyPrint needs Pango from the operating system (Debian: ``libpango-1.0-0``, ``libpangoft2-1.0-0``,
``libharfbuzz-subset0``); without it :class:`NoPrinterError` is raised and everything else works.
"""

from __future__ import annotations

import base64
import datetime
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guanxi.crm.web.exports.marks import warning
from guanxi.crm.web.exports.picture import watermark
from guanxi.crm.web.request import StaffRequest

STYLE = Path(__file__).parent.parent / "static" / "web" / "brief.css"
# A4 at 96 dots an inch.
WIDTH, HEIGHT = 794, 1123


class NoPrinterError(RuntimeError):
    """The libraries that WeasyPrint needs are not on this machine."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file says of itself: its number, who took it out, when."""

    number: str
    staff_id: str
    staff_name: str
    at: datetime.datetime
    title: str

    @property
    def when(self) -> str:
        """To the minute, in the bank's time zone."""
        return f"{localtime(self.at):%Y-%m-%d %H:%M}"

    @property
    def line(self) -> str:
        """What stands at the foot of every page."""
        who = _("%(name)s (%(number)s)") % {"name": self.staff_name, "number": self.staff_id}
        return f"{self.number} · {who} · {self.when} · {warning()}"


@cache
def _printer() -> Any:
    """WeasyPrint, loaded once; it takes a moment."""
    try:
        import weasyprint
    except OSError as error:
        raise NoPrinterError(str(error)) from error
    return weasyprint


def pdf_of(request: StaffRequest, brief: Any, stamp: Stamp) -> tuple[bytes, int]:
    """The brief as a PDF, and how many pages it has. Raises :class:`NoPrinterError`."""
    context = {"brief": brief, "frame": brief.frame, "stamp": stamp}
    return written(render_to_string("web/morning/brief_pdf.html", context, request=request), stamp, STYLE)


def written(text: str, stamp: Stamp, style: Path, *, size: str = "A4") -> tuple[bytes, int]:
    """A page as a PDF in a style, with mark and stamp, and how many pages it has. Raises :class:`NoPrinterError`."""
    weasyprint, fetcher = _printer(), fetcher_of_nothing()
    document = weasyprint.HTML(string=text, url_fetcher=fetcher).render(
        stylesheets=[weasyprint.CSS(string=_style(stamp, style, size), url_fetcher=fetcher)]
    )
    return document.write_pdf(), len(document.pages)


def fetcher_of_nothing() -> Any:
    """What a page names is not fetched, but for what it carries within itself; a page that names more is not made."""
    return _printer().urls.URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)


def _style(stamp: Stamp, style: Path, size: str) -> str:
    """The page's own style, with the mark behind each page and the stamp at its foot."""
    wide = size != "A4"
    width, height = (HEIGHT, WIDTH) if wide else (WIDTH, HEIGHT)
    paper = "297mm 210mm" if wide else "210mm 297mm"
    picture = watermark((f"{stamp.staff_id} {stamp.number}", stamp.when), width=width, height=height, grey=236)
    data = base64.b64encode(picture).decode()
    # Within a CSS string nothing but these two and the line's end means anything.
    line = re.sub(r'["\\\n]', " ", stamp.line)
    return f"""{style.read_text(encoding="utf-8")}
@page {{ size: {size}; margin: 11mm 12mm 15mm; background: url("data:image/png;base64,{data}") 0 0 / {paper} no-repeat;
  font: 6.5pt "Noto Sans CJK SC", sans-serif; color: #555;
  @bottom-left {{ content: "{line}"; width: 88%; }}
  @bottom-right {{ content: counter(page) " / " counter(pages); }} }}"""
