"""What is done with a customer or a prospect: the customer's timeline, recording something, changing it."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.contact.activity_queries import Done, earlier_versions, last_contact, one_activity, setup_of, timeline
from guanxi.crm.contact.activity_services import change_activity, record_activity
from guanxi.crm.contact.calendar_queries import appointments_of
from guanxi.crm.contact.codes import WITH_CUSTOMER, ActivityKind
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Activity, Appointment
from guanxi.crm.contact.task_queries import open_tasks_of
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.forms import ChangeForm, RecordForm, values_of
from guanxi.crm.web.contact.whom import TAB, Somebody, customer, prospect, recording
from guanxi.crm.web.contact.words import KINDS, RESULTS, place_words, read_place
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.headers import WITH_LOCATION
from guanxi.crm.web.request import StaffRequest

FOLDED = ("with_whom", "inbound", "promise", "promise_on")


@only_for(Area.CUSTOMERS)
def activities(request: StaffRequest, party_id: str) -> HttpResponse:
    """What was done with the customer, the latest first, and what is to be done; six queries of its own."""
    frame = customer_frame(request, party_id, TAB)
    asked = request.GET.getlist("kind")
    kinds = [kind for kind in WITH_CUSTOMER if kind in asked]
    found = timeline(request.scope, party_id, kinds=kinds, before=read_place(request.GET.get("before", "")))
    today = timezone.localdate()
    context: dict[str, Any] = {
        "frame": frame,
        "timeline": found,
        "before": place_words(found.before),
        "later": bool(request.GET.get("before")),
        "tasks": open_tasks_of(request.scope, party_id, today=today),
        "appointments": appointments_of(request.scope, party_id, since=timezone.now()),
        "today": today,
        "kinds": [(kind, KINDS[kind].icon, kind in kinds) for kind in WITH_CUSTOMER],
        "icons": {kind.value: mark.icon for kind, mark in KINDS.items()},
        "results": RESULTS,
    }
    return show(request, "web/contact/activities.html", context)


@only_for(Area.CUSTOMERS)
@drafted
def record(request: StaffRequest, party_id: str, kind: str) -> HttpResponseBase:
    """Records one activity of a kind with a customer, with its promise and its next step."""
    return _record(request, customer(request, party_id), kind)


@only_for(Area.LEADS)
@drafted
def record_with_prospect(request: StaffRequest, lead_id: int, kind: str) -> HttpResponseBase:
    """The same with a prospect."""
    return _record(request, prospect(request, lead_id), kind)


def _record(request: StaffRequest, whom: Somebody, kind: str) -> HttpResponseBase:
    recording(whom)
    if kind not in WITH_CUSTOMER:
        raise Http404
    setup = setup_of(kind)
    if request.method != "POST":
        return record_page(request, whom, kind, RecordForm.fresh(kind=kind, setup=setup), back=whom.back)
    form = RecordForm(request.POST, kind=kind, setup=setup)
    if not form.is_valid():
        return record_page(request, whom, kind, form, back=whom.back)
    try:
        found = record_activity(
            scope=request.scopes[Verb.EDIT],
            staff_id=request.user.id,
            key=form.cleaned_data["key"],
            kind=kind,
            entered=form.entered(),
            place=form.place(),
            promise=form.promised(),
            follow_up=form.following(),
            **whom.named,
        )
    except WorkError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return record_page(request, whom, kind, form, back=whom.back)
    if found.made:
        messages.success(request, _("Recorded."))
    elif _differs(found.activity, form):
        # It had arrived though no answer came back, and then more was typed: that is a change, and nothing is lost.
        return _again(request, whom, found.activity, setup)
    return redirect(whom.back)


def _differs(activity: Activity, form: RecordForm) -> bool:
    entered = form.entered()
    return (activity.text, activity.with_whom, activity.outcome_id) != (  # type: ignore[attr-defined]
        entered.text.strip(),
        entered.with_whom.strip(),
        entered.outcome_id,
    )


def _again(request: StaffRequest, whom: Somebody, activity: Activity, setup: Any) -> HttpResponse:
    data = request.POST.copy()
    data["version"] = str(activity.version)
    form = ChangeForm(data, kind=activity.kind, setup=setup)
    found = one_activity(request.scope, whom.party_id, activity.pk, lead_id=whom.lead_id)
    return activity_page(request, whom, found, form, stale=activity, status=409)


def record_page(
    request: StaffRequest, whom: Somebody, kind: str, form: RecordForm, *, back: str, planned: Appointment | None = None
) -> HttpResponse:
    """The page on which one activity is recorded; ``planned`` is the appointment that it keeps."""
    today = timezone.localdate()
    context: dict[str, Any] = {
        "whom": whom,
        "kind": ActivityKind(kind),
        "icon": KINDS[ActivityKind(kind)].icon,
        "form": form,
        # Fields that are folded away show themselves where something stands in them or is wrong with them.
        "more": any(form.data.get(name) for name in FOLDED) or bool({"at", "minutes", *FOLDED} & set(form.errors))
        if form.is_bound
        else False,
        "results": RESULTS,
        "templates": [
            (one.label(request.display.language), one.words(request.display.language)) for one in form.setup.templates
        ],
        "outcomes": [(one, one.label(request.display.language)) for one in form.setup.outcomes],
        "tasks": open_tasks_of(request.scope, whom.party_id, lead_id=whom.lead_id, today=today),
        "last": last_contact(request.scope, whom.party_id, lead_id=whom.lead_id),
        "today": today,
        "planned": planned,
        "back": back,
    }
    response = render(request, "web/contact/record.html", context, status=422 if form.is_bound else 200)
    response.headers["Permissions-Policy"] = WITH_LOCATION
    return response


@only_for(Area.CUSTOMERS)
@drafted
def change(request: StaffRequest, party_id: str, activity_id: int) -> HttpResponseBase:
    """One activity with a customer: its text, its files, what it was before; whoever may record changes it."""
    return _change(request, customer(request, party_id), activity_id)


@only_for(Area.LEADS)
@drafted
def change_with_prospect(request: StaffRequest, lead_id: int, activity_id: int) -> HttpResponseBase:
    """The same with a prospect."""
    return _change(request, prospect(request, lead_id), activity_id)


def _change(request: StaffRequest, whom: Somebody, activity_id: int) -> HttpResponseBase:
    found = activity_of(request, whom, activity_id)
    setup = setup_of(found.activity.kind, with_outcome=found.activity.outcome_id)
    if request.method != "POST":
        return activity_page(request, whom, found, ChangeForm.of(found.activity, setup=setup))
    recording(whom)
    form = ChangeForm(request.POST, kind=found.activity.kind, setup=setup)
    if not form.is_valid():
        return activity_page(request, whom, found, form, status=422)
    try:
        change_activity(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            activity_id=activity_id,
            version=form.cleaned_data["version"],
            entered=form.entered(),
        )
    except StaleError as stale:
        form = _on_top_of(request, form, stale.current)
        return activity_page(request, whom, found, form, stale=stale.current, status=409)
    except WorkError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return activity_page(request, whom, found, form, status=422)
    messages.success(request, _("Saved."))
    return redirect(whom.back)


def activity_of(request: StaffRequest, whom: Somebody, activity_id: int) -> Done:
    """One activity with somebody; 404 outside the scope."""
    try:
        return one_activity(request.scope, whom.party_id, activity_id, lead_id=whom.lead_id)
    except Activity.DoesNotExist:
        raise Http404 from None


def _on_top_of(request: StaffRequest, form: ChangeForm, current: Activity) -> ChangeForm:
    """What was typed, once more, as a change of what stands now: nothing is lost, and saving again is a decision."""
    data = request.POST.copy()
    data["version"] = str(current.version)
    return ChangeForm(data, kind=current.kind, setup=form.setup)


def activity_page(
    request: StaffRequest,
    whom: Somebody,
    found: Any,
    form: ChangeForm,
    *,
    stale: Activity | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one activity. ``stale``: what somebody else has made of it; ``problem`` is said about a file."""
    language = request.display.language
    context: dict[str, Any] = {
        "whom": whom,
        "address": whom.address("activity", found.activity.pk),
        "done": found,
        "activity": found.activity,
        "kind": ActivityKind(found.activity.kind),
        "icon": KINDS[ActivityKind(found.activity.kind)].icon,
        "form": form,
        "outcomes": [(one, one.label(language)) for one in form.setup.outcomes],
        "chosen": str(form["outcome"].value() or ""),
        "results": RESULTS,
        "earlier": earlier_versions(request.scope, found.activity.pk),
        "differences": _differences(form, stale) if stale else [],
        "stale": stale,
        "problem": problem,
        "today": timezone.localdate(),
        "back": whom.back,
    }
    return render(request, "web/contact/activity.html", context, status=status)


def _differences(form: ChangeForm, current: Any) -> list[tuple[Any, str, str]]:
    """The fields in which what was typed is not what stands now: label, what stands, what was typed."""
    standing = values_of(current)
    outcomes: dict[Any, str] = {one.pk: str(one) for one in form.setup.outcomes}
    found = []
    form.is_valid()
    for name, value in standing.items():
        typed = form.cleaned_data.get(name)
        if name == "version" or name not in form.fields or typed == value:
            continue
        words = [outcomes.get(one, "") if name == "outcome" else _plain(one) for one in (value, typed)]
        label = _("Outcome") if name == "outcome" else form.fields[name].label
        found.append((label, words[0], words[1]))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
