"""Addresses of visit plans."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.plans import board, plan, visit

urlpatterns: list[URLPattern] = [
    path("plans/", plan.plan, name="plan"),
    path("plans/route/", plan.route, name="plan-route"),
    path("plans/goal/", plan.goal, name="plan-goal"),
    path("plans/board/", board.board, name="plan-board"),
    path("plans/visits/<int:appointment_id>/record/", visit.record, name="plan-visit"),
]
