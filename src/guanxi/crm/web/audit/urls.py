"""Addresses of the auditor's screens."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.audit import history, views

urlpatterns: list[URLPattern] = [
    path("audit/", views.audit, name="audit"),
    path("audit/proof/", views.proof, name="proof"),
    path("audit/proof/verify/", views.verify_now, name="proof-verify"),
    path("audit/entries/<int:entry_id>/", views.entry, name="audit-entry"),
    path("audit/customers/<str:party_id>/", views.customer, name="audit-customer"),
    path("audit/staff/<str:staff_id>/", views.person, name="audit-person"),
    path("history/<slug:kind>/<str:key>/", history.history, name="history"),
    path("history/<slug:kind>/<str:key>/restore/", history.bring_back, name="history-restore"),
]
