"""Addresses of the bulletin board and of materials."""

from __future__ import annotations

from django.urls import path

from guanxi.crm.web.bulletin import materials, views

urlpatterns = [
    path("bulletin/", views.board, name="bulletin"),
    path("bulletin/new/", views.new, name="bulletin-new"),
    path("bulletin/<int:announcement_id>/", views.one, name="bulletin-one"),
    path("bulletin/<int:announcement_id>/change/", views.change, name="bulletin-change"),
    path("bulletin/<int:announcement_id>/withdraw/", views.withdraw, name="bulletin-withdraw"),
    path("bulletin/<int:announcement_id>/files/<uuid:file_id>/", views.download, name="bulletin-file"),
    path("materials/", materials.shelf, name="materials"),
    path("materials/new/", materials.new, name="material-new"),
    path("materials/<int:material_id>/", materials.material, name="material"),
    path("materials/<int:material_id>/withdraw/", materials.withdraw, name="material-withdraw"),
    path("materials/<int:material_id>/<int:version>/", materials.download, name="material-file"),
]
