"""What is done with a version: cases tested, simulated, sent, approved, withdrawn."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.rulings import queries, services
from guanxi.crm.rulings.models import Book, Part, RuleVersion, State
from guanxi.crm.rulings.services import NotThereError, RefusedError
from guanxi.crm.rulings.simulating import TIERS
from guanxi.crm.rulings.simulating import simulate as simulated
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.rulings.cases import tested
from guanxi.crm.web.rulings.pages import page, seen, words_of
from guanxi.warehouse.rules import RuleError, Ruling, checked


@require_POST
@only_for(Area.RULES)
def test(request: StaffRequest, version_id: int) -> HttpResponseBase:
    """Asks the version about pasted cases; nothing is kept."""
    row = seen(request, version_id)
    pasted = request.POST.get("cases", "")
    try:
        found = tested(queries.rules_of(row), pasted)
    except RuleError:
        return page(request, row, status=422, pasted=pasted, test_problem=_("Mend the tables first."))
    hits = {one for case in found.cases for one in case.path.split()} if len(found.cases) == 1 else set()
    status = 422 if found.problem else 200
    return page(request, row, status=status, pasted=pasted, tested=found, hits=hits, test_problem=found.problem)


@require_POST
@only_for(Area.RULE_MAKING)
def simulate(request: StaffRequest, version_id: int) -> HttpResponseBase:
    """What the version would have changed last night, in counts that are kept beside a draft and examples that are not.
    What was sent is only looked at: it keeps the counts that it was sent with."""
    row = seen(request, version_id)
    if row.state not in {State.DRAFT, State.SUBMITTED}:
        raise Http404
    if request.business_date is None:
        return page(request, row, status=422, simulation_problem=_("There is no night yet to simulate on."))
    yearly, problem = _yearly(request)
    if problem:
        return page(request, row, status=422, simulation_problem=problem)
    version = queries.rules_of(row)
    try:
        checked(version.book, version.content)
        found = simulated(Ruling(version), scope=request.scope, day=request.day)
    except RuleError:
        return page(request, row, status=422, simulation_problem=_("Mend the tables first."))
    kept = found.as_json() | ({"yearly": yearly} if row.book == Book.TIER else {})
    if row.state == State.DRAFT:
        try:
            services.keep_simulation(
                staff_id=request.user.id, version_id=row.pk, content=row.content, simulation=kept, day=request.day
            )
        except NotThereError as error:
            raise Http404 from error
    row.simulation, row.simulated_on = kept, request.day
    examples = [(words_of(row.book, one.was), words_of(row.book, one.becomes), one) for one in found.examples]
    return page(request, row, examples=examples, just_simulated=True)


def _yearly(request: StaffRequest) -> tuple[dict[str, str], str]:
    """What serving a customer of each tier costs a year, as it was typed; what is wrong with it."""
    typed = {tier: request.POST.get(f"cost_{tier}", "").strip().replace(",", "") for tier in TIERS}
    for value in typed.values():
        try:
            number = Decimal(value or 0)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < Decimal(10) ** 9:
            return typed, _("What a customer costs a year is an amount in CNY, such as 1200.")
    return typed, ""


@require_POST
@only_for(Area.RULE_MAKING)
def submit(request: StaffRequest, version_id: int) -> HttpResponseBase:
    """Sends a draft for approval."""
    row = _draft(request, version_id)
    entered = {name: request.POST.get(name, "").strip() for name in ("reason", "role", "share", "effective_from")}
    earliest = queries.first_night(request.business_date)
    try:
        day = datetime.date.fromisoformat(entered["effective_from"] or earliest.isoformat())
    except ValueError:
        return page(request, row, status=422, entered=entered, problem=_("From when on it decides is a date."))
    try:
        services.submit(
            staff_id=request.user.id,
            version_id=version_id,
            reason=entered["reason"],
            role=entered["role"] if entered["role"] in Part.values else Part.CHAMPION,
            share=int(entered["share"]) if entered["share"].isdecimal() and len(entered["share"]) <= len("100") else 0,
            effective_from=day,
            earliest=earliest,
        )
    except RuleError:
        return page(request, row, status=422, entered=entered, problem=_("Mend the tables first."))
    except RefusedError as refused:
        return page(request, row, status=422, entered=entered, problem=str(refused))
    messages.success(request, _("Sent. Somebody else approves it."))
    return redirect("rules-version", version_id)


def _draft(request: StaffRequest, version_id: int) -> RuleVersion:
    row = seen(request, version_id)
    if row.made_by_id != request.user.id or row.state != State.DRAFT:
        raise Http404
    return row


@require_POST
@only_for(Area.RULE_MAKING)
def decide(request: StaffRequest, version_id: int) -> HttpResponseBase:
    """Releases what somebody else sent, or sends it back."""
    row = seen(request, version_id)
    approve, note = request.POST.get("verdict") == "approve", request.POST.get("note", "")
    try:
        done = services.settle(
            staff_id=request.user.id,
            version_id=version_id,
            approve=approve,
            note=note,
            earliest=queries.first_night(request.business_date),
        )
    except NotThereError as error:
        raise Http404 from error
    except RefusedError as refused:
        return page(request, row, status=422, decide_problem=str(refused), note=note)
    if approve:
        day = {"day": done.effective_from.isoformat() if done.effective_from else ""}
        messages.success(request, _("Released: it decides from the night of %(day)s on.") % day)
    else:
        messages.success(request, _("Sent back."))
    return redirect("rules-version", version_id)


@require_POST
@only_for(Area.RULE_MAKING)
def withdraw(request: StaffRequest, version_id: int) -> HttpResponseBase:
    """Takes a version out."""
    row = seen(request, version_id)
    try:
        services.withdraw(
            staff_id=request.user.id, version_id=version_id, earliest=queries.first_night(request.business_date)
        )
    except NotThereError as error:
        raise Http404 from error
    messages.success(request, _("Withdrawn. From the next night on what decided before it decides again."))
    return redirect("rules-book", row.book)
