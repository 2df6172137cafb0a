"""One opportunity: its path, what is known of it, products, team, activities and history; and changing it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.contact.activity_queries import Done, done, with_whom
from guanxi.crm.contact.models import Activity, Task
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_codes import Decision, State
from guanxi.crm.sales.opportunity_queries import Whole, changes_of, currencies, reasons
from guanxi.crm.sales.opportunity_services import change_opportunity, reaches
from guanxi.crm.sales.process_queries import Step, process_of
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.words import RESULTS
from guanxi.crm.web.opportunities.about import KIND
from guanxi.crm.web.opportunities.forms import TERMS, OpportunityForm, values_of
from guanxi.crm.web.opportunities.formula import Explained, explained
from guanxi.crm.web.opportunities.reading import address, changing, leaders, may_change, reach_of, whole_of
from guanxi.crm.web.opportunities.words import age_mark, change_words, days_words, process_mark, state_mark
from guanxi.crm.web.request import StaffRequest

ACTIVITIES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Worked:
    """One of the four stages with what was done in it: ``people`` are (name, how many activities)."""

    step: Step
    icon: str
    people: tuple[tuple[str, int], ...]
    many: int


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the history: when, who, what."""

    at: datetime.datetime
    who: str
    words: str
    icon: str
    note: str = ""


def activities_of(request: StaffRequest, one: Any) -> tuple[Done, ...]:
    """What was done about an opportunity, the latest first; three queries by the customer's or the prospect's index."""
    from django.db.models import F

    rows = (
        Activity.objects.visible_to(request.scope)
        .filter(with_whom(one.party_id, one.lead_id), about_kind=KIND, about_id=str(one.pk))
        .select_related("outcome")
        .annotate(who=F("staff__name"))
        .order_by("-at", "-id")
    )
    return done(request.scope, rows[: ACTIVITIES_SHOWN * 10])


def worked(whole: Whole, activities: tuple[Done, ...]) -> tuple[Worked, ...]:
    """The four stages, each with who did how much in it: what every person contributed, measured."""
    rows = [_with_who(move) for move in whole.moves]
    found = []
    for step in process_of(rows, is_over=whole.opportunity.state == State.LOST):
        people: dict[str, int] = {}
        for one in activities:
            if step.holds(one.activity.at):
                people[one.who] = people.get(one.who, 0) + 1
        by_number = tuple(sorted(people.items(), key=lambda item: (-item[1], item[0])))
        found.append(Worked(step, process_mark(step.process), by_number, sum(people.values())))
    return tuple(found)


def _with_who(move: Any) -> Any:
    move.row.who = move.who
    return move.row


def history(request: StaffRequest, whole: Whole) -> tuple[Happened, ...]:
    """Everything that happened, the latest first: moves, changes, approvals; two queries."""
    language, display = request.display.language, request.display
    lines = []
    for move in whole.moves:
        to = move.row.to_stage.label(language)
        note = _("after %(days)s") % {"days": days_words(move.days)} if move.days is not None else ""
        if move.row.from_stage is None:
            words, mark = _("Opened in %(stage)s") % {"stage": to}, "plus"
        elif move.row.undoes_id:
            words, mark, note = _("Taken back to %(stage)s") % {"stage": to}, "arrow-back-up", ""
        else:
            names = {"before": move.row.from_stage.label(language), "after": to}
            words, mark = _("%(before)s → %(after)s") % names, "arrow-right"
        lines.append(Happened(move.row.at, move.who, words, mark, _("taken back") if move.undone else note))
    labels = {field.attname: field.verbose_name for field in Opportunity._meta.concrete_fields}
    for change in changes_of(request.scope, whole.opportunity):
        values = [change_words(change.field, value, display) for value in (change.before, change.after)]
        words = _("%(field)s: %(before)s → %(after)s") % {
            "field": labels[change.field], "before": values[0], "after": values[1],
        }  # fmt: skip
        lines.append(Happened(change.at, change.who, words, "edit"))
    for one in whole.approvals:
        values = {"product": one.product.name, "price": display.rate(one.price)}
        lines.append(
            Happened(one.asked_at, one.asker, _("Price asked for: %(product)s %(price)s") % values, "discount", one.why)
        )
        if one.decided_at:
            mark = "circle-check" if one.decision == Decision.APPROVED else "circle-x"
            words = f"{one.get_decision_display()}: {one.product.name} {display.rate(one.price)}"
            lines.append(Happened(one.decided_at, one.decider_name, words, mark, one.said))
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


@only_for(Area.OPPORTUNITIES)
def opportunity(request: StaffRequest, opportunity_id: int) -> HttpResponse:
    """The page of one opportunity."""
    return page(request, whole_of(request, opportunity_id))


