"""What an officer notes after having looked into something."""

from __future__ import annotations

from django.db import transaction

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Staff
from guanxi.crm.watch.models import Inquiry
from guanxi.crm.watch.queries import Period


class OwnConductError(Exception):
    """Nobody looks into what they did themselves."""


def note_inquiry(*, staff: Staff, by: Staff, period: Period, outcome: str, note: str) -> Inquiry:
    """Notes that somebody's conduct in a period was looked into, and what came of it; stays for ever."""
    if staff.pk == by.pk:
        raise OwnConductError
    with transaction.atomic():
        made = Inquiry.objects.create(
            staff_id=staff.pk, by_id=by.pk, first=period.first, last=period.last, outcome=outcome, note=note
        )
        facts = {"outcome": outcome, "reason": note, "from": period.first, "to": period.last}
        record(action=Action.ADMINISTRATION, kind="unusual-note", object_id=staff.pk, detail=facts)
    return made
