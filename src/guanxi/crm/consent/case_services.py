"""The life of a person's request: taken in with a receipt, worked on, answered before its deadline. Each step stays."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.consent.codes import How, LimitKind
from guanxi.crm.consent.models import CaseStep, Limit, RightsCase
from guanxi.crm.consent.rights_codes import OPEN, CaseKind, CaseStatus, What
from guanxi.crm.consent.services import Evidence, withdraw_consent
from guanxi.crm.workdays.queries import working_calendar

CLOSING = {CaseStatus.DONE: What.DONE, CaseStatus.PARTLY: What.PARTLY, CaseStatus.REFUSED: What.REFUSED}


class CaseError(ValueError):
    """What was asked of a case cannot be done; the message says why."""


def open_case(
    *,
    party_id: str,
    kind: str,
    requester: str,
    requester_name: str,
    proof: str,
    proof_reference: str,
    way: str,
    details: str,
    staff_id: str,
    received_on: datetime.date | None = None,
) -> RightsCase:
    """Takes a request in and sets its deadline: so many working days after the day it was received.

    Raises :class:`CaseError` without proof of identity, or for a day in the future.
    """
    today = timezone.localdate()
    day = received_on or today
    if day > today:
        raise CaseError(_("The day lies in the future."))
    if not proof_reference.strip() or not requester_name.strip():
        raise CaseError(_("Nobody's data are handed to somebody whose identity was not proved."))
    moment = timezone.now()
    if day < today:
        moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    with transaction.atomic():
        number = _next_number()
        case = RightsCase.objects.create(
            id=number,
            number=f"R{day:%Y%m%d}-{number:05d}",
            party_id=party_id,
            kind=kind,
            requester=requester,
            requester_name=requester_name.strip(),
            proof=proof,
            proof_reference=proof_reference.strip(),
            way=way,
            details=details.strip(),
            received_at=moment,
            due_on=working_calendar().after(day, settings.RIGHTS_WORKING_DAYS),
            taken_in_by_id=staff_id,
        )
        add_step(case, What.RECEIVED, staff_id)
    return case


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id'))", [RightsCase._meta.db_table])
        return int(cursor.fetchone()[0])  # type: ignore[index]


def take_case(*, case_id: int, staff_id: str) -> RightsCase:
    """Makes somebody the one who works on a case."""
    with transaction.atomic():
        case = open_and_locked(case_id)
        case.owner_id = staff_id  # type: ignore[attr-defined]
        case.status = CaseStatus.WORKING
        case.save(update_fields=["owner", "status"])
        add_step(case, What.TAKEN, staff_id)
    return case


def note_case(*, case_id: int, staff_id: str, note: str) -> RightsCase:
    """Adds a note to a case, open or closed."""
    if not note.strip():
        raise CaseError(_("Write something."))
    case = RightsCase.objects.get(pk=case_id)
    add_step(case, What.NOTE, staff_id, note)
    return case


def wait_for_customer(*, case_id: int, staff_id: str, note: str) -> RightsCase:
    """Notes that the customer has to bring something. The deadline runs on: the law stops it for nobody."""
    if not note.strip():
        raise CaseError(_("Say what the customer has to bring."))
    return _move(case_id, CaseStatus.WAITING, What.WAITING, staff_id, note)


def resume_case(*, case_id: int, staff_id: str) -> RightsCase:
    """Takes a case up again."""
    return _move(case_id, CaseStatus.WORKING, What.RESUMED, staff_id, "")


def extend_case(*, case_id: int, staff_id: str, days: int, reason: str) -> RightsCase:
    """Moves the deadline by some working days, at most as many again as were given at first; needs a reason."""
    most = settings.RIGHTS_WORKING_DAYS
    if not 1 <= days <= most:
        raise CaseError(_("The deadline can be moved by one to %(most)s working days.") % {"most": most})
    if not reason.strip():
        raise CaseError(_("Give the reason: it is told to the customer."))
    with transaction.atomic():
        case = open_and_locked(case_id)
        if case.steps.filter(what=What.EXTENDED).exists():
            raise CaseError(_("The deadline was moved once already."))
        case.due_on = working_calendar().after(case.due_on, days)
        case.save(update_fields=["due_on"])
        add_step(case, What.EXTENDED, staff_id, reason)
    return case


def close_case(*, case_id: int, staff_id: str, status: str, outcome: str) -> RightsCase:
    """Closes a case with the answer that the customer gets."""
    if status not in CLOSING:
        raise CaseError(_("A request ends fulfilled, fulfilled in part, or refused."))
    if not outcome.strip():
        raise CaseError(_("Write the answer to the customer; a refusal says why and where to complain."))
    with transaction.atomic():
        case = open_and_locked(case_id)
        case.status, case.outcome, case.closed_at = status, outcome.strip(), timezone.now()
        if case.owner_id is None:  # type: ignore[attr-defined]
            case.owner_id = staff_id  # type: ignore[attr-defined]
        case.save(update_fields=["status", "outcome", "closed_at", "owner"])
        add_step(case, CLOSING[CaseStatus(status)], staff_id)
    return case


def restrict_use(*, case_id: int, staff_id: str, reason: str) -> Limit:
    """Stops every use of the person's data for marketing, profiling and passing on, from now on."""
    if not reason.strip():
        raise CaseError(_("Give the reason."))
    with transaction.atomic():
        case = open_and_locked(case_id)
        if Limit.objects.filter(
            party_id=case.party_id,  # type: ignore[attr-defined]
            kind=LimitKind.RESTRICTION,
            lifted_at__isnull=True,
        ).exists():
            raise CaseError(_("The use of this customer's data is restricted already."))
        limit = Limit.objects.create(
            party_id=case.party_id,  # type: ignore[attr-defined]
            kind=LimitKind.RESTRICTION,
            reason=reason.strip(),
            set_by_id=staff_id,
        )
        add_step(case, What.RESTRICTED, staff_id, reason)
    return limit