def page(request: StaffRequest, whole: Whole, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The page, with what could not be done."""
    one = whole.opportunity
    activities = activities_of(request, one)
    tasks = Task.objects.visible_to(request.scope).filter(
        with_whom(one.party_id, one.lead_id), about_kind=KIND, about_id=str(one.pk), state="open"
    )
    approver = reaches(request.scopes[Verb.APPROVE], one)
    products: tuple[Explained, ...] = explained(whole)
    context: dict[str, Any] = {
        "whole": whole,
        "one": one,
        "may_change": may_change(request, one),
        "state": state_mark(one.state),
        "age": age_mark(whole.days, is_long=whole.is_long),
        "path": path_of(request, whole),
        "worked": worked(whole, activities),
        "activities": activities[:ACTIVITIES_SHOWN],
        "results": RESULTS,
        "tasks": list(tasks.order_by("due_on", "id")[:10]),
        "products": products,
        "waiting": [price for price in whole.approvals if price.decision == Decision.WAITING],
        "decides": approver,
        "history": history(request, whole),
        "files": [(one.activity, file) for one in activities for file in one.attachments],
        "reasons": reasons(),
        "problem": problem,
        "today": timezone.localdate(),
        "is_late": one.is_open and one.expected_on < timezone.localdate(),
    }
    return render(request, "web/opportunities/opportunity.html", context, status=status)


@dataclass(frozen=True, slots=True)
class PathStep:
    """A stage in the path of an opportunity: passed, here, or still to come."""

    stage: Any
    label: str
    passed: bool
    here: bool


def path_of(request: StaffRequest, whole: Whole) -> tuple[PathStep, ...]:
    """The stages in order; the one that loses only where it is there."""
    here = whole.opportunity.stage
    stages = [stage for stage in whole.stages if stage.state != State.LOST or stage.pk == here.pk]
    if all(stage.pk != here.pk for stage in stages):
        stages.append(here)  # its stage is no longer in use
    passed = here.state != State.LOST
    return tuple(
        PathStep(
            stage, stage.label(request.display.language), passed and stage.position < here.position, stage.pk == here.pk
        )
        for stage in stages
    )


@only_for(Area.OPPORTUNITIES)
@drafted
def edit(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """Changes what is known of an opportunity."""
    whole = changing(request, opportunity_id)
    one = whole.opportunity
    common: dict[str, Any] = {
        "display": request.display,
        "currencies": tuple(dict.fromkeys((*currencies(), one.currency))),
        "people": leaders(request, one),
    }
    if request.method != "POST":
        return _edit_page(request, whole, OpportunityForm(initial=values_of(one, request.display), **common))
    form = OpportunityForm(request.POST, **common)
    if not form.is_valid():
        return _edit_page(request, whole, form, status=422)
    owner = form.cleaned_data.get("owner") or ""
    try:
        change_opportunity(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            opportunity_id=opportunity_id,
            version=form.cleaned_data["version"] or 0,
            entered=form.entered(),
            owner_id=owner,
            reach=reach_of(request, owner) if owner and owner != one.owner_id else None,
        )
    except StaleError as stale:
        data = request.POST.copy()
        data["version"] = str(stale.current.version)
        again = whole_of(request, opportunity_id)
        form = OpportunityForm(data, **common)
        return _edit_page(request, again, form, stale=_differences(form, again.opportunity, request), status=409)
    except SalesError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _edit_page(request, whole, form, status=422)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(address(opportunity_id))


def _differences(form: OpportunityForm, current: Any, request: StaffRequest) -> list[tuple[Any, str, str]]:
    """The fields in which what was typed is not what stands now: label, what stands, what was typed."""
    standing = values_of(current, request.display)
    people = dict(getattr(form.fields.get("owner"), "choices", []))
    found = []
    for name, field in form.fields.items():
        if name not in standing or name in ("version", "shift"):
            continue
        values = [str(standing[name] if standing[name] is not None else ""), str(form.data.get(name, ""))]
        if values[0] != values[1]:
            if name == "owner":
                values = [str(people.get(value, value)) for value in values]
            found.append((field.label, values[0], values[1]))
    return found


def _edit_page(
    request: StaffRequest,
    whole: Whole,
    form: OpportunityForm,
    *,
    stale: list[tuple[Any, str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "whole": whole,
        "one": whole.opportunity,
        "form": form,
        "stale": stale,
        "is_stale": stale is not None,
        "terms": TERMS,
        "back": address(whole.opportunity.pk),
    }
    return render(request, "web/opportunities/edit.html", context, status=status)
