"""The staff's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from guanxi.crm.web.customers import views as customers
from guanxi.crm.web.exports import views as exports
from guanxi.crm.web.home import views as home
from guanxi.crm.web.listing import views as listing
from guanxi.crm.web.search import views as search
from guanxi.crm.web.team import views as team

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("guanxi.crm.web.signin.urls")),
    path("search/", search.search, name="search"),
    path("customers/", customers.customers, name="customers"),
    path("lists/<slug:name>/columns/", listing.columns, name="list-columns"),
    path("team/", team.team, name="team"),
    path("team/cover/", team.cover, name="team-cover"),
    path("team/cover/<int:cover_id>/end/", team.stop_cover, name="team-cover-end"),
    path("exports/<uuid:export_id>/", exports.export, name="export"),
    path("exports/<uuid:export_id>/file/", exports.download, name="export-file"),
    path("", include("guanxi.crm.web.customer.urls")),
    path("", include("guanxi.crm.web.quality.urls")),
    path("", include("guanxi.crm.web.audit.urls")),
    path("", include("guanxi.crm.web.rights.urls")),
]
