"""Jobs of this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.crm.bulletin.telling import tell_of_announcement
from guanxi.crm.kernel.protection import SYSTEM, entered


@app.task(queue="notices", pass_context=False)
def tell_everybody(announcement_id: int) -> None:
    """Tells everybody to whom something was announced; hundreds of people are the worker's affair."""
    with entered(SYSTEM):
        tell_of_announcement(announcement_id)
