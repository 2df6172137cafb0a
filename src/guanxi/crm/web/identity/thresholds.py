"""The thresholds of the night: what each would do, in counts and samples; whoever sets them says why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.crm.identity.merging import MergeError
from guanxi.crm.identity.services import set_threshold
from guanxi.crm.identity.threshold_queries import Step, samples_of, standing, steps_of
from guanxi.crm.party.models import PartyKind
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.identity.words import field_word
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Entered:
    """What the form held, as it was typed."""

    merge_from: str = ""
    review_from: str = ""
    reason: str = ""


@only_for(Area.IDENTITY)
def thresholds(request: StaffRequest) -> HttpResponseBase:
    """What each threshold would do, for persons or for organisations."""
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind") if given.get("kind") in PartyKind.values else PartyKind.PERSON.value
    entered, problem = None, ""
    if request.method == "POST":
        entered = Entered(*(given.get(name, "").strip() for name in ("merge_from", "review_from", "reason")))
        problem = _set(request, str(kind), entered)
        if not problem:
            messages.success(request, _("Set. The next night goes by it."))
            return redirect(f"{reverse('identity-thresholds')}?kind={kind}")
    return _page(request, str(kind), entered, problem)


def _set(request: StaffRequest, kind: str, entered: Entered) -> str:
    """Sets what was entered; what is wrong with it, or nothing."""
    try:
        merge_from, review_from = Decimal(entered.merge_from), Decimal(entered.review_from)
    except InvalidOperation:
        return _("Both thresholds are probabilities between 0 and 1, such as 0.9990.")
    if not entered.reason:
        return _("Say why: whoever comes after you wants to know.")
    try:
        set_threshold(
            staff_id=request.user.id,
            kind=kind,
            merge_from=merge_from,
            review_from=review_from,
            reason=entered.reason[:300],
        )
    except MergeError as refused:
        return str(refused)
    return ""


def _page(request: StaffRequest, kind: str, entered: Entered | None, problem: str) -> HttpResponse:
    steps = steps_of(kind)
    now = standing(kind)
    values: Any = entered or now
    context = {
        "kind": kind,
        "kinds": PartyKind.choices,
        "steps": steps,
        "now": now,
        "values": values,
        "reason": entered.reason if entered else "",
        "problem": problem,
        "samples": [
            (one, [(field_word(line.field), line) for line in one.lines])
            for one in samples_of(request.scope, kind, request.GET.get("low", ""))
        ],
        "chart": _chart(steps),
    }
    return render(request, "web/identity/thresholds.html", context, status=422 if problem else 200)


def _chart(steps: tuple[Step, ...]) -> Chart | None:
    if not steps:
        return None
    total = sum(step.pairs for step in steps)
    return Chart(
        id="buckets",
        kind="ladder",
        finding=_("%(number)s pairs by how probable they are") % {"number": f"{total:,}"},
        what=_("Pairs of the last night in each bucket of match probability, the least probable first"),
        at=(),
        labels=[f"{step.low.normalize():f}" for step in reversed(steps)],
        series=[Series(_("pairs"), [Decimal(step.pairs) for step in reversed(steps)], 1)],
        measure="count",
        axis=_("probability"),
    )
