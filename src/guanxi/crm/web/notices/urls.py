"""Addresses of notifications."""

from __future__ import annotations

from django.urls import path

from guanxi.crm.web.notices import devices, pulse, views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/pulse/", pulse.pulse, name="notices-pulse"),
    path("notices/latest/", views.latest, name="notices-latest"),
    path("notices/read/", views.read, name="notices-read"),
    path("notices/unread/", views.unread, name="notices-unread"),
    path("notices/wishes/", views.wishes, name="notices-wishes"),
    path("notices/devices/add/", devices.add, name="device-add"),
    path("notices/devices/<uuid:device_id>/remove/", devices.remove, name="device-remove"),
    path("notices/<int:notice_id>/", views.notice, name="notice"),
    path("push-worker.js", devices.worker, name="push-worker"),
]