def lift_restriction(*, case_id: int, staff_id: str, reason: str) -> int:
    """Ends the restriction of the person's data with a reason; returns how many were in force (0 or 1)."""
    if not reason.strip():
        raise CaseError(_("Give the reason."))
    with transaction.atomic():
        case = RightsCase.objects.select_for_update().get(pk=case_id)
        lifted = Limit.objects.filter(
            party_id=case.party_id,  # type: ignore[attr-defined]
            kind=LimitKind.RESTRICTION,
            lifted_at__isnull=True,
        ).update(lifted_at=timezone.now(), lifted_by_id=staff_id, lifted_reason=reason.strip())
        if not lifted:
            raise CaseError(_("No restriction is in force."))
        add_step(case, What.LIFTED, staff_id, reason)
    return lifted


def withdraw_all(*, case_id: int, staff_id: str) -> int:
    """Withdraws every consent of the person; returns how many purposes and channels that were."""
    with transaction.atomic():
        case = open_and_locked(case_id)
        said = withdraw_consent(
            party_id=case.party_id,  # type: ignore[attr-defined]
            evidence=Evidence(how=How.CASE, reference=case.number, staff_id=staff_id),
        )
        add_step(case, What.WITHDRAWN, staff_id)
    return len(said)


def open_and_locked(case_id: int, kind: str = "") -> RightsCase:
    """A case that is still open, its row locked; ``kind`` where only one kind of request is meant."""
    case = RightsCase.objects.select_for_update().get(pk=case_id)
    if case.status not in OPEN:
        raise CaseError(_("This request is closed."))
    if kind and case.kind != kind:
        raise CaseError(_("This request asks for something else: %(kind)s.") % {"kind": CaseKind(case.kind).label})
    return case


def add_step(case: RightsCase, what: str, staff_id: str | None, note: str = "") -> CaseStep:
    """Writes one step of a case and its entry in the audit log; within the transaction of what it tells of."""
    record(
        action=Action.RIGHTS,
        subject=case.party_id,  # type: ignore[attr-defined]
        kind=case.kind,
        object_id=case.number,
        detail={"step": str(what)},
    )
    return CaseStep.objects.create(case=case, what=what, staff_id=staff_id, note=note.strip())


def _move(case_id: int, status: str, what: str, staff_id: str, note: str) -> RightsCase:
    with transaction.atomic():
        case = open_and_locked(case_id)
        case.status = status
        case.save(update_fields=["status"])
        add_step(case, what, staff_id, note)
    return case
