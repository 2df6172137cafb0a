"""Pages of exports: asking for one, those waiting, deciding, and fetching the file."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.exports.forms import AskForm, DecisionForm
from guanxi.crm.web.exports.queries import own_exports, shown, waiting_exports
from guanxi.crm.web.exports.rights import exporting, may_approve, may_export
from guanxi.crm.web.exports.services import (
    NotAllowedError,
    OvertakenError,
    ask_export,
    decide_export,
    fetch_export,
    may_decide,
    needs_approval,
    take_back,
    withdraw_uncovered,
)
from guanxi.crm.web.exports.sources import source_named
from guanxi.crm.web.models import Export
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import confirm

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
PLAIN = {ord(sign): "_" for sign in '\\/:*?"<>|\r\n\t'}


@only_for(Area.EXPORTS)
def exports(request: StaffRequest) -> HttpResponse:
    """Those that wait for one's decision, and what one asked for."""
    context = {
        "waiting": waiting_exports(request),
        "approves": may_approve(request),
        "own": own_exports(request, before=request.GET.get("before", "")),
        "approval_rows": settings.EXPORT_APPROVAL_ROWS,
    }
    return render(request, "web/exports/exports.html", context)


@only_for(Area.EXPORTS)
@confirm.required
def ask(request: StaffRequest, name: str) -> HttpResponse:
    """What would be taken out, in numbers and words, and the form that says what for."""
    source = source_named(name)
    if not may_export(request):
        raise PermissionDenied(Area.EXPORTS)
    source.check(exporting(request))
    form = AskForm(request.POST if request.method == "POST" else None, source=source, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        made = ask_export(
            request=request,
            source=source,
            kind=form.cleaned_data.get("kind") or source.kinds[0],
            purpose=form.cleaned_data["purpose"],
            reason=form.cleaned_data["reason"],
        )
        return redirect("export", made.pk)
    rows, _spread = source.measure(request)
    context = {
        "form": form,
        "name": source.title(request),
        "filters": source.filters(request),
        "rows": rows,
        "back": source.back(request),
        "waits": needs_approval(staff=request.user, rows=rows),
        "approval_rows": settings.EXPORT_APPROVAL_ROWS,
        "kept_hours": settings.EXPORT_KEPT_HOURS,
        "fetches": settings.EXPORT_FETCHES,
    }
    return render(request, "web/exports/ask.html", context, status=422 if form.errors else 200)


@only_for(Area.EXPORTS)
def export(request: StaffRequest, export_id: UUID) -> HttpResponse:
    """One request: how far it is and its file, for who asked; what is to be decided, for who may decide."""
    return _page(request, _found(request, export_id), DecisionForm())


def _page(request: StaffRequest, found: Export, form: DecisionForm) -> HttpResponse:
    own = found.staff_id == request.user.pk
    if own:
        withdraw_uncovered(request=request, export=found)
    template = "web/exports/export.html#state" if request.is_partial else "web/exports/export.html"
    context = {
        "export": shown(found, request),
        "own": own,
        "decides": found.status == Export.Status.ASKED and may_decide(request, found),
        "form": form,
    }
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
@only_for(Area.EXPORTS)
def decide(request: StaffRequest, export_id: UUID) -> HttpResponse:
    """Approves or refuses another's request."""
    found = _found(request, export_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    approve = form.cleaned_data["approve"]
    try:
        decide_export(request=request, export_id=export_id, approve=approve, said=form.cleaned_data["said"].strip())
    except NotAllowedError:
        raise PermissionDenied(Area.EXPORTS) from None
    except OvertakenError:
        messages.error(request, _("This request was decided or taken back in the meantime."))
        return redirect("exports")
    messages.success(request, _("Approved: the file is being written.") if approve else _("Refused."))
    return redirect("exports")


@require_POST
@only_for(Area.EXPORTS)
def take_back_view(request: StaffRequest, export_id: UUID) -> HttpResponse:
    """Takes an own request back that waits for approval."""
    try:
        take_back(staff=request.user, export_id=export_id)
    except Export.DoesNotExist:
        raise Http404 from None
    except OvertakenError:
        messages.error(request, _("This request was decided or taken back in the meantime."))
    return redirect("export", export_id)


@require_GET
@only_for(Area.EXPORTS)
@confirm.required
def download(request: StaffRequest, export_id: UUID) -> HttpResponseBase:
    """The file; for nobody but who asked, for a limited time and a few times."""
    found = Export.objects.filter(pk=export_id, staff=request.user).first()
    file = fetch_export(request=request, export=found) if found else None
    if found is None or file is None:
        raise Http404
    day = f"_{found.business_date:%Y%m%d}" if found.business_date else ""
    name = f"{found.title}_{found.number}{day}.{found.kind}".translate(PLAIN)
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[found.kind])


def _found(request: StaffRequest, export_id: UUID) -> Export:
    """An own request, or one that the person may decide about or has decided; else 404."""
    found = Export.objects.select_related("staff", "decided_by").filter(pk=export_id).first()
    if found is None:
        raise Http404
    own = found.staff_id == request.user.pk
    if own or found.decided_by_id == request.user.pk or may_decide(request, found):
        return found
    raise Http404
