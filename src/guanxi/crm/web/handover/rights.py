"""Who may arrange hand-overs, and whom one concerns."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone

from guanxi.crm.handover.models import Handover, State
from guanxi.crm.handover.signing import covers, may_sign
from guanxi.crm.kernel.scope import BLIND
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Role
from guanxi.crm.web.request import StaffRequest


def arranges(request: StaffRequest) -> bool:
    """Whether the person may say who looks after customers of some institution."""
    return request.scopes[Verb.ASSIGN].sight != BLIND


def uses(request: StaffRequest) -> bool:
    """Whether hand-overs can concern the person at all: who arranges them, and relationship managers."""
    return arranges(request) or Role.RM in request.roles


def found(request: StaffRequest, handover_id: int) -> Handover:
    """A hand-over that concerns the person: arranged, giving, receiving, or all within what they may assign; else 404.

    A draft is its arranger's alone.
    """
    one = Handover.objects.select_related("giver", "made_by", "ended_by", "pool").filter(pk=handover_id).first()
    if one is None or not concerns(request, one):
        raise Http404
    return one


def concerns(request: StaffRequest, one: Handover) -> bool:
    """Whether the person may see a hand-over."""
    me = request.user.pk
    if one.made_by_id == me:
        return True
    if one.state == State.DRAFT:
        return False
    return (
        one.giver_id == me
        or one.receivers.filter(staff_id=me).exists()
        or (arranges(request) and covers(request.scopes[Verb.ASSIGN], one))
    )


def draft(request: StaffRequest, handover_id: int) -> Handover:
    """An own draft that may still be arranged; else 404."""
    one = (
        Handover.objects.select_related("giver")
        .filter(pk=handover_id, made_by=request.user, state=State.DRAFT, origin=Handover.Origin.ARRANGED)
        .first()
    )
    if one is None or not arranges(request):
        raise Http404
    return one


def side_to_sign(request: StaffRequest, one: Handover) -> tuple[str, str | None] | None:
    """The side that the person may sign now, and for whom; None for nothing."""
    return may_sign(one, request.user, assigns=request.scopes[Verb.ASSIGN], today=timezone.localdate())


def may_steer(request: StaffRequest, one: Handover) -> bool:
    """Whether the person may take a hand-over back, or undo it: who arranged it, or may assign all its customers."""
    return one.made_by_id == request.user.pk or (arranges(request) and covers(request.scopes[Verb.ASSIGN], one))
