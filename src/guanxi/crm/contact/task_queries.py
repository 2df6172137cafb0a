"""Reads tasks: those of a customer, one with where it came from, and how many wait."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from guanxi.crm.contact import about
from guanxi.crm.contact.activity_queries import with_whom
from guanxi.crm.contact.codes import TaskSource, TaskState
from guanxi.crm.contact.models import NAME, Task
from guanxi.crm.kernel.scope import Scope

SHOWN = 50


def waiting(rows: QuerySet[Any], today: datetime.date) -> QuerySet[Any]:
    """Those of ``rows`` that are to be done now: open, and not put off to a later day."""
    return rows.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=today), state=TaskState.OPEN)


@dataclass(frozen=True, slots=True)
class ToDo:
    """One task as a customer's page shows it. ``who`` does it."""

    task: Any
    who: str
    late: bool

    @property
    def is_promise(self) -> bool:
        """Whether the customer was promised it."""
        return self.task.source == TaskSource.PROMISE


def open_tasks_of(
    scope: Scope, party_id: str | None, *, today: datetime.date, lead_id: int | None = None
) -> tuple[ToDo, ...]:
    """A customer's open tasks, or with ``lead_id`` a prospect's, the next due first, snoozed ones too; one query."""
    rows = (
        Task.objects.visible_to(scope)
        .filter(with_whom(party_id, lead_id), state=TaskState.OPEN)
        .annotate(who=F("staff__name"))
        .order_by("due_on", "id")[:SHOWN]
    )
    return tuple(ToDo(row, row.who or row.staff_id, row.due_on < today) for row in rows)


@dataclass(frozen=True, slots=True)
class WholeTask:
    """One task: who does it, who made it, its customer's or prospect's name (empty: none), what it is about, who
    finished it.
    """

    task: Any
    who: str
    made_by: str
    customer: str
    finished_by: str
    about: about.Named | None


def one_task(scope: Scope, task_id: int) -> WholeTask:
    """One task; one query. Raises ``Task.DoesNotExist`` outside the scope."""
    row: Any = (
        Task.objects.visible_to(scope)
        .select_related("activity")
        .annotate(
            who=F("staff__name"),
            maker=F("made_by__name"),
            customer=NAME,
            finisher=F("done_by__name"),
        )
        .get(pk=task_id)
    )
    names = about.names_of([(row.about_kind, row.about_id)])
    return WholeTask(
        row,
        row.who or row.staff_id,
        row.maker or row.made_by_id or "",
        row.customer or "",
        row.finisher or "",
        names.get((row.about_kind, row.about_id)),
    )


def names_of_tasks(scope: Scope, task_ids: list[int]) -> list[Any]:
    """Some open tasks with their customers' names, the next due first; one query."""
    return list(
        Task.objects.visible_to(scope)
        .filter(pk__in=task_ids, state=TaskState.OPEN)
        .annotate(customer=NAME, who=F("staff__name"))
        .order_by("due_on", "id")
    )
