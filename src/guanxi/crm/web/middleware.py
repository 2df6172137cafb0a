"""Who asks, how far they see, and which business date is shown: set once a request."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from guanxi.crm.audit.context import act_as
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import standing_of
from guanxi.crm.web.display import Display
from guanxi.crm.web.preferences import Preferences
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.tracing import note


class StaffMiddleware:
    """Sets what :class:`StaffRequest` promises; two small queries for somebody signed in, none for others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        staff = prepare(request)
        protection.enter(staff.scope)
        try:
            response = cast("Any", self.get_response(request))
            note(request, response)
        finally:
            protection.leave()
        if _lost_session(request, response):
            return _to_sign_in(request)
        # One address gives a page or its fragment; a cache must keep them apart.
        patch_vary_headers(response, ["HX-Request-Type"])
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store, private"  # after signing out, "back" shows no customer
        return response


def _lost_session(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a part of a page was asked for by somebody whose session has ended."""
    return response.status_code == 302 and "HX-Request" in request.headers and not request.user.is_authenticated


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends the whole page to the sign-in, not its part; afterwards the person stands where they stood."""
    try:
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        here = urlsplit("/")
    back = urlencode({"next": own_path(f"{here.path or '/'}{'?' if here.query else ''}{here.query}")})
    return HttpResponse(status=204, headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{back}"})


def prepare(request: HttpRequest) -> StaffRequest:
    """Makes a plain request a :class:`StaffRequest`; also for error pages whose request never came this far."""
    staff = cast("StaffRequest", request)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    staff.token = getattr(request, "token", None)
    preferences = Preferences.of(cast("Any", user).preferences if signed_in else {}, request.COOKIES)
    staff.is_partial = request.headers.get("HX-Request-Type") == "partial"
    staff.published = newest_publication() if signed_in else None
    staff.business_date = staff.published.business_date if staff.published else None
    staff.day = staff.business_date or datetime.date.min
    version = staff.published.id if staff.published else 0
    staff.display = Display.of(language=get_language() or "zh-hans", preferences=preferences, version=version)
    if signed_in:
        standing = standing_of(cast("Any", user), version=version, today=timezone.localdate())
        staff.roles, staff.scopes = standing.roles, standing.scopes
        if staff.token is not None:
            staff.scopes = {
                verb: scope if verb in staff.token.verbs else Scope.nothing() for verb, scope in staff.scopes.items()
            }
        staff.scope = staff.scopes[Verb.SEE]
        act_as(str(cast("Any", user).pk), standing.roles)
    else:
        staff.roles, staff.scope = frozenset(), Scope.nothing()
        staff.scopes = dict.fromkeys(Verb, staff.scope)
    return staff
