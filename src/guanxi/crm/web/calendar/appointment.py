"""One appointment: new, read, changed, moved, cancelled, answered, and the way back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.crm.consent.roles import may_look
from guanxi.crm.contact.booking import resources_of
from guanxi.crm.contact.calendar_changes import (
    cancel_appointment,
    change_appointment,
    move_appointment,
)
from guanxi.crm.contact.calendar_queries import WholeAppointment, many_of_series, one_appointment
from guanxi.crm.contact.calendar_services import answer_invitation, make_appointment, may_change
from guanxi.crm.contact.codes import Answer, Which
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Appointment, Attendance, Task
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.calendar import undo
from guanxi.crm.web.calendar.checking import warnings_of
from guanxi.crm.web.calendar.days import day_of, instant_of, wall
from guanxi.crm.web.calendar.forms import AppointmentForm, values_of
from guanxi.crm.web.calendar.people import invitable
from guanxi.crm.web.calendar.words import ANSWERS, ICONS, repeats_of
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.contact.whom import Somebody, customer, prospect, recording
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest

LONGEST = 60 * 24 * 60


def address_of(row: Any) -> str:
    """The calendar at the day of an appointment."""
    return f"{reverse('calendar')}?day={timezone.localtime(row.starts_at).date().isoformat()}"


def _choices(request: StaffRequest) -> dict[str, Any]:
    """Whom and what one can choose: people, rooms and cars of the own institution and those one sees by post."""
    sight, own = request.scope.sight, request.user.institution_id  # type: ignore[attr-defined]
    ids = None if sight.everything else (*sight.institution_ids, *([own] if own else []))
    language = request.display.language
    return {
        "people": invitable(request),
        "resources": [(one.pk, one.label(language)) for one in resources_of(ids)],
    }


@only_for(Area.WORK)
@drafted
def new(request: StaffRequest) -> HttpResponseBase:
    """An appointment of one's own, about no customer."""
    return _new(request, None)


@only_for(Area.CUSTOMERS)
@drafted
def new_for_customer(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """An appointment with a customer: a visit, unless something else is chosen."""
    return _new(request, recording(customer(request, party_id)))


@only_for(Area.LEADS)
@drafted
def new_for_prospect(request: StaffRequest, lead_id: int) -> HttpResponseBase:
    """An appointment with a prospect, in the same way."""
    return _new(request, recording(prospect(request, lead_id)))


def _new(request: StaffRequest, whom: Somebody | None) -> HttpResponseBase:
    day, clock, minutes = _asked(request)
    more: dict[str, Any] = {**_choices(request), "has_party": whom is not None}
    if request.method == "POST":
        form = AppointmentForm(request.POST, **more)
    else:
        initial = {
            "kind": "visit" if whom else "meeting",
            "title": request.GET.get("title", "")[:200] or (_("Visit") if whom else ""),
        }
        if request.GET.get("all_day"):
            initial |= {"all_day": True}
        form = AppointmentForm.fresh(day, clock, minutes, initial=initial, **more)
    warnings: list[str] = []
    if request.method == "POST" and form.is_valid():
        planned, repeats = form.planned(), form.repeating()
        warnings = [] if "despite" in request.POST else warnings_of(request, planned, repeats)
        if not warnings:
            try:
                made = make_appointment(
                    scope=request.scopes[Verb.EDIT],
                    by=request.user.id,
                    key=form.cleaned_data["key"] or uuid4(),
                    planned=planned,
                    repeats=repeats,
                    task_id=_task_of(request),
                    **(whom.named if whom else {}),
                )
            except WorkError as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused))
            except Task.DoesNotExist:
                raise Http404 from None
            else:
                words = ngettext("%(many)s appointment is made.", "%(many)s appointments are made.", made.many)
                messages.success(request, words % {"many": made.many})
                return HttpResponseRedirect(
                    own_path(request.POST.get("next", ""), default=address_of(made.appointment))
                )
    context = {
        "form": form,
        "party": whom,
        "warnings": warnings,
        "task": request.POST.get("task", request.GET.get("task", "")),
        "next": request.POST.get("next", request.GET.get("next", "")),
        "back": whom.back if whom else reverse("calendar"),
    }
    return render(request, "web/calendar/new.html", context, status=422 if form.is_bound else 200)


def _asked(request: StaffRequest) -> tuple[datetime.date, datetime.time | None, int]:
    """The time that was chosen in the calendar: day, clock, minutes."""
    found = instant_of(request.GET.get("at", ""))
    minutes = request.GET.get("minutes", "")
    length = int(minutes) if minutes.isdecimal() and 0 < int(minutes[:5]) <= LONGEST else 60
    if found is None:
        return day_of(request.GET.get("at", "") or request.GET.get("day", "")), None, length
    here = timezone.localtime(found)
    return here.date(), here.time(), length


