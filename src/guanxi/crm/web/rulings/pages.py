"""The rules as one finds them: what decides, versions of a book, one version with its tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.crm.insight.models import SubTier, Tier
from guanxi.crm.insight.reasons import PUBLISHED
from guanxi.crm.rulings import queries
from guanxi.crm.rulings.models import Book, Part, RuleVersion, State
from guanxi.crm.rulings.services import NotThereError, draft, save
from guanxi.crm.rulings.simulating import TIERS, cost_of, moves_of
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.rulings.cases import example
from guanxi.crm.web.rulings.editor import opened, written
from guanxi.warehouse.rules import BOOKS, RuleError

# Of a version's number, at most.
DIGITS = 18
REASONS = {reason.code: reason.label for reason in PUBLISHED}


@only_for(Area.RULES)
def books(request: StaffRequest) -> HttpResponse:
    """Every book of rules: what decides, what comes, what waits."""
    return render(request, "web/rulings/books.html", {"books": queries.books(request.day)})


@only_for(Area.RULES)
def book(request: StaffRequest, book: str) -> HttpResponseBase:
    """The rules that decide, and all versions; a draft begins with what decides or with an earlier version."""
    if book not in Book.values:
        raise Http404
    if request.method == "POST":
        return _begin(request, book)
    ruling = queries.ruling_now(book, request.day)
    context = {
        "book": book,
        "label": Book(book).label,
        "ruling": ruling,
        "opened": opened(BOOKS[book], ruling.champion.content),
        "versions": queries.versions(book, request.user.id),
        "makes": may(request, Area.RULE_MAKING),
    }
    return render(request, "web/rulings/book.html", context)


def _begin(request: StaffRequest, book: str) -> HttpResponseBase:
    """Begins a draft; drafts are for those who make rules."""
    if not may(request, Area.RULE_MAKING):
        raise Http404
    content = queries.ruling_now(book).champion.content
    base = request.POST.get("version", "")
    if base.isdecimal() and len(base) <= DIGITS:
        content = seen(request, int(base)).content
    made = draft(staff_id=request.user.id, book=book, content=content)
    return redirect("rules-version", made.pk)


def seen(request: StaffRequest, version_id: int) -> RuleVersion:
    """A version that the person may look at: drafts are their drafters' own. Raises ``Http404``."""
    row = queries.version(version_id)
    if row is None or (row.made_by_id != request.user.id and row.submitted_at is None):
        raise Http404
    return row


@only_for(Area.RULES)
def version(request: StaffRequest, version_id: int) -> HttpResponseBase:
    """One version: its tables, to change where it is one's own draft, what is wrong, what it would change."""
    row = seen(request, version_id)
    if request.method == "POST":
        return _keep(request, row)
    return page(request, row)


def _keep(request: StaffRequest, row: RuleVersion) -> HttpResponseBase:
    """Keeps what the drafter wrote, as long as they make rules."""
    if not may(request, Area.RULE_MAKING):
        raise Http404
    pasted = request.POST.get("content")
    try:
        content = pasted if pasted is not None else written(row.content, request.POST.dict())
        save(staff_id=request.user.id, version_id=row.pk, content=content)
    except (NotThereError, RuleError) as error:
        raise Http404 from error
    if not request.POST.get("do", "").partition(":")[2]:
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('rules-version', args=[row.pk])}#tables")


@only_for(Area.RULES)
def file(request: StaffRequest, version_id: int) -> HttpResponse:
    """The version as GoRules' editors open it."""
    row = seen(request, version_id)
    name = f"guanxi-{row.book}-v{row.pk}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(row.content, content_type="application/json; charset=utf-8", headers=headers)


def page(request: StaffRequest, row: RuleVersion, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a version; ``more`` is what a form on it was answered with."""
    own = row.made_by_id == request.user.id
    makes = may(request, Area.RULE_MAKING)
    hits = frozenset(more.get("hits", ()))
    moves = moves_of(row.simulation)
    context: dict[str, Any] = {
        "row": row,
        "label": Book(row.book).label,
        "opened": opened(BOOKS[row.book], row.content, hits),
        "edits": own and row.state == State.DRAFT and makes,
        "decides": makes and not own and row.state == State.SUBMITTED,
        "withdraws": makes
        and row.state in {State.DRAFT, State.SUBMITTED, State.RELEASED}
        and (own or row.submitted_at),
        "simulates": makes and row.state in {State.DRAFT, State.SUBMITTED},
        "pasted": example(BOOKS[row.book]),
        "roles": Part.choices,
        "earliest": queries.first_night(request.business_date),
        "moves": [(words_of(row.book, move.was), words_of(row.book, move.becomes), move) for move in moves],
        "changed": sum(move.many for move in moves if move.was != move.becomes),
        "matrix": matrix(row.book, moves),
        "yearly": yearly_of(row),
        "cost": cost_of(moves, values) if row.book == Book.TIER and (values := costs(row)) else None,
        "entered": {},
    }
    return render(request, "web/rulings/version.html", context | more, status=status)


def words_of(book: str, mark: str) -> str:
    """A tier's name, or a reason's; what is no longer told of."""
    if book != Book.TIER:
        return str(REASONS[mark]) if mark in REASONS else _("not told of")
    return str(SubTier(mark).label if mark in SubTier.values and mark else Tier(mark).label)


def costs(row: RuleVersion) -> dict[str, Any]:
    """What a customer of each tier costs a year, as the drafter stated it; empty where nothing was stated."""
    stated: Mapping[str, str] = row.simulation.get("yearly", {})
    return {tier: Decimal(stated.get(tier) or 0) for tier in TIERS} if any(stated.values()) else {}


def yearly_of(row: RuleVersion) -> list[tuple[str, str, str]]:
    """The fields of the simulation's form: by tier what serving one customer costs a year."""
    if row.book != Book.TIER:
        return []
    stated = row.simulation.get("yearly", {})
    return [(tier, words_of(row.book, tier), stated.get(tier, "")) for tier in TIERS]


def matrix(book: str, moves: Any) -> dict[str, Any]:
    """From which tier (row) to which (column), in customers; empty where nothing was simulated."""
    if not moves:
        return {}
    order = {mark: place for place, mark in enumerate(TIERS)}
    marks = sorted({mark for move in moves for mark in (move.was, move.becomes)}, key=lambda m: (order.get(m, 9), m))
    found = {(move.was, move.becomes): move for move in moves}
    befores = [mark for mark in marks if mark or book == Book.TIER]
    rows = [
        (words_of(book, was), [(found.get((was, becomes)), was == becomes) for becomes in marks]) for was in befores
    ]
    return {"heads": [words_of(book, mark) for mark in marks], "rows": rows}
