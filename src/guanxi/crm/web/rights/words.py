"""How a request stands, in words and colours."""

from __future__ import annotations

import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.consent.case_queries import NEAR, Deadline
from guanxi.crm.web.icons import icon


def left(days: int) -> str:
    """How long until a deadline, in words."""
    if days < 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def deadline_mark(due_on: datetime.date, today: datetime.date, *, still_open: bool) -> SafeString:
    """A deadline's badge: red once it has passed, amber within days, green before; nothing for what is closed."""
    if not still_open:
        return SafeString("")
    days = (due_on - today).days
    if days < 0:
        css, mark = "gx-badge-bad", icon("alert-triangle")
    elif days <= NEAR:
        css, mark = "gx-badge-warn", icon("clock-exclamation")
    else:
        css, mark = "gx-badge-good", icon("clock")
    return mark_safe(f'<span class="gx-badge {css}">{mark}{escape(left(days))}</span>')  # noqa: S308 - escaped


def deadline_badge(deadline: Deadline, today: datetime.date) -> SafeString:
    """As :func:`deadline_mark`, of a case's deadline."""
    return deadline_mark(deadline.due_on, today, still_open=deadline.open)
