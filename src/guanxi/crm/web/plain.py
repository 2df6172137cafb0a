"""What is typed is text: the one sign that no text in the database can hold is refused before any page looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from guanxi.crm.web import errors

NUL = "\x00"


class PlainTextMiddleware:
    """Answers 400 where address or form hold a NUL: PostgreSQL would refuse it, in the middle of some page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None lets the view answer."""
        # What programs send is read by the API itself, only once, and it names the place.
        spaces = request.resolver_match.namespaces if request.resolver_match else []
        page = not any(space.startswith("api") for space in spaces)
        typed = [request.GET] if page else []
        typed += [request.POST] if page and request.method == "POST" else []
        held = (text for fields in typed for name, texts in fields.lists() for text in (name, *texts))
        return errors.bad_request(request) if _holds_nul([*map(str, kwargs.values()), *held]) else None


def _holds_nul(texts: Iterable[str]) -> bool:
    return any(NUL in text for text in texts)
