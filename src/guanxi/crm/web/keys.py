"""What people see when personal data cannot be opened: which key is missing, and whom to tell."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from guanxi.crm.web.errors import locked
from guanxi.keyring import KeyringError, MissingKeyError

logger = logging.getLogger(__name__)


class DataKeysMiddleware:
    """Answers with a page instead of a failure where the keys of personal data do not fit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 for what the keys do not open; anything else is somebody else's."""
        if not isinstance(exception, KeyringError):
            return None
        logger.error("personal data cannot be opened for %s %s: %s", request.method, request.path, exception)
        return locked(request, exception.key_id if isinstance(exception, MissingKeyError) else "")
