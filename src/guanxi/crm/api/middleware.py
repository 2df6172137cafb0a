"""Whoever calls the API: known by a token, or by the session of a page of ours; everything else is as for pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.translation import gettext as _

from guanxi.crm.audit.context import current
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.tokens import find_token, note_use
from guanxi.crm.web.limits import MINUTE, attempt
from guanxi.crm.web.problems import MEDIA_TYPE, PROBLEMS, is_api, problem

SCHEME = "bearer "
# So many wrong tokens from one address are looked at; then even looking is refused for the rest of five minutes.
WRONG, WITHIN = 30, 5 * MINUTE
STATUS_CODES = {status: code for code, (status, _title) in reversed(PROBLEMS.items())}


class ApiMiddleware:
    """Comes before the staff's middleware, which computes roles and scope for whoever was found here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        given = request.headers.get("Authorization", "")
        if given:
            refused = _identify(request, given)
            if refused is not None:
                return refused
        response = cast("HttpResponse", self.get_response(request))
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        if response.status_code >= 400:
            return _as_problem(response)
        if request.method == "GET" and response.status_code == 200 and not response.streaming:
            set_response_etag(response)
            return cast(
                "HttpResponseBase",
                get_conditional_response(request, etag=response.headers["ETag"], response=response),
            )
        return response

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Nobody is sent to the sign-in page: a program could do nothing with it."""
        if is_api(request) and not request.user.is_authenticated:
            return problem("not-signed-in", _("Send a token: Authorization: Bearer gx_…"))
        return None


def _identify(request: Any, given: str) -> HttpResponse | None:
    """Sets whose token it is; the answer where it is none."""
    secret = given[len(SCHEME) :].strip() if given[: len(SCHEME)].lower() == SCHEME else ""
    token = find_token(secret)
    if token is None:
        return _refuse(secret)
    address = current().address
    note_use(token, address)
    current().token = str(token.pk)
    request.token, request.user = token, token.staff
    return None


def _refuse(secret: str) -> HttpResponse:
    address = current().address
    wait = attempt([(f"api wrong token {address}", WRONG)], WITHIN) if settings.RATE_LIMITS else 0
    if wait:
        response = problem("too-many", _("Try again in %(wait)s seconds.") % {"wait": wait})
        response.headers["Retry-After"] = str(wait)
        return response
    record(action=Action.SIGN_IN_REFUSED, kind="api-token", detail={"begins": secret[:6]})
    return problem("token-refused", _("It has expired, was ended, or was never valid. Make a new one on your page."))


def _as_problem(response: HttpResponse) -> HttpResponse:
    """Errors that were made elsewhere (a method that is not allowed) as problem details too."""
    if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
        return response
    instead = problem(STATUS_CODES.get(response.status_code, "not-understood"))
    for name in ("Allow", "Retry-After", "Vary", "Cache-Control"):
        if name in response.headers:
            instead.headers[name] = response.headers[name]
    return instead
