"""Reads the work log of a day: what its person recorded and finished, and which customers they looked at besides."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min
from django.utils import timezone

from guanxi.crm.audit.digest import first_id_of
from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.contact.activity_queries import Done, done
from guanxi.crm.contact.codes import ActivityKind, TaskState
from guanxi.crm.contact.models import NAME, Activity, DayLog, Task
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party

LOOKED_MOST = 100


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A customer whom the person looked at without recording anything: how often, and from when to when."""

    party_id: str
    name: str
    views: int
    first: datetime.datetime
    last: datetime.datetime


@dataclass(frozen=True, slots=True)
class DoneWith:
    """An activity with its customer's or prospect's name; empty for other work."""

    done: Done
    customer: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that the person finished, with its customer's name; empty where it has none."""

    task: Any
    customer: str


@dataclass(frozen=True, slots=True)
class WorkLog:
    """One person's day. ``log`` is None where its person has written nothing yet."""

    day: datetime.date
    activities: tuple[DoneWith, ...]
    finished: tuple[Finished, ...]
    looked_at: tuple[LookedAt, ...]
    log: DayLog | None

    @property
    def by_kind(self) -> list[tuple[ActivityKind, int]]:
        """How many activities of each kind there are, in the order of the kinds, none left out."""
        kinds = [one.done.activity.kind for one in self.activities]
        return [(kind, kinds.count(kind)) for kind in ActivityKind]

    @property
    def minutes(self) -> int:
        """How long the activities took, as far as it was said."""
        return sum(one.done.activity.minutes or 0 for one in self.activities)

    @property
    def customers(self) -> int:
        """With how many customers there were activities."""
        return len({one.done.activity.party_id for one in self.activities} - {None})

    @property
    def prospects(self) -> int:
        """With how many prospects there were activities."""
        return len(
            {one.done.activity.lead_id for one in self.activities if one.done.activity.party_id is None} - {None}
        )


def work_log(scope: Scope, staff_id: str, day: datetime.date) -> WorkLog:
    """What one member of staff did on one day, as far as ``scope`` sees it; seven queries.

    Whether who asks may look at that person's day is for the caller to decide.
    """
    begin = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
    end = timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))
    activities = list(
        Activity.objects.visible_to(scope)
        .filter(staff_id=staff_id, at__gte=begin, at__lt=end)
        .select_related("outcome")
        .annotate(who=F("staff__name"), customer=NAME)
        .order_by("at", "id")
    )
    names = {one.pk: one.customer or "" for one in activities}
    finished = (
        Task.objects.visible_to(scope)
        .filter(done_by_id=staff_id, done_at__gte=begin, done_at__lt=end, state=TaskState.DONE)
        .annotate(customer=NAME)
        .order_by("done_at", "id")
    )
    return WorkLog(
        day=day,
        activities=tuple(DoneWith(one, names[one.activity.pk]) for one in done(scope, activities)),
        finished=tuple(Finished(one, one.customer or "") for one in finished),
        looked_at=_looked_at(
            scope,
            staff_id,
            begin,
            end,
            but={one.party_id for one in activities} - {None},  # type: ignore[attr-defined]
        ),
        log=DayLog.objects.filter(staff_id=staff_id, day=day).first(),
    )


def _looked_at(
    scope: Scope, staff_id: str, begin: datetime.datetime, end: datetime.datetime, *, but: set[str | None]
) -> tuple[LookedAt, ...]:
    """Customers of the audit log within a day and the scope, but for some; two queries, the first by an index."""
    rows = list(
        Entry.objects.filter(
            actor=staff_id,
            id__gte=first_id_of(begin),
            id__lt=first_id_of(end),
            at__gte=begin,
            at__lt=end,
            action=Action.VIEW,
        )
        .exclude(subject="")
        .values("subject")
        .annotate(views=Count("id"), first=Min("at"), last=Max("at"))
        .order_by("first")[:LOOKED_MOST]
    )
    wanted = [row["subject"] for row in rows if row["subject"] not in but]
    names = dict(Party.objects.visible_to(scope).filter(pk__in=wanted).values_list("id", "name"))
    return tuple(
        LookedAt(row["subject"], names[row["subject"]], row["views"], row["first"], row["last"])
        for row in rows
        if row["subject"] in names
    )
