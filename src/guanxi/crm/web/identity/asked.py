"""What a steward asks somebody: whether two records are one customer; the answer brings the pair back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.identity.codes import Verdict
from guanxi.crm.identity.models import Decision
from guanxi.crm.identity.services import NotThereError, answer
from guanxi.crm.org.queries import staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest

MOST = 100


@only_for(Area.WORK)
def asked(request: StaffRequest) -> HttpResponse:
    """What the person is asked and has not answered. Customers are named where the person sees them, else by number."""
    rows = list(_open(request).order_by("-at", "-id")[:MOST])
    numbers = {number for one in rows for number in (one.party_id, one.other_id)}
    known = dict(Party.objects.visible_to(request.scope).filter(pk__in=numbers).values_list("pk", "name"))
    names = staff_names(request.display.version)
    context = {
        "rows": [
            (one, known.get(one.party_id, ""), known.get(one.other_id, ""), names.get(one.by_id or "", ""))
            for one in rows
        ]
    }
    return render(request, "web/identity/asked.html", context)


@only_for(Area.WORK)
@require_POST
def say(request: StaffRequest, decision_id: int) -> HttpResponseBase:
    """Takes an answer in; an empty one is none."""
    text = request.POST.get("answer", "").strip()
    if not text:
        if not _open(request).filter(pk=decision_id).exists():
            raise Http404
        messages.error(request, _("Write an answer first."))
        return redirect("identity-asked")
    try:
        answer(staff_id=request.user.id, decision_id=decision_id, text=text[:500])
    except NotThereError:
        raise Http404 from None
    messages.success(request, _("Answered. The steward sees it beside the pair."))
    return redirect("identity-asked")


def _open(request: StaffRequest):
    # Scoped by the person: whoever is asked need see neither customer, so nothing is joined.
    return Decision.objects.filter(
        asked_whom_id=request.user.id, verdict=Verdict.ASK, withdrawn_at__isnull=True, answered_at__isnull=True
    )
