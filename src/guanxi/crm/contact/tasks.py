"""Jobs of this room."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.crm.contact import calendar_follow
from guanxi.crm.contact.calendar_changes import write_on
from guanxi.crm.contact.reminders import remind_of_appointments, remind_of_tasks
from guanxi.crm.contact.task_services import follow_managers
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.workdays.queries import working_calendar


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="follow_managers", queue="exports", queueing_lock="follow_managers")
def tasks_follow_managers(timestamp: int) -> None:
    """Every five minutes: tasks and appointments that go with their customer go to whoever looks after the customer
    since last night or a hand-over.
    """
    with entered(SYSTEM):
        follow_managers()
        calendar_follow.follow_managers()


@app.periodic(cron="40 4 * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="write_series_on", queue="exports", queueing_lock="write_series_on")
def series_are_written_on(timestamp: int) -> None:
    """Each night: series without end are written as far ahead as people plan."""
    with entered(SYSTEM):
        write_on(timezone.now())


@app.periodic(cron="* * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="remind", queue="exports", queueing_lock="remind")
def people_are_reminded(timestamp: int) -> None:
    """Every minute: whoever wished to be reminded of an appointment by now."""
    with entered(SYSTEM):
        remind_of_appointments(timezone.now())


@app.periodic(cron="20 8 * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="remind_of_tasks", queue="exports", queueing_lock="remind_of_tasks")
def people_are_told_what_is_due(timestamp: int) -> None:
    """Each working morning: whoever has tasks that are due today."""
    today = timezone.localdate()
    if working_calendar().is_working_day(today):
        with entered(SYSTEM):
            remind_of_tasks(today)
