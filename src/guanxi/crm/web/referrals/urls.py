"""Addresses of referrals."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.referrals import views

urlpatterns: list[URLPattern] = [
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/new/", views.add, name="referral-new"),
    path("referrals/league/", views.sources, name="league"),
    path("referrals/<int:referral_id>/", views.referral, name="referral"),
    path("referrals/<int:referral_id>/answer/", views.answer, name="referral-answer"),
    path("referrals/<int:referral_id>/pass/", views.hand_on, name="referral-pass"),
    path("referrals/<int:referral_id>/end/", views.end, name="referral-end"),
    path("referrals/<int:referral_id>/opportunity/", views.opportunity, name="referral-opportunity"),
]
