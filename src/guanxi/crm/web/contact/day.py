"""The work log of a day: what its records say, what its person adds, closed at the end."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.contact.activity_services import Entered, record_activity
from guanxi.crm.contact.codes import ActivityKind
from guanxi.crm.contact.day_queries import work_log
from guanxi.crm.contact.day_services import write_day
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import DayLog
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.erased import without_erased
from guanxi.crm.web.contact.people import may_look_at, team
from guanxi.crm.web.contact.words import KINDS, RESULTS
from guanxi.crm.web.request import StaffRequest

EARLIEST = datetime.date(2000, 1, 1)


def day_of(words: str) -> datetime.date:
    """The day asked for; today where none is, or none that can have been."""
    today = timezone.localdate()
    try:
        day = datetime.date.fromisoformat(words)
    except ValueError:
        return today
    return day if EARLIEST <= day <= today else today


def address(day: datetime.date, staff_id: str = "") -> str:
    """The page of a day."""
    return f"{reverse('work-log')}?day={day.isoformat()}{f'&staff={staff_id}' if staff_id else ''}"


@only_for(Area.WORK)
@drafted
def work_log_page(request: StaffRequest) -> HttpResponseBase:
    """One person's day; by POST its person's own words, and that it is closed."""
    day = day_of(request.POST.get("day", "") if request.method == "POST" else request.GET.get("day", ""))
    if request.method != "POST":
        whose = request.GET.get("staff", "")[:32] or request.user.id
        if not may_look_at(request, whose):
            raise Http404
        return _page(request, day, whose)
    version, text = request.POST.get("version", ""), request.POST.get("text", "")[:4_000]
    try:
        write_day(
            staff_id=request.user.id,
            day=day,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            text=text,
            closing="close" in request.POST,
        )
    except StaleError as stale:
        return _page(request, day, request.user.id, typed=text, stale=stale.current, status=409)
    except WorkError as refused:
        return _page(request, day, request.user.id, typed=text, problem=str(refused), status=422)
    messages.success(request, _("The day is closed.") if "close" in request.POST else _("Saved."))
    return HttpResponseRedirect(address(day))


def _page(
    request: StaffRequest,
    day: datetime.date,
    whose: str,
    *,
    typed: str | None = None,
    stale: DayLog | None = None,
    problem: str = "",
    other: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = without_erased(work_log(request.scope, whose, day))
    today, own = timezone.localdate(), whose == request.user.id
    members = team(request)
    standing = stale or found.log
    context: dict[str, Any] = {
        "log": found,
        "own": own,
        "whose": "" if own else whose,
        "name": next((name for number, name in members if number == whose), whose),
        "members": members,
        "text": typed if typed is not None else found.log.text if found.log else "",
        "version": standing.version if standing else 0,
        "closed_at": found.log.closed_at if found.log else None,
        "stale": stale,
        "problem": problem,
        "other": {"key": str(uuid4()), **(other or {})},
        "icons": {kind.value: mark.icon for kind, mark in KINDS.items()},
        "counts": [(kind, KINDS[kind].icon, number) for kind, number in found.by_kind],
        "results": RESULTS,
        "today": today,
        "is_today": day == today,
        "previous": address(day - datetime.timedelta(days=1), "" if own else whose),
        "next": address(day + datetime.timedelta(days=1), "" if own else whose) if day < today else "",
    }
    return render(request, "web/contact/work_log.html", context, status=status)


@require_POST
@only_for(Area.WORK)
@drafted
def add(request: StaffRequest) -> HttpResponseBase:
    """Other work of one's own day: a meeting of the team, a training, paper."""
    day = day_of(request.POST.get("day", ""))
    typed = {name: request.POST.get(name, "").strip()[:2_000] for name in ("key", "clock", "minutes", "text")}
    try:
        key = UUID(typed["key"])
        clock = datetime.time.fromisoformat(typed["clock"] or "")
        minutes = int(typed["minutes"]) if typed["minutes"] else None
    except ValueError:
        problem = _("Say when it was and how many minutes it took.")
        return _page(request, day, request.user.id, problem=problem, other=typed, status=422)
    entered = Entered(
        at=timezone.make_aware(datetime.datetime.combine(day, clock)), minutes=minutes, text=typed["text"]
    )
    try:
        record_activity(
            scope=request.scopes[Verb.EDIT],
            staff_id=request.user.id,
            key=key,
            kind=ActivityKind.OTHER,
            party_id=None,
            entered=entered,
        )
    except WorkError as refused:
        return _page(request, day, request.user.id, problem=str(refused), other=typed, status=422)
    messages.success(request, _("Recorded."))
    return HttpResponseRedirect(address(day))
