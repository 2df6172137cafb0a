"""Files of an activity: taken in, given out to those who see the customer or prospect."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.activity_queries import setup_of
from guanxi.crm.contact.attachment_services import LARGEST, attach_file
from guanxi.crm.contact.models import Attachment
from guanxi.crm.kernel.uploads import RefusedUploadError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.activities import activity_of, activity_page
from guanxi.crm.web.contact.forms import ChangeForm
from guanxi.crm.web.contact.whom import Somebody, customer, prospect, recording
from guanxi.crm.web.request import StaffRequest

TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_POST
@only_for(Area.CUSTOMERS)
def attach(request: StaffRequest, party_id: str, activity_id: int) -> HttpResponseBase:
    """Takes one file in; what is refused shows the page again with the reason."""
    return _attach(request, customer(request, party_id), activity_id)


@require_POST
@only_for(Area.LEADS)
def attach_with_prospect(request: StaffRequest, lead_id: int, activity_id: int) -> HttpResponseBase:
    """The same for what was done with a prospect."""
    return _attach(request, prospect(request, lead_id), activity_id)


def _attach(request: StaffRequest, whom: Somebody, activity_id: int) -> HttpResponseBase:
    recording(whom)
    found = activity_of(request, whom, activity_id)
    problem = ""
    upload = request.FILES.get("file")
    if upload is None:
        problem = _("Choose a file.")
    elif upload.size is None or upload.size > LARGEST.bytes:
        problem = _("The file is larger than %(size)s MB.") % {"size": LARGEST.bytes // 1_000_000}
    else:
        try:
            attach_file(
                scope=request.scopes[Verb.EDIT],
                by=request.user.id,
                activity_id=activity_id,
                name=upload.name or "",
                content=upload.read(),
            )
        except RefusedUploadError as refused:
            problem = str(refused)
    if problem:
        setup = setup_of(found.activity.kind, with_outcome=found.activity.outcome_id)
        form = ChangeForm.of(found.activity, setup=setup)
        return activity_page(request, whom, found, form, problem=problem, status=422)
    messages.success(request, _("Attached."))
    return redirect(whom.address("activity", activity_id))


@only_for(Area.CUSTOMERS)
def download(request: StaffRequest, party_id: str, activity_id: int, attachment_id: UUID) -> HttpResponseBase:
    """A file as it was taken in, always as a download: a browser shows none of it within this site."""
    return _download(request, customer(request, party_id), activity_id, attachment_id)


@only_for(Area.LEADS)
def download_with_prospect(
    request: StaffRequest, lead_id: int, activity_id: int, attachment_id: UUID
) -> HttpResponseBase:
    """The same for what was done with a prospect."""
    return _download(request, prospect(request, lead_id), activity_id, attachment_id)


def _download(request: StaffRequest, whom: Somebody, activity_id: int, attachment_id: UUID) -> HttpResponseBase:
    mine = {"activity__party_id": whom.party_id} if whom.party_id else {"activity__lead_id": whom.lead_id}
    rows = Attachment.objects.visible_to(request.scope)
    found = rows.filter(pk=attachment_id, activity_id=activity_id, **mine).first()
    if found is None or not default_storage.exists(found.file):
        raise Http404
    detail = {"name": found.name, "bytes": found.size}
    subject = whom.party_id or ""
    record(action=Action.EXPORT, subject=subject, kind="attachment", object_id=str(found.pk), detail=detail)
    return FileResponse(
        default_storage.open(found.file), as_attachment=True, filename=found.name, content_type=TYPES[found.kind]
    )
