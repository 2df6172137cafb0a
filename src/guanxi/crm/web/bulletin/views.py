"""Announcements: the board, one of them, announcing, changing, withdrawing."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.bulletin.models import AnnouncedFile, Announcement
from guanxi.crm.bulletin.queries import announcements, readers_of
from guanxi.crm.bulletin.services import (
    BulletinError,
    Words,
    announce,
    change_announcement,
    note_read,
    withdraw_announcement,
)
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.uploads import RefusedUploadError
from guanxi.crm.org.queries import staff_names
from guanxi.crm.web.bulletin.common import Places, given_out, places_of, uploaded
from guanxi.crm.web.request import StaffRequest

DATE = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")


class AnnouncementForm(forms.Form):
    """What is announced; ``choices`` are the institutions for which the person may announce."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    institution = forms.ChoiceField(
        label=gettext_lazy("For"), widget=forms.Select(attrs={"class": "form-select"}),
        help_text=gettext_lazy("The staff of this institution and of all below it read it."),
    )  # fmt: skip
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 10}),
        help_text=gettext_lazy("No customers' data: everybody of the institution reads it."),
    )
    expires_on = forms.DateField(label=gettext_lazy("Shown until"), required=False, widget=DATE)
    pinned = forms.BooleanField(label=gettext_lazy("Pin it to the top"), required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["institution"].choices = choices  # type: ignore[attr-defined]

    def words(self) -> Words:
        """What was entered."""
        entered = self.cleaned_data
        return Words(
            institution_id=entered["institution"], title=entered["title"], text=entered["text"],
            pinned=entered["pinned"], expires_on=entered["expires_on"],
        )  # fmt: skip


@require_safe
def board(request: StaffRequest) -> HttpResponse:
    """What is announced to the reader, pinned first."""
    places, asked = places_of(request), request.GET.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    words, over = request.GET.get("q", "")[:80].strip(), request.GET.get("over") == "1"
    rows, more = announcements(places.all, staff=request.user, words=words, over=over, page=max(1, page))
    language = request.display.language
    context: dict[str, Any] = {
        "rows": [(row, places.tree.label(row.institution_id, language)) for row in rows],
        "names": staff_names(request.display.version),
        "more": page + 1 if more else 0,
        "page": page,
        "q": words,
        "over": over,
        "writes": bool(places.written),
    }
    return render(request, "web/bulletin/board.html", context)


def _found(places: Places, announcement_id: int) -> Announcement:
    found = Announcement.objects.filter(pk=min(announcement_id, 2**63 - 1), institution__in=places.all).first()
    if found is None or found.withdrawn_at is not None:
        raise Http404
    return found


@require_safe
def one(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """One announcement; opening it is reading it. Who announces sees who has read it."""
    places = places_of(request)
    found = _found(places, announcement_id)
    if found.by_id != request.user.pk and found.institution_id in places.read:
        note_read(announcement=found, staff=request.user)
    may_change = found.institution_id in places.written
    context: dict[str, Any] = {
        "one": found,
        "files": list(found.files.order_by("made_at")),
        "institution": places.tree.label(found.institution_id, request.display.language),
        "names": staff_names(request.display.version),
        "may_change": may_change,
        "readers": readers_of(found, tree=places.tree) if may_change else None,
        "tree": {number: node.label(request.display.language) for number, node in places.tree.nodes.items()},
    }
    return render(request, "web/bulletin/one.html", context)


def new(request: StaffRequest) -> HttpResponseBase:
    """Announces something."""
    return _edit(request, None)


def change(request: StaffRequest, announcement_id: int) -> HttpResponseBase:
    """Changes what was announced."""
    return _edit(request, announcement_id)


def _edit(request: StaffRequest, announcement_id: int | None) -> HttpResponseBase:
    places = places_of(request)
    if not places.written:
        raise PermissionDenied("bulletin")
    found = None if announcement_id is None else _found(places, announcement_id)
    if found is not None and found.institution_id not in places.written:
        raise PermissionDenied("bulletin")
    choices = places.choices(request.display.language)
    if request.method != "POST":
        return _form_page(request, AnnouncementForm(initial=_initial(found), choices=choices), found)
    form = AnnouncementForm(request.POST, choices=choices)
    if not form.is_valid():
        return _form_page(request, form, found, status=422)
    try:
        common = {"by": request.user, "places": places.written, "words": form.words(),
                  "files": uploaded(request, "files")}  # fmt: skip
        if found is None:
            made = announce(key=form.cleaned_data["key"] or uuid4(), **common)
            messages.success(request, _("Announced."))
        else:
            version = form.cleaned_data["version"] or 0
            made = change_announcement(announcement_id=found.pk, version=version, **common)
            messages.success(request, _("Saved."))
    except RefusedUploadError as refused:
        return _form_page(request, form, found, problem=str(refused), status=422)
    except BulletinError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _form_page(request, form, found, status=422)
    except StaleError as stale:
        data = request.POST.copy()
        data["version"] = str(stale.current.version)
        form = AnnouncementForm(data, choices=choices)
        form.is_valid()
        return _form_page(request, form, found, stale=stale.current, status=409)
    return redirect("bulletin-one", made.pk)


def _initial(found: Announcement | None) -> dict[str, Any]:
    if found is None:
        return {"key": uuid4()}
    return {
        "version": found.version, "institution": found.institution_id, "title": found.title, "text": found.text,
        "expires_on": found.expires_on, "pinned": found.pinned,
    }  # fmt: skip


def _form_page(
    request: StaffRequest,
    form: AnnouncementForm,
    found: Announcement | None,
    *,
    problem: str = "",
    stale: Announcement | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "one": found, "problem": problem, "stale": stale}
    return render(request, "web/bulletin/edit.html", context, status=status)


@require_POST
def withdraw(request: StaffRequest, announcement_id: int) -> HttpResponseBase:
    """Takes an announcement off the board."""
    places = places_of(request)
    if not places.written:
        raise PermissionDenied("bulletin")
    try:
        withdraw_announcement(places=places.written, announcement_id=announcement_id)
    except Announcement.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken off the board."))
    return redirect("bulletin")


@require_safe
def download(request: StaffRequest, announcement_id: int, file_id: UUID) -> HttpResponseBase:
    """A file of an announcement."""
    found = _found(places_of(request), announcement_id)
    return given_out(AnnouncedFile.objects.filter(pk=file_id, announcement=found).first(), "announcement-file")
