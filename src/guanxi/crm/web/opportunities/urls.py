"""Addresses of opportunities."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.opportunities import activities, board, bulk, customer, forecast, lists, page, parts, prices, steps

urlpatterns: list[URLPattern] = [
    path("customers/<str:party_id>/opportunities/", customer.opportunities, name="customer-opportunities"),
    path("customers/<str:party_id>/opportunities/new/", customer.add, name="customer-opportunity-new"),
    path("opportunities/", lists.opportunities, name="opportunities"),
    path("opportunities/put-off/", bulk.put_off, name="opportunity-put-off"),
    path("opportunities/give/", bulk.give, name="opportunity-give"),
    path("opportunities/<int:opportunity_id>/", page.opportunity, name="opportunity"),
    path("opportunities/<int:opportunity_id>/edit/", page.edit, name="opportunity-edit"),
    path("opportunities/<int:opportunity_id>/move/", steps.move, name="opportunity-move"),
    path("opportunities/<int:opportunity_id>/moves/<int:move_id>/undo/", steps.undo, name="opportunity-undo"),
    path("opportunities/<int:opportunity_id>/products/", parts.products, name="opportunity-products"),
    path("opportunities/<int:opportunity_id>/team/", parts.team, name="opportunity-team"),
    path("opportunities/<int:opportunity_id>/competitors/", parts.competitors, name="opportunity-competitors"),
    path("opportunities/<int:opportunity_id>/activity/", activities.record, name="opportunity-activity"),
    path("opportunities/<int:opportunity_id>/price/", prices.ask, name="opportunity-price"),
    path(
        "opportunities/<int:opportunity_id>/price/<int:approval_id>/",
        prices.decide,
        name="opportunity-price-decide",
    ),
    path("pipeline/", board.pipeline, name="pipeline"),
    path("forecast/", forecast.forecast_page, name="forecast"),
    path("prices/", prices.prices, name="prices"),
]
