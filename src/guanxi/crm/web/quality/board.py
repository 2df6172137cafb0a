"""Data quality: the tests of the figures, what the bank delivered, and the warehouse's documentation."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from guanxi.crm.quality.queries.datatests import model_tests, test_history, tests_board
from guanxi.crm.quality.queries.deliveries import deliveries_board, recent_nights, rules_board
from guanxi.crm.quality.queries.runs import last_run
from guanxi.crm.web.access import Area, may, only_for
from guanxi.crm.web.request import StaffRequest

# dbt's site is one page of its own script and style. It runs in a sandbox without our origin: it can read neither
# cookies nor pages of this site, and can send nothing anywhere.
SITE_POLICY = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": ["data:"],
    "font-src": ["data:"],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-scripts"],
}


@only_for(Area.QUALITY)
def quality(request: StaffRequest) -> HttpResponse:
    """What failed, the tests by model, and the files by table, over the last thirty business dates."""
    return render(
        request,
        "web/quality/quality.html",
        {
            "board": tests_board(),
            "deliveries": deliveries_board(),
            "last": last_run(),
            "may_open_rows": may(request, Area.QUARANTINE),
        },
    )


@only_for(Area.QUALITY)
def rules(request: StaffRequest) -> HttpResponse:
    """Rows kept aside by table and rule: a part of the page above, fetched when it comes into sight."""
    days = [day for _run, day, _opening in recent_nights()]
    context = {"board": rules_board(days), "may_open_rows": may(request, Area.QUARANTINE)}
    return render(request, "web/quality/rules.html", context)


@only_for(Area.QUALITY)
def model(request: StaffRequest, name: str) -> HttpResponse:
    """One model's tests: a part of the board, fetched when its row is opened."""
    trend = model_tests(name)
    if trend is None:
        raise Http404
    return render(request, "web/quality/model.html", {"model": trend})


@only_for(Area.QUALITY)
def test(request: StaffRequest, name: str) -> HttpResponse:
    """One test's history."""
    trend = test_history(name)
    if trend is None:
        raise Http404
    return render(request, "web/quality/test.html", {"test": trend, "newest_first": trend.outcomes[::-1]})


test.__test__ = False  # type: ignore[attr-defined]


@only_for(Area.QUALITY)
def documentation(request: StaffRequest) -> HttpResponse:
    """The warehouse's lineage and documentation, opened at a model where one is named, or how to make them."""
    model = request.GET.get("model", "")
    place = f"#!/model/model.guanxi.{model}" if re.fullmatch(r"[a-z][a-z0-9_]{0,80}", model) else ""
    return render(request, "web/quality/documentation.html", {"made": _site().is_file(), "place": place})


@only_for(Area.QUALITY)
@xframe_options_sameorigin
@csp_override(SITE_POLICY)
def site(request: StaffRequest) -> FileResponse:
    """dbt's own page, in a sandbox."""
    try:
        return FileResponse(_site().open("rb"), content_type="text/html; charset=utf-8")
    except FileNotFoundError:
        raise Http404 from None


def _site() -> Path:
    return Path(settings.VAR) / "docs" / "warehouse" / "index.html"
