"""The subscription of one's own calendar by a secret address, and the import of a calendar file."""

from __future__ import annotations

import base64
import zlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.feed_services import feed_of, make_secret, revoke_secret, secret_of
from guanxi.crm.contact.ics_reading import MOST_BYTES, Fate, Preview, import_entries, read_file
from guanxi.crm.contact.ics_writing import calendar_of
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.protection import entered
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import standing_of
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import confirm

SALT = "guanxi.calendar.import"
LASTS = 3_600


@require_GET
@login_not_required
def ics(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody's calendar for a program that subscribes to it; 404 for a secret that opens nothing.

    What it holds is reckoned for the person as they stand today: whoever has lost a customer, or left, shows no more.
    """
    feed = feed_of(secret)
    if feed is None:
        raise Http404
    published = newest_publication()
    standing = standing_of(feed.staff, version=published.id if published else 0, today=timezone.localdate())
    with entered(standing.scope):
        body = calendar_of(
            standing.scope,
            feed.staff.pk,
            language=feed.language,
            link=lambda number: request.build_absolute_uri(reverse("appointment", args=[number])),
            erased=erased_among,
        )
    record(action=Action.VIEW, kind="calendar-ics", object_id=feed.staff.pk, detail={"bytes": len(body)})
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@only_for(Area.WORK)
def feed(request: StaffRequest) -> HttpResponseBase:
    """What is known of one's own calendar address."""
    return _page(request)


def _page(request: StaffRequest, **more: Any) -> HttpResponse:
    context = {"known": secret_of(request.user.id), "largest": MOST_BYTES // 1_000, **more}
    status = more.pop("status", 200)
    return render(request, "web/calendar/feed.html", context, status=status)


@require_POST
@only_for(Area.WORK)
@confirm.required
def make(request: StaffRequest) -> HttpResponseBase:
    """Makes a new address and shows it this once."""
    secret = make_secret(staff_id=request.user.id, language=get_language() or "zh-hans")
    return _page(request, address=request.build_absolute_uri(reverse("calendar-ics", args=[secret])))


@require_POST
@only_for(Area.WORK)
def revoke(request: StaffRequest) -> HttpResponseBase:
    """Ends the address."""
    if revoke_secret(staff_id=request.user.id):
        messages.success(request, _("The address opens nothing any more."))
    return redirect("calendar-feed")


@require_POST
@only_for(Area.WORK)
def preview(request: StaffRequest) -> HttpResponseBase:
    """Says what a file would do, and writes nothing."""
    file = request.FILES.get("file")
    if file is None:
        return _page(request, problem=_("Choose a file."), status=422)
    data = file.read(MOST_BYTES + 1)
    found = read_file(data, staff_id=request.user.id)
    if found.problem:
        return _page(request, problem=found.problem, status=422)
    packed = base64.b85encode(zlib.compress(data)).decode()
    token = signing.dumps([request.user.id, packed], salt=SALT)
    return render(
        request, "web/calendar/import.html", {**_counted(found), "token": token, "name": str(file.name)[:100]}
    )


def _counted(found: Preview) -> dict[str, Any]:
    return {
        "preview": found,
        "fates": [(fate, len(found.of(fate))) for fate in Fate],
        "new": len(found.of(Fate.NEW)),
        "shown": found.entries[:200],
    }


@require_POST
@only_for(Area.WORK)
def take(request: StaffRequest) -> HttpResponseBase:
    """Imports what was looked at."""
    try:
        whose, packed = signing.loads(request.POST.get("token", ""), salt=SALT, max_age=LASTS)
        data = zlib.decompress(base64.b85decode(packed))
    except (signing.BadSignature, ValueError, zlib.error):
        whose, data = "", b""
    if whose != request.user.id:
        return _page(request, problem=_("This preview is too old: choose the file again."), status=422)
    found = read_file(data, staff_id=request.user.id)
    done = import_entries(scope=request.scopes[Verb.EDIT], by=request.user.id, found=found.entries)
    words = ngettext(
        "%(many)s entry came in, %(appointments)s appointments.",
        "%(many)s entries came in, %(appointments)s appointments.",
        done.entries,
    )
    messages.success(request, words % {"many": done.entries, "appointments": done.appointments})
    for line in done.refused[:5]:
        messages.warning(request, line)
    return redirect("calendar")
