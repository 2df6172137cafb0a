"""A customer's records, and which source won at each field: a part of the customer's page, fetched when it is seen."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.identity.merging import BusyError, MergeError
from guanxi.crm.identity.models import Record
from guanxi.crm.identity.services import NotThereError, keep_field, split_record
from guanxi.crm.identity.source_queries import sources_of
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.customer.frame import customer_frame
from guanxi.crm.web.identity.pairs import asker
from guanxi.crm.web.identity.words import field_word
from guanxi.crm.web.request import StaffRequest

RULES = {
    "agrees": gettext_lazy("all say the same"),
    "kept": gettext_lazy("chosen by hand"),
    "validity": gettext_lazy("the only valid one"),
    "strictest": gettext_lazy("the strictest"),
    "liveliest": gettext_lazy("the liveliest"),
    "earliest": gettext_lazy("the earliest"),
    "source": gettext_lazy("the source that ranks first"),
    "recency": gettext_lazy("the latest"),
    "order": gettext_lazy("the first in order"),
}


@only_for(Area.CUSTOMERS)
def sources(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """The records of one customer side by side; the steward splits one off, or chooses whose value stands."""
    frame = customer_frame(request, party_id, "customer-identity")
    steward = may(request, Area.IDENTITY)
    problem = ""
    if request.method == "POST":
        if not steward:
            raise PermissionDenied(Area.IDENTITY)
        problem = _act(request, party_id)
        if not problem:
            return redirect("customer-records", party_id)
    found = sources_of(request.scope, party_id)
    context = {
        "frame": frame,
        "sources": found,
        "rows": [(field_word(row.field), row, RULES.get(row.rule, row.rule)) for row in found.rows],
        "steward": steward and len(found.records) > 1,
        "problem": problem,
        "chosen": (request.POST if request.method == "POST" else request.GET).get("record", ""),
        "reason": request.POST.get("reason", ""),
        "may_reveal": frame.may_reveal,
    }
    template = "web/identity/sources.html"
    status = 409 if problem else 200
    return render(request, f"{template}#section" if request.is_partial else template, context, status=status)


def _act(request: StaffRequest, party_id: str) -> str:
    """Splits a record off or keeps a value; what is wrong, or nothing."""
    record_id = request.POST.get("record", "")
    try:
        if request.POST.get("what") == "split":
            if not Record.objects.visible_to(request.scope).filter(party_id=party_id).exists():
                raise NotThereError(record_id)
            split_record(asker=asker(request), record_id=record_id, reason=request.POST.get("reason", "")[:200])
            messages.success(request, _("The record is a customer of its own, at the latest from the next night on."))
        else:
            field = request.POST.get("field", "")[:64]
            keep_field(asker=asker(request), party_id=party_id, field=field, record_id=record_id)
            messages.success(request, _("Kept. The next night shows this value."))
    except NotThereError:
        raise Http404 from None
    except (MergeError, BusyError) as refused:
        return str(refused)
    return ""
