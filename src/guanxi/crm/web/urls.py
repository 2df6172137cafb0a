"""The staff's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from guanxi.crm.web.customers import views as customers
from guanxi.crm.web.exports import views as exports
from guanxi.crm.web.home import views as home
from guanxi.crm.web.listing import views as listing
from guanxi.crm.web.search import views as search
from guanxi.crm.web.signin import views as signin

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("sign-in/", signin.SignIn.as_view(), name="sign-in"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("language/", signin.language, name="language"),
    path("preferences/", signin.preferences, name="preferences"),
    path("search/", search.search, name="search"),
    path("customers/", customers.customers, name="customers"),
    path("lists/<slug:name>/columns/", listing.columns, name="list-columns"),
    path("exports/<uuid:export_id>/", exports.export, name="export"),
    path("exports/<uuid:export_id>/file/", exports.download, name="export-file"),
    path("", include("guanxi.crm.web.customer.urls")),
    path("", include("guanxi.crm.web.quality.urls")),
]
