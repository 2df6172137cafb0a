"""Who may be given work, and whose day somebody may look at."""

from __future__ import annotations

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import institution_tree, managers_of
from guanxi.crm.web.request import StaffRequest


def colleagues(request: StaffRequest) -> list[tuple[str, str]]:
    """Managers to whom work may be given, as (number, name and place): of what the person sees by post, and of their
    own institution. One query.
    """
    tree = institution_tree(request.display.version)
    sight = request.scope.sight
    own = (request.user.institution_id,) if request.user.institution_id else ()
    ids = None if sight.everything else (*sight.institution_ids, *own)
    return [
        (number, f"{name} · {tree.label(place, request.display.language)} · {number}")
        for number, name, place in managers_of(ids)
    ]


def team(request: StaffRequest) -> list[tuple[str, str]]:
    """Those whose days the person may look at besides their own: who is in an institution whose customers they may
    assign. One query, none for those who assign nothing.
    """
    sight = request.scopes[Verb.ASSIGN].sight
    if not (sight.everything or sight.institution_ids):
        return []
    return [(number, name) for number, name, _place in managers_of(None if sight.everything else sight.institution_ids)]


def may_look_at(request: StaffRequest, staff_id: str) -> bool:
    """Whether the person may look at somebody's day; one query for others' days."""
    if staff_id == request.user.id:
        return True
    sight = request.scopes[Verb.ASSIGN].sight
    if sight.everything:
        return Staff.objects.filter(pk=staff_id).exists()
    return Staff.objects.filter(pk=staff_id, institution_id__in=sight.institution_ids).exists()
