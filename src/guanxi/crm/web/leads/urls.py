"""Addresses of leads."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.leads import acts, imports, leads, public, rules

urlpatterns: list[URLPattern] = [
    path("leads/", leads.leads, name="leads"),
    path("leads/new/", leads.new, name="lead-new"),
    path("leads/accept/", acts.accept, name="lead-accept"),
    path("leads/assign/", acts.assign, name="lead-assign"),
    path("leads/rules/", rules.lead_rules, name="lead-rules"),
    path("leads/import/", imports.imports, name="lead-imports"),
    path("leads/import/<uuid:lead_import_id>/", imports.one, name="lead-import"),
    path("leads/import/<uuid:lead_import_id>/check/", imports.check, name="lead-import-check"),
    path("leads/import/<uuid:lead_import_id>/take/", imports.take, name="lead-import-take"),
    path("leads/import/<uuid:lead_import_id>/take-back/", imports.take_back, name="lead-import-take-back"),
    path("leads/import/<uuid:lead_import_id>/errors/", imports.errors, name="lead-import-errors"),
    path("leads/<int:lead_id>/", leads.lead, name="lead"),
    path("leads/<int:lead_id>/act/", acts.act, name="lead-act"),
    path("leads/<int:lead_id>/convert/", acts.convert, name="lead-convert"),
    path("leads/<int:lead_id>/reveal/<slug:what>/", acts.reveal, name="lead-reveal"),
    path("apply/", public.apply, name="apply"),
    path("apply/thanks/", public.thanks, name="apply-thanks"),
]
