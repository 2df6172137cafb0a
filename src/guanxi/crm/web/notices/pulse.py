"""What every open page asks for every few seconds, answered before the rest of the house wakes up.

Five hundred people with a page open ask more than a hundred times a second. So this one address is answered from the
session's key and one query, without roles, scopes and log: it tells how many of one's notifications are unread and the
newest number, and nothing about any of them. It does not count as use of the session.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from guanxi.crm.notices.queries import Pulse, pulse_of, pulse_of_session
from guanxi.crm.web.request import StaffRequest

PATH = "/notices/pulse/"


class PulseMiddleware:
    """Answers :data:`PATH` for whoever has a session that is alive; everything else goes on its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH and request.method == "GET":
            key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
            found = pulse_of_session(key) if key.isalnum() and len(key) <= 40 else None
            if found is not None:
                return _answer(found)
        return self.get_response(request)


@require_safe
def pulse(request: StaffRequest) -> HttpResponseBase:
    """The same, for whom the middleware does not know: who has no session is sent to sign in before this."""
    return _answer(pulse_of(request.user.pk))


def _answer(found: Pulse) -> JsonResponse:
    return JsonResponse({"unread": found.unread, "newest": found.newest})
