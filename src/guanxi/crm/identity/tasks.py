"""The worker's look at the quality of the customers' data, once a publication."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app


@app.periodic(cron="*/15 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="identity_measures", queue="default", queueing_lock="identity_measures")
def measure_quality(timestamp: int) -> int:
    """Measures what was published last where it is not measured yet; how many rows were written."""
    return measure()


def measure() -> int:
    """Measures the newest business date; 0 where that was done already, or nothing is published."""
    with connection.cursor() as cursor:
        cursor.execute("WITH done AS (SELECT identity_measures() AS made) SELECT made FROM done")
        return cursor.fetchone()[0]
