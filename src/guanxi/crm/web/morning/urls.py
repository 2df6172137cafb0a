"""Addresses of the morning list and of the brief before a visit."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.morning import brief, views

urlpatterns: list[URLPattern] = [
    path("morning/", views.morning, name="morning"),
    path("morning/undo/", views.undo, name="morning-undo"),
    path("morning/<str:party_id>/<slug:verdict>/", views.said, name="morning-said"),
    path("customers/<str:party_id>/brief/", brief.brief, name="customer-brief"),
    path("customers/<str:party_id>/brief/file/", brief.brief_file, name="customer-brief-file"),
]
