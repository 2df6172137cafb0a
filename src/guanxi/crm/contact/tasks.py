"""Jobs of this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.crm.contact.task_services import follow_managers
from guanxi.crm.kernel.protection import SYSTEM, entered


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="follow_managers", queue="exports", queueing_lock="follow_managers")
def tasks_follow_managers(timestamp: int) -> None:
    """Every five minutes: tasks that go with their customer go to whoever looks after the customer since last night or
    a hand-over.
    """
    with entered(SYSTEM):
        follow_managers()
