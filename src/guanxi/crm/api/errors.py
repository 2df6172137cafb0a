"""What an operation raises, and how whatever it raises is told."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from guanxi.crm.web.problems import problem


class Problem(Exception):
    """Ends an operation with problem details: a code of ``web/problems.py`` and what to do about it."""

    def __init__(self, code: str, detail: str | Promise = "", **more: Any) -> None:
        super().__init__(code)
        self.code, self.detail, self.more = code, detail, more


# What pydantic finds wrong, in our words; what is not here is "not valid".
FINDINGS: dict[str, str | Promise] = {
    "missing": gettext_lazy("is missing"),
    "extra_forbidden": gettext_lazy("is not known here"),
    "enum": gettext_lazy("is none of the values allowed"),
    "literal_error": gettext_lazy("is none of the values allowed"),
    "string_pattern_mismatch": gettext_lazy("has not the form that is wanted"),
    "string_too_long": gettext_lazy("is too long"),
    "string_too_short": gettext_lazy("is too short"),
    "less_than_equal": gettext_lazy("is too large"),
    "greater_than_equal": gettext_lazy("is too small"),
    "date_from_datetime_parsing": gettext_lazy("is no date (YYYY-MM-DD)"),
    "date_parsing": gettext_lazy("is no date (YYYY-MM-DD)"),
    "date_type": gettext_lazy("is no date (YYYY-MM-DD)"),
    "int_parsing": gettext_lazy("is no whole number"),
    "decimal_parsing": gettext_lazy("is no number"),
}


def install(api: NinjaAPI) -> None:
    """Every error that an operation of ``api`` raises is answered as problem details."""
    add: Any = api.add_exception_handler  # its types ask for handlers of classes as well
    add(Problem, lambda _request, error: problem(error.code, error.detail, **error.more))
    add(Http404, lambda _request, _error: problem("not-found"))
    add(PermissionDenied, lambda _request, _error: problem("no-right"))
    add(AuthenticationError, lambda _request, _error: problem("not-signed-in"))
    add(ValidationError, _invalid)
    add(HttpError, lambda _request, _error: problem("not-understood"))
    add(Exception, _broken)


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {
            "where": ".".join(str(step) for step in _where(one["loc"])),
            "detail": str(FINDINGS.get(one["type"], gettext_lazy("is not valid"))),
        }
        for one in error.errors
    ]
    return problem("invalid", _("See errors."), errors=found)


def _where(place: tuple[Any, ...]) -> tuple[Any, ...]:
    """The place without the name that the operation gives to its parameters or its body."""
    return (place[0], *place[2:]) if place[0] in ("query", "body") and len(place) > 2 else place


def _broken(_request: HttpRequest, error: Exception) -> HttpResponse:
    raise error  # Django logs it and answers with the problem "broken"
