"""How kinds, results, priorities and days are drawn."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.contact.codes import ActivityKind, Priority, Result
from guanxi.crm.web.display import Display
from guanxi.crm.web.icons import icon


class Mark(NamedTuple):
    """How a kind is drawn."""

    icon: str


KINDS = {
    ActivityKind.CALL: Mark(icon="phone"),
    ActivityKind.VISIT: Mark(icon="walk"),
    ActivityKind.MEETING: Mark(icon="users-group"),
    ActivityKind.MESSAGE: Mark(icon="message"),
    ActivityKind.NOTE: Mark(icon="note"),
    ActivityKind.OTHER: Mark(icon="briefcase"),
}
RESULTS = {
    Result.GOOD: "gx-badge-good",
    Result.OPEN: "gx-badge-info",
    Result.NOT_REACHED: "gx-badge-warn",
    Result.REFUSED: "gx-badge-bad",
}
NEAR = 7


def due_mark(due_on: datetime.date, today: datetime.date, display: Display, *, still_open: bool = True) -> SafeString:
    """A due day as people say it: today, tomorrow, a weekday, a date; with the days it is late."""
    days = (due_on - today).days
    date = display.day(due_on)
    if not still_open:
        return format_html('<span class="gx-code">{}</span>', date)
    if days < 0:
        late = ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
        return format_html('<span class="gx-code gx-bad" title="{}">{}</span>', date, late)
    words = _("Today") if days == 0 else _("Tomorrow") if days == 1 else ""
    if words:
        css = "gx-soon" if days == 0 else ""
        return format_html('<span class="gx-code {}" title="{}">{}</span>', css, date, words)
    if days < NEAR:
        return format_html(
            '<span class="gx-code" title="{}">{} {}</span>', date, display.weekday(due_on), display.short_day(due_on)
        )
    return format_html('<span class="gx-code">{}</span>', date)


def priority_mark(priority: int) -> SafeString:
    """A priority, drawn where it is not the usual one."""
    if priority == Priority.HIGH:
        return format_html('<span class="gx-badge gx-badge-bad">{}{}</span>', icon("arrow-up"), Priority.HIGH.label)
    if priority == Priority.LOW:
        return format_html('<span class="gx-badge">{}{}</span>', icon("arrow-down"), Priority.LOW.label)
    return mark_safe("")


def place_words(place: tuple[datetime.datetime, int] | None) -> str:
    """Where a page of the timeline begins, as the address says it; empty for its end."""
    return f"{place[0].isoformat()} {place[1]}" if place else ""


def read_place(words: str) -> tuple[datetime.datetime, int] | None:
    """Where a page of the timeline begins; None for what is no such place."""
    moment, _space, number = words.rpartition(" ")
    try:
        at = datetime.datetime.fromisoformat(moment)
        return (at, int(number)) if at.tzinfo else None
    except ValueError:
        return None
