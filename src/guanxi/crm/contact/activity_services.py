"""Writes activities: what was done, with the promise and the follow-up that came of it, in one transaction."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact import about
from guanxi.crm.contact.codes import TWO_WAYS, ActivityKind, Priority, TaskSource
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Activity, Outcome
from guanxi.crm.contact.models.activity import MOST_MINUTES
from guanxi.crm.contact.task_services import NewTask, put_task
from guanxi.crm.contact.whom import whom_of
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.scope import Scope

# A phone's clock may be ahead of the server's.
AHEAD = datetime.timedelta(minutes=10)
CHANGEABLE = ("inbound", "at", "minutes", "with_whom", "outcome_id", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the phone says it was, in degrees (WGS 84) and metres; a place far off the earth is refused."""

    latitude: Decimal
    longitude: Decimal
    accuracy: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What somebody entered about one activity."""

    at: datetime.datetime
    minutes: int | None = None
    with_whom: str = ""
    outcome_id: int | None = None
    text: str = ""
    inbound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What comes of it: a thing to do until a day, by who looks after the customer or prospect or, where ``staff_id``
    is said, by that person.
    """

    title: str
    due_on: datetime.date
    priority: int = Priority.NORMAL
    staff_id: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The activity, and whether it was made now: asked for twice, it is made once."""

    activity: Activity
    made: bool


def record_activity(
    *,
    scope: Scope,
    staff_id: str,
    key: UUID,
    kind: str,
    party_id: str | None,
    entered: Entered,
    place: Place | None = None,
    promise: Next | None = None,
    follow_up: Next | None = None,
    about_kind: str = about.CUSTOMER,
    about_id: str = "",
    lead_id: int | None = None,
) -> Recorded:
    """Records one activity, with a customer or with a prospect who is none yet (``lead_id``), and the tasks that come
    of it. The same person's same ``key`` records nothing again.

    ``scope`` is how far the person may edit. Raises ``Party.DoesNotExist`` and ``Lead.DoesNotExist`` outside of it and
    :class:`WorkError` for what makes no sense.
    """
    there = Activity.objects.filter(staff_id=staff_id, key=key).first()
    if there is not None:
        return Recorded(there, made=False)
    try:
        with transaction.atomic():
            whom = whom_of(scope, party_id, lead_id)
            _check(kind, entered, about_kind, with_somebody=whom.is_somebody)
            made = Activity.objects.create(
                key=key,
                party=whom.party,
                lead=whom.lead,
                about_kind=about_kind,
                about_id=about_id,
                kind=kind,
                staff_id=staff_id,
                latitude=place.latitude if place else None,
                longitude=place.longitude if place else None,
                accuracy=place.accuracy if place else None,
                **_fields(entered),
            )
            for name, source, following in (
                ("promise", TaskSource.PROMISE, promise),
                ("follow-up", TaskSource.FOLLOW_UP, follow_up),
            ):
                if following is not None:
                    put_task(
                        NewTask(
                            title=following.title,
                            due_on=following.due_on,
                            priority=following.priority,
                            staff_id=following.staff_id,
                            source=source,
                        ),
                        key=uuid5(key, name),
                        whom=whom,
                        activity=made,
                        by=staff_id,
                    )
            record(
                action=Action.CHANGE,
                subject=whom.subject,
                kind="activity",
                object_id=str(made.pk),
                detail={"made": kind, "promise": promise is not None, "follow_up": follow_up is not None},
            )
    except IntegrityError as error:
        # Two taps at once: the other was a moment earlier.
        there = Activity.objects.filter(staff_id=staff_id, key=key).first()
        if there is None:
            raise error
        return Recorded(there, made=False)
    return Recorded(made, made=True)


def change_activity(*, scope: Scope, by: str, activity_id: int, version: int, entered: Entered) -> Activity:
    """Changes one activity that is still as ``version`` says. Raises :class:`StaleError` where it is not, with the row
    as it stands, ``Activity.DoesNotExist`` outside ``scope`` and :class:`WorkError`.
    """
    with transaction.atomic():
        rows = Activity.objects.visible_to(scope).select_for_update(of=("self",))
        found: Activity = rows.get(pk=activity_id)
        if found.version != version:
            raise StaleError(found)
        somebody = (found.party_id, found.lead_id) != (None, None)  # type: ignore[attr-defined]
        _check(found.kind, entered, found.about_kind, with_somebody=somebody)
        fields = _fields(entered)
        changed = [name for name in CHANGEABLE if getattr(found, name) != fields[name]]
        if not changed:
            return found
        for name in changed:
            setattr(found, name, fields[name])
        found.changed_at, found.version = timezone.now(), version + 1
        found.changed_by_id = by  # type: ignore[attr-defined]
        found.save(update_fields=[*changed, "changed_at", "changed_by", "version"])
        record(
            action=Action.CHANGE,
            subject=found.party_id or "",  # type: ignore[attr-defined]
            kind="activity",
            object_id=str(found.pk),
            detail={"changed": changed},
        )
    return found


def _fields(entered: Entered) -> dict[str, Any]:
    return {
        "at": entered.at,
        "minutes": entered.minutes,
        "with_whom": entered.with_whom.strip(),
        "outcome_id": entered.outcome_id,
        "text": entered.text.strip(),
        "inbound": entered.inbound,
    }


def _check(kind: str, entered: Entered, about_kind: str, *, with_somebody: bool) -> None:
    """Raises :class:`WorkError` for what no activity can be."""
    kind = ActivityKind(kind)
    if (kind is ActivityKind.OTHER) == with_somebody:
        raise WorkError(_("Other work has no customer, everything else has one, or a prospect."))
    if not about.is_known(about_kind):
        raise WorkError(_("Nothing here is about a thing of that kind."))
    if entered.at > timezone.now() + AHEAD:
        raise WorkError(_("This lies ahead: what is still to be done is a task."), "at")
    if entered.minutes is not None and not 0 <= entered.minutes <= MOST_MINUTES:
        raise WorkError(_("Nothing lasts longer than a day."), "minutes")
    if entered.inbound and kind not in TWO_WAYS:
        raise WorkError(_("Only a call or a message is begun by the customer."), "inbound")
    if kind in (ActivityKind.NOTE, ActivityKind.OTHER) and not entered.text.strip():
        raise WorkError(_("Write down what it is."), "text")
    if entered.outcome_id is not None and not Outcome.objects.filter(pk=entered.outcome_id, kind=kind).exists():
        raise WorkError(_("Choose one of the outcomes."), "outcome")
