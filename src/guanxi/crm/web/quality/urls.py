"""Addresses of runs, data quality and rows kept aside."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.quality import board, mending, quarantine, runs

urlpatterns: list[URLPattern] = [
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.start, name="run-start"),
    path("runs/<str:run_id>/", runs.run, name="run"),
    path("quality/", board.quality, name="quality"),
    path("quality/rules/", board.rules, name="quality-rules"),
    path("quality/models/<str:name>/", board.model, name="quality-model"),
    path("quality/tests/<path:name>/", board.test, name="quality-test"),
    path("quality/documentation/", board.documentation, name="quality-documentation"),
    path("quality/documentation/site/", board.site, name="quality-documentation-site"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
    path("quarantine/<int:row_id>/", mending.row, name="quarantined-row"),
    path("quarantine/dismiss/", quarantine.dismiss, name="quarantine-dismiss"),
    path("quarantine/restore/", quarantine.restore, name="quarantine-restore"),
    path("quarantine/import/", quarantine.upload, name="quarantine-import"),
    path("quarantine/import/<int:import_id>/", quarantine.preview, name="quarantine-preview"),
    path("quarantine/import/<int:import_id>/apply/", quarantine.apply, name="quarantine-apply"),
    path("quarantine/replay/", runs.replay, name="quarantine-replay"),
]
