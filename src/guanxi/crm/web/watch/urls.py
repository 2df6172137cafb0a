"""Addresses of the officer's screens."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.watch import views

urlpatterns: list[URLPattern] = [
    path("unusual/", views.unusual, name="unusual"),
    path("unusual/<str:staff_id>/", views.person, name="unusual-person"),
    path("unusual/<str:staff_id>/note/", views.look_into, name="unusual-note"),
]
