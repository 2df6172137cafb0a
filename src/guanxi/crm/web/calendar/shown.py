"""What calendar pages show: entries within the reader's scope, without whoever is in the register of erasures."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from guanxi.crm.contact.calendar_queries import Entry, entries, tasks_due
from guanxi.crm.kernel.recurrence import DAY
from guanxi.crm.web.calendar.days import midnight, wall
from guanxi.crm.web.calendar.words import ICONS, title_of
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.hours import Week, weeks_of
from guanxi.crm.workdays.models import SpecialDay
from guanxi.crm.workdays.queries import working_calendar


def read(
    request: StaffRequest, people: Collection[str], begin: datetime.datetime, end: datetime.datetime
) -> tuple[Entry, ...]:
    """Some people's entries, as far as the reader may see them; of a customer in the register, only that time is
    taken. Three queries.
    """
    found = entries(request.scope, request.user.id, people, begin, end)
    erased = erased_among(one.row.party_id for one in found if one.row)
    if not erased:
        return found
    kept = (replace(one, row=None) if one.row and one.row.party_id in erased else one for one in found)
    return tuple(one for one in kept if one.row or one.busy)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a day's list: an entry or a task that is due."""

    at: datetime.datetime | None
    until: datetime.datetime | None
    title: str
    icon: str
    css: str
    url: str
    meta: str = ""


@dataclass(frozen=True, slots=True)
class DayList:
    """One day in one person's calendar: a free day's name (empty: none), whether they are away, what stands there."""

    day: datetime.date
    holiday: str
    works: bool
    away: bool
    items: tuple[Item, ...]


def day_lists(request: StaffRequest, staff_id: str, first: datetime.date, many: int) -> tuple[DayList, ...]:
    """Some days of one person, one after the other; seven queries."""
    from django.urls import reverse

    last = first + (many - 1) * DAY
    found = read(request, [staff_id], midnight(first), midnight(last + DAY))
    tasks = tasks_due(request.scope, staff_id, first, last) if staff_id == request.user.id else []
    erased = erased_among(one.party_id for one in tasks)
    names = names_of_days(request, first, last)
    week = weeks_of([staff_id], first, last)[staff_id]
    calendar, days = working_calendar(), []
    for number in range(many):
        day = first + number * DAY
        begin, end = midnight(day), midnight(day + DAY)
        whole = [one for one in found if one.starts_at < end and one.ends_at > begin]
        items = [
            Item(
                at=None if one.row and one.row.all_day else one.starts_at,
                until=None if one.row and one.row.all_day else one.ends_at,
                title=title_of(one),
                icon=ICONS[one.row.kind] if one.row else "lock",
                css=css_of(one),
                url=reverse("appointment", args=[one.appointment_id]) if one.row else "",
                meta=one.row.place if one.row else "",
            )
            for one in sorted(whole, key=lambda one: (not (one.row and one.row.all_day), one.starts_at))
        ]
        items += [
            Item(None, None, one.title, "checkbox", "gc-task", reverse("task", args=[one.pk]), one.customer or "")
            for one in tasks
            if one.due_on == day and one.party_id not in erased
        ]
        works = week.hours(day, calendar) is not None
        days.append(DayList(day, names.get(day, ""), works, week.is_away(day), tuple(items)))
    return tuple(days)


def names_of_days(request: StaffRequest, first: datetime.date, last: datetime.date) -> dict[datetime.date, str]:
    """The public holidays of some days by name; one query."""
    rows = SpecialDay.objects.filter(day__gte=first, day__lte=last, kind=SpecialDay.Kind.HOLIDAY)
    return {one.day: one.label(request.display.language) for one in rows}


def css_of(entry: Entry) -> str:
    """The classes of an entry: its kind, and what is particular about it."""
    if entry.row is None:
        return "gc-busy"
    css = f"gc-{entry.row.kind}"
    if entry.row.state == "done":
        css += " gc-done"
    if entry.answer == "waiting":
        css += " gc-waiting"
    return css


def as_events(request: StaffRequest, found: Collection[Entry], *, names: dict[str, str]) -> list[dict[str, Any]]:
    """Entries as the calendar's script takes them. ``names`` are put before where several people's stand together."""
    from django.urls import reverse

    events, me = [], request.user.id
    for one in found:
        row = one.row
        title = title_of(one)
        event: dict[str, Any] = {
            "id": f"{one.appointment_id}-{one.person}",
            "title": f"{names[one.person]}: {title}" if one.person in names else title,
            "start": wall(one.starts_at),
            "end": wall(one.ends_at),
            "className": css_of(one),
            "editable": False,
        }
        if row is not None:
            event |= {
                "allDay": row.all_day,
                "url": reverse("appointment", args=[row.pk]),
                "editable": row.is_planned and one.answer == "own" and (row.staff_id == me or bool(row.customer)),
                "extendedProps": {
                    "number": row.pk,
                    "version": row.version,
                    "series": row.series_id is not None,
                    "move": reverse("appointment-move", args=[row.pk]),
                    "place": row.place,
                },
            }
            if row.all_day:
                event |= {"start": wall(one.starts_at)[:10], "end": wall(one.ends_at)[:10]}
        events.append(event)
    return events


def tasks_as_events(request: StaffRequest, first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
    """One's own tasks that are due, above the days; two queries."""
    from django.urls import reverse

    found = tasks_due(request.scope, request.user.id, first, last)
    erased = erased_among(one.party_id for one in found)
    return [
        {
            "id": f"task-{one.pk}",
            "title": f"{one.title} · {one.customer}" if one.customer else one.title,
            "start": one.due_on.isoformat(),
            "allDay": True,
            "editable": False,
            "url": reverse("task", args=[one.pk]),
            "className": "gc-late" if one.due_on < timezone.localdate() else "gc-task",
        }
        for one in found
        if one.party_id not in erased
    ]


def free_days(request: StaffRequest, week: Week, first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
    """Free days of the bank and of the person as the ground of the calendar; one query."""
    from django.utils.translation import gettext as _

    names, calendar = names_of_days(request, first, last), working_calendar()
    found = []
    for number in range((last - first).days + 1):
        day = first + number * DAY
        away, works = week.is_away(day), calendar.is_working_day(day)
        if works and not away:
            continue
        words = _("On leave") if away else names.get(day, "")
        found.append(
            {
                "id": f"free-{day}", "start": day.isoformat(), "allDay": True, "display": "background", "title": words,
                "className": "gc-away" if away else "gc-free", "editable": False,
            }
        )  # fmt: skip
    return found
