"""Moves an opportunity through its stages: from its page, from the board, back again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import staff_names
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import Stage
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.opportunity_moves import Ending, MissingError, move_stage, undo_move
from guanxi.crm.sales.opportunity_queries import Whole, reasons
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.opportunities.board import asked_of, board_page
from guanxi.crm.web.opportunities.page import page
from guanxi.crm.web.opportunities.reading import address, changing, number
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest


@require_POST
@only_for(Area.OPPORTUNITIES)
def move(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """Moves one opportunity to another stage. From the board (``board`` is its address) the board is answered."""
    whole = changing(request, opportunity_id)
    sent = request.POST
    try:
        result = move_stage(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            opportunity_id=opportunity_id,
            version=number(sent.get("version", "")) or 0,
            stage_id=number(sent.get("stage", "")) or 0,
            ending=Ending(
                reason_id=number(sent.get("reason", "")),
                text=sent.get("text", "")[:500],
                competitor=sent.get("competitor", "")[:80],
            ),
        )
    except StaleError as stale:
        return _answer(request, whole, problem=stale_words(request, stale.current), status=409)
    except MissingError as missing:
        return _ask(request, whole, missing)
    except SalesError as refused:
        return _answer(request, whole, problem=str(refused), status=422)
    if result.move is not None:
        words = _("%(title)s stands in “%(stage)s” now.") % {
            "title": whole.opportunity.title,
            "stage": result.opportunity.stage.label(request.display.language),
        }
        undo = reverse("opportunity-undo", args=[opportunity_id, result.move.pk])
        messages.success(request, words, extra_tags=f"back|{undo}")
    return _answer(request, whole)


def stale_words(request: StaffRequest, current: Any) -> str:
    """What somebody else has made of an opportunity meanwhile."""
    last = current.moves.order_by("-id").first()
    who = staff_names(request.display.version).get(last.staff_id, "") if last else ""
    values = {"stage": current.stage.label(request.display.language), "who": who, "title": current.title}
    if last is not None and last.version == current.version and who:
        words = _("%(who)s has moved %(title)s to “%(stage)s” meanwhile. Nothing of yours was done: look at it again.")
        return words % values
    return _("Somebody has changed %(title)s meanwhile. Nothing of yours was done: look at it again.") % values


def _answer(request: StaffRequest, whole: Whole, *, problem: str = "", status: int = 200) -> HttpResponseBase:
    """The board, or the page of the opportunity, as it is after what was done, or could not be."""
    query = request.POST.get("board")
    if query is not None and request.is_partial:
        return board_page(request, asked_of(request, QueryDict(query)), problem=problem, status=status)
    if problem:
        return page(request, changing(request, whole.opportunity.pk), problem=problem, status=status)
    if query is not None:
        return HttpResponseRedirect(f"{reverse('pipeline')}?{query}")
    return HttpResponseRedirect(own_path(request.POST.get("next", ""), default=address(whole.opportunity.pk)))


def _ask(request: StaffRequest, whole: Whole, missing: MissingError) -> HttpResponse:
    """What must be known, approved or said first; nothing that was typed is lost."""
    stage = Stage.objects.get(pk=number(request.POST.get("stage", "")))
    asking: dict[str, Any] = {
        "one": whole.opportunity,
        "stage": stage,
        "label": stage.label(request.display.language),
        "missing": missing,
        "wants": stage.state != State.OPEN,
        "lost": stage.state == State.LOST,
        "version": request.POST.get("version", ""),
        "typed": {name: request.POST.get(name, "") for name in ("reason", "text", "competitor")},
        "tried": "asked" in request.POST,
        "board": request.POST.get("board"),
        "choices": [
            (str(one.pk), one.label(request.display.language)) for one in reasons() if one.state == stage.state
        ],
    }
    query = request.POST.get("board")
    if query is not None and request.is_partial:
        return board_page(request, asked_of(request, QueryDict(query)), asking=asking, status=422)
    context = {"asking": asking, "one": whole.opportunity, "back": address(whole.opportunity.pk)}
    return render(request, "web/opportunities/ask.html", context, status=422)


@require_POST
@only_for(Area.OPPORTUNITIES)
def undo(request: StaffRequest, opportunity_id: int, move_id: int) -> HttpResponseBase:
    """Takes back a move that the person made within the last hour."""
    whole = changing(request, opportunity_id)
    try:
        found = undo_move(
            scope=request.scopes[Verb.EDIT], by=request.user.id, opportunity_id=opportunity_id, move_id=move_id
        )
    except SalesError as refused:
        messages.warning(request, str(refused))
    else:
        words = _("%(title)s stands in “%(stage)s” again.") % {
            "title": found.title,
            "stage": found.stage.label(request.display.language),
        }
        messages.info(request, words)
    board = reverse("pipeline")
    came = request.headers.get("Referer", "")
    there = board if board in came else address(whole.opportunity.pk)
    query = came.partition("?")[2] if there == board else ""
    return HttpResponseRedirect(own_path(f"{there}?{query}" if query else there, default=there))
