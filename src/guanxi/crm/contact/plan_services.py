"""Writes visit plans: the order of a round, what came of a visit, what somebody means to do in a month."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.activity_services import Entered, Next, Place, Recorded, record_activity
from guanxi.crm.contact.calendar_services import may_change, put_times
from guanxi.crm.contact.calendar_telling import ABOUT
from guanxi.crm.contact.codes import ActivityKind, AppointmentKind, AppointmentState
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import WITH_SOMEBODY, Activity, Appointment, MonthGoal
from guanxi.crm.contact.models.plan import MOST_VISITS
from guanxi.crm.contact.whom import beyond_error
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.sales.models import Lead


def put_round(*, scope: Scope, by: str, ordered: Sequence[int]) -> int:
    """Notes in which order one makes one's own visits of a day; returns how many. What is not one's own stays out."""
    with transaction.atomic():
        rows = Appointment.objects.visible_to(scope).filter(pk__in=ordered, staff_id=by, kind=AppointmentKind.VISIT)
        places = {number: place for place, number in enumerate(ordered, 1)}
        found = list(rows.select_for_update(of=("self",)))
        for row in found:
            row.position = places[row.pk]
        Appointment.objects.bulk_update(found, ["position"])
    return len(found)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was recorded of a planned visit, and whether it was recorded now."""

    recorded: Recorded
    appointment: Appointment


def record_visit(
    *,
    scope: Scope,
    by: str,
    appointment_id: int,
    lead_id: int | None,
    key: UUID,
    entered: Entered,
    place: Place | None = None,
    promise: Next | None = None,
    follow_up: Next | None = None,
) -> Kept:
    """Records what came of a planned visit, meeting or call with a customer or prospect: the activity with its promise
    and next step, and that the appointment was held, in one transaction. Asked twice, recorded once. ``lead_id`` is the
    appointment's prospect, as the page read it.

    Raises ``Appointment.DoesNotExist`` outside of what ``by`` may edit, and :class:`WorkError`, also where the prospect
    has become a customer outside of it.
    """
    with transaction.atomic():
        # The prospect is held before the appointment, as by whoever makes them a customer: the other way round, the
        # two would wait for each other. What was waited for is then seen by the next statement.
        lead = None
        if lead_id is not None:
            lead = Lead.objects.visible_to(scope).select_for_update(of=("self",)).filter(pk=lead_id).first()
        rows = Appointment.objects.visible_to(scope).filter(may_change(by), WITH_SOMEBODY)
        found: Appointment | None = rows.select_for_update(of=("self",)).filter(pk=appointment_id).first()
        if found is None:
            if lead is not None and lead.state == LeadState.CONVERTED:
                raise beyond_error()
            raise Appointment.DoesNotExist
        there = Activity.objects.filter(staff_id=by, key=key).first()
        if there is not None and found.activity_id == there.pk:  # type: ignore[attr-defined]
            return Kept(Recorded(there, made=False), found)
        if not found.is_planned:
            raise WorkError(_("This appointment is over or cancelled, and stays as it was."))
        recorded = record_activity(
            scope=scope,
            staff_id=by,
            key=key,
            kind=ActivityKind(found.kind) if found.kind in KEPT_AS else ActivityKind.MEETING,
            party_id=found.party_id,  # type: ignore[attr-defined]
            lead_id=found.lead_id,  # type: ignore[attr-defined]
            entered=entered,
            place=place,
            promise=promise,
            follow_up=follow_up,
            about_kind=ABOUT,
            about_id=str(found.pk),
        )
        found.activity, found.state = recorded.activity, AppointmentState.DONE
        found.version += 1
        found.save(update_fields=["activity", "state", "version"])
        put_times([found], asks_again=False)
        if found.task_id and not recorded.activity.tasks.exists():  # type: ignore[attr-defined]
            _finish_task(scope, by, found.task_id)  # type: ignore[attr-defined]
        record(
            action=Action.CHANGE, subject=found.party_id or "", kind=ABOUT, object_id=str(found.pk),  # type: ignore[attr-defined]
            detail={"held": recorded.activity.pk},
        )  # fmt: skip
    return Kept(recorded, found)


KEPT_AS = frozenset({AppointmentKind.VISIT, AppointmentKind.MEETING, AppointmentKind.CALL})


def _finish_task(scope: Scope, by: str, task_id: int) -> None:
    from guanxi.crm.contact.task_services import finish_tasks

    finish_tasks(scope=scope, by=by, task_ids=[task_id])


def put_goal(*, staff_id: str, by: str, month: datetime.date, visits: int, version: int) -> MonthGoal:
    """Sets how many visits somebody means to make in a month. ``version`` 0: nothing was set before.

    Whether ``by`` may set it for ``staff_id`` is for the caller to decide. Raises :class:`StaleError` where somebody
    else set it meanwhile, and :class:`WorkError`.
    """
    if not 0 <= visits <= MOST_VISITS:
        raise WorkError(_("Nobody makes more than 500 visits a month."), "visits")
    month = month.replace(day=1)
    try:
        with transaction.atomic():
            found = MonthGoal.objects.select_for_update().filter(staff_id=staff_id, month=month).first()
            if (found.version if found else 0) != version:
                raise StaleError(found or MonthGoal(staff_id=staff_id, month=month, visits=0, version=0))
            if found is None:
                found = MonthGoal(staff_id=staff_id, month=month, version=0)
            found.visits, found.set_at = visits, timezone.now()
            found.set_by_id = by  # type: ignore[attr-defined]
            found.version += 1
            found.save()
            detail = {"month": month.isoformat(), "visits": visits}
            record(action=Action.CHANGE, kind="month-goal", object_id=staff_id, detail=detail)
    except IntegrityError:
        raise StaleError(MonthGoal.objects.get(staff_id=staff_id, month=month)) from None
    return found