def _task_of(request: StaffRequest) -> int | None:
    number = request.POST.get("task", "")
    return int(number) if number.isdecimal() and len(number) < 19 else None


@dataclass(frozen=True, slots=True)
class _Opened:
    """An appointment that the reader may see, and whether they may change it."""

    whole: WholeAppointment
    changes: bool


def _open(request: StaffRequest, appointment_id: int) -> _Opened:
    try:
        whole = one_appointment(request.scope, request.user.id, appointment_id)
    except Appointment.DoesNotExist:
        raise Http404 from None
    if erased_among([whole.row.party_id]) and not may_look(request.roles):
        raise Http404
    within = Appointment.objects.visible_to(request.scopes[Verb.EDIT]).filter(may_change(request.user.id))
    return _Opened(whole, whole.row.is_planned and within.filter(pk=appointment_id).exists())


@only_for(Area.WORK)
@drafted
def appointment(request: StaffRequest, appointment_id: int) -> HttpResponseBase:
    """One appointment: read by whoever may see it, changed by whose it is."""
    opened = _open(request, appointment_id)
    row = opened.whole.row
    more: dict[str, Any] = {
        **_choices(request),
        "has_party": (row.party_id, row.lead_id) != (None, None),
        "recurring": row.series_id is not None,
    }
    guests = [one.staff_id for one in opened.whole.guests if one.answer != Answer.OWN]
    known: dict[str, str] = dict(more["people"])
    invited = [one for one in opened.whole.guests if one.staff_id in guests and one.staff_id not in known]
    more["people"] += [(one.staff_id, one.name) for one in invited]
    more["resources"] += [
        (one.pk, one.label(request.display.language)) for one in opened.whole.resources
        if one.pk not in dict(more["resources"])
    ]  # fmt: skip
    initial = values_of(row, guests, [one.pk for one in opened.whole.resources])
    if request.method != "POST":
        return _page(request, opened, AppointmentForm(initial=initial, **more))
    if not opened.changes:
        raise PermissionDenied(Area.WORK)
    form = AppointmentForm(request.POST, initial=initial, **more)
    if not form.is_valid():
        return _page(request, opened, form, status=422)
    planned = form.planned()
    warnings = [] if "despite" in request.POST else warnings_of(request, planned, None, but=appointment_id)
    if warnings:
        return _page(request, opened, form, warnings=warnings, status=422)
    which = form.cleaned_data.get("which") or Which.THIS
    try:
        moved = change_appointment(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            appointment_id=appointment_id,
            version=form.cleaned_data["version"] or 0,
            planned=planned,
            which=which,
            repeats=form.repeating() if row.series_id and which != Which.THIS else None,
        )
    except StaleError as stale:
        data = request.POST.copy()
        data["version"] = str(stale.current.version)
        return _page(request, opened, AppointmentForm(data, initial=initial, **more), stale=stale.current, status=409)
    except WorkError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _page(request, opened, form, status=422)
    words = ngettext("Saved.", "%(many)s appointments are saved.", moved.many)
    messages.success(request, words % {"many": moved.many})
    return HttpResponseRedirect(address_of(moved.appointment))


def _page(
    request: StaffRequest,
    opened: _Opened,
    form: AppointmentForm,
    *,
    warnings: list[str] | None = None,
    stale: Any = None,
    status: int = 200,
) -> HttpResponse:
    row, series = opened.whole.row, opened.whole.series
    answer = opened.whole.answer_of(request.user.id)
    context = {
        "whole": opened.whole,
        "row": row,
        "icon": ICONS[row.kind],
        "form": form,
        "changes": opened.changes,
        "warnings": warnings or [],
        "stale": stale,
        "repeats": repeats_of(series.rule, request.display) if series else "",
        "many": many_of_series(row, since=timezone.now()) if series and opened.changes else None,
        "guests": [(one, ANSWERS[Answer(one.answer)], Answer(one.answer).label) for one in opened.whole.guests],
        "answer": answer,
        "invited": answer not in ("", Answer.OWN),
        "back": address_of(row),
        "ahead": row.starts_at > timezone.now(),
    }
    return render(request, "web/calendar/appointment.html", context, status=status)


def _refused(work: Callable[[], JsonResponse]) -> JsonResponse:
    """What a script asks for, refused in words: 409 for what somebody else has changed, 422 for what makes no sense."""
    try:
        return work()
    except Appointment.DoesNotExist:
        raise Http404 from None
    except StaleError as stale:
        words = _("Somebody has changed this meanwhile: it is shown as it is now.")
        return JsonResponse({"message": words, "version": stale.current.version}, status=409)
    except WorkError as refused:
        return JsonResponse({"message": str(refused)}, status=422)


