"""Errors as programs read them: problem details (RFC 9457) with a code that stays, words in the caller's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.crm.audit.context import current

MEDIA_TYPE = "application/problem+json"
ROOT = "/api/v1/"

# By code: status and title. The codes are part of the API: programs decide by them, so none is renamed.
PROBLEMS: dict[str, tuple[int, str | Promise]] = {
    "not-understood": (400, _("The request was not understood")),
    "not-signed-in": (401, _("Nobody is known to ask")),
    "token-refused": (401, _("The token is not valid")),
    "second-factor-needed": (403, _("A second factor is needed")),
    "csrf": (403, _("The page's own token is missing")),
    "no-right": (403, _("Your role does not reach this")),
    "token-not-allowed": (403, _("The token may not be used for this")),
    "export-needed": (403, _("So many records need an export")),
    "not-found": (404, _("There is nothing here")),
    "method-not-allowed": (405, _("Not in this way")),
    "conflict": (409, _("This cannot be done now")),
    "changed-meanwhile": (412, _("It was changed in the meantime")),
    "too-large": (413, _("The request is too large")),
    "invalid": (422, _("Something in the request is not right")),
    "invalid-cursor": (422, _("The cursor is not one of this list")),
    "idempotency-key-reused": (422, _("The idempotency key was used for another request")),
    "too-many": (429, _("Too many requests")),
    "broken": (500, _("Something went wrong here")),
}


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, by the address."""
    return request.path.startswith(ROOT)


def problem(code: str, detail: str | Promise = "", **more: Any) -> JsonResponse:
    """The answer; ``detail`` says what to do, ``more`` are further members. Bears the request's number."""
    status, title = PROBLEMS[code]
    body: dict[str, Any] = {"type": f"/api/#{code}", "title": str(title), "status": status, "code": code}
    if detail:
        body["detail"] = str(detail)
    body |= {"request_id": current().request_id, **more}
    response = JsonResponse(body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="guanxi"'
    return response
