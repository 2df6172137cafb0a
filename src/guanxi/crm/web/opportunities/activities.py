"""Records what was done about an opportunity, with a file where there is one, by the rooms that keep both."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from guanxi.crm.contact.activity_queries import setup_of
from guanxi.crm.contact.activity_services import record_activity
from guanxi.crm.contact.attachment_services import LARGEST, attach_file
from guanxi.crm.contact.codes import WITH_CUSTOMER, ActivityKind
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.kernel.uploads import RefusedUploadError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.sales.opportunity_queries import Whole
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.forms import RecordForm
from guanxi.crm.web.contact.words import KINDS, RESULTS
from guanxi.crm.web.opportunities.about import KIND
from guanxi.crm.web.opportunities.reading import address, changing
from guanxi.crm.web.request import StaffRequest


@only_for(Area.OPPORTUNITIES)
@drafted
def record(request: StaffRequest, opportunity_id: int) -> HttpResponseBase:
    """Records a call, visit, meeting, message or note about an opportunity; a file may come with it."""
    whole = changing(request, opportunity_id)
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    kind = asked if asked in WITH_CUSTOMER else ActivityKind.NOTE
    setup = setup_of(kind)
    if request.method != "POST":
        return _page(request, whole, kind, RecordForm.fresh(kind=kind, setup=setup))
    form = RecordForm(request.POST, kind=kind, setup=setup)
    upload = request.FILES.get("file")
    if not form.is_valid():
        return _page(request, whole, kind, form, status=422)
    if upload is not None and (upload.size or 0) > LARGEST.bytes:
        form.add_error(None, _("The file is larger than %(size)s MB.") % {"size": LARGEST.bytes // 1_000_000})
        return _page(request, whole, kind, form, status=422)
    try:
        found = record_activity(
            scope=request.scopes[Verb.EDIT],
            staff_id=request.user.id,
            key=form.cleaned_data["key"],
            kind=kind,
            party_id=whole.opportunity.party_id,
            lead_id=whole.opportunity.lead_id,
            entered=form.entered(),
            promise=form.promised(),
            follow_up=form.following(),
            about_kind=KIND,
            about_id=str(opportunity_id),
        )
    except WorkError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _page(request, whole, kind, form, status=422)
    if upload is not None:
        try:
            attach_file(
                scope=request.scopes[Verb.EDIT],
                by=request.user.id,
                activity_id=found.activity.pk,
                name=upload.name or "",
                content=upload.read(),
            )
        except RefusedUploadError as refused:
            # What was said is recorded; the file can be attached on the activity's own page.
            messages.warning(request, _("Recorded, but the file was not taken in: %(why)s") % {"why": refused})
            return HttpResponseRedirect(address(opportunity_id))
    messages.success(request, _("Recorded."))
    return HttpResponseRedirect(address(opportunity_id))


def _page(request: StaffRequest, whole: Whole, kind: str, form: RecordForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "whole": whole,
        "one": whole.opportunity,
        "kind": ActivityKind(kind),
        "kinds": [(one, KINDS[one].icon) for one in WITH_CUSTOMER],
        "icon": KINDS[ActivityKind(kind)].icon,
        "form": form,
        "results": RESULTS,
        "outcomes": [(one, one.label(request.display.language)) for one in form.setup.outcomes],
        "back": address(whole.opportunity.pk),
    }
    return render(request, "web/opportunities/activity.html", context, status=status)
