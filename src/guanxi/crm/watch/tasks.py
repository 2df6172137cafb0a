"""The worker's part: the sums of the running day every ten minutes, and of whatever day is missing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from procrastinate.contrib import django as procrastinate

from guanxi.crm.watch.sums import catch_up

app: Any = procrastinate.app


@app.periodic(cron="*/10 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="watch_sums", queue="audit", queueing_lock="watch_sums", pass_context=False)
def sum_log(timestamp: int) -> int:
    """Sums what is missing; returns how many days."""
    return catch_up(now=timezone.now())
