"""Shared materials: found by words, fetched in any version, shared and withdrawn by who answers for an institution."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.bulletin.models import Material, MaterialVersion
from guanxi.crm.bulletin.queries import materials
from guanxi.crm.bulletin.services import BulletinError, add_version, share_material, withdraw_material
from guanxi.crm.kernel.uploads import RefusedUploadError
from guanxi.crm.org.queries import staff_names
from guanxi.crm.web.bulletin.common import Places, given_out, places_of, uploaded
from guanxi.crm.web.request import StaffRequest

SHOWN = 100


@require_safe
def shelf(request: StaffRequest) -> HttpResponse:
    """What is shared with the reader, by words."""
    places, words = places_of(request), request.GET.get("q", "")[:80].strip()
    rows, language = list(materials(places.all, words=words)[: SHOWN + 1]), request.display.language
    context: dict[str, Any] = {
        "rows": [(row, places.tree.label(row.institution_id, language)) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "q": words,
        "writes": bool(places.written),
    }
    return render(request, "web/bulletin/materials.html", context)


def _found(places: Places, material_id: int) -> Material:
    found = Material.objects.filter(pk=min(material_id, 2**63 - 1), institution__in=places.all).first()
    if found is None or found.withdrawn_at is not None:
        raise Http404
    return found


def material(request: StaffRequest, material_id: int) -> HttpResponseBase:
    """One material with all its versions; a POST adds one."""
    places = places_of(request)
    found = _found(places, material_id)
    may_change, problem = found.institution_id in places.written, ""
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied("materials")
        try:
            files = uploaded(request, "file")
            if not files:
                raise BulletinError(_("Choose a file."))
            note = request.POST.get("note", "")
            add_version(by=request.user, places=places.written, material_id=found.pk, file=files[0], note=note)
        except (BulletinError, RefusedUploadError) as refused:
            problem = str(refused)
        else:
            messages.success(request, _("The new version counts from now on."))
            return redirect("material", found.pk)
    context: dict[str, Any] = {
        "one": found,
        "versions": list(found.versions.order_by("-number")),
        "institution": places.tree.label(found.institution_id, request.display.language),
        "names": staff_names(request.display.version),
        "may_change": may_change,
        "problem": problem,
        "note": request.POST.get("note", ""),
    }
    return render(request, "web/bulletin/material.html", context, status=422 if problem else 200)


def new(request: StaffRequest) -> HttpResponseBase:
    """Shares a material."""
    places = places_of(request)
    if not places.written:
        raise PermissionDenied("materials")
    problem = ""
    typed = {name: request.POST.get(name, "")[:most] for name, most in (("title", 120), ("text", 500))}
    typed["institution"] = request.POST.get("institution", "")[:32]
    if request.method == "POST":
        try:
            files = uploaded(request, "file")
            if not files:
                raise BulletinError(_("Choose a file."))
            made = share_material(
                by=request.user, places=places.written, institution_id=typed["institution"], title=typed["title"],
                text=typed["text"], file=files[0],
            )  # fmt: skip
        except (BulletinError, RefusedUploadError) as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Shared."))
            return redirect("material", made.pk)
    context = {"choices": places.choices(request.display.language), "typed": typed, "problem": problem}
    return render(request, "web/bulletin/material_new.html", context, status=422 if problem else 200)


@require_POST
def withdraw(request: StaffRequest, material_id: int) -> HttpResponseBase:
    """Takes a material away from those who share it."""
    places = places_of(request)
    if not places.written:
        raise PermissionDenied("materials")
    try:
        withdraw_material(places=places.written, material_id=material_id)
    except Material.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Nobody shares it any more."))
    return redirect("materials")


@require_safe
def download(request: StaffRequest, material_id: int, version: int) -> HttpResponseBase:
    """One version of a material."""
    found = _found(places_of(request), material_id)
    return given_out(
        MaterialVersion.objects.filter(material=found, number=min(version, 2**31 - 1)).first(), "material-file"
    )
