"""Writes tasks: new ones, changes, and what is done to several at once, each with the way back."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, When
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact import about
from guanxi.crm.contact.codes import Priority, TaskSource, TaskState
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Activity, Task
from guanxi.crm.contact.telling import tell_of_followed, tell_of_tasks
from guanxi.crm.contact.whom import Whom, whom_of
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead

# Bulk acts are about one page of a list at a time.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """What is to be done. Without ``staff_id`` whoever looks after the customer or prospect does it, else who asks."""

    title: str
    due_on: datetime.date
    text: str = ""
    priority: int = Priority.NORMAL
    staff_id: str = ""
    source: str = TaskSource.HAND


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one task, so that it can be undone while the task is still at ``version``."""

    task_id: int
    version: int
    state: str
    snoozed_until: str
    staff_id: str


def add_task(
    *,
    scope: Scope,
    by: str,
    key: UUID,
    party_id: str | None,
    new: NewTask,
    about_kind: str = about.CUSTOMER,
    about_id: str = "",
    lead_id: int | None = None,
) -> Task:
    """Makes one task; the same person's same ``key`` makes none again. ``scope`` is how far ``by`` may edit.

    Raises ``Party.DoesNotExist`` and ``Lead.DoesNotExist`` outside of it and :class:`WorkError` for what makes no
    sense.
    """
    there = Task.objects.filter(made_by_id=by, key=key).first()
    if there is not None:
        return there
    try:
        with transaction.atomic():
            whom = whom_of(scope, party_id, lead_id)
            made = put_task(new, key=key, whom=whom, by=by, about_kind=about_kind, about_id=about_id)
            record(
                action=Action.CHANGE,
                subject=whom.subject,
                kind="task",
                object_id=str(made.pk),
                detail={"made": made.source, "for": made.staff_id},  # type: ignore[attr-defined]
            )
    except IntegrityError as error:
        there = Task.objects.filter(made_by_id=by, key=key).first()
        if there is None:
            raise error
        return there
    return made


def put_task(
    new: NewTask,
    *,
    key: UUID,
    whom: Whom,
    by: str,
    activity: Activity | None = None,
    about_kind: str = about.CUSTOMER,
    about_id: str = "",
) -> Task:
    """Writes a task within the caller's transaction and permission. Raises :class:`WorkError`."""
    manager = whom.manager_id
    staff_id = new.staff_id or manager or by
    _check(new.title, new.priority)
    if not whom.is_somebody and staff_id != by:
        raise WorkError(_("A task without a customer is one's own."), "staff")
    if staff_id not in (by, manager) and not Staff.objects.filter(pk=staff_id, is_active=True).exists():
        raise WorkError(_("Nobody in service has the number %(number)s.") % {"number": staff_id}, "staff")
    made = Task.objects.create(
        key=key,
        party=whom.party,
        lead=whom.lead,
        about_kind=about_kind,
        about_id=about_id,
        title=new.title.strip(),
        text=new.text.strip(),
        staff_id=staff_id,
        follows=whom.is_somebody and staff_id == manager,
        due_on=new.due_on,
        priority=new.priority,
        source=new.source,
        activity=activity,
        made_by_id=by,
    )
    tell_of_tasks([made], to=staff_id, by=by)
    return made


def change_task(*, scope: Scope, task_id: int, version: int, title: str, text: str, due_on: datetime.date,
                priority: int) -> Task:  # fmt: skip
    """Changes an open task that is still as ``version`` says. Raises :class:`StaleError` where it is not, with the row
    as it stands, ``Task.DoesNotExist`` outside ``scope`` and :class:`WorkError`.
    """
    _check(title, priority)
    with transaction.atomic():
        found: Task = Task.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=task_id)
        if found.version != version:
            raise StaleError(found)
        if not found.is_open:
            raise WorkError(_("This task is finished. Open it again to change it."))
        wanted = {"title": title.strip(), "text": text.strip(), "due_on": due_on, "priority": priority}
        changed = [name for name, value in wanted.items() if getattr(found, name) != value]
        if not changed:
            return found
        for name in changed:
            setattr(found, name, wanted[name])
        found.version += 1
        found.save(update_fields=[*changed, "version"])
        _log([found], changed=",".join(changed))
    return found


def finish_tasks(*, scope: Scope, by: str, task_ids: Iterable[int], state: str = TaskState.DONE) -> tuple[Change, ...]:
    """Finishes those of some tasks that are open and within ``scope``: done, or cancelled."""
    with transaction.atomic():
        found = _locked(scope, task_ids)
        Task.objects.filter(pk__in=[one.pk for one in found]).update(
            state=state, done_at=timezone.now(), done_by_id=by, snoozed_until=None, version=F("version") + 1
        )
        _log(found, finished=state)
    return _changes(found)


def snooze_tasks(*, scope: Scope, task_ids: Iterable[int], until: datetime.date) -> tuple[Change, ...]:
    """Hides those of some tasks that are open until a day after today; their due days stay as they are."""
    if until <= timezone.localdate():
        raise WorkError(_("Choose a day after today."), "until")
    with transaction.atomic():
        found = _locked(scope, task_ids)
        Task.objects.filter(pk__in=[one.pk for one in found]).update(snoozed_until=until, version=F("version") + 1)
        _log(found, snoozed=until.isoformat())
    return _changes(found)


