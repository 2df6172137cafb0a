"""Who asks, how far they see, and which business date is shown: set once a request."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import standing_of
from guanxi.crm.web.display import Display
from guanxi.crm.web.preferences import Preferences
from guanxi.crm.web.request import StaffRequest


class StaffMiddleware:
    """Sets what :class:`StaffRequest` promises; two small queries for somebody signed in, none for others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prepare(request)
        response = cast("Any", self.get_response(request))
        # One address gives a page or its fragment; a cache must keep them apart.
        patch_vary_headers(response, ["HX-Request-Type"])
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store, private"  # after signing out, "back" shows no customer
        return response


def prepare(request: HttpRequest) -> StaffRequest:
    """Makes a plain request a :class:`StaffRequest`; also for error pages whose request never came this far."""
    staff = cast("StaffRequest", request)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    preferences = Preferences.of(cast("Any", user).preferences if signed_in else {}, request.COOKIES)
    staff.is_partial = request.headers.get("HX-Request-Type") == "partial"
    staff.published = newest_publication() if signed_in else None
    staff.business_date = staff.published.business_date if staff.published else None
    staff.day = staff.business_date or datetime.date.min
    version = staff.published.id if staff.published else 0
    staff.display = Display.of(language=get_language() or "zh-hans", preferences=preferences, version=version)
    if signed_in:
        standing = standing_of(cast("Any", user), version=version, today=timezone.localdate())
        staff.roles, staff.scope = standing.roles, standing.scope
    else:
        staff.roles, staff.scope = frozenset(), Scope.nothing()
    return staff
