"""A person's calendar as a file that other programs subscribe to (RFC 5545): times, and of what it is no more than may
leave the house.

Programs outside keep what they fetch, on servers that the bank does not know. So an appointment with a customer says
its kind and the first character of the customer's name, one without says its title with numbers masked; no details, no
place, nobody else's name. The link leads to the page, which asks who one is.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from guanxi.crm.contact.calendar_queries import Entry, entries
from guanxi.crm.kernel.masks import words
from guanxi.crm.kernel.recurrence import DAY, wall_of
from guanxi.crm.kernel.scope import Scope

BACK, AHEAD = 30 * DAY, 180 * DAY
HIDDEN = "**"


def calendar_of(
    scope: Scope, staff_id: str, *, language: str, link: Callable[[int], str], erased: Callable[[list[str]], set[str]]
) -> bytes:
    """Somebody's calendar from a month ago to half a year ahead, as far as ``scope`` sees it; two queries and one.

    ``link`` gives the address of an appointment; ``erased`` says which of some customers nobody is to meet any more.
    """
    now = timezone.now()
    found = entries(scope, staff_id, [staff_id], now - BACK, now + AHEAD)
    gone = erased([one.row.party_id for one in found if one.row and one.row.party_id])
    with translation.override(language):
        calendar = Calendar()
        calendar.add("prodid", "-//Guanxi//Calendar//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Work calendar"))
        calendar.add("refresh-interval;value=duration", "PT1H")
        for one in found:
            calendar.add_component(_event(one, link, hidden=bool(one.row and one.row.party_id in gone)))
        return calendar.to_ical()


def _event(entry: Entry, link: Callable[[int], str], *, hidden: bool) -> Event:
    row, event = entry.row, Event()
    event.add("uid", f"{entry.appointment_id}@guanxi")
    event.add("dtstamp", timezone.now())
    if row is not None and row.all_day:
        event.add("dtstart", wall_of(row.starts_at, row.zone).date())
        event.add("dtend", wall_of(row.ends_at, row.zone).date())
    else:
        event.add("dtstart", entry.starts_at.astimezone(datetime.UTC))
        event.add("dtend", entry.ends_at.astimezone(datetime.UTC))
    event.add("summary", _("Busy") if row is None or hidden else summary_of(row))
    event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    event.add("class", "PRIVATE")
    if row is not None and not hidden:
        event.add("url", link(row.pk))
        event.add("sequence", row.version)
        if entry.answer == "waiting":
            event.add("status", "TENTATIVE")
    return event


def summary_of(row: Any) -> str:
    """What leaves the house of an appointment's title."""
    if row.party_id is None and row.lead_id is None:
        return words(row.title)
    name = (row.customer or "").strip()
    return f"{row.get_kind_display()} {name[:1]}{HIDDEN}" if name else str(row.get_kind_display())
