"""Whose calendar somebody may look at, and whom they may invite."""

from __future__ import annotations

from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import managers_of
from guanxi.crm.web.contact.people import colleagues, team
from guanxi.crm.web.request import StaffRequest


def whose(request: StaffRequest) -> list[tuple[str, str]]:
    """Those whose calendars the person may open besides their own, as (number, name): the team, and who works in the
    same institution. What they may not see of an appointment stays a time. One query or two.
    """
    found = dict(team(request))
    if request.user.institution_id:  # type: ignore[attr-defined]
        found |= {number: name for number, name, _place in managers_of([request.user.institution_id])}  # type: ignore[attr-defined]
    found.pop(request.user.id, None)
    return sorted(found.items(), key=lambda one: one[1])


def may_open(request: StaffRequest, staff_id: str) -> bool:
    """Whether the person may open somebody's calendar; as :func:`whose`."""
    return staff_id == request.user.id or staff_id in dict(whose(request))


def invitable(request: StaffRequest) -> list[tuple[str, str]]:
    """Who can be invited, as (number, name and place): managers that the person sees, and everybody of their own
    institution. Two queries.
    """
    found = dict(colleagues(request))
    if request.user.institution_id:  # type: ignore[attr-defined]
        own = Staff.objects.filter(institution_id=request.user.institution_id, is_active=True, left_on__isnull=True)  # type: ignore[attr-defined]
        for number, name in own.order_by("id").values_list("id", "name")[:300]:
            found.setdefault(number, f"{name} · {number}")
    found.pop(request.user.id, None)
    return sorted(found.items(), key=lambda one: one[1])
