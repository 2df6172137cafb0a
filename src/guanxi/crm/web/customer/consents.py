"""Consents: what the customer agreed to, for what and through which channel, and who said so when."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from guanxi.crm.consent.case_queries import cases_of
from guanxi.crm.consent.codes import CONTACT_CHANNELS, Channel
from guanxi.crm.consent.queries import consent_history, consent_matrix
from guanxi.crm.consent.roles import may_look, may_record
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.consent_form import ConsentForm
from guanxi.crm.web.customer.frame import customer_frame, may_edit, show
from guanxi.crm.web.request import StaffRequest


class Mark(NamedTuple):
    """How a channel is drawn."""

    icon: str


ICONS = {
    Channel.PHONE: Mark(icon="phone"),
    Channel.SMS: Mark(icon="message"),
    Channel.EMAIL: Mark(icon="mail"),
    Channel.WECHAT: Mark(icon="brand-wechat"),
    Channel.POST: Mark(icon="mailbox"),
    Channel.IN_PERSON: Mark(icon="walk"),
}


@only_for(Area.CUSTOMERS)
def consents(request: StaffRequest, party_id: str) -> HttpResponse:
    """The matrix of purposes and channels with its history; by POST what the customer says now."""
    frame = customer_frame(request, party_id, "customer-consents")
    form = ConsentForm()
    if request.method == "POST":
        if not may_record(request.roles) or not may_edit(request, party_id):
            raise PermissionDenied(Area.CUSTOMERS)
        form = ConsentForm(request.POST)
        if form.is_valid() and form.record(party_id=party_id, staff_id=request.user.id):
            messages.success(request, _("Recorded. It holds everywhere from now on."))
            return redirect("customer-consents", party_id)
        return render(request, "web/customer/consents.html", _context(request, frame, form), status=422)
    return show(request, "web/customer/consents.html", _context(request, frame, form))


def _context(request: StaffRequest, frame: Any, form: ConsentForm) -> dict[str, Any]:
    matrix = consent_matrix(request.scope, frame.party.id)
    language = request.display.language
    return {
        "frame": frame,
        "matrix": matrix,
        "texts": [(row.purpose, row.text.version, row.text.words(language)) for row in matrix.rows if row.text],
        "history": consent_history(request.scope, frame.party.id),
        "channels": [(channel, ICONS[channel].icon) for channel in CONTACT_CHANNELS],
        "form": form,
        "may_record": may_record(request.roles) and may_edit(request, frame.party.id),
        "cases": cases_of(request.scope, frame.party.id),
        "may_open": may_record(request.roles) or may_look(request.roles),
    }
