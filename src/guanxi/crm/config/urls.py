"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from guanxi.crm.api.urls import urlpatterns as api_patterns

urlpatterns = [
    path("administration/", admin.site.urls),
    path("api/", include(api_patterns)),
    path("", include("guanxi.crm.web.urls")),
]

handler400 = "guanxi.crm.web.errors.bad_request"
handler403 = "guanxi.crm.web.errors.no_right"
handler404 = "guanxi.crm.web.errors.not_found"
handler500 = "guanxi.crm.web.errors.broken"
