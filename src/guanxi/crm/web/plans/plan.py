"""One person's visit plan: a day in the order of its round, a week, a month; the goal of the month."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.plan_queries import (
    Figures,
    Visit,
    figures_of,
    goal_of,
    pace_of,
    round_of,
    visits_between,
)
from guanxi.crm.contact.plan_services import put_goal, put_round
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.routes import Point
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.calendar.days import day_of
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.contact.people import may_look_at, team
from guanxi.crm.web.headers import WITH_LOCATION
from guanxi.crm.web.plans.periods import DAY_VIEW, MONTH, WEEK, Period, period_of
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.queries import working_calendar

VIEWS = (DAY_VIEW, WEEK, MONTH)


def address_of(period: Period, day: datetime.date, staff_id: str = "") -> str:
    """The plan's page of a period."""
    whose = f"&staff={staff_id}" if staff_id else ""
    return f"{reverse('plan')}?view={period.name}&day={day.isoformat()}{whose}"


def _whose(request: StaffRequest, asked: str) -> str:
    staff_id = asked[:32] or request.user.id
    if not may_look_at(request, staff_id):
        raise Http404
    return staff_id


def _visits(request: StaffRequest, staff_id: str, period: Period) -> list[Visit]:
    """The visits of a period but those of customers in the register of erasures; two queries."""
    found = visits_between(request.scope, staff_id, period.span)
    erased = erased_among(one.row.party_id for one in found)
    return [one for one in found if one.row.party_id not in erased]


@only_for(Area.WORK)
def plan(request: StaffRequest) -> HttpResponse:
    """The plan of a day, a week or a month."""
    return _page(request)


def _page(request: StaffRequest, *, stale: Any = None, problem: str = "", status: int = 200) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    day, view = day_of(asked.get("day", "")), asked.get("view", "")
    period = period_of(view if view in VIEWS else WEEK, day)
    staff_id = _whose(request, asked.get("staff", ""))
    own = staff_id == request.user.id
    visits, today = _visits(request, staff_id, period), timezone.localdate()
    month = period_of(MONTH, day)
    figures = figures_of(request.scope, [staff_id], month.span, month.months).get(staff_id, Figures())
    pace = pace_of(month.first, month.last, today, working_calendar())
    goal = goal_of(staff_id, month.first)
    members = team(request)
    context: dict[str, Any] = {
        "own": own,
        "staff": "" if own else staff_id,
        "name": dict(members).get(staff_id, staff_id),
        "members": [one for one in members if one[0] != request.user.id],
        "view": period.name,
        "views": list(
            zip(VIEWS, (pgettext("calendar", "Day"), pgettext("calendar", "Week"), pgettext("calendar", "Month")),
                strict=True)
        ),
        "period": period,
        "day": day,
        "today": today,
        "previous": address_of(period, period.moved(-1), "" if own else staff_id),
        "next": address_of(period, period.moved(1), "" if own else staff_id),
        "this": address_of(period, today, "" if own else staff_id),
        "visits": visits,
        "done": [one for one in visits if one.is_done],
        "round": round_of(request.scope, visits, start=None, reorder=False) if period.name == DAY_VIEW else None,
        "days": _days(period, visits) if period.name != DAY_VIEW else [],
        "month": month,
        "figures": figures,
        "pace": pace,
        "forecast": pace.forecast(figures.done),
        "goal": goal,
        "version": getattr(stale or goal, "version", 0),
        "typed": request.POST.get("visits") if problem or stale else (goal.visits if goal else ""),
        "stale": stale,
        "problem": problem,
        "calendar": working_calendar(),
    }  # fmt: skip
    response = render(request, "web/plans/plan.html", context, status=status)
    # Asked for only when somebody taps "from where I am".
    response.headers["Permissions-Policy"] = WITH_LOCATION
    return response


def _days(period: Period, visits: list[Visit]) -> list[tuple[datetime.date, bool, list[Visit]]]:
    """The days of a week or month: whether the bank works, and the visits."""
    calendar = working_calendar()
    return [(day, calendar.is_working_day(day), [one for one in visits if one.day == day]) for day in period.days]


@require_POST
@only_for(Area.WORK)
def route(request: StaffRequest) -> HttpResponseBase:
    """Puts one's own visits of a day in the order of a short way, from where the phone is if it said so."""
    day = day_of(request.POST.get("day", ""))
    period = period_of(DAY_VIEW, day)
    found = round_of(request.scope, _visits(request, request.user.id, period), start=_start(request), reorder=True)
    put_round(scope=request.scope, by=request.user.id, ordered=[one.visit.row.pk for one in found.stops])
    known = len(found.stops) - found.unknown
    if not known:
        words = _("Of none of these customers is it known where they are: the order stays as it was.")
        messages.warning(request, words)
    else:
        words = _("%(many)s visits in order, %(km)s km as the crow flies.")
        messages.success(request, words % {"many": known, "km": f"{found.kilometres:.1f}"})
    return HttpResponseRedirect(address_of(period, day))


def _start(request: StaffRequest) -> Point | None:
    """Where the phone says it is, for this order alone: it is not kept. None where it did not say, or said nonsense."""
    try:
        latitude, longitude = (Decimal(request.POST.get(name, "")[:16]) for name in ("latitude", "longitude"))
    except InvalidOperation:
        return None
    if not (latitude.is_finite() and longitude.is_finite() and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Point(float(latitude), float(longitude))


@require_POST
@only_for(Area.WORK)
def goal(request: StaffRequest) -> HttpResponseBase:
    """Sets the goal of a month: one's own, or of somebody of the team."""
    staff_id = _whose(request, request.POST.get("staff", ""))
    day = day_of(request.POST.get("day", ""))
    words, version = request.POST.get("visits", ""), request.POST.get("version", "")
    if not words.isdecimal() or len(words) > 4:
        return _page(request, problem=_("Enter a number of visits."), status=422)
    try:
        put_goal(
            staff_id=staff_id, by=request.user.id, month=day, visits=int(words),
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        )  # fmt: skip
    except StaleError as stale:
        return _page(request, stale=stale.current, status=409)
    except WorkError as refused:
        return _page(request, problem=str(refused), status=422)
    messages.success(request, _("The goal is set."))
    view = request.POST.get("view", "")
    period = period_of(view if view in VIEWS else WEEK, day)
    return HttpResponseRedirect(address_of(period, day, "" if staff_id == request.user.id else staff_id))
