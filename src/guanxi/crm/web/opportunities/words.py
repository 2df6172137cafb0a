"""How states, stages, processes and ages of opportunities are drawn."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.sales.opportunity_codes import Process, State
from guanxi.crm.web.display import Display
from guanxi.crm.web.icons import icon

STATE_CSS = {State.OPEN: "gx-badge-info", State.WON: "gx-badge-good", State.LOST: ""}
PROCESS_ICONS = {
    Process.COLLECT: "clipboard-search",
    Process.DESIGN: "pencil",
    Process.DEAL: "pencil-check",
    Process.FOLLOW_UP: "refresh",
}


def process_mark(process: str) -> SafeString:
    """A process stage's icon."""
    return icon(PROCESS_ICONS[Process(process)])


def state_mark(state: str) -> SafeString:
    """A state's badge."""
    one = State(state)
    drawn = {State.WON: icon("circle-check"), State.LOST: icon("circle-x")}.get(one, "")
    return mark_safe(f'<span class="gx-badge {STATE_CSS[one]}">{drawn}{escape(str(one.label))}</span>')  # noqa: S308


def days_words(days: int) -> str:
    """A number of days in words."""
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def age_mark(days: int, *, is_long: bool) -> SafeString:
    """How long it has stood in its stage; with a warning where that is too long."""
    words = escape(days_words(days))
    if not is_long:
        return mark_safe(f'<span class="gx-code">{words}</span>')  # noqa: S308
    title = escape(_("Longer than this stage allows"))
    return mark_safe(  # noqa: S308
        f'<span class="gx-badge gx-badge-warn" title="{title}">{icon("hourglass-high")}{words}</span>'
    )


def typed_amount(value: Decimal | None, display: Display) -> str:
    """An amount as it stands in a field in the reader's unit."""
    return "" if value is None else f"{value.scaleb(-display.shift).normalize():f}"


def read_amount(words: str, shift: int) -> Decimal | None:
    """An amount from a field whose unit is a power of ten; None for nothing. Raises ``ValueError`` for no number."""
    words = words.replace(",", "").replace(" ", "").replace("，", "").strip()
    if not words:
        return None
    try:
        value = Decimal(words)
    except InvalidOperation:
        raise ValueError(words) from None
    if not value.is_finite() or abs(value) >= Decimal("1e15"):
        raise ValueError(words)
    return value.scaleb(shift).quantize(Decimal("0.01"))


def change_words(field: str, value: Any, display: Display) -> str:
    """What a field held, in the history."""
    if value in (None, ""):
        return _("nothing")
    if isinstance(value, Decimal):
        return display.exact(value)
    if isinstance(value, datetime.date):
        return display.day(value)
    if field == "term_days":
        return days_words(int(value))
    return str(value)
