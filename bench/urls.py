"""The site's addresses and the empty view beside which its screens are measured."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from guanxi.crm.config.urls import *  # noqa: F403
from guanxi.crm.config.urls import urlpatterns as site


def empty(request: HttpRequest) -> HttpResponse:
    """What a page costs that shows nothing: server, middleware, session and who asks."""
    return HttpResponse(b"")


urlpatterns = [path("bench/empty/", empty), *site]
