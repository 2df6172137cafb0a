"""Takes spreadsheets out: notes each, writes it, and throws old files away."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone, translation

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import masked, record
from guanxi.crm.kernel.protection import entered
from guanxi.crm.org.models import Staff
from guanxi.crm.web.exports.workbook import write_workbook
from guanxi.crm.web.listing.columns import Column
from guanxi.crm.web.listing.listing import Listing, State, fields_of, narrowed, ordered, state_of
from guanxi.crm.web.listing.registry import listing_named, source_of
from guanxi.crm.web.middleware import prepare
from guanxi.crm.web.models import Export
from guanxi.crm.web.request import StaffRequest

KEPT = datetime.timedelta(days=3)
CHUNK = 2_000


def exported_columns(listing: Listing, shown: list[Column]) -> list[Column]:
    """The columns of the spreadsheet: those that are always taken out, then those shown."""
    first = [column for column in listing.columns if column.key in listing.export_first]
    return first + [column for column in shown if column.key not in listing.export_first]


def begin_export(
    *, request: StaffRequest, listing: Listing, columns: list[Column], expected: int | None, parameters: str
) -> Export:
    """Notes that somebody takes a spreadsheet out, with its trace in the audit log."""
    export = Export.objects.create(
        staff=request.user,
        listing=listing.name,
        parameters=parameters,
        columns=[column.key for column in columns],
        language=request.display.language,
        business_date=request.business_date,
        expected=expected,
    )
    facts = {"parameters": masked(parameters), "columns": export.columns, "expected": expected}
    record(action=Action.EXPORT, kind=listing.name, object_id=str(export.pk), detail=facts)
    return export


def write_rows(
    file: Any, *, request: StaffRequest, listing: Listing, state: State, columns: list[Column], export: Export | None
) -> int:
    """Writes the rows that ``request`` may see under ``state``; with ``export`` its progress is kept."""
    rows = narrowed(listing, request, source_of(listing.name)(request), state)
    fields = fields_of(listing, columns)
    values = ordered(listing, rows, state).values_list(*fields).iterator(chunk_size=CHUNK)
    filters = [
        chip.label
        for one in listing.filters
        if one.key in state.values
        for chip in one.chips(request, state.values[one.key])
    ]

    def progress(written: int) -> None:
        if export:
            Export.objects.filter(pk=export.pk).update(rows=written)

    return write_workbook(
        file,
        request=request,
        title=str(listing.title),
        filters=filters,
        columns=columns,
        fields=fields,
        rows=values,
        progress=progress,
    )


def finish_export(*, export: Export, rows: int, file: str = "") -> None:
    """Notes that a spreadsheet is written."""
    Export.objects.filter(pk=export.pk).update(
        status=Export.Status.DONE, rows=rows, file=file, finished_at=timezone.now()
    )
    record(action=Action.EXPORT, kind=export.listing, object_id=str(export.pk), detail={"written": rows})


def write_export(*, export_id: UUID) -> Export:
    """Writes a spreadsheet that was asked for, as the person may see it now; on failure it says so and raises."""
    export = Export.objects.select_related("staff").get(pk=export_id)
    Export.objects.filter(pk=export.pk).update(status=Export.Status.RUNNING)
    folder = folder_of_exports()
    aside, file = folder / f"{export.pk}.aside", folder / f"{export.pk}.xlsx"
    try:
        with translation.override(export.language):
            request = request_of(export.staff, export.parameters)
            listing = listing_named(export.listing)
            by_key = {column.key: column for column in listing.columns}
            columns = [by_key[key] for key in export.columns if key in by_key]
            state = state_of(listing, request, narrow=lambda _values: True)
            with entered(request.scope):
                rows = write_rows(
                    str(aside), request=request, listing=listing, state=state, columns=columns, export=export
                )
        aside.replace(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(status=Export.Status.FAILED, finished_at=timezone.now())
        raise
    finish_export(export=export, rows=rows, file=file.name)
    throw_away()
    export.refresh_from_db()
    return export


def request_of(staff: Staff, parameters: str) -> StaffRequest:
    """A request as that person would make it, for work outside the web server."""
    request = HttpRequest()
    request.method = "GET"
    request.user = cast("Any", staff)
    request.GET = cast("Any", QueryDict(parameters))
    return prepare(request)


def folder_of_exports() -> Path:
    """Where the files lie; only the site's own process reads them."""
    folder = Path(settings.MEDIA_ROOT) / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def throw_away() -> int:
    """Deletes files older than some days; the trace stays. Returns how many."""
    old = Export.objects.filter(finished_at__lt=timezone.now() - KEPT).exclude(file="")
    gone = 0
    for export in old:
        (folder_of_exports() / export.file).unlink(missing_ok=True)
        gone += 1
    old.update(file="")
    return gone
