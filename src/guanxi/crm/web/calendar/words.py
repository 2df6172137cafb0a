"""How appointments are drawn, and recurrence said in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.contact.codes import Answer, AppointmentKind
from guanxi.crm.kernel.recurrence import DAYS, RuleError, parse
from guanxi.crm.web.display import Display

ICONS = {
    AppointmentKind.VISIT: "walk",
    AppointmentKind.MEETING: "users-group",
    AppointmentKind.CALL: "phone",
    AppointmentKind.OTHER: "calendar",
}
# The icons above are drawn by name: icon="walk", icon="users-group", icon="phone", icon="calendar".
ANSWERS = {
    Answer.OWN: "gx-badge-info",
    Answer.WAITING: "gx-badge-warn",
    Answer.ACCEPTED: "gx-badge-good",
    Answer.DECLINED: "gx-badge-bad",
}
BUSY = gettext_lazy("Busy")


def title_of(entry: Any) -> str:
    """An entry as a calendar shows it: its title with the customer, or that the time is taken."""
    if entry.row is None:
        return str(BUSY)
    customer = entry.customer
    return f"{entry.row.title} · {customer}" if customer and customer not in entry.row.title else entry.row.title


def repeats_of(rule: str, display: Display) -> str:
    """A rule in words; one that is not among the usual ones as it is written."""
    try:
        parts = parse(rule)
    except RuleError:
        return rule
    every, many = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    known = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}
    if set(parts) - known or (every == "YEARLY" and "BYDAY" in parts):
        return rule
    words = _every(every, many)
    comma = "，" if display.is_chinese else ", "
    if every == "WEEKLY" and parts.get("BYDAY") == "MO,TU,WE,TH,FR" and many == 1:
        words = _("Monday to Friday")
    elif "BYDAY" in parts:
        words = f"{words}{comma}{_days(parts['BYDAY'].split(','), display)}"
    elif "BYMONTHDAY" in parts:
        words = f"{words}{comma}{_month_days(parts['BYMONTHDAY'].split(','), display)}"
    if "COUNT" in parts:
        words += comma + _("%(many)s times") % {"many": parts["COUNT"]}
    if "UNTIL" in parts:
        last = datetime.datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date()  # noqa: DTZ007 - a day
        words += comma + _("until %(day)s") % {"day": display.day(last)}
    return words


def _every(every: str, many: int) -> str:
    if many == 1:
        once = {"DAILY": _("every day"), "WEEKLY": _("every week"), "MONTHLY": _("every month")}
        return once.get(every) or _("every year")
    words = {
        "DAILY": _("every %(many)s days"),
        "WEEKLY": _("every %(many)s weeks"),
        "MONTHLY": _("every %(many)s months"),
        "YEARLY": _("every %(many)s years"),
    }
    return words[every] % {"many": many}


def _days(days: Sequence[str], display: Display) -> str:
    monday = datetime.date(2024, 1, 1)
    found = []
    for one in days:
        name = display.weekday(monday + datetime.timedelta(days=DAYS.index(one[-2:])))
        number = one[:-2]
        if not number:
            found.append(name)
        elif number == "-1":
            found.append(_("the last %(weekday)s") % {"weekday": name})
        else:
            found.append(_("%(weekday)s no. %(number)s") % {"weekday": name, "number": number})
    return ("、" if display.is_chinese else ", ").join(found)


def _month_days(days: Sequence[str], display: Display) -> str:
    found = [_("the last day") if one == "-1" else _("day %(number)s") % {"number": one} for one in days]
    return ("、" if display.is_chinese else ", ").join(found)
