"""One's own working hours and leave."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.forms import date_input, line
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.hours import (
    BANK_HOURS,
    HoursError,
    Span,
    drop_leave,
    leaves_of,
    put_hours,
    put_leave,
    weeks_of,
)
from guanxi.crm.workdays.models import LeaveKind

MONDAY = datetime.date(2024, 1, 1)


class LeaveForm(forms.Form):
    """A period of leave."""

    first_day = forms.DateField(label=gettext_lazy("First day"), widget=date_input())
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=date_input())
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=LeaveKind.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=200, widget=line(),
        help_text=gettext_lazy("Only you see kind and note; colleagues see that you are away."),
    )  # fmt: skip


@only_for(Area.WORK)
def hours(request: StaffRequest) -> HttpResponseBase:
    """Hours by day of the week, and the leave that is entered."""
    problem = ""
    if request.method == "POST":
        try:
            put_hours(staff_id=request.user.id, week=_week(request))
        except HoursError as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("calendar-hours")
    return _page(request, problem=problem)


def _week(request: StaffRequest) -> dict[int, Span | None]:
    found: dict[int, Span | None] = {}
    for weekday in range(5):
        begins, ends = (_clock(request.POST.get(f"{name}{weekday}", "")) for name in ("begins", "ends"))
        if f"works{weekday}" not in request.POST:
            found[weekday] = None
        elif begins is None or ends is None:
            raise HoursError(_("Say from when to when."))
        else:
            found[weekday] = (begins, ends)
    return found


def _clock(words: str) -> datetime.time | None:
    try:
        return parse_time(words[:5])
    except ValueError:
        return None


def _page(request: StaffRequest, *, problem: str = "", form: LeaveForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    own = weeks_of([request.user.id], today, today)[request.user.id].own
    week: list[dict[str, Any]] = []
    for weekday in range(5):
        span = own.get(weekday, BANK_HOURS)
        typed = request.POST if problem else None
        week.append(
            {
                "number": weekday,
                "name": request.display.weekday(MONDAY + datetime.timedelta(days=weekday)),
                "works": f"works{weekday}" in typed if typed else span is not None,
                "begins": typed.get(f"begins{weekday}", "") if typed else f"{(span or BANK_HOURS)[0]:%H:%M}",
                "ends": typed.get(f"ends{weekday}", "") if typed else f"{(span or BANK_HOURS)[1]:%H:%M}",
            }
        )
    context = {
        "week": week,
        "problem": problem,
        "leaves": leaves_of(request.user.id, since=today),
        "form": form or LeaveForm(),
        "bank": BANK_HOURS,
    }
    wrong = bool(problem) or (form is not None and form.is_bound)
    return render(request, "web/calendar/hours.html", context, status=422 if wrong else 200)


@require_POST
@only_for(Area.WORK)
def add_leave(request: StaffRequest) -> HttpResponseBase:
    """Enters leave."""
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    found = form.cleaned_data
    try:
        put_leave(
            staff_id=request.user.id, first=found["first_day"], last=found["last_day"], kind=found["kind"],
            note=found["note"],
        )  # fmt: skip
    except HoursError as refused:
        form.add_error(refused.field or None, str(refused))
        return _page(request, form=form)
    messages.success(request, _("The leave is entered."))
    return redirect("calendar-hours")


@require_POST
@only_for(Area.WORK)
def end_leave(request: StaffRequest, leave_id: int) -> HttpResponseBase:
    """Takes one's own leave back."""
    if not drop_leave(staff_id=request.user.id, leave_id=leave_id):
        raise Http404
    messages.success(request, _("The leave is taken back."))
    return redirect("calendar-hours")
