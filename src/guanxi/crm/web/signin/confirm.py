"""Who does something that cannot be taken back, a reveal or an export, proves once more that it is them.

``@required`` on a view asks for password or code where the last proof is older than ``GUANXI_CONFIRM_MINUTES``, and
brings the person back to where they stood.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.signin.door import CONFIRMED

View = Callable[..., HttpResponseBase]


def recently_authenticated(request: HttpRequest) -> bool:
    """Whether the person proved who they are within the last ``GUANXI_CONFIRM_MINUTES``; costs no query."""
    if not request.user.is_authenticated:
        return False
    proven = request.session.get(CONFIRMED)
    if proven is None:
        began = getattr(request.session, "began_at", None)
        proven = began.timestamp() if began else 0
    return time.time() - proven < settings.CONFIRM_WITHIN.total_seconds()


def required(view: View) -> View:
    """A view for which the last proof must be fresh; else the person is asked for one and comes back.

    A POST cannot be sent again for them: they come back to the page that it was sent from.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if recently_authenticated(request) else ask(request)

    return guarded


def ask(request: HttpRequest) -> HttpResponse:
    """Sends the person to the confirm page; a part of a page sends the whole page there."""
    address = f"{reverse('confirm')}?{urlencode({'next': _here(request)})}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _here(request: HttpRequest) -> str:
    """Where the person stands, as a path of this site."""
    if "HX-Request" in request.headers:
        shown = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        return request.get_full_path()
    else:
        shown = request.headers.get("Referer", "")
    try:
        parts = urlsplit(shown)
    except ValueError:  # a browser does not send such, but whoever asks may
        return "/"
    return own_path(urlunsplit(("", "", parts.path or "/", parts.query, "")))
