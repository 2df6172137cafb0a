"""Addresses of the customer's pages: each section and each state has its own."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.catalogue import views as catalogue
from guanxi.crm.web.customer import (
    access,
    circle,
    consents,
    events,
    group,
    holdings,
    identity,
    linkage,
    linkage_leads,
    overview,
    relations,
    tiers,
    value,
)
from guanxi.crm.web.reveal import views as reveal

urlpatterns: list[URLPattern] = [
    path("customers/<str:party_id>/", overview.overview, name="customer"),
    path("customers/<str:party_id>/holdings/", holdings.holdings_page, name="customer-holdings"),
    path("customers/<str:party_id>/value/", value.value, name="customer-value"),
    path("customers/<str:party_id>/value/balances/", value.balances, name="customer-balances"),
    path("customers/<str:party_id>/value/<slug:period>/", value.contribution, name="customer-contribution"),
    path("customers/<str:party_id>/value/<slug:period>/<str:agreement_id>/", value.formula, name="customer-formula"),
    path("customers/<str:party_id>/events/", events.events, name="customer-events"),
    path("customers/<str:party_id>/relations/", relations.relations, name="customer-relations"),
    path("customers/<str:party_id>/relations/network/", relations.network_data, name="customer-network"),
    path("customers/<str:party_id>/relations/circle/", circle.circle_data, name="customer-circle"),
    path("customers/<str:party_id>/linkage/", linkage.linkage, name="customer-linkage"),
    path("customers/<str:party_id>/linkage/leads/", linkage_leads.make_leads, name="customer-linkage-leads"),
    path("customers/<str:party_id>/group/", group.group, name="customer-group"),
    path("customers/<str:party_id>/tiers/", tiers.tiers, name="customer-tiers"),
    path("customers/<str:party_id>/identity/", identity.identity, name="customer-identity"),
    path("customers/<str:party_id>/consents/", consents.consents, name="customer-consents"),
    path("customers/<str:party_id>/reveal/<slug:what>/<str:key>/", reveal.reveal, name="reveal"),
    path("customers/<str:party_id>/access/", access.access, name="customer-access"),
    path("customers/<str:party_id>/access/support/", access.add_support, name="customer-support"),
    path(
        "customers/<str:party_id>/access/support/<int:assignment_id>/end/",
        access.remove_support,
        name="customer-support-end",
    ),
    path("products/", catalogue.products, name="products"),
    path("products/<str:product_id>/", catalogue.product, name="product"),
    path("products/<str:product_id>/holders/", catalogue.product_holders, name="product-holders"),
]
