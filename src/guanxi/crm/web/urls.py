"""The staff's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from guanxi.crm.web.customers import views as customers
from guanxi.crm.web.exports import views as exports
from guanxi.crm.web.home import views as home
from guanxi.crm.web.listing import views as listing
from guanxi.crm.web.search import views as search
from guanxi.crm.web.sight import views as sight
from guanxi.crm.web.team import views as team
from guanxi.crm.web.watermark import views as watermark

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("guanxi.crm.web.signin.urls")),
    path("watermark.svg", watermark.watermark, name="watermark"),
    path("search/", search.search, name="search"),
    path("customers/", customers.customers, name="customers"),
    path("lists/<slug:name>/columns/", listing.columns, name="list-columns"),
    path("team/", team.team, name="team"),
    path("", include("guanxi.crm.web.board.urls")),
    path("team/cover/", team.cover, name="team-cover"),
    path("team/cover/<int:cover_id>/end/", team.stop_cover, name="team-cover-end"),
    path("staff/<str:staff_id>/sight/", sight.sight, name="team-sight"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/<slug:name>/", exports.ask, name="export-ask"),
    path("exports/<uuid:export_id>/", exports.export, name="export"),
    path("exports/<uuid:export_id>/decide/", exports.decide, name="export-decide"),
    path("exports/<uuid:export_id>/take-back/", exports.take_back_view, name="export-take-back"),
    path("exports/<uuid:export_id>/file/", exports.download, name="export-file"),
    path("", include("guanxi.crm.web.customer.urls")),
    path("", include("guanxi.crm.web.contact.urls")),
    path("", include("guanxi.crm.web.notices.urls")),
    path("", include("guanxi.crm.web.bulletin.urls")),
    path("", include("guanxi.crm.web.industries.urls")),
    path("", include("guanxi.crm.web.calendar.urls")),
    path("", include("guanxi.crm.web.plans.urls")),
    path("", include("guanxi.crm.web.opportunities.urls")),
    path("", include("guanxi.crm.web.morning.urls")),
    path("", include("guanxi.crm.web.leads.urls")),
    path("", include("guanxi.crm.web.referrals.urls")),
    path("", include("guanxi.crm.web.identity.urls")),
    path("", include("guanxi.crm.web.rulings.urls")),
    path("", include("guanxi.crm.web.quality.urls")),
    path("", include("guanxi.crm.web.audit.urls")),
    path("", include("guanxi.crm.web.watch.urls")),
    path("", include("guanxi.crm.web.rights.urls")),
    path("", include("guanxi.crm.web.handover.urls")),
]
