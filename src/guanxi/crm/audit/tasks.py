"""The worker's part: seals where no site runs, makes the months ahead, verifies what is new every day."""

from __future__ import annotations

from typing import Any

from django.db import connection
from procrastinate.contrib import django as procrastinate

from guanxi.crm.audit.sealing import seal
from guanxi.crm.audit.tables import make_months

# Its types know no task that is called with the moment of its period by name, as its periods do.
app: Any = procrastinate.app


@app.periodic(cron="* * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="audit_seal", queue="audit", queueing_lock="audit_seal", pass_context=False)
def seal_log(timestamp: int) -> int:
    """Every minute; the site's own processes seal more often."""
    return seal(wait=False).entries


@app.periodic(cron="20 2 * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="audit_day", queue="audit", queueing_lock="audit_day", pass_context=False)
def look_after_log(timestamp: int) -> int:
    """Every day: the months ahead, and a verification of what was sealed since the last one; returns its findings."""
    from guanxi.crm.audit.queries import verified_up_to
    from guanxi.crm.audit.verification import verify

    with connection.cursor() as cursor:
        make_months(cursor)
    return verify(after=verified_up_to(), by="worker").found
