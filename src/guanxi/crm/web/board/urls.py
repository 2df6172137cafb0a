"""Addresses of the team's board."""

from __future__ import annotations

from django.urls import path

from guanxi.crm.web.board import views

urlpatterns = [
    path("team/board/", views.board, name="board"),
    path("team/board/<str:staff_id>/", views.person, name="board-person"),
    path("team/board/<str:staff_id>/hand-over/", views.hand_over, name="board-hand-over"),
]
