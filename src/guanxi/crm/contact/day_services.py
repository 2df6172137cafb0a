"""Writes the work log of a day: its person's own words, and that the day is closed."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import DayLog
from guanxi.crm.kernel.errors import StaleError


def write_day(*, staff_id: str, day: datetime.date, version: int, text: str, closing: bool) -> DayLog:
    """Writes one's own words about one's own day, and closes it or leaves it open. ``version`` 0: none was there.

    Raises :class:`StaleError` where another window has written meanwhile, and :class:`WorkError` for a day ahead.
    """
    if day > timezone.localdate():
        raise WorkError(_("This day has not begun."))
    closed_at = timezone.now() if closing else None
    try:
        with transaction.atomic():
            found = DayLog.objects.select_for_update().filter(staff_id=staff_id, day=day).first()
            if (found.version if found else 0) != version:
                raise StaleError(found or DayLog(staff_id=staff_id, day=day, version=0))
            if found is None:
                found = DayLog.objects.create(staff_id=staff_id, day=day, text=text.strip(), closed_at=closed_at)
            else:
                found.text, found.closed_at = text.strip(), closed_at
                found.version += 1
                found.save(update_fields=["text", "closed_at", "version"])
            record(action=Action.CHANGE, kind="work-log", object_id=day.isoformat(), detail={"closed": closing})
    except IntegrityError:
        raise StaleError(DayLog.objects.get(staff_id=staff_id, day=day)) from None
    return found
