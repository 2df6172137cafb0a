"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("administration/", admin.site.urls),
    path("", include("guanxi.crm.web.urls")),
]

handler400 = "guanxi.crm.web.errors.bad_request"
handler403 = "guanxi.crm.web.errors.no_right"
handler404 = "guanxi.crm.web.errors.not_found"
handler500 = "guanxi.crm.web.errors.broken"
