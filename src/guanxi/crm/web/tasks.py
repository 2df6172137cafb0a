"""Jobs of the site."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from guanxi.crm.web.exports.services import throw_away, write_export
from guanxi.crm.web.limits import forget_old


@app.task(queue="exports", pass_context=False)
def write_spreadsheet(export_id: str) -> None:
    """Writes a file that somebody asked for."""
    import guanxi.crm.web.urls  # noqa: F401 - what can be taken out is declared beside the pages that show it

    write_export(export_id=UUID(export_id))


@app.periodic(cron="11 * * * *")  # pyrefly: ignore[bad-argument-type] - it is called by keyword
@app.task(queue="exports", queueing_lock="tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    """Once an hour: files whose time is over, and counts of attempts that no longer limit anything."""
    throw_away()
    forget_old()
