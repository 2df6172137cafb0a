"""What a member of staff can see: for auditors, administrators, and whoever assigns customers where they work."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from guanxi.crm.kernel.scope import BLIND
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Line, Role, Staff
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.org.second_factor import factors_of, is_required
from guanxi.crm.org.sessions import sessions_of
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.sight.page import sight_page

ASKING = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})


def asks_of_all(request: StaffRequest) -> bool:
    """Whether the person may ask what anybody can see."""
    return bool(request.roles & ASKING)


def may_ask_about(request: StaffRequest, institution_id: str | None) -> bool:
    """Whether the person may ask what somebody of an institution can see."""
    if asks_of_all(request):
        return True
    sight = request.scopes[Verb.ASSIGN].sight
    return sight.everything or (institution_id or "") in sight.institution_ids


def sight(request: StaffRequest, staff_id: str) -> HttpResponse:
    """What one member of staff can see, today or on another day, and against one."""
    if not asks_of_all(request) and request.scopes[Verb.ASSIGN].sight == BLIND:
        raise PermissionDenied(Area.TEAM)
    staff = Staff.objects.filter(pk=staff_id).select_related("institution").first()
    if staff is None or not may_ask_about(request, staff.institution_id):
        raise Http404
    today = timezone.localdate()
    day, other, problem = _days(request, today)
    version = request.published.id if request.published else 0
    tree = institution_tree(version)
    language = request.display.language
    names = staff_names(version)
    page = sight_page(
        staff, day=day, other=other, tree=tree, newest=request.business_date, language=language, names=names
    )
    posts = [
        (
            post,
            dict(Role.choices).get(post.role, post.role),
            tree.label(post.institution_id, language),
            _line(post.line),
        )
        for post in (*page.now.held.posts, *page.now.held.other_posts)
    ]
    context = {
        "page": page,
        "today": today,
        "day": day,
        "other": other,
        "problem": problem,
        "posts": [(post, role, place, line, post in page.now.held.posts) for post, role, place, line in posts],
        "covers": [(cover, names.get(cover.staff_id, cover.staff_id)) for cover in page.now.held.covers],
        "place": tree.label(staff.institution_id or "", language),
        "factors": factors_of(staff),
        "required": is_required(page.now.held.standing.roles, superuser=staff.is_superuser),
        "sessions": sessions_of(staff, this=None),
        "audits": may(request, Area.AUDIT),
        "administers": may(request, Area.ADMINISTRATION),
    }
    return render(request, "web/sight.html", context, status=422 if problem else 200)


def _line(line: str) -> str:
    return str(dict(Line.choices).get(line, line))


def _days(request: StaffRequest, today: datetime.date) -> tuple[datetime.date, datetime.date | None, str]:
    """The day that is shown, the one compared with, and what is wrong with what was typed."""
    found: dict[str, datetime.date | None] = {}
    for name in ("on", "with"):
        typed = request.GET.get(name, "").strip()
        try:
            found[name] = parse_date(typed) if typed else None
        except ValueError:
            found[name] = None
        if typed and found[name] is None:
            return today, None, _("This is no date.")
    return found["on"] or today, found["with"], ""
