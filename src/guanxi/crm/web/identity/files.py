"""Verdicts by file: brought, checked, carried out, taken back, and its lines to mend."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.identity.codes import FileState, Outcome
from guanxi.crm.identity.files import (
    FileError,
    check_file,
    counts_of,
    errors_of,
    merged_by,
    own_file,
)
from guanxi.crm.identity.filework import apply_file, undo_file
from guanxi.crm.identity.models import MergeFile
from guanxi.crm.identity.services import NotThereError
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.identity.pairs import asker
from guanxi.crm.web.request import StaffRequest

FIRST_LINES = 50


@only_for(Area.IDENTITY)
def files(request: StaffRequest) -> HttpResponseBase:
    """One's own files, the latest first; a new one is checked and nothing more."""
    problem = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None:
            problem = _("Choose a file.")
        else:
            try:
                made = check_file(asker=asker(request), name=sent.name or "", content=sent.read())
            except FileError as refused:
                problem = str(refused)
            else:
                return redirect("identity-file", made.pk)
    own = MergeFile.objects.filter(uploaded_by_id=request.user.id).order_by("-id")[:50]
    return render(
        request, "web/identity/files.html", {"files": own, "problem": problem}, status=422 if problem else 200
    )


@only_for(Area.IDENTITY)
def one(request: StaffRequest, merge_file_id: int) -> HttpResponse:
    """One file: what would become of its lines, how far the worker is, what became of them."""
    made = _own(request, merge_file_id)
    counts = counts_of(made)
    to_do, done = (counts.get(one, 0) for one in (Outcome.READY, Outcome.DONE))
    if made.state == FileState.UNDOING:
        to_do, done = done, counts.get(Outcome.UNDONE, 0)
    context = {
        "file": made,
        "outcomes": [(label, counts[value]) for value, label in Outcome.choices if counts.get(value)],
        "ready": counts.get(Outcome.READY, 0) if made.state != FileState.UNDONE else 0,
        "wrong": counts.get(Outcome.WRONG, 0),
        "done": counts.get(Outcome.DONE, 0),
        "merged": merged_by(made),
        "worked": done,
        "work": to_do + done,
        "lines": made.lines.filter(outcome=Outcome.WRONG).order_by("line")[:FIRST_LINES],
    }
    template = "web/identity/file.html"
    return render(request, f"{template}#part" if request.is_partial else template, context)


@only_for(Area.IDENTITY)
@require_POST
def take(request: StaffRequest, merge_file_id: int) -> HttpResponseBase:
    """Has the ready lines carried out."""
    return _act(request, merge_file_id, apply_file)


@only_for(Area.IDENTITY)
@require_POST
def take_back(request: StaffRequest, merge_file_id: int) -> HttpResponseBase:
    """Has taken back what the file decided."""
    return _act(request, merge_file_id, undo_file)


@only_for(Area.IDENTITY)
def errors(request: StaffRequest, merge_file_id: int) -> HttpResponse:
    """The lines to mend, as the file's own encoding would have them: CSV in UTF-8 with its mark."""
    made = _own(request, merge_file_id)
    answer = HttpResponse("\ufeff" + errors_of(made), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="errors-{made.pk}.csv"'
    return answer


def _act(request: StaffRequest, file_id: int, act: Callable[..., MergeFile]) -> HttpResponseBase:
    try:
        act(asker=asker(request), file_id=file_id)
    except NotThereError:
        raise Http404 from None
    return redirect("identity-file", file_id)


def _own(request: StaffRequest, file_id: int) -> MergeFile:
    try:
        return own_file(asker(request), file_id)
    except NotThereError:
        raise Http404 from None
