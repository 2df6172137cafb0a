"""Addresses of one customer, one number."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.identity import asked, files, merges, pairs, quality, sources, thresholds

urlpatterns: list[URLPattern] = [
    path("identity/", pairs.queue, name="identity"),
    path("identity/pairs/<str:left_record>/<str:right_record>/", pairs.pair, name="identity-pair"),
    path("identity/verdicts/", merges.verdicts, name="identity-verdicts"),
    path("identity/verdicts/<int:decision_id>/take-back/", merges.take_back, name="identity-verdict-take-back"),
    path("identity/merges/<int:merge_id>/", merges.merge, name="identity-merge"),
    path("identity/files/", files.files, name="identity-files"),
    path("identity/files/<int:merge_file_id>/", files.one, name="identity-file"),
    path("identity/files/<int:merge_file_id>/take/", files.take, name="identity-file-take"),
    path("identity/files/<int:merge_file_id>/take-back/", files.take_back, name="identity-file-take-back"),
    path("identity/files/<int:merge_file_id>/errors/", files.errors, name="identity-file-errors"),
    path("identity/asked/", asked.asked, name="identity-asked"),
    path("identity/asked/<int:decision_id>/", asked.say, name="identity-answer"),
    path("identity/thresholds/", thresholds.thresholds, name="identity-thresholds"),
    path("data-quality/", quality.quality, name="data-quality"),
    path("data-quality/mend/", quality.mend, name="data-quality-mend"),
    path("customers/<str:party_id>/records/", sources.sources, name="customer-records"),
]
