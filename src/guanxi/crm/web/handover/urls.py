"""Addresses of hand-overs."""

from __future__ import annotations

from django.urls import path

from guanxi.crm.web.handover import pool, steps, views

urlpatterns = [
    path("hand-overs/", views.handovers, name="handovers"),
    path("hand-overs/new/", steps.begin, name="handover-new"),
    path("hand-overs/<int:handover_id>/", views.handover, name="handover"),
    path("hand-overs/<int:handover_id>/who/", steps.who, name="handover-who"),
    path("hand-overs/<int:handover_id>/what/", steps.what, name="handover-what"),
    path("hand-overs/<int:handover_id>/to/", steps.to, name="handover-to"),
    path("hand-overs/<int:handover_id>/preview/", steps.preview, name="handover-preview"),
    path("hand-overs/<int:handover_id>/sign/", views.sign, name="handover-sign"),
    path("hand-overs/<int:handover_id>/refuse/", views.refuse, name="handover-refuse"),
    path("hand-overs/<int:handover_id>/take-back/", views.take_back, name="handover-take-back"),
    path("pool/", pool.pool, name="pool"),
    path("pool/claim/", pool.claim_view, name="pool-claim"),
    path("pool/give-back/", pool.give_back_view, name="pool-give-back"),
    path("pool/rules/", pool.rules, name="pool-rules"),
    path("hand-overs/<int:handover_id>/undo/", views.undo, name="handover-undo"),
]
