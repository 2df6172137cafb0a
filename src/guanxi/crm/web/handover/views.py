"""Hand-overs that concern somebody, and what they do with one: sign, refuse, take back, undo."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.handover import services
from guanxi.crm.handover.models import Handover, State
from guanxi.crm.handover.services import HandoverError
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.handover.rights import arranges, found, may_steer, side_to_sign
from guanxi.crm.web.handover.shown import board, forget_waiting, shown
from guanxi.crm.web.request import StaffRequest

STOP_ASKING = 286


@only_for(Area.HANDOVERS)
def handovers(request: StaffRequest) -> HttpResponse:
    """What waits for one's signature, one's drafts, and everything else that concerns one."""
    before = request.GET.get("before", "")
    page = board(request, before=int(before) if before.isdigit() and len(before) < 18 else 0)
    return render(request, "web/handover/handovers.html", {"board": page, "arranges": arranges(request)})


@only_for(Area.HANDOVERS)
def handover(request: StaffRequest, handover_id: int) -> HttpResponse:
    """One hand-over: who has signed, how far it is, what moved, and until when it can be undone."""
    one = found(request, handover_id)
    if one.state == State.DRAFT:
        return redirect("handover-what", one.pk)
    return _page(request, one)


def _page(request: StaffRequest, one: Handover, *, problem: str = "", said: str = "") -> HttpResponse:
    page = shown(request, one)
    template = "web/handover/handover.html#state" if request.is_partial else "web/handover/handover.html"
    status = 422 if problem else STOP_ASKING if request.is_partial and not page.in_motion else 200
    return render(request, template, {"page": page, "problem": problem, "said": said}, status=status)


@require_POST
@only_for(Area.HANDOVERS)
def sign(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """Signs for the side that is the person's to sign."""
    one = found(request, handover_id)
    side = side_to_sign(request, one)
    if side is None:
        messages.error(request, _("There is nothing here for you to sign any more."))
        return redirect("handover", one.pk)
    return _do(request, one, lambda: services.sign(handover_id=one.pk, by=request.user, side=side[0], staff_id=side[1]),
               _("Signed."))  # fmt: skip


@require_POST
@only_for(Area.HANDOVERS)
def refuse(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """Refuses to sign, with a reason; the hand-over is over."""
    one = found(request, handover_id)
    if side_to_sign(request, one) is None:
        raise Http404
    said = request.POST.get("said", "").strip()
    if len(said) < 2:
        return _page(request, one, problem=_("Say why, so that it can be arranged better."), said=said)
    return _do(request, one, lambda: services.refuse(handover_id=one.pk, by=request.user, said=said), _("Refused."))


@require_POST
@only_for(Area.HANDOVERS)
def take_back(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """Takes back what has not begun; a draft is thrown away."""
    one = found(request, handover_id)
    if not may_steer(request, one):
        raise Http404
    return _do(request, one, lambda: services.take_back(handover_id=one.pk, by=request.user), _("Taken back."))


@require_POST
@only_for(Area.HANDOVERS)
def undo(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """Moves everybody back who still stands where this hand-over put them."""
    one = found(request, handover_id)
    if not may_steer(request, one):
        raise Http404
    said = request.POST.get("said", "").strip()[:200]
    return _do(request, one, lambda: services.undo(handover_id=one.pk, by=request.user, said=said),
               _("The customers are going back."))  # fmt: skip


def _do(request: StaffRequest, one: Handover, act: Callable[[], Handover], done: str) -> HttpResponseBase:
    try:
        act()
    except HandoverError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    forget_waiting()
    return redirect("handover", one.pk) if one.state != State.DRAFT else redirect("handovers")
