"""Addresses of the API: its documentation for people, and the operations for programs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from guanxi.crm.api.documentation import documentation
from guanxi.crm.api.interface import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", documentation, name="api-documentation"),
    path("v1/", api.urls),
]
