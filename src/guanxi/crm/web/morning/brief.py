"""The brief before a visit: on the page, to be printed, and as a PDF that says who took it out."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import reaches
from guanxi.crm.web.exports.rights import may_export
from guanxi.crm.web.morning.brief_page import brief_of
from guanxi.crm.web.morning.pdf import NoPrinterError, Stamp, pdf_of
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import confirm


@require_GET
@only_for(Area.CUSTOMERS)
def brief(request: StaffRequest, party_id: str) -> HttpResponse:
    """One page on one customer, to read at the door or to print."""
    found = brief_of(request, party_id)
    context = {"brief": found, "frame": found.frame, "takes": reaches(request.scopes[Verb.EXPORT], found.frame.party)}
    return render(request, "web/morning/brief.html", context)


@require_GET
@only_for(Area.CUSTOMERS)
@confirm.required
def brief_file(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """The same as a PDF: for those who may take this customer's data out, masked, marked and in the log."""
    if not may_export(request):
        raise PermissionDenied(Area.EXPORTS)
    found = brief_of(request, party_id)
    if not reaches(request.scopes[Verb.EXPORT], found.frame.party):
        raise PermissionDenied(Area.EXPORTS)
    stamp = Stamp(
        number=f"B{secrets.token_hex(4).upper()}",
        staff_id=request.user.pk,
        staff_name=request.user.name,
        at=timezone.now(),
        title=_("Brief before a visit"),
    )
    try:
        content, pages = pdf_of(request, found, stamp)
    except NoPrinterError:
        messages.error(
            request, _("This server cannot write PDF files: a library is missing. Print the page from the browser.")
        )
        return HttpResponseRedirect(reverse("customer-brief", args=[party_id]))
    detail = {"number": stamp.number, "pages": pages, "bytes": len(content)}
    record(action=Action.EXPORT, subject=party_id, kind="customer-brief-file", object_id=stamp.number, detail=detail)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="brief_{stamp.number}.pdf"'
    return response
