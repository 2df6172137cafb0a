"""Taking spreadsheets out of lists."""

from __future__ import annotations

import tempfile
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.web.exports.services import (
    begin_export,
    exported_columns,
    finish_export,
    folder_of_exports,
    write_rows,
)
from guanxi.crm.web.listing.columns import Column
from guanxi.crm.web.listing.listing import Listing, State, pairs_of
from guanxi.crm.web.models import Export
from guanxi.crm.web.request import StaffRequest

AT_ONCE = 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_spreadsheet(
    request: StaffRequest, listing: Listing, rows: QuerySet[Any], state: State, shown: list[Column]
) -> HttpResponseBase:
    """Up to five thousand rows at once; more as a job, to whose page the person is sent."""
    columns = exported_columns(listing, shown)
    parameters = urlencode(pairs_of(listing, state))
    many = len(rows.order_by().values_list(listing.key)[: AT_ONCE + 1])
    if many > AT_ONCE:
        with transaction.atomic():
            export = begin_export(
                request=request, listing=listing, columns=columns, expected=None, parameters=parameters
            )
            from guanxi.crm.web.tasks import write_spreadsheet

            write_spreadsheet.defer(export_id=str(export.pk))
        return HttpResponseRedirect(reverse("export", args=[export.pk]))
    export = begin_export(request=request, listing=listing, columns=columns, expected=many, parameters=parameters)
    file = cast("Any", tempfile.TemporaryFile())  # noqa: SIM115 - the response closes it
    written = write_rows(file, request=request, listing=listing, state=state, columns=columns, export=None)
    finish_export(export=export, rows=written)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=_name(export, listing), content_type=XLSX)


def export(request: StaffRequest, export_id: UUID) -> HttpResponse:
    """How far a spreadsheet is, and its file once it is there; for nobody but who asked."""
    found = _own(request, export_id)
    template = "web/export.html#progress" if request.is_partial else "web/export.html"
    return render(request, template, {"export": found})


def download(request: StaffRequest, export_id: UUID) -> HttpResponseBase:
    """The file; for nobody but who asked."""
    from guanxi.crm.web.listing.registry import listing_named

    found = _own(request, export_id)
    file = folder_of_exports() / found.file
    if not found.file or not file.exists():
        raise Http404
    record(action=Action.EXPORT, kind=found.listing, object_id=str(found.pk), detail={"downloaded": found.rows})
    name = _name(found, listing_named(found.listing))
    return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=XLSX)


def _own(request: StaffRequest, export_id: UUID) -> Export:
    found = Export.objects.filter(pk=export_id, staff=request.user).first()
    if found is None:
        raise Http404
    return found


def _name(export: Export, listing: Listing) -> str:
    day = f"_{export.business_date:%Y%m%d}" if export.business_date else ""
    return f"{listing.title}{day}.xlsx"
