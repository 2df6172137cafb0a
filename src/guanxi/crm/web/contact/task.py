"""One task: new, read, changed, cancelled, opened again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.consent.roles import may_look
from guanxi.crm.contact.codes import TaskState
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Task
from guanxi.crm.contact.task_queries import WholeTask, one_task
from guanxi.crm.contact.task_services import NewTask, add_task, change_task, finish_tasks, reopen_task
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.contact.forms import TaskForm, task_values
from guanxi.crm.web.contact.listing import state_mark
from guanxi.crm.web.contact.tasks import tell
from guanxi.crm.web.contact.whom import Somebody, customer, prospect, recording
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.queries import working_calendar


@only_for(Area.WORK)
@drafted
def add(request: StaffRequest) -> HttpResponseBase:
    """A task of one's own, about no customer."""
    return _add(request, None, reverse("tasks"))


@only_for(Area.CUSTOMERS)
@drafted
def add_for_customer(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """A task about a customer."""
    whom = recording(customer(request, party_id))
    return _add(request, whom, whom.back)


@only_for(Area.LEADS)
@drafted
def add_for_prospect(request: StaffRequest, lead_id: int) -> HttpResponseBase:
    """A task about a prospect."""
    whom = recording(prospect(request, lead_id))
    return _add(request, whom, whom.back)


def _add(request: StaffRequest, whom: Somebody | None, address: str) -> HttpResponseBase:
    people = _people(request, whom) if whom else None
    initial = {"key": uuid4(), "due_on": working_calendar().after(timezone.localdate(), 1)}
    form = TaskForm(request.POST if request.method == "POST" else None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        new = NewTask(
            title=entered["title"],
            due_on=entered["due_on"],
            text=entered["text"],
            priority=entered["priority"],
            staff_id=entered.get("staff") or ("" if whom else request.user.id),
        )
        try:
            add_task(
                scope=request.scopes[Verb.EDIT],
                by=request.user.id,
                key=entered["key"] or uuid4(),
                new=new,
                **(whom.named if whom else {"party_id": None}),
            )
        except WorkError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Noted."))
            return HttpResponseRedirect(address)
    context = {"form": form, "party": whom, "back": address}
    return render(request, "web/contact/task_new.html", context, status=422 if form.is_bound else 200)


def _people(request: StaffRequest, whom: Somebody) -> list[tuple[str, str]]:
    """Who may do a task about somebody: who asks, and who looks after them."""
    people = [(request.user.id, request.user.name)]
    if whom.manager and whom.manager[0] != request.user.id:
        people.append(whom.manager)
    return people


@only_for(Area.WORK)
@drafted
def task(request: StaffRequest, task_id: int) -> HttpResponseBase:
    """One task: read, changed, cancelled, opened again."""
    try:
        whole = one_task(request.scope, task_id)
    except Task.DoesNotExist:
        raise Http404 from None
    found = whole.task
    if erased_among([found.party_id]) and not may_look(request.roles):
        raise Http404
    if request.method != "POST":
        return _task_page(request, whole, TaskForm(initial=task_values(found)))
    scope = request.scopes[Verb.EDIT]
    if not Task.objects.visible_to(scope).filter(pk=task_id).exists():
        raise PermissionDenied(Area.WORK)
    if "cancel" in request.POST or "reopen" in request.POST:
        return _turn(request, found)
    return _change(request, whole)


def _turn(request: StaffRequest, found: Any) -> HttpResponseBase:
    """Cancels an open task, or opens a finished one again."""
    scope = request.scopes[Verb.EDIT]
    if "cancel" in request.POST:
        changes = finish_tasks(scope=scope, by=request.user.id, task_ids=[found.pk], state=TaskState.CANCELLED)
        tell(request, _("The task is cancelled."), changes)
        return redirect("tasks")
    try:
        reopen_task(scope=scope, task_id=found.pk, version=found.version)
    except StaleError:
        messages.warning(request, _("Somebody has changed this task meanwhile."))
    return redirect("task", found.pk)


def _change(request: StaffRequest, whole: WholeTask) -> HttpResponseBase:
    form = TaskForm(request.POST, initial=task_values(whole.task))
    if not form.is_valid():
        return _task_page(request, whole, form, status=422)
    entered = form.cleaned_data
    try:
        change_task(
            scope=request.scopes[Verb.EDIT],
            task_id=whole.task.pk,
            version=entered["version"] or 0,
            title=entered["title"],
            text=entered["text"],
            due_on=entered["due_on"],
            priority=entered["priority"],
        )
    except StaleError as stale:
        data = request.POST.copy()
        data["version"] = str(stale.current.version)
        form = TaskForm(data, initial=task_values(stale.current))
        return _task_page(request, one_task(request.scope, whole.task.pk), form, stale=stale.current, status=409)
    except WorkError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _task_page(request, whole, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("tasks")


def _task_page(
    request: StaffRequest, whole: WholeTask, form: TaskForm, *, stale: Task | None = None, status: int = 200
) -> HttpResponse:
    scope = request.scopes[Verb.EDIT]
    if whole.task.party_id:
        may_change = Party.objects.visible_to(scope).filter(pk=whole.task.party_id).exists()
    elif whole.task.lead_id:
        may_change = Lead.objects.visible_to(scope).filter(pk=whole.task.lead_id).exists()
    else:
        may_change = whole.task.staff_id == request.user.id
    context = {
        "whole": whole,
        "task": whole.task,
        "form": form,
        "state": state_mark(whole.task.state),
        "may_change": may_change,
        "stale": stale,
        "today": timezone.localdate(),
        "next": request.get_full_path(),
    }
    return render(request, "web/contact/task.html", context, status=status)
