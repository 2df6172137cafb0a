"""Every request leaves a trace: a number, an address, who asked; and every page that shows something is in the log.

A screen need not think of it. Whatever is answered to somebody signed in becomes an entry of the audit log, with the
customer whose number stands in the address, before the answer leaves the house; a view that knows more (how many were
found, which file was taken out) records that itself, and then nothing is added.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from pghistory.middleware import HistoryMiddleware as PlainHistoryMiddleware

from guanxi.crm.audit.context import current, traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import masked, record

# What tells nothing of anybody: a person's own settings, the pages that ask who one is (they record for themselves).
UNRECORDED = frozenset(
    {
        "sign-in",
        "sign-in-second",
        "sign-out",
        "confirm",
        "language",
        "preferences",
        "security",
        "list-columns",
        "watermark",
        "notices-pulse",
        "notices-wishes",
        "device-add",
        "device-remove",
        "push-worker",
        "tokens",
        "token-new",
        "api-documentation",
    }
)
# Pages that ask for their own part again and again while something is under way; the page itself was recorded.
ASKED_AGAIN = frozenset(
    {"export", "handover", "handover-preview", "runs", "run", "quarantine-replay", "rights-package"}
)
SUBJECT = "party_id"
QUERY_MOST = 300


class TraceMiddleware:
    """Gives each request its trace and tells its number in the answer; stands before every other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with traced(address=client_address(request)) as trace:
            response = self.get_response(request)
        response.headers["X-Request-ID"] = trace.request_id
        return response


class HistoryMiddleware(PlainHistoryMiddleware):
    """What triggers record of a change: who, in which roles, by which request, where, and why where a form asks it."""

    def get_context(self, request: Any) -> dict[str, Any]:
        """As pghistory's, with roles, request number and reason."""
        trace = current()
        facts = {**super().get_context(request), "roles": trace.roles, "request": trace.request_id}
        reason = request.POST.get("reason", "").strip()[:500] if request.method == "POST" else ""
        return {**facts, "reason": reason} if reason else facts


def client_address(request: HttpRequest) -> str:
    """The address of who asks: what the outermost of our own proxies saw, never what the client claims."""
    if settings.PROXIES:
        told = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
        if len(told) >= settings.PROXIES:
            return told[-settings.PROXIES][:45]
    return str(request.META.get("REMOTE_ADDR") or "")[:45]


def note(request: HttpRequest, response: HttpResponseBase) -> None:
    """Records what was answered, unless the view has recorded it; one insert.

    Whoever asks for what is not theirs is recorded as refused. An error of ours is in the process's log, not here.
    """
    match = request.resolver_match
    if match is None or not request.user.is_authenticated or current().recorded:
        return
    name, status = match.view_name, response.status_code
    partial = bool(getattr(request, "is_partial", False))
    if name in UNRECORDED or (partial and name in ASKED_AGAIN):
        return
    action = _action(request, name, status)
    if action is None:
        return
    rest = "/".join(str(value) for key, value in match.kwargs.items() if key != SUBJECT)
    detail: dict[str, Any] = {}
    if partial:
        detail["part"] = True
    if request.GET:
        detail["query"] = masked(request.GET.urlencode()[:QUERY_MOST])
    subject = str(match.kwargs.get(SUBJECT, "")) or _administered(name, match.kwargs)
    record(action=action, subject=subject, kind=name, object_id=rest, detail=detail)


def _action(request: HttpRequest, name: str, status: int) -> str | None:
    if status in (403, 404, 429):
        return Action.REFUSED
    if status >= 400:
        return None
    if request.method in ("GET", "HEAD"):
        return Action.VIEW
    return Action.ADMINISTRATION if name.startswith("admin:") else Action.CHANGE


def _administered(name: str, kwargs: dict[str, Any]) -> str:
    """The customer whose page of the administration was looked at."""
    return cast("str", kwargs.get("object_id", "")) if name.startswith("admin:party_party_") else ""
