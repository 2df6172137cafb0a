"""Jobs of this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.crm.consent.corrections import notice_arrivals
from guanxi.crm.consent.package import throw_away, write_package
from guanxi.crm.kernel.protection import SYSTEM, entered


@app.task(name="write_personal_data", queue="exports")
def write_personal_data(package_id: str) -> None:
    """Gathers all that is held about one person."""
    with entered(SYSTEM):
        write_package(package_id=UUID(package_id))


@app.periodic(cron="*/30 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="watch_personal_data", queue="exports", queueing_lock="watch_personal_data")
def watch_personal_data(timestamp: int) -> None:
    """Twice an hour: which corrections the nights have brought, which packages are old enough to go."""
    with entered(SYSTEM):
        notice_arrivals(today=timezone.localdate())
        throw_away()
