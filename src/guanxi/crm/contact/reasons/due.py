"""The open tasks of some books that are due: promises and other tasks, both by one query."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from guanxi.crm.contact.codes import TaskSource
from guanxi.crm.contact.models import Task
from guanxi.crm.contact.task_queries import waiting
from guanxi.crm.insight.reasons.base import Asked, Found

PROMISE, TASK = "promise", "task"
# Tasks are not told of earlier, whatever an administrator sets.
AHEAD = datetime.timedelta(days=14)
MOST = 500


def due(asked: Asked) -> Iterator[Found]:
    """Tasks about customers within the scope that are due soon or late; one query by the index of who does them.

    For some customers all of theirs, whoever does them; for books those that the books' people do.
    """
    rows = waiting(Task.objects.visible_to(asked.scope), asked.today).filter(due_on__lte=asked.today + AHEAD)
    if asked.party_ids:
        rows = rows.filter(party_id__in=asked.party_ids)
    else:
        rows = rows.filter(staff_id__in={*asked.scope.managers, asked.scope.staff_id}, party_id__isnull=False)
    for number, party_id, due_on, title, source in rows.order_by("due_on", "id").values_list(
        "id", "party_id", "due_on", "title", "source"
    )[:MOST]:
        reason = PROMISE if source == TaskSource.PROMISE else TASK
        yield Found(party_id=party_id, reason=reason, day=due_on, ref=str(number), title=title)