@require_POST
@only_for(Area.WORK)
def move(request: StaffRequest, appointment_id: int) -> JsonResponse:
    """Gives an appointment the time to which it was drawn; answers with the way back, and with who has something else
    then.
    """
    opened = _open(request, appointment_id)
    starts_at, all_day = instant_of(request.POST.get("starts", "")), request.POST.get("all_day") == "1"
    version, minutes = (_number(request.POST.get(name, "")) for name in ("version", "minutes"))
    which = request.POST.get("which", Which.THIS)
    if starts_at is None or which not in Which.values:
        return JsonResponse({"message": _("This is no time.")}, status=422)

    def work() -> JsonResponse:
        moved = move_appointment(
            scope=request.scopes[Verb.EDIT], by=request.user.id, appointment_id=appointment_id, version=version,
            starts_at=starts_at, minutes=minutes, all_day=all_day, which=which,
        )  # fmt: skip
        words = ngettext("Moved.", "%(many)s appointments are moved.", moved.many) % {"many": moved.many}
        people = [one.staff_id for one in opened.whole.guests if one.answer != Answer.DECLINED]
        warned = warnings_of(request, None, None, but=appointment_id, people=people,
                             spans=[(moved.appointment.starts_at, moved.appointment.ends_at)])  # fmt: skip
        return JsonResponse(
            {
                "message": " ".join([words, *warned]),
                "version": moved.appointment.version,
                "start": wall(moved.appointment.starts_at),
                "many": moved.many,
                "token": undo.of_move(request.user.id, moved, was_all_day=opened.whole.row.all_day),
            }
        )

    return _refused(work)


def _number(words: str) -> int:
    return int(words) if words.isdecimal() and len(words) < 9 else 0


@require_POST
@only_for(Area.WORK)
def cancel(request: StaffRequest, appointment_id: int) -> HttpResponseBase:
    """Cancels an appointment, or those of its series that are meant, with the way back."""
    opened = _open(request, appointment_id)
    which = request.POST.get("which", Which.THIS)
    try:
        cancelled = cancel_appointment(
            scope=request.scopes[Verb.EDIT], by=request.user.id, appointment_id=appointment_id,
            version=_number(request.POST.get("version", "")), which=which if which in Which.values else Which.THIS,
        )  # fmt: skip
    except Appointment.DoesNotExist:
        raise Http404 from None
    except StaleError:
        messages.warning(request, _("Somebody has changed this meanwhile: it is shown as it is now."))
        return redirect("appointment", appointment_id)
    except WorkError as refused:
        messages.warning(request, str(refused))
        return redirect("appointment", appointment_id)
    words = ngettext("The appointment is cancelled.", "%(many)s appointments are cancelled.", len(cancelled))
    token = undo.of_cancelling(request.user.id, cancelled, [one.pk for one in opened.whole.resources])
    messages.success(request, words % {"many": len(cancelled)}, extra_tags=f"calendar-undo|{token}")
    return HttpResponseRedirect(address_of(opened.whole.row))


@require_POST
@only_for(Area.WORK)
def answer(request: StaffRequest, appointment_id: int) -> HttpResponseBase:
    """Accepts or declines an invitation, or those of a whole series."""
    wanted = request.POST.get("answer", "")
    try:
        answer_invitation(
            by=request.user.id, appointment_id=appointment_id, answer=wanted, whole_series="series" in request.POST
        )
    except Attendance.DoesNotExist:
        raise Http404 from None
    except WorkError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Accepted.") if wanted == Answer.ACCEPTED else _("Declined."))
    return HttpResponseRedirect(own_path(request.POST.get("next", ""), default=reverse("calendar")))


@require_POST
@only_for(Area.WORK)
def take_back(request: StaffRequest) -> HttpResponseBase:
    """Takes back what was done last, as far as nobody has changed it since; in JSON where a script asks."""
    by_script = request.headers.get("X-Calendar") == "1"
    try:
        many = undo.take_back(scope=request.scopes[Verb.EDIT], by=request.user.id, token=request.POST.get("token", ""))
        words = _("This can no longer be undone.") if not many else _("Taken back.")
    except (StaleError, WorkError) as refused:
        many = 0
        words = (
            str(refused) if isinstance(refused, WorkError) else _("Somebody has changed this since: it stays as it is.")
        )
    if by_script:
        return JsonResponse({"message": words}, status=200 if many else 409)
    (messages.info if many else messages.warning)(request, words)
    return HttpResponseRedirect(own_path(request.POST.get("next", ""), default=reverse("calendar")))
