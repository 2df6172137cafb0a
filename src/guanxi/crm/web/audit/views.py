"""The auditor's screens. Whoever reads the log leaves a trace in it as well."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.queries import activity, chain_state, entry_page, objects_of, people_of, verifications
from guanxi.crm.audit.sealing import seal
from guanxi.crm.audit.services import record
from guanxi.crm.audit.verification import verify
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.audit.charts import activity_chart
from guanxi.crm.web.audit.kinds import kind_label
from guanxi.crm.web.audit.listing import AUDIT, action_mark, role_words
from guanxi.crm.web.audit.words import summary
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.request import StaffRequest

DAYS, MONTHS_BACK = 30, 92
# What an auditor may verify while waiting for the page: some seconds' work.
AT_ONCE = 100_000


@only_for(Area.AUDIT)
def audit(request: StaffRequest) -> HttpResponseBase:
    """The log, newest first, narrowed by person, customer, action and day."""
    return respond(request, AUDIT, Shown(template="web/audit/list.html"))


@only_for(Area.AUDIT)
def entry(request: StaffRequest, entry_id: int) -> HttpResponse:
    """One entry with its place in the chain, recomputed as it is shown."""
    found = entry_page(entry_id)
    if found is None:
        raise Http404
    one = found.entry
    context = {
        "page": found,
        "entry": one,
        "mark": mark_safe(action_mark(one.action)),  # noqa: S308
        "name": _names(request).get(one.actor, ""),
        "roles": role_words(one.roles),
        "kind": kind_label(one.kind),
        "summary": summary(one.kind, one.object_id, one.detail),
        "detail": json.dumps(one.detail, ensure_ascii=False, indent=2) if one.detail else "",
    }
    return render(request, "web/audit/entry.html", context)


@only_for(Area.AUDIT)
def customer(request: StaffRequest, party_id: str) -> HttpResponse:
    """Who looked at one customer over the last quarter, those who looked most first."""
    party = Party.objects.visible_to(request.scope).filter(pk=party_id).only("id", "name", "manager_id").first()
    if party is None:
        raise Http404
    now = timezone.now()
    chart = activity_chart(activity(subject=party_id, days=DAYS, now=now), days=DAYS, now=now, display=request.display)
    people = people_of(party_id, days=MONTHS_BACK, now=now)
    staff = Staff.objects.in_bulk([one.actor for one in people])
    tree = institution_tree(request.display.version)
    rows = [
        {
            "seen": one,
            "staff": staff.get(one.actor),
            "manages": one.actor == party.manager_id,
            "place": tree.label(staff[one.actor].institution_id or "", request.display.language)
            if one.actor in staff
            else "",
        }
        for one in people
    ]
    context = {"party": party, "people": rows, "chart": chart, "days": MONTHS_BACK}
    return render(request, "web/audit/customer.html", context)


@only_for(Area.AUDIT)
def person(request: StaffRequest, staff_id: str) -> HttpResponse:
    """What one person did over the last quarter: activity, and the customers looked at most."""
    staff = Staff.objects.filter(pk=staff_id).select_related("institution").first()
    if staff is None:
        raise Http404
    now = timezone.now()
    chart = activity_chart(activity(actor=staff_id, days=DAYS, now=now), days=DAYS, now=now, display=request.display)
    seen = objects_of(staff_id, days=MONTHS_BACK, now=now)
    parties = Party.objects.visible_to(request.scope).in_bulk([one.subject for one in seen])
    rows = [{"seen": one, "party": parties.get(one.subject)} for one in seen]
    outside = sum(1 for row in rows if row["party"] is not None and row["party"].manager_id != staff_id)
    context = {"staff": staff, "rows": rows, "outside": outside, "chart": chart, "days": MONTHS_BACK}
    return render(request, "web/audit/person.html", context)


@only_for(Area.AUDIT)
def proof(request: StaffRequest) -> HttpResponse:
    """Whether the log is whole, as far as it was verified, and what went on over the last thirty days."""
    now = timezone.now()
    counts = activity(days=DAYS, now=now)
    names = _names(request)
    context = {
        "state": chain_state(),
        "chart": activity_chart(counts, days=DAYS, now=now, display=request.display),
        "verifications": [(one, names.get(one.by, one.by)) for one in verifications()],
    }
    return render(request, "web/audit/proof.html", context)


@require_POST
@only_for(Area.AUDIT)
def verify_now(request: StaffRequest) -> HttpResponse:
    """Seals what waits and verifies what is not verified yet, or, where that is much, says how to."""
    seal()
    state = chain_state()
    if state.length - state.verified > AT_ONCE:
        messages.error(request, _("Too much to verify while you wait: run guanxi audit verify on the server."))
        return redirect("proof")
    report = verify(after=state.verified, by=request.user.pk)
    record(action=Action.ADMINISTRATION, kind="proof", detail={"verified": report.entries, "findings": report.found})
    if report.whole:
        messages.success(request, _("Verified: nothing was removed, changed or reordered."))
    else:
        messages.error(request, _("The audit log is not whole: see what was found."))
    return redirect("proof")


def _names(request: StaffRequest) -> dict[str, str]:
    return staff_names(request.display.version)
