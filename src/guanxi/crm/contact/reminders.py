"""Reminds people: of an appointment when they asked to be, of tasks on the morning of their day."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from guanxi.crm.contact.calendar_telling import tell, tell_of_due_tasks
from guanxi.crm.contact.codes import AppointmentState, TaskState
from guanxi.crm.contact.models import Attendance, Task

AT_ONCE = 500
# What was not told for so long, because no job ran, is not told any more once it has begun.
LATE = datetime.timedelta(minutes=30)


def remind_of_appointments(now: datetime.datetime) -> int:
    """Tells those whose reminder is due, each once; returns how many. Two that run at once share the work."""
    with transaction.atomic():
        due: Any = (
            Attendance.objects.filter(remind_at__lte=now)
            .select_related("appointment")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("remind_at")[:AT_ONCE]
        )
        rows = list(due)
        Attendance.objects.filter(pk__in=[one.pk for one in rows]).update(remind_at=None)
        told = [one for one in rows if one.appointment.state == AppointmentState.PLANNED and now - one.starts_at < LATE]
        for one in told:
            key = f"{one.appointment_id} {one.starts_at.timestamp():.0f}"
            tell(one.appointment, "reminder", to=[one.staff_id], key=key)
    return len(told)


def remind_of_tasks(today: datetime.date) -> int:
    """Tells everybody who has tasks that are due today, how many, and how many are late; returns how many people."""
    rows = (
        Task.objects.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=today), state=TaskState.OPEN,
                            due_on__lte=today)
        .order_by()
        .values_list("staff_id")
        .annotate(due=Count("id", filter=Q(due_on=today)), late=Count("id", filter=Q(due_on__lt=today)))
    )  # fmt: skip
    with transaction.atomic():
        people = [(number, due, late) for number, due, late in rows if due]
        for number, due, late in people:
            tell_of_due_tasks(number, due=due, late=late, day=today.isoformat())
    return len(people)
