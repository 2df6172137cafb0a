"""The relationship managers of one's institutions, their books, and cover for leave."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.handover.history import overridden
from guanxi.crm.handover.orphans import orphans_in
from guanxi.crm.insight.book_queries import Holding, books_by_manager
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices.covers import tell_of_cover
from guanxi.crm.org.access_queries import CoverLine, covers_of
from guanxi.crm.org.queries import institution_tree, managers_of
from guanxi.crm.org.services import ArrangementError, arrange_cover, end_cover
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest

NO_BOOK = Holding()
# For so long the page tells of hand-overs that the bank's file has overtaken.
TOLD_FOR = datetime.timedelta(days=30)
FIELDS = ("staff", "substitute", "first", "last", "reason")


@dataclass(frozen=True, slots=True)
class Member:
    """One relationship manager: number, name, institution, the book, and the covers that last or will come."""

    number: str
    name: str
    institution: str
    book: Holding
    covers: tuple[CoverLine, ...]
    customers_url: str


def assigned_institutions(request: StaffRequest) -> tuple[str, ...] | None:
    """The institutions whose customers the person may assign; None for all."""
    scope = request.scopes[Verb.ASSIGN]
    return None if scope.sight.everything else scope.institution_ids


@only_for(Area.TEAM)
def team(request: StaffRequest) -> HttpResponse:
    """The managers one is responsible for, the largest book first."""
    return _page(request)


def _page(request: StaffRequest, *, typed: dict[str, str] | None = None, problem: str = "") -> HttpResponse:
    tree = institution_tree(request.display.version)
    today = timezone.localdate()
    people = managers_of(assigned_institutions(request))
    books = books_by_manager(request.scopes[Verb.ASSIGN], date=request.day)
    covers: dict[str, list[CoverLine]] = defaultdict(list)
    for line in covers_of([number for number, _name, _place in people], today=today):
        covers[line.staff_id].append(line)
    language = request.display.language
    members = [
        Member(
            number,
            name,
            tree.label(place, language),
            books.get(number, NO_BOOK),
            tuple(covers[number]),
            f"{reverse('customers')}?manager={number}",
        )
        for number, name, place in people
    ]
    members.sort(key=lambda member: (-member.book.assets, member.number))
    context = {
        "members": members,
        "today": today,
        "typed": typed or {},
        "problem": problem,
        "orphans": orphans_in(request.published.id, request.day, request.scopes[Verb.ASSIGN])
        if request.published
        else None,
        "overridden": overridden(today - TOLD_FOR, [number for number, _name, _place in people]),
    }
    return render(request, "web/team.html", context)


@require_POST
@only_for(Area.TEAM)
def cover(request: StaffRequest) -> HttpResponseBase:
    """Arranges cover between two managers one is responsible for."""
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    own = {number for number, _name, _place in managers_of(assigned_institutions(request))}
    if typed["staff"] not in own or typed["substitute"] not in own:
        return _page(request, typed=typed, problem=_("Choose two relationship managers of your institutions."))
    first, last = _day(typed["first"]), _day(typed["last"])
    if first is None or last is None:
        return _page(request, typed=typed, problem=_("Say the first and the last day."))
    try:
        made = arrange_cover(
            staff_id=typed["staff"],
            substitute_id=typed["substitute"],
            first=first,
            last=last,
            reason=typed["reason"][:200],
            by=request.user,
            today=timezone.localdate(),
        )
    except ArrangementError as error:
        return _page(request, typed=typed, problem=str(error))
    tell_of_cover(cover=made, today=timezone.localdate())
    messages.success(request, _("Cover is arranged; it ends by itself."))
    return redirect("team")


@require_POST
@only_for(Area.TEAM)
def stop_cover(request: StaffRequest, cover_id: int) -> HttpResponseBase:
    """Ends a cover before its last day, or takes back one that has not begun."""
    own = [number for number, _name, _place in managers_of(assigned_institutions(request))]
    today = timezone.localdate()
    if cover_id not in {line.id for line in covers_of(own, today=today)}:
        raise Http404
    end_cover(cover_id=cover_id, today=today)
    messages.success(request, _("The cover has ended."))
    return redirect("team")


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
