"""Forms whose typing is kept by the browser (``static/web/drafts.js``) are sent by script: it must know where to go."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from guanxi.crm.web.request import StaffRequest


def drafted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose form may be sent by the script: a redirect is told as an address, so that the page that follows is
    asked for once, by the browser itself, and shows what there is to say.
    """

    @wraps(view)
    def told(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseRedirect) and "X-Draft" in request.headers:
            return HttpResponse(status=204, headers={"X-Location": response.url})
        return response

    return told
