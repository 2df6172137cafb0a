"""Jobs of the site."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from guanxi.crm.web.exports.services import write_export


@app.task(queue="exports", pass_context=False)
def write_spreadsheet(export_id: str) -> None:
    """Writes a large spreadsheet."""
    write_export(export_id=UUID(export_id))
