"""The board, one manager on it, and what is done from there."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.contact.codes import TaskState
from guanxi.crm.contact.models import WITH_SOMEBODY, Task
from guanxi.crm.effort.queries import NO_CONTACT_DAYS, quiet_customers, work_by_day
from guanxi.crm.handover.choosing import What
from guanxi.crm.handover.services import begin_draft, change_draft
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.board import sheet as _sheet  # noqa: F401 - offers the meeting's sheet
from guanxi.crm.web.board.measures.coverage import since
from guanxi.crm.web.board.page import Person, board_of, people_of
from guanxi.crm.web.erased import unnamed
from guanxi.crm.web.exports.rights import may_export
from guanxi.crm.web.request import StaffRequest

SHOWN = 100
TASKS_SHOWN = 50
DAYS_BACK = 13


@require_safe
@only_for(Area.TEAM)
def board(request: StaffRequest) -> HttpResponse:
    """Who needs help: each manager's book, work, overdue tasks and coverage."""
    at = request.GET.get("at", "")[:32]
    if at and not people_of(request, at):
        raise Http404
    found = board_of(request, at=at, sort=request.GET.get("sort", ""))
    sheet = ""
    if found.people and may(request, Area.EXPORTS) and may_export(request):
        sheet = f"{reverse('export-ask', args=['team-week'])}?{urlencode({'at': at} if at else {})}"
    return render(request, "web/board/board.html", {"board": found, "sheet_url": sheet})


def _person(request: StaffRequest, staff_id: str) -> Person:
    """A manager whom the reader is responsible for; else 404."""
    found = next((one for one in people_of(request) if one.number == staff_id), None)
    if found is None:
        raise Http404
    return found


@require_safe
@only_for(Area.TEAM)
def person(request: StaffRequest, staff_id: str) -> HttpResponse:
    """One manager: premier customers without contact, with the last one; overdue tasks; the work of two weeks."""
    one = _person(request, staff_id)
    today, scope = timezone.localdate(), request.scopes[Verb.ASSIGN]
    quiet = quiet_customers(scope, staff_id, day=request.day, since=since(today), most=SHOWN + 1)
    gone = unnamed(request, [customer.party_id for customer in quiet])
    late = not_erased(Task.objects.visible_to(scope)).filter(
        WITH_SOMEBODY, staff=staff_id, state=TaskState.OPEN, due_on__lt=today
    )
    first = today - datetime.timedelta(days=DAYS_BACK)
    by_day = work_by_day(scope, staff_id, first=first, last=today)
    days = [(day, sorted(by_day.get(day, {}).items())) for day in reversed(_days(first, today))]
    context: dict[str, Any] = {
        "person": one,
        "institution": institution_tree(request.display.version).label(one.institution, request.display.language),
        "quiet": [customer for customer in quiet if customer.party_id not in gone][:SHOWN],
        "more": len(quiet) > SHOWN,
        "no_contact_days": NO_CONTACT_DAYS,
        "names": staff_names(request.display.version),
        "late": list(late.select_related("party", "lead").order_by("due_on", "pk")[:TASKS_SHOWN]),
        "days": days,
        "today": today,
    }
    return render(request, "web/board/person.html", context)


def _days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]


@require_POST
@only_for(Area.TEAM)
def hand_over(request: StaffRequest, staff_id: str) -> HttpResponseBase:
    """Begins a hand-over of the customers chosen: it goes on at "to whom", with preview and signatures."""
    one = _person(request, staff_id)
    wanted = request.POST.getlist("party")[:SHOWN]
    mine = Party.objects.visible_to(request.scopes[Verb.ASSIGN]).filter(pk__in=wanted, manager_id=one.number)
    numbers = sorted(mine.values_list("pk", flat=True))
    if not numbers:
        messages.warning(request, _("Choose the customers who shall move."))
        return redirect("board-person", staff_id)
    draft = begin_draft(by=request.user, giver_id=one.number)
    changes = {"what": What(named=True).stored(), "numbers": "\n".join(numbers)}
    change_draft(handover_id=draft.pk, by=request.user, changes=changes)
    return redirect("handover-to", draft.pk)
