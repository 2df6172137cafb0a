"""Jobs of the worker: the quality of the customers' data, once a publication; files of verdicts."""

from __future__ import annotations

from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from guanxi.crm.identity import filework
from guanxi.crm.identity.merging import BusyError
from guanxi.crm.kernel.protection import SYSTEM, entered


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


@app.task(
    name="work_on_merge_file", queue="exports", pass_context=False,
    retry=RetryStrategy(max_attempts=60, wait=20, retry_exceptions={BusyError}),
)  # fmt: skip
def work_on_file(file_id: int) -> None:
    """Carries a file of verdicts out, or takes it back; tries again while the night's figures are being published."""
    filework.work(file_id)


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="tend_merge_files", queue="exports", queueing_lock="tend_merge_files", pass_context=False)
def tend_files(timestamp: int) -> None:
    """Every five minutes: files whose job a kill left go on."""
    with entered(SYSTEM):
        filework.carry_on()
