"""Rows kept aside: the list, dismissing and restoring, exports and imports."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.quality.exchange import (
    MOST_BYTES,
    MOST_ROWS,
    UnreadableUploadError,
)
from guanxi.crm.quality.models import MendingImport, QuarantinedRow
from guanxi.crm.quality.queries.night import replay_plan
from guanxi.crm.quality.queries.quarantine import ALL, Filter, days_with_rows, list_rows
from guanxi.crm.quality.rights import may_mend
from guanxi.crm.quality.services import (
    OvertakenError,
    apply_import,
    dismiss_rows,
    keep_upload,
    preview_import,
    restore_rows,
)
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.exports.rights import may_export
from guanxi.crm.web.quality import export  # noqa: F401 - declares what can be taken out here
from guanxi.crm.web.quality.guards import acts
from guanxi.crm.web.quality.words import RULES
from guanxi.crm.web.request import StaffRequest
from guanxi.warehouse.landing.tables import TABLES


@only_for(Area.QUARANTINE)
def quarantine(request: StaffRequest) -> HttpResponse:
    """The rows kept aside that a filter lets through, a page at a time."""
    chosen = Filter.of(request.GET)
    context = {
        "page": list_rows(chosen, after=request.GET.get("after", "")),
        "days": days_with_rows(),
        "tables": list(TABLES),
        "rules": list(RULES),
        "statuses": [*QuarantinedRow.Status.choices, (ALL, _("All"))],
        "plan": replay_plan(),
        "may_mend": may_mend(request.roles),
        "may_export": may_export(request),
        "undo": request.GET.get("undo", ""),
        "undo_count": request.GET.get("rows", ""),
    }
    part = "#part" if request.is_partial else ""
    return render(request, f"web/quality/quarantine.html{part}", context)


@acts(Area.QUARANTINE)
def dismiss(request: StaffRequest) -> HttpResponse:
    """Dismisses the chosen rows, or all that the filter lets through, and offers to take it back."""
    chosen = Filter.of(request.POST)
    everything = "everything" in request.POST
    done = dismiss_rows(staff=request.user, ids=_numbers(request), chosen=chosen if everything else None)
    if not done.rows:
        messages.info(request, _("None of the chosen rows waits, so none was dismissed."))
        return _back(chosen)
    moment = done.moment.isoformat(timespec="milliseconds")
    return _back(chosen, undo=moment, rows=str(done.rows))


@acts(Area.QUARANTINE)
def restore(request: StaffRequest) -> HttpResponse:
    """Lets dismissed or mended rows wait again: those chosen, or the dismissal of one moment."""
    moment = parse_datetime(request.POST.get("undo", "")) if request.POST.get("undo") else None
    if moment is not None and timezone.is_naive(moment):
        moment = None
    rows = restore_rows(staff=request.user, ids=_numbers(request), moment=moment)
    messages.success(
        request, ngettext("%(rows)s row waits again.", "%(rows)s rows wait again.", rows) % {"rows": f"{rows:,}"}
    )
    return _back(Filter.of(request.POST))


@only_for(Area.QUARANTINE)
def upload(request: StaffRequest) -> HttpResponseBase:
    """Takes an export back whose rows have been mended; shows what it would change before anything does."""
    if request.method == "POST":
        return _take(request)
    return render(
        request,
        "web/quality/upload.html",
        {"may_mend": may_mend(request.roles), "most_rows": MOST_ROWS, "most_mb": MOST_BYTES // 10**6},
    )


@acts(Area.QUARANTINE)
def _take(request: StaffRequest) -> HttpResponse:
    file = cast("UploadedFile | None", request.FILES.get("file"))
    limits = {"may_mend": True, "most_rows": MOST_ROWS, "most_mb": MOST_BYTES // 10**6}
    if file is None or file.size is None or file.size > MOST_BYTES:
        error = _("Choose a file of at most %(size)s MB.") % {"size": MOST_BYTES // 10**6}
        return render(request, "web/quality/upload.html", {"error": error, **limits}, status=400)
    try:
        kept = keep_upload(staff=request.user, file_name=file.name or "", content=file.read())
    except UnreadableUploadError as unreadable:
        return render(request, "web/quality/upload.html", {"error": str(unreadable), **limits}, status=400)
    return redirect("quarantine-preview", kept.pk)


@only_for(Area.QUARANTINE)
def preview(request: StaffRequest, import_id: int) -> HttpResponse:
    """What an uploaded file would change, row by row, and what it cannot."""
    found = MendingImport.objects.filter(pk=import_id, uploaded_by=request.user).first()
    if found is None:
        raise Http404
    return render(
        request,
        "web/quality/preview.html",
        {"preview": preview_import(upload=found), "may_mend": may_mend(request.roles)},
    )


@acts(Area.QUARANTINE)
def apply(request: StaffRequest, import_id: int) -> HttpResponse:
    """Keeps the lines of an upload that pass."""
    try:
        changed = apply_import(import_id=import_id, staff=request.user)
    except MendingImport.DoesNotExist:
        raise Http404 from None
    except OvertakenError:
        messages.error(request, _("Somebody decided about one of these rows just now. Look at the preview again."))
        return redirect("quarantine-preview", import_id)
    messages.success(
        request, ngettext("%(rows)s row was mended.", "%(rows)s rows were mended.", changed) % {"rows": f"{changed:,}"}
    )
    return redirect(f"{reverse('quarantine')}?status={QuarantinedRow.Status.MENDED}")


def _numbers(request: StaffRequest) -> list[int]:
    return [int(each) for each in request.POST.getlist("row") if each.isascii() and each.isdigit() and len(each) < 19]


def _back(chosen: Filter, **parameters: str) -> HttpResponseRedirect:
    query = "&".join(part for part in (chosen.query, urlencode(parameters)) if part)
    return redirect(f"{reverse('quarantine')}?{query}" if query else reverse("quarantine"))
