"""Addresses of the requests of persons."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.rights import views

urlpatterns: list[URLPattern] = [
    path("rights/", views.cases, name="rights"),
    path("rights/<str:number>/", views.case, name="rights-case"),
    path("rights/<str:number>/receipt/", views.receipt, name="rights-receipt"),
    path("rights/<str:number>/packages/<uuid:package_id>/", views.package, name="rights-package"),
    path("rights/<str:number>/packages/<uuid:package_id>/file/", views.download, name="rights-package-file"),
    path("rights/<str:number>/do/<slug:name>/", views.act, name="rights-act"),
    path("customers/<str:party_id>/requests/new/", views.receive, name="rights-receive"),
]
