"""The pages for what went wrong: what happened, what to do, and a number to quote. Programs get the same as problem
details.
"""

from __future__ import annotations

import logging
import secrets
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.urls import reverse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import requires_csrf_token

from guanxi.crm.identity.number_queries import customers_now
from guanxi.crm.web.access import Area
from guanxi.crm.web.middleware import prepare
from guanxi.crm.web.problems import is_api, problem
from guanxi.crm.web.request import StaffRequest

logger = logging.getLogger(__name__)
# What a program is told instead of a page of that kind.
CODES = {
    "bad": "not-understood",
    "right": "no-right",
    "missing": "not-found",
    "expired": "csrf",
    "large": "too-large",
    "often": "too-many",
    "broken": "broken",
}


_WORDS = {
    "large": _lazy("At most %(most)s MB are taken in."),
    "often": _lazy("Try again in %(wait)s seconds."),
    "broken": _lazy("It is in our log under the number %(reference)s."),
}


def _page(request: HttpRequest, status: int, kind: str, **context: object) -> HttpResponse:
    if is_api(request):
        return problem(CODES[kind], _WORDS[kind] % context if kind in _WORDS else "")
    staff = cast("StaffRequest", request) if hasattr(request, "display") else prepare(request)
    template = loader.get_template("web/error_part.html" if staff.is_partial else "web/error.html")
    return HttpResponse(template.render({"status": status, "kind": kind, **context}, request), status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form was not understood."""
    return _page(request, 400, "bad")


@requires_csrf_token
def no_right(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person's role does not reach this area; the page says whom to ask."""
    area = exception.args[0] if exception and exception.args and isinstance(exception.args[0], Area) else None
    return _page(request, 403, "right", area=area)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is no such page, or no such record within the person's scope; which of the two is not said.

    A page of a customer under a number that another customer has taken over leads on to that one.
    """
    return _page_now(request) or _page(request, 404, "missing")


def _page_now(request: HttpRequest) -> HttpResponse | None:
    match, scope = request.resolver_match, getattr(request, "scope", None)
    number = match.kwargs.get("party_id", "") if match else ""
    if not number or scope is None or request.method not in ("GET", "HEAD") or is_api(request):
        return None
    found = customers_now(scope, number)
    if match is None or not found:
        return None
    address = reverse(match.view_name, args=match.args, kwargs=match.kwargs | {"party_id": found[0]})
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{address}?{query}" if query else address)


@requires_csrf_token
def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is too old: nothing was written, the form can be sent again."""
    return _page(request, 403, "expired")


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than the site ever takes in; nothing of it was read."""
    with override(get_language_from_request(request)):  # it is refused before anything else looks at the request
        response = _page(request, 413, "large", most=settings.LARGEST_REQUEST // 1_000_000)
    response.headers["Connection"] = "close"
    return response


@requires_csrf_token
def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """429: the same too often from one person or address; ``wait`` seconds are left."""
    minutes = -(-wait // 60)
    response = _page(request, 429, "often", wait=wait, minutes=minutes)
    response.headers["Retry-After"] = str(wait)
    return response


@requires_csrf_token
def locked(request: HttpRequest, key_id: str = "") -> HttpResponse:
    """503: personal data on this page is encrypted with a key that is missing, or that does not open it."""
    return _page(request, 503, "locked", key_id=key_id)


@requires_csrf_token
def broken(request: HttpRequest) -> HttpResponse:
    """500: our mistake; the number leads from the page to the log."""
    reference = secrets.token_hex(4)
    logger.error("error page %s shown for %s %s", reference, request.method, request.path)
    try:
        return _page(request, 500, "broken", reference=reference)
    except Exception:  # the database or a template may be what is broken
        logger.exception("error page %s could not be drawn", reference)
        text = f"<!doctype html><meta charset=utf-8><title>500</title><h1>500</h1><p>{reference}</p>"
        return HttpResponse(text, status=500)
