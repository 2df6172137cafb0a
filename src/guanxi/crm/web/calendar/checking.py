"""What speaks against a time, in words: who has something else, who is away, and what lies outside somebody's hours."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.contact.calendar_queries import clashes
from guanxi.crm.contact.calendar_services import AHEAD, Planned, Repeats, end_of
from guanxi.crm.kernel.recurrence import Holidays, Recurrence, wall_of
from guanxi.crm.org.queries import staff_names
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.hours import weeks_of
from guanxi.crm.workdays.queries import working_calendar

MOST_LOOKED_AT = 60
MOST_SAID = 6
Spans = Sequence[tuple[datetime.datetime, datetime.datetime]]


def warnings_of(
    request: StaffRequest,
    planned: Planned | None,
    repeats: Repeats | None,
    *,
    but: int = 0,
    people: Sequence[str] = (),
    spans: Spans = (),
) -> list[str]:
    """What speaks against it, a sentence each; empty where nothing does. Of a series, the next sixty times are looked
    at. Three queries.
    """
    if planned is not None:
        if planned.all_day:
            return []
        people, spans = (request.user.id, *planned.guests), _spans(planned, repeats)
    names = staff_names(request.display.version)
    found = []
    for one in clashes(people, spans, but=[but] if but else [])[:MOST_SAID]:
        begin, end = timezone.localtime(one.starts_at), timezone.localtime(one.ends_at)
        words = {
            "name": names.get(one.person, one.person),
            "day": request.display.day(begin.date()),
            "from": f"{begin:%H:%M}",
            "to": f"{end:%H:%M}",
        }
        found.append(_("%(name)s has something else on %(day)s from %(from)s to %(to)s.") % words)
    days = [timezone.localtime(begin).date() for begin, _end in spans]
    if days:
        for person, week in weeks_of(people, min(days), max(days)).items():
            name = names.get(person, person)
            away = next((day for day in days if week.is_away(day)), None)
            if away:
                found.append(_("%(name)s is away on %(day)s.") % {"name": name, "day": request.display.day(away)})
    return found[:MOST_SAID]


def _spans(planned: Planned, repeats: Repeats | None) -> Spans:
    if repeats is None:
        return [(planned.starts_at, end_of(planned.starts_at, planned.minutes, planned.zone, all_day=False))]
    recurrence = Recurrence(
        repeats.rule, wall_of(planned.starts_at, planned.zone), planned.zone, Holidays(repeats.holidays)
    )
    length, found = datetime.timedelta(minutes=planned.minutes), []
    for one in recurrence.occurrences(planned.starts_at + AHEAD, working_calendar()):
        found.append((one.starts, one.starts + length))
        if len(found) == MOST_LOOKED_AT:
            break
    return found
