"""The calendar's pages: day, week, month, list; the team's week; and what their script asks for."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.crm.contact.calendar_queries import invitations
from guanxi.crm.kernel.recurrence import DAY
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.calendar import shown
from guanxi.crm.web.calendar.days import day_of, midnight, monday, span_of, wall
from guanxi.crm.web.calendar.people import may_open, whose
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.hours import BANK_HOURS, Week, weeks_of

VIEWS = ("day", "week", "month", "list")
PEOPLE_A_PAGE = 25


def _staff_of(request: StaffRequest) -> str:
    """Whose calendar is asked for; 404 for one that the person may not open."""
    asked = request.GET.get("staff", "")[:32] or request.user.id
    if not may_open(request, asked):
        raise Http404
    return asked


@only_for(Area.WORK)
def calendar(request: StaffRequest) -> HttpResponse:
    """One person's calendar. The list of the day stands on the phone, and wherever no script runs."""
    staff_id, day = _staff_of(request), day_of(request.GET.get("day", ""))
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "week"
    own = staff_id == request.user.id
    first = monday(day)
    days = shown.day_lists(request, staff_id, first, 7)
    members = whose(request)
    names = (pgettext("calendar", "Day"), pgettext("calendar", "Week"), pgettext("calendar", "Month"), _("List"))
    context: dict[str, Any] = {
        "own": own,
        "staff": "" if own else staff_id,
        "name": dict(members).get(staff_id, request.user.name),
        "members": members,
        "view": view,
        "views": [(one, label) for one, label in zip(VIEWS, names, strict=True)],
        "day": day,
        "today": timezone.localdate(),
        "days": days,
        "chosen": next(one for one in days if one.day == day),
        "previous": first - DAY,
        "next": first + 7 * DAY,
        "day_before": day - DAY,
        "day_after": day + DAY,
        "invitations": invitations(request.scope, request.user.id, since=timezone.now()) if own else [],
        "setup": json.dumps(_setup(request, staff_id, first, own=own), ensure_ascii=False),
    }
    return render(request, "web/calendar/calendar.html", context)


def _setup(request: StaffRequest, staff_id: str, first: Any, *, own: bool) -> dict[str, Any]:
    """What the calendar's script begins with."""
    week = weeks_of([staff_id], first, first)[staff_id]
    return {
        "entries": reverse("calendar-entries"),
        "undo": reverse("calendar-undo"),
        "make": reverse("calendar-new") if own else "",
        "page": reverse("calendar"),
        "staff": "" if own else staff_id,
        "now": wall(timezone.now()),
        "hours": _hours(week),
        "words": {
            "offline": _("The server does not answer. The appointment is where it was."),
            "undo": _("Undo"),
            "undone": _("Taken back."),
            "moved": _("Moved."),
        },
    }


def _hours(week: Week) -> list[dict[str, Any]]:
    """A person's working hours by day of the week, as the calendar draws them (0 is Sunday)."""
    found = []
    for weekday in range(7):
        span = week.own.get(weekday, BANK_HOURS if weekday < 5 else None)
        if span:
            found.append(
                {
                    "daysOfWeek": [(weekday + 1) % 7],
                    "startTime": span[0].strftime("%H:%M"),
                    "endTime": span[1].strftime("%H:%M"),
                }
            )
    return found


@only_for(Area.WORK)
def events(request: StaffRequest) -> JsonResponse:
    """What stands between two days in somebody's calendar, for the script; eight queries."""
    staff_id = _staff_of(request)
    begin, end = span_of(request.GET.get("start", ""), request.GET.get("end", ""))
    first, last = timezone.localtime(begin).date(), (timezone.localtime(end) - DAY).date()
    found = shown.as_events(request, shown.read(request, [staff_id], begin, end), names={})
    if staff_id == request.user.id:
        found += shown.tasks_as_events(request, first, last)
    found += shown.free_days(request, weeks_of([staff_id], first, last)[staff_id], first, last)
    return JsonResponse(found, safe=False)


@only_for(Area.WORK)
def team_week(request: StaffRequest) -> HttpResponse:
    """A week of the team: a row a person, a column a day; what one may not see is only a time."""
    first = monday(day_of(request.GET.get("day", "")))
    people = [(request.user.id, request.user.name), *whose(request)]
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page", "1"))
    numbers = [number for number, _name in page]
    found = shown.read(request, numbers, midnight(first), midnight(first + 7 * DAY))
    weeks = weeks_of(numbers, first, first + 6 * DAY)
    names = shown.names_of_days(request, first, first + 6 * DAY)
    days = [(day := first + number * DAY, names.get(day, "")) for number in range(7)]
    spans = [(day, midnight(day), midnight(day + DAY)) for day, _name in days]
    cells: dict[tuple[str, Any], list[Any]] = {}
    for one in found:
        for day, begin, end in spans:
            if one.starts_at < end and one.ends_at > begin:
                cells.setdefault((one.person, day), []).append(one)
    rows = [
        (
            number,
            name,
            [
                (day, weeks[number].is_away(day), [_chip(one) for one in cells.get((number, day), [])])
                for day, _n in days
            ],
        )
        for number, name in page
    ]
    context = {
        "rows": rows,
        "days": days,
        "first": first,
        "last": first + 6 * DAY,
        "today": timezone.localdate(),
        "previous": first - 7 * DAY,
        "next": first + 7 * DAY,
        "page": page,
        "zone": settings.TIME_ZONE,
    }
    return render(request, "web/calendar/team.html", context)


def _chip(entry: Any) -> dict[str, Any]:
    row = entry.row
    return {
        "at": None if row and row.all_day else entry.starts_at,
        "title": shown.title_of(entry),
        "css": shown.css_of(entry),
        "url": reverse("appointment", args=[row.pk]) if row else "",
    }
