"""The board: a pipeline's stages as columns, its opportunities as cards that are moved between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from guanxi.crm.consent.queries import not_erased, only_erased
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.sales.board_queries import CLOSED_DAYS, Board, Narrowed, board, more_of
from guanxi.crm.sales.models import CloseReason
from guanxi.crm.sales.opportunity_queries import Line, pipelines, reasons, waiting_prices
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.opportunities.listing import institution_options, people
from guanxi.crm.web.request import StaffRequest

REMEMBERED = "pipeline"
LONGEST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the board; ``query`` is the address itself, without the place within a column."""

    line: Line
    lines: tuple[Line, ...]
    owner: str
    institution: str
    words: str

    @property
    def query(self) -> str:
        """The address, with what is not as usual."""
        pairs = [("line", self.line.pipeline.line), ("owner", self.owner), ("institution", self.institution)]
        return urlencode([(key, value) for key, value in [*pairs, ("q", self.words)] if value])


def asked_of(request: StaffRequest, parameters: QueryDict) -> Asked:
    """Reads an address; 404 where no pipeline is in use."""
    lines = pipelines()
    if not lines:
        raise Http404
    wanted = parameters.get("line", "")
    line = next((one for one in lines if one.pipeline.line == wanted), lines[0])
    return Asked(
        line,
        lines,
        parameters.get("owner", "")[:32],
        parameters.get("institution", "")[:32],
        parameters.get("q", "").strip()[:LONGEST_WORDS],
    )


def narrowed_by(request: StaffRequest, asked: Asked) -> Narrowed:
    """What the board is narrowed to."""
    tree = institution_tree(request.display.version)
    return Narrowed(
        owners=(asked.owner,) if asked.owner else (),
        institutions=tree.below([asked.institution]) or (asked.institution,) if asked.institution else (),
        words=asked.words,
        keep=not_erased,
        gone=only_erased,
    )


@only_for(Area.OPPORTUNITIES)
def pipeline(request: StaffRequest) -> HttpResponse:
    """The board of one pipeline; by htmx the board alone, or the next cards of one column."""
    asked = asked_of(request, request.GET)
    if "column" in request.GET:
        return _more(request, asked)
    return board_page(request, asked)


def board_page(
    request: StaffRequest, asked: Asked, *, problem: str = "", asking: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The board as it is now, whole or as a part; ``problem``: what could not be done, ``asking``: what must be said
    before a move can be made.
    """
    shown: Board = board(request.scope, asked.line, narrowed=narrowed_by(request, asked))
    edits = request.scopes[Verb.EDIT]
    context: dict[str, Any] = {
        "asked": asked,
        "board": shown,
        "may_move": edits.reach != "nothing",
        "closed_days": CLOSED_DAYS,
        "problem": problem,
        "asking": asking,
        "reasons": reasons() if asking else (),
        "today": timezone.localdate(),
    }
    if request.is_partial:
        return render(request, "web/opportunities/board.html#board", context, status=status)
    context |= {
        "people": people(request),
        "institutions": institution_options(request),
        "prices": waiting_prices(request.scopes[Verb.APPROVE], request.user.id)[:100].count(),
    }
    return render(request, "web/opportunities/board.html", context, status=status)


def _more(request: StaffRequest, asked: Asked) -> HttpResponse:
    number = request.GET["column"]
    stage = next((one for one in asked.line.stages if str(one.pk) == number), None)
    if stage is None:
        raise Http404
    column = more_of(
        request.scope, asked.line, stage, narrowed=narrowed_by(request, asked), after=request.GET.get("after", "")
    )
    context = {
        "asked": asked,
        "column": column,
        "columns": asked.line.stages,
        "may_move": request.scopes[Verb.EDIT].reach != "nothing",
        "today": timezone.localdate(),
    }
    return render(request, "web/opportunities/board.html#cards", context)


def reasons_for(state: str) -> list[CloseReason]:
    """Why an opportunity may have come to such an end."""
    return [one for one in reasons() if one.state == state]
