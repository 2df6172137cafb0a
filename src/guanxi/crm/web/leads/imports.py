"""Files of leads: uploaded, their columns assigned, checked, taken in, mended, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.kernel.uploads import RefusedUploadError
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadSource
from guanxi.crm.sales.leads.importing import reading
from guanxi.crm.sales.leads.importing.fields import FIELDS
from guanxi.crm.sales.leads.importing.mending import to_mend
from guanxi.crm.sales.leads.importing.services import (
    BOUNDS,
    MOST_LINES,
    check_file,
    read_again,
    take_back_file,
    take_in_file,
    upload_file,
)
from guanxi.crm.sales.models import LeadImport, LeadRow
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.leads.words import assigns, places_for
from guanxi.crm.web.request import StaffRequest

SHOWN = 30
State, Outcome = LeadImport.State, LeadRow.Outcome
SOURCES = (LeadSource.IMPORT, LeadSource.CAMPAIGN, LeadSource.EVENT, LeadSource.REFERRAL, LeadSource.COUNTER)


@only_for(Area.LEADS)
def imports(request: StaffRequest) -> HttpResponseBase:
    """One's own files, and a new one. Nothing is taken in by uploading."""
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if isinstance(file, UploadedFile):
            try:
                mended = _own(request, request.POST["mended_from"]) if request.POST.get("mended_from") else None
                made = upload_file(staff=request.user, name=file.name or "", content=file.read(), mended_from=mended)
                return redirect("lead-import", made.pk)
            except (RefusedUploadError, SalesError) as refused:
                problem = str(refused)
        else:
            problem = _("Choose a file.")
    context = {
        "imports": LeadImport.objects.filter(staff=request.user).order_by("-made_at")[:SHOWN],
        "problem": problem,
        "most_mb": BOUNDS.bytes // 1_000_000,
        "most_lines": MOST_LINES,
    }
    return render(request, "web/leads/imports.html", context, status=422 if problem else 200)


def _own(request: StaffRequest, lead_import_id: Any) -> LeadImport:
    try:
        return LeadImport.objects.select_related("mended_from").get(pk=lead_import_id, staff=request.user)
    except (LeadImport.DoesNotExist, ValueError, TypeError):
        raise Http404 from None


@only_for(Area.LEADS)
def one(request: StaffRequest, lead_import_id: UUID) -> HttpResponseBase:
    """One file, wherever it stands."""
    return _page(request, _own(request, lead_import_id))


def _page(request: StaffRequest, batch: LeadImport, *, problem: str = "", status: int = 200) -> HttpResponse:
    headings = batch.preview[0] if batch.preview else []
    rows = batch.preview[1:6] if batch.preview else []
    columns = [
        {
            "place": place,
            "heading": heading,
            "field": batch.mapping.get(str(place), ""),
            "cells": [row[place] if place < len(row) else "" for row in rows[:3]],
        }
        for place, heading in enumerate(headings)
    ]
    context: dict[str, Any] = {
        "batch": batch,
        "columns": columns,
        "fields": [(name, label) for name, (label, _words) in FIELDS.items()],
        "encodings": list(reading.NAMES.items()),
        "options": batch.options,
        "kinds": PartyKind.choices,
        "sources": [(one.value, one.label) for one in SOURCES],
        "places": places_for(request),
        "assigns": assigns(request),
        "problem": problem,
        "outcomes": _outcomes(batch),
        "percent": min(40, 40 * batch.done // batch.total) if batch.total else 0,
        "to_mend": batch.counts.get(Outcome.WRONG, 0) + batch.counts.get(Outcome.TWICE, 0),
        "changes": batch.counts.get(Outcome.CREATE, 0) + batch.counts.get(Outcome.UPDATE, 0),
    }
    if request.is_partial:
        return render(request, "web/leads/import.html#part", context, status=status)
    return render(request, "web/leads/import.html", context, status=status)


def _outcomes(batch: LeadImport) -> list[dict[str, Any]]:
    labels = {name: label for name, (label, _words) in FIELDS.items()}
    found = []
    for outcome in Outcome:
        many = batch.counts.get(outcome.value, 0)
        if many:
            samples = [
                {**one, "by": labels.get(one["by"], ""), "field": labels.get(one["field"], "")}
                for one in batch.samples.get(outcome.value, [])
            ]
            found.append({"code": outcome.value, "label": outcome.label, "many": many, "samples": samples})
    return found


@require_POST
@only_for(Area.LEADS)
def check(request: StaffRequest, lead_import_id: UUID) -> HttpResponseBase:
    """Says how columns are read and what shall happen, and has the file checked; or reads it in another encoding."""
    batch = _own(request, lead_import_id)
    sent = request.POST
    try:
        if "read_again" in sent:
            read_again(batch=batch, encoding=sent.get("encoding", ""))
            return redirect("lead-import", lead_import_id)
        mapping = {str(place): sent.get(f"column-{place}", "") for place in range(len(batch.preview[0]))}
        check_file(batch_id=lead_import_id, staff=request.user, mapping=mapping, options=_options(request))
    except SalesError as refused:
        return _page(request, batch, problem=str(refused), status=422)
    return redirect("lead-import", lead_import_id)


def _options(request: StaffRequest) -> dict[str, Any]:
    """What somebody chose, of what there is to choose."""
    sent = request.POST

    def among(name: str, choices: Any) -> str:
        value = sent.get(name, "")
        return value if value in choices else ""

    return {
        "duplicates": among("duplicates", ("change", "again")) or "skip",
        "customers": among("customers", ("take",)) or "skip",
        "kind": among("kind", PartyKind.values),
        "source": among("source", SOURCES) or LeadSource.IMPORT.value,
        "detail": sent.get("detail", "").strip()[:120],
        "institution": among("institution", dict(places_for(request))),
        "rules": bool(sent.get("rules")) and assigns(request),
        "language": request.display.language,
    }


@require_POST
@only_for(Area.LEADS)
def take(request: StaffRequest, lead_import_id: UUID) -> HttpResponseBase:
    """Has a checked file taken in."""
    _own(request, lead_import_id)
    take_in_file(batch_id=lead_import_id, staff=request.user)
    return redirect("lead-import", lead_import_id)


@require_POST
@only_for(Area.LEADS)
def take_back(request: StaffRequest, lead_import_id: UUID) -> HttpResponseBase:
    """Has taken back what a file did."""
    _own(request, lead_import_id)
    take_back_file(batch_id=lead_import_id, staff=request.user)
    messages.info(request, _("What nobody has touched since is taken back."))
    return redirect("lead-import", lead_import_id)


@only_for(Area.LEADS)
def errors(request: StaffRequest, lead_import_id: UUID) -> HttpResponseBase:
    """The lines that are not taken in, to be mended: the person's own lines, as they uploaded them."""
    batch = _own(request, lead_import_id)
    if not batch.file or not batch.counts:
        raise Http404
    response = StreamingHttpResponse(to_mend(batch), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="leads-to-mend-{str(batch.pk)[:8]}.csv"'
    return response
