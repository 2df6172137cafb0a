"""Headers that tell browsers what they may not do with the answers of this site, and the bound of what it takes in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from guanxi.crm.web import errors

# What pages may use of the machine: the clipboard and passkeys; nothing else is ever asked for.
PERMISSIONS = ", ".join(
    [
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
        "clipboard-write=(self)",
        "fullscreen=(self)",
        *(
            f"{name}=()"
            for name in (
                "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture",
                "encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer",
                "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb",
                "xr-spatial-tracking",
            )
        ),
    ]
)  # fmt: skip
# What the pages on which a visit is planned or recorded say instead: they may ask the phone where it is.
WITH_LOCATION = PERMISSIONS.replace("geolocation=()", "geolocation=(self)")

# What browsers and clients of the API have reason to ask with; TRACE, for one, would echo a request's cookies.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HeadersMiddleware:
    """Stands outermost: what any other part answers, files and errors included, carries the headers.

    Other methods are refused (405), and larger requests than the site ever takes (413) before anything of them is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            response: HttpResponseBase = HttpResponseNotAllowed(sorted(METHODS))
        else:
            response = errors.too_large(request) if _is_too_large(request) else self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        # Files that everybody may have say so themselves; whatever does not is kept by nobody.
        headers.setdefault("Cache-Control", "no-store, private")
        return response


def _is_too_large(request: HttpRequest) -> bool:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > settings.LARGEST_REQUEST
    except ValueError:
        return False
