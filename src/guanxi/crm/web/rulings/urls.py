"""Addresses of the rules."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.rulings import pages, work

urlpatterns: list[URLPattern] = [
    path("rules/", pages.books, name="rules"),
    path("rules/versions/<int:version_id>/", pages.version, name="rules-version"),
    path("rules/versions/<int:version_id>/file/", pages.file, name="rules-file"),
    path("rules/versions/<int:version_id>/test/", work.test, name="rules-test"),
    path("rules/versions/<int:version_id>/simulate/", work.simulate, name="rules-simulate"),
    path("rules/versions/<int:version_id>/submit/", work.submit, name="rules-submit"),
    path("rules/versions/<int:version_id>/decide/", work.decide, name="rules-decide"),
    path("rules/versions/<int:version_id>/withdraw/", work.withdraw, name="rules-withdraw"),
    path("rules/<slug:book>/", pages.book, name="rules-book"),
]
