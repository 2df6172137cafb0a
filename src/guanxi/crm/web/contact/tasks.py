"""Tasks: the list, what is done to several at once, and undone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.task_queries import names_of_tasks
from guanxi.crm.contact.task_services import finish_tasks, reassign_tasks, snooze_tasks, undo_changes
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import standing_of
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.listing import EVERYBODY, TASKS
from guanxi.crm.web.contact.people import colleagues
from guanxi.crm.web.contact.undo import read_token, token_of
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.queries import working_calendar

# Working days after which tasks come back with one tap.
QUICK_DAYS = (1, 2, 5)
LONGEST = 200


@only_for(Area.WORK)
def tasks(request: StaffRequest) -> HttpResponseBase:
    """What is to be done, the next due first."""
    own = request.scope.reach is Reach.OWN

    def narrow(values: dict[str, Any]) -> bool:
        return own or values.get("who") != EVERYBODY

    left_out = frozenset({"who"}) if not request.GET.get("who") and len(request.scope.managers) <= 1 else frozenset()
    return respond(request, TASKS, Shown(template="web/contact/tasks.html", narrow=narrow, left_out=left_out))


def chosen(request: HttpRequest) -> list[int]:
    """The tasks that a bulk act is about: the one whose own button was pressed, else those chosen."""
    numbers = request.POST.getlist("only") or request.POST.getlist("chosen")
    return [int(number) for number in numbers[:LONGEST] if number.isdecimal() and len(number) < 19]


def back(request: HttpRequest) -> str:
    """The page that somebody acted on: as the form says, else where the browser came from."""
    asked = request.POST.get("next", "")
    if not asked:
        try:
            came = urlsplit(request.headers.get("Referer", ""))
        except ValueError:
            came = urlsplit("")
        asked = f"{came.path}?{came.query}" if came.query else came.path
        if asked.startswith(reverse("tasks")) and came.path != reverse("tasks"):
            asked = ""  # a page between, which knows nothing of itself without its form
    return own_path(asked, default=reverse("tasks"))


def tell(request: StaffRequest, words: str, changes: Any) -> None:
    """Says what was done, with the way back."""
    if changes:
        messages.success(request, words, extra_tags=f"undo|{token_of(request.user.id, changes)}")
    else:
        messages.info(request, _("Nothing was changed: these tasks are finished already."))


@require_POST
@only_for(Area.WORK)
def finish(request: StaffRequest) -> HttpResponseBase:
    """Finishes tasks, with one tap and the way back."""
    changes = finish_tasks(scope=request.scopes[Verb.EDIT], by=request.user.id, task_ids=chosen(request))
    words = ngettext("%(number)s task is done.", "%(number)s tasks are done.", len(changes))
    tell(request, words % {"number": len(changes)}, changes)
    return HttpResponseRedirect(back(request))


@require_POST
@only_for(Area.WORK)
def snooze(request: StaffRequest) -> HttpResponseBase:
    """Asks until when, then hides tasks until that day."""
    problem = ""
    if "until" in request.POST:
        try:
            until = parse_date(request.POST["until"] or request.POST.get("day", ""))
        except ValueError:
            until = None
        try:
            if until is None:
                raise WorkError(_("Choose a day after today."))
            changes = snooze_tasks(scope=request.scopes[Verb.EDIT], task_ids=chosen(request), until=until)
        except WorkError as refused:
            problem = str(refused)
        else:
            day = request.display.day(until)
            words = ngettext(
                "%(number)s task comes back on %(day)s.", "%(number)s tasks come back on %(day)s.", len(changes)
            )
            tell(request, words % {"number": len(changes), "day": day}, changes)
            return HttpResponseRedirect(back(request))
    today = timezone.localdate()
    return _between(
        request,
        "web/contact/snooze.html",
        problem,
        days=[working_calendar().after(today, days) for days in QUICK_DAYS],
        typed=request.POST.get("day", ""),
    )


@require_POST
@only_for(Area.WORK)
def reassign(request: StaffRequest) -> HttpResponseBase:
    """Asks who shall do it, then gives tasks to that person, as far as they see the customers."""
    problem, number = "", request.POST.get("staff", "")[:32]
    if "staff" in request.POST:
        person = Staff.objects.filter(pk=number, is_active=True).first()
        if person is None:
            problem = _("Choose who shall do it.")
        else:
            version = request.published.id if request.published else 0
            reach = standing_of(person, version=version, today=timezone.localdate()).scopes[Verb.EDIT]
            changes, left = reassign_tasks(
                scope=request.scopes[Verb.EDIT], task_ids=chosen(request), staff_id=person.pk, reach=reach
            )
            if changes:
                words = ngettext("%(number)s task is with %(name)s now.", "%(number)s tasks are with %(name)s now.",
                                 len(changes))  # fmt: skip
                tell(request, words % {"number": len(changes), "name": person.name}, changes)
            if left:
                words = ngettext(
                    "%(number)s task stays: %(name)s does not look after its customer, or it has none.",
                    "%(number)s tasks stay: %(name)s does not look after their customers, or they have none.",
                    left,
                )
                messages.warning(request, words % {"number": left, "name": person.name})
            return HttpResponseRedirect(back(request))
    return _between(request, "web/contact/reassign.html", problem, people=colleagues(request), typed=number)


def _between(request: StaffRequest, template: str, problem: str, **context: Any) -> HttpResponse:
    """The page between choosing and doing: which tasks, and what is still to be said."""
    found = names_of_tasks(request.scopes[Verb.EDIT], chosen(request))
    if not found:
        messages.info(request, _("Nothing was changed: these tasks are finished already."))
        return HttpResponseRedirect(back(request))
    context |= {"tasks": found, "problem": problem, "next": back(request), "today": timezone.localdate()}
    return render(request, template, context, status=422 if problem else 200)


@require_POST
@only_for(Area.WORK)
def undo(request: StaffRequest) -> HttpResponseBase:
    """Takes back what was done last, as far as nobody has changed it since."""
    changes = read_token(request.user.id, request.POST.get("token", ""))
    if changes is None:
        messages.warning(request, _("This can no longer be undone."))
        return HttpResponseRedirect(back(request))
    undone, left = undo_changes(scope=request.scopes[Verb.EDIT], changes=changes)
    if undone:
        words = ngettext("%(number)s task is as it was.", "%(number)s tasks are as they were.", undone)
        messages.info(request, words % {"number": undone})
    if left:
        words = ngettext(
            "%(number)s task was changed since and stays as it is.",
            "%(number)s tasks were changed since and stay as they are.",
            left,
        )
        messages.warning(request, words % {"number": left})
    return HttpResponseRedirect(back(request))