def reassign_tasks(
    *, scope: Scope, task_ids: Iterable[int], staff_id: str, reach: Scope
) -> tuple[tuple[Change, ...], int]:
    """Gives those of some tasks that are open to somebody who may edit their customers or prospects: ``reach`` is how
    far that goes.

    Returns what was done, and how many tasks stayed because whom they are about lies outside of ``reach``, or is
    nobody.
    """
    if not Staff.objects.filter(pk=staff_id, is_active=True).exists():
        raise WorkError(_("Nobody in service has the number %(number)s.") % {"number": staff_id}, "staff")
    with transaction.atomic():
        found = _locked(scope, task_ids)
        managers = _managers_within(reach, found)
        moved = [one for one in found if one.pk in managers]
        led = [one.pk for one in moved if managers[one.pk] == staff_id]
        Task.objects.filter(pk__in=[one.pk for one in moved]).update(
            staff_id=staff_id, follows=Case(When(pk__in=led, then=True), default=False), version=F("version") + 1
        )
        _log(moved, given_to=staff_id)
        tell_of_tasks(moved, to=staff_id, by=scope.staff_id)
    return _changes(moved), len(found) - len(moved)


def undo_changes(*, scope: Scope, changes: Sequence[Change]) -> tuple[int, int]:
    """Takes back what was done to some tasks; returns how many were, and how many stay because somebody has changed
    them since, or because they are no longer within ``scope``.
    """
    wanted = {change.task_id: change for change in changes[:MOST]}
    with transaction.atomic():
        rows = Task.objects.visible_to(scope).select_for_update(of=("self",)).filter(pk__in=list(wanted))
        undone = []
        for task in rows.select_related("party", "lead").order_by("pk"):
            change = wanted[task.pk]
            if task.version != change.version:
                continue
            task.state = change.state
            task.snoozed_until = datetime.date.fromisoformat(change.snoozed_until) if change.snoozed_until else None
            task.staff_id = change.staff_id
            whom = task.party or task.lead
            task.follows = whom is not None and whom.manager_id == change.staff_id
            task.done_at, task.done_by = None, None
            task.version += 1
            undone.append(task)
        fields = ["state", "snoozed_until", "staff", "follows", "done_at", "done_by", "version"]
        Task.objects.bulk_update(undone, fields)
        _log(undone, undone=True)
    return len(undone), len(wanted) - len(undone)


def reopen_task(*, scope: Scope, task_id: int, version: int) -> Task:
    """Opens a finished task again. Raises :class:`StaleError` and ``Task.DoesNotExist``."""
    with transaction.atomic():
        found: Task = Task.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=task_id)
        if found.version != version:
            raise StaleError(found)
        found.state, found.done_at, found.done_by = TaskState.OPEN, None, None
        found.version += 1
        found.save(update_fields=["state", "done_at", "done_by", "version"])
        _log([found], reopened=True)
    return found


_FOLLOW = """
UPDATE contact_task t SET staff_id = p.manager_id, version = t.version + 1
FROM party_party p
WHERE p.id = t.party_id AND t.state = 'open' AND t.follows AND p.manager_id IS NOT NULL AND p.manager_id <> t.staff_id
RETURNING t.staff_id
"""
_FOLLOW_LEADS = """
UPDATE contact_task t SET staff_id = l.manager_id, version = t.version + 1
FROM sales_lead l
WHERE l.id = t.lead_id AND t.party_id IS NULL AND t.state = 'open' AND t.follows AND l.manager_id IS NOT NULL
    AND l.manager_id <> t.staff_id
RETURNING t.staff_id
"""


def follow_managers() -> int:
    """Gives open tasks that go with their customer or prospect to whoever looks after them now; returns how many moved.

    Two statements over the open tasks; a job runs it, since customers move in the night. Each is told how many came.
    """
    came: Counter[str] = Counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_FOLLOW, _FOLLOW_LEADS):
            cursor.execute(statement)
            came.update(row[0] for row in cursor.fetchall())
        for staff_id, many in sorted(came.items()):
            tell_of_followed(staff_id, many)
    return came.total()


def _check(title: str, priority: int) -> None:
    if not title.strip():
        raise WorkError(_("Say what is to be done."), "title")
    if priority not in Priority.values:
        raise WorkError(_("Choose how urgent it is."), "priority")


def _managers_within(reach: Scope, tasks: Sequence[Any]) -> dict[int, str | None]:
    """Who looks after those whom tasks are about, by task, as far as ``reach`` goes; two queries."""
    parties = {one.party_id for one in tasks if one.party_id}
    leads = {one.lead_id for one in tasks if one.lead_id and not one.party_id}
    of_parties = dict(Party.objects.visible_to(reach).filter(pk__in=parties).values_list("id", "manager_id"))
    of_leads = (
        dict(Lead.objects.visible_to(reach).filter(pk__in=leads).values_list("id", "manager_id")) if leads else {}
    )
    return {
        one.pk: of_parties[one.party_id] if one.party_id else of_leads[one.lead_id]
        for one in tasks
        if (one.party_id in of_parties if one.party_id else one.lead_id in of_leads)
    }


def _locked(scope: Scope, task_ids: Iterable[int]) -> list[Task]:
    """The open ones of some tasks within a scope, locked in one order."""
    numbers = sorted(set(task_ids))[:MOST]
    rows = Task.objects.visible_to(scope).select_for_update(of=("self",))
    return list(rows.filter(pk__in=numbers, state=TaskState.OPEN).order_by("pk"))


def _changes(found: Iterable[Task]) -> tuple[Change, ...]:
    return tuple(
        Change(
            task_id=one.pk,
            version=one.version + 1,
            state=one.state,
            snoozed_until=one.snoozed_until.isoformat() if one.snoozed_until else "",
            staff_id=one.staff_id,  # type: ignore[attr-defined]
        )
        for one in found
    )


def _log(tasks: Iterable[Task], **detail: object) -> None:
    for task in tasks:
        subject = task.party_id or ""  # type: ignore[attr-defined]
        record(action=Action.CHANGE, subject=subject, kind="task", object_id=str(task.pk), detail=detail)
