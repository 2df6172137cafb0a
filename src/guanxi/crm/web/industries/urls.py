"""Addresses of the industries."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.industries import views

urlpatterns: list[URLPattern] = [path("industries/", views.industries, name="industries")]
