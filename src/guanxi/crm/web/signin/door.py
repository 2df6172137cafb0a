"""The way in: what was proven first, what must be proven second, and the session that begins then.

Whoever has a second factor stands between the two with a session that belongs to nobody yet; it knows whose turn it is,
for ten minutes. Only :func:`enter` makes a session somebody's.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from guanxi.crm.audit.context import current
from guanxi.crm.org.models import Role, Staff
from guanxi.crm.org.second_factor import has_second_factor
from guanxi.crm.org.sessions import forget_ended_sessions
from guanxi.crm.org.signing import unlock
from guanxi.crm.web.redirects import own_path

WAITING = "door"
WAITS = 600
SECOND = "second"
CONFIRMED = "confirmed_at"
YEAR = 365 * 86400


def arrive(request: HttpRequest, staff: Staff, *, method: str, then: str) -> HttpResponse:
    """After the first proof (``method``): asks for the second where the person has one, else lets them in."""
    if not has_second_factor(staff):
        return enter(request, staff, method=method, second="", then=then)
    request.session[WAITING] = {
        "staff": staff.pk,
        "backend": getattr(staff, "backend", settings.AUTHENTICATION_BACKENDS[0]),
        "method": method,
        "then": then,
        "at": time.time(),
    }
    return redirect("sign-in-second")


def waiting(request: HttpRequest) -> tuple[Staff, dict[str, Any]] | None:
    """Who has given the first proof and owes the second, with what is known of the first; None where nobody is."""
    found = request.session.get(WAITING)
    if not found or time.time() - found["at"] > WAITS:
        return None
    staff = Staff.objects.filter(pk=found["staff"], is_active=True).first()
    return (staff, found) if staff else None


def enter(
    request: HttpRequest, staff: Staff, *, method: str, second: str, then: str, backend: str = ""
) -> HttpResponse:
    """Begins the person's session and sends them on. ``second``: by what the second proof was given, or empty.

    A system of the bank has no session, whatever it can prove: raises ``PermissionDenied``.
    """
    if staff.role == Role.SYSTEM:
        raise PermissionDenied
    request.session.pop(WAITING, None)
    login(request, staff, backend or getattr(staff, "backend", settings.AUTHENTICATION_BACKENDS[0]))
    unlock(staff.pk)
    forget_ended_sessions()
    request.session["method"] = method
    request.session["address"] = current().address
    request.session["device"] = request.headers.get("User-Agent", "")[:200]
    confirm(request)
    if second:
        request.session[SECOND] = second
    response = HttpResponseRedirect(inside(request, then))
    stored = staff.preferences.get("language")
    if stored and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        remember_language(response, stored)
    return response


def confirm(request: HttpRequest) -> None:
    """Notes that the person has just proven who they are."""
    request.session[CONFIRMED] = time.time()


def inside(request: HttpRequest, address: str) -> str:
    """A path of this site, else home."""
    return own_path(address, reverse("home"))


def remember_language(response: HttpResponse, code: str) -> None:
    """Keeps the language in a cookie, for pages before signing in."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax")
