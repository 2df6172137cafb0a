"""The steps of arranging a hand-over, each with an address; what was chosen is kept in the draft."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from guanxi.crm.handover.choosing import What, many, numbers_in
from guanxi.crm.handover.models import Handover, State
from guanxi.crm.handover.preparing import is_asked, is_prepared, preview_or_ask
from guanxi.crm.handover.preview import ChangedError
from guanxi.crm.handover.rules import RULES
from guanxi.crm.handover.services import HandoverError, begin_draft, change_draft, put_to_signature
from guanxi.crm.holding.models import AgreementKind
from guanxi.crm.insight.models import Tier
from guanxi.crm.kernel.uploads import Kind, RefusedUploadError, judge
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Line
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.handover import people
from guanxi.crm.web.handover.rights import draft, found
from guanxi.crm.web.handover.shown import forget_waiting, name_of, preview_of
from guanxi.crm.web.request import StaffRequest

STEPS = (
    ("who", _lazy("From whom")),
    ("what", _lazy("Which customers")),
    ("to", _lazy("To whom")),
    ("preview", _lazy("Preview")),
    ("sign", _lazy("Signatures")),
)
NOBODY = "-"
STOP_ASKING = 286


def _page(
    request: StaffRequest,
    step: str,
    one: Handover | None,
    context: dict[str, Any],
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    names = [name for name, _title in STEPS]
    template = f"web/handover/{step}.html"
    step = "preview" if step == "preparing" else step
    common = {
        "step": step,
        "draft": one,
        "giver": name_of(request, one.giver_id) if one else "",
        "steps": [
            (name, title, names.index(name) < names.index(step) and one is not None and name != "sign")
            for name, title in STEPS
        ],
        "problems": problems or {},
    }
    status = 422 if problems else 200
    return render(request, template, common | context, status=status)


@only_for(Area.TEAM)
def begin(request: StaffRequest) -> HttpResponseBase:
    """The first step of a new hand-over: from whom. Only with the answer there is a draft."""
    return _who(request, None)


@only_for(Area.TEAM)
def who(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """The first step again."""
    return _who(request, draft(request, handover_id))


def _who(request: StaffRequest, one: Handover | None) -> HttpResponseBase:
    givers, nobody = people.givers(request), people.without_manager(request)
    chosen = (one.giver_id or NOBODY) if one else request.GET.get("giver", "")
    problems = {}
    if request.method == "POST":
        chosen = request.POST.get("giver", "")
        if chosen == NOBODY or chosen in {each.number for each in givers}:
            giver = None if chosen == NOBODY else chosen
            if one is None:
                one = begin_draft(by=request.user, giver_id=giver)
            else:
                one = change_draft(handover_id=one.pk, by=request.user, changes={"giver_id": giver})
            return redirect("handover-what", one.pk)
        problems["giver"] = _("Choose from whom the customers move.")
    return _page(request, "who", one, {"givers": givers, "nobody": nobody, "chosen": chosen}, problems)


@only_for(Area.TEAM)
def what(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """The second step: all customers, those that fit, or those of a list."""
    one = draft(request, handover_id)
    chosen, numbers, problems = What.of(one.what), one.numbers, {}
    mode = "named" if chosen.named else "some" if one.what and chosen != What() else "all"
    if request.method == "POST":
        mode = request.POST.get("mode", "all")
        chosen, numbers, problems = _what(request, mode, one.numbers)
        if not problems:
            changes = {"what": chosen.stored(), "numbers": numbers}
            one = change_draft(handover_id=one.pk, by=request.user, changes=changes)
            if _many(request, one):
                return redirect("handover-to", one.pk)
            problems["mode"] = _("No customer of this kind may be handed over by you.")
    tree, language = institution_tree(request.display.version), request.display.language
    places = people.assigned(request)
    context = {
        "mode": mode,
        "what": chosen,
        "numbers": numbers,
        "lines": [(value, label) for value, label in Line.choices if value != Line.BOTH],
        "tiers": Tier.choices,
        "institutions": [
            (number, tree.label(number, language)) for number in tree.nodes if places is None or number in places
        ],
        "products": [
            (1 << bit, label, bool(chosen.products & 1 << bit))
            for bit, (_kind, label) in enumerate(AgreementKind.choices)
        ],
    }
    return _page(request, "what", one, context, problems)


def _what(request: StaffRequest, mode: str, before: str) -> tuple[What, str, dict[str, str]]:
    sent, problems = request.POST, {}
    if mode == "named":
        text = sent.get("numbers", "")
        file = request.FILES.get("file")
        if file is not None:
            try:
                content = file.read(10_000_001)
                judge(content, allowed={Kind.CSV})
                text = content.decode("utf-8-sig", "replace")
            except RefusedUploadError as error:
                problems["numbers"] = str(error)
        if not problems and not numbers_in(text):
            problems["numbers"] = _("Paste customer numbers, or choose a file that holds them.")
        return What(named=True), text, problems
    if mode != "some":
        return What(), before, problems
    tree, places = institution_tree(request.display.version), people.assigned(request)
    chosen = What(
        line=sent.get("line", "") if sent.get("line") in (Line.RETAIL, Line.CORPORATE) else "",
        tiers=tuple(tier for tier in sent.getlist("tier") if tier in Tier.values),
        institutions=tuple(
            place for place in sent.getlist("institution") if place in tree.nodes and (not places or place in places)
        ),
        products=sum({int(bit) for bit in sent.getlist("product") if bit.isdigit() and int(bit) < 1 << 16}),
    )
    if chosen == What():
        problems["mode"] = _("Choose at least one condition, or all customers.")
    return chosen, before, problems


def _many(request: StaffRequest, one: Handover) -> int:
    tree = institution_tree(request.display.version)
    return many(one, scope=request.scopes[Verb.ASSIGN], day=request.day, tree=tree)


@only_for(Area.TEAM)
def to(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """The third step: to whom, shared out how, for how long, from when and why."""
    one = draft(request, handover_id)
    chosen = list(one.receivers.order_by("position").values_list("staff_id", flat=True))
    typed: dict[str, Any] = {
        "rule": one.rule or "evenly",
        "kind": one.kind,
        "effective_on": one.effective_on or timezone.localdate(),
        "last_day": one.last_day,
        "reason": one.reason,
        "over_capacity": one.over_capacity,
        "options": one.options,
    }
    problems: dict[str, str] = {}
    if request.method == "POST":
        allowed = {row.number for row in people.receivers(request, but=one.giver_id, chosen=[])}
        chosen = [number for number in request.POST.getlist("receiver") if number in allowed]
        typed, problems = _terms(request.POST, chosen)
        changes = {name: value for name, value in typed.items() if name not in problems}
        try:
            one = change_draft(handover_id=one.pk, by=request.user, changes=changes, receivers=chosen)
            if not problems:
                preview_or_ask(
                    handover=one,
                    scope=request.scopes[Verb.ASSIGN],
                    day=request.day,
                    today=timezone.localdate(),
                    tree=institution_tree(request.display.version),
                )
                return redirect("handover-preview", one.pk)
        except ChangedError:
            return redirect("handovers")
    context = {
        "receivers": people.receivers(request, but=one.giver_id, chosen=chosen),
        "rules": [(rule, rule.name == typed["rule"]) for rule in RULES.values()],
        "tiers": Tier.choices,
        "products": [(str(bit), label) for bit, (_kind, label) in enumerate(AgreementKind.choices)],
        "typed": typed,
        "customers": _many(request, one),
        "today": timezone.localdate(),
    }
    return _page(request, "to", one, context, problems)


def _terms(sent: QueryDict, chosen: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    problems: dict[str, str] = {}
    today = timezone.localdate()
    rule = RULES.get(sent.get("rule", ""))
    if not chosen:
        problems["receiver"] = _("Choose who receives the customers.")
    if rule is None:
        problems["rule"] = _("Choose how they are shared out.")
    options = {}
    if rule is not None and rule.by:
        prefix = f"{rule.by}-"
        options = {
            key.removeprefix(prefix): value for key, value in sent.items() if key.startswith(prefix) and value in chosen
        }
    if rule is not None and rule.by == "staff":
        options = {"staff": chosen[0]} if chosen else {}
        if len(chosen) > 1:
            problems["receiver"] = _("One person receives all: choose one, or another way of sharing out.")
    first, last = _day(sent.get("effective_on", "")), _day(sent.get("last_day", ""))
    temporary = sent.get("kind") == Handover.Kind.TEMPORARY
    if first is None or first < today:
        problems["effective_on"] = _("Say the first day: today or later.")
    if temporary and (last is None or (first is not None and last < first)):
        problems["last_day"] = _("Say the last day; it cannot lie before the first.")
    reason = sent.get("reason", "").strip()[:200]
    if len(reason) < 2:
        problems["reason"] = _("Say why.")
    return {
        "rule": rule.name if rule else "",
        "options": options,
        "over_capacity": bool(sent.get("over_capacity")),
        "kind": Handover.Kind.TEMPORARY if temporary else Handover.Kind.FINAL,
        "effective_on": first,
        "last_day": last if temporary else None,
        "reason": reason,
    }, problems


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _prepared(request: StaffRequest, one: Handover) -> HttpResponse:
    """What the waiting page asks for: itself, or where to go on: the preview, the step before, or the hand-over."""
    if one.state == State.DRAFT and is_asked(one):
        return render(request, "web/handover/preparing.html#waiting", {"draft": one})
    name = "handover" if one.state != State.DRAFT else "handover-preview" if is_prepared(one) else "handover-to"
    return HttpResponse(status=STOP_ASKING, headers={"HX-Redirect": reverse(name, args=[one.pk])})


@only_for(Area.TEAM)
def preview(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """The fourth step: everything that would move, in numbers; from here it goes to signature.

    While the worker makes the preview of many customers, the page asks for its own part until that is done.
    """
    if request.is_partial and request.method == "GET":
        return _prepared(request, found(request, handover_id))
    one = draft(request, handover_id)
    if is_asked(one):
        return _page(request, "preparing", one, {})
    if not is_prepared(one):
        messages.info(request, _("Something was changed since the preview: look at it once more."))
        return redirect("handover-to", one.pk)
    problems = {}
    if request.method == "POST":
        try:
            put_to_signature(handover_id=one.pk, by=request.user, today=timezone.localdate())
        except (HandoverError, ChangedError) as error:
            problems["preview"] = str(error) or _("Somebody changed it in the meantime.")
        else:
            forget_waiting()
            messages.success(request, _("The hand-over waits for signatures."))
            return redirect("handover", one.pk)
    return _page(request, "preview", one, {"preview": preview_of(request, one)}, problems)
