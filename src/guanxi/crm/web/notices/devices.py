"""The browsers that notifications are pushed to, and the worker that receives them there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.notices import push
from guanxi.crm.notices.devices import add_device, remove_device
from guanxi.crm.org.sessions import device_of
from guanxi.crm.web.request import StaffRequest

WORKER = Path(__file__).resolve().parent / "push-worker.js"


@login_not_required
@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The script that receives pushes. It stands at the root: a worker reaches no further than where it stands."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@cache
def _script() -> bytes:
    return WORKER.read_bytes()


@require_POST
def add(request: StaffRequest) -> HttpResponseBase:
    """Keeps this browser's address; 422 for one that cannot be pushed to, 409 where the bank has push turned off."""
    if not push.is_on():
        return HttpResponse(status=409)
    browser, system = device_of(request.headers.get("User-Agent", ""))
    try:
        add_device(
            staff=request.user,
            endpoint=request.POST.get("endpoint", ""),
            key=request.POST.get("key", "")[:120],
            secret=request.POST.get("secret", "")[:40],
            name=" · ".join(filter(None, (browser, system))),
        )
    except push.PushError:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@require_POST
def remove(request: StaffRequest, device_id: UUID) -> HttpResponseBase:
    """Pushes to one of one's browsers no more."""
    if not remove_device(staff=request.user, device_id=device_id):
        raise Http404
    messages.success(request, _("Nothing is pushed to that browser any more."))
    return redirect("notices-wishes")
