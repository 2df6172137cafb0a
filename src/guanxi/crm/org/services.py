"""Writes to the organisation by the staff themselves. Institutions, staff and posts come from the bank's files."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.crm.kernel.periods import not_over
from guanxi.crm.org.models import Assignment, Cover, Staff


class ArrangementError(Exception):
    """What was asked for cannot be; the message says why to the person who asked."""


def set_preferences(*, staff: Staff, changes: Mapping[str, Any]) -> Staff:
    """Merges ``changes`` into the person's preferences; a value of None takes the preference away.

    The row is locked, so that two windows of one person cannot lose each other's change.
    """
    with transaction.atomic():
        locked = Staff.objects.select_for_update().only("id", "preferences").get(pk=staff.pk)
        merged = {**locked.preferences, **changes}
        locked.preferences = {name: value for name, value in merged.items() if value is not None}
        locked.save(update_fields=["preferences"])
    staff.preferences = locked.preferences
    return staff


def support_customer(
    *,
    party_id: str,
    staff_id: str,
    within: Collection[str],
    until: datetime.date | None,
    reason: str,
    by: Staff,
    today: datetime.date,
) -> Assignment:
    """Lets somebody see and serve a customer beside the lead manager, from today; raises :class:`ArrangementError`.

    ``within`` are the institutions of the customer's own bank: nobody of another one is let in by a single signature.
    Whether ``by`` may assign this customer is for the caller to ask: the scope of the verb assign.
    """
    if not Staff.objects.filter(pk=staff_id, is_active=True, institution_id__in=within).exists():
        raise ArrangementError(_("Nobody in service has the number %(number)s.") % {"number": staff_id})
    if until is not None and until < today:
        raise ArrangementError(_("The last day lies in the past."))
    with transaction.atomic():
        # Two who press at once: the second finds the first one's row.
        list(Staff.objects.select_for_update().filter(pk=staff_id).values_list("pk"))
        if Assignment.objects.filter(not_over(today), party_id=party_id, staff_id=staff_id, kind="support").exists():
            raise ArrangementError(_("This person supports the customer already."))
        return Assignment.objects.create(
            party_id=party_id,
            staff_id=staff_id,
            kind=Assignment.Kind.SUPPORT,
            valid_from=today,
            valid_to=until,
            reason=reason,
            made_by=by,
        )


def end_support(*, assignment_id: int, party_id: str, today: datetime.date) -> bool:
    """Ends somebody's support of a customer with yesterday, at once; returns whether it still ran."""
    with transaction.atomic():
        found = (
            Assignment.objects.select_for_update()
            .filter(not_over(today), pk=assignment_id, party_id=party_id, kind=Assignment.Kind.SUPPORT)
            .first()
        )
        if found is None:
            return False
        found.valid_to = today - datetime.timedelta(days=1)
        found.save(update_fields=["valid_to"])
    return True


def arrange_cover(
    *,
    staff_id: str,
    substitute_id: str,
    first: datetime.date,
    last: datetime.date,
    reason: str,
    by: Staff,
    today: datetime.date,
) -> Cover:
    """Lets ``substitute_id`` look after another's customers from ``first`` to ``last``, both days included.

    Raises :class:`ArrangementError` for days in the past or turned round, for oneself, for somebody not in service,
    and where the same two are arranged for overlapping days already.
    """
    if first > last:
        raise ArrangementError(_("The last day lies before the first."))
    if last < today:
        raise ArrangementError(_("The last day lies in the past."))
    if staff_id == substitute_id:
        raise ArrangementError(_("Nobody covers for themselves."))
    with transaction.atomic():
        known = set(
            Staff.objects.select_for_update()
            .filter(pk__in=[staff_id, substitute_id])
            .filter(Q(is_active=True) | Q(pk=staff_id))
            .values_list("pk", flat=True)
        )
        for number in (staff_id, substitute_id):
            if number not in known:
                raise ArrangementError(_("Nobody in service has the number %(number)s.") % {"number": number})
        overlapping = Cover.objects.filter(
            staff_id=staff_id, substitute_id=substitute_id, valid_from__lte=last, valid_to__gte=first
        )
        if overlapping.exists():
            raise ArrangementError(_("The same two are arranged for some of these days already."))
        return Cover.objects.create(
            staff_id=staff_id,
            substitute_id=substitute_id,
            valid_from=first,
            valid_to=last,
            reason=reason,
            made_by=by,
        )


def end_cover(*, cover_id: int, today: datetime.date) -> bool:
    """Ends a cover with yesterday, or takes it back where it has not begun; returns whether it still ran."""
    with transaction.atomic():
        found = Cover.objects.select_for_update().filter(pk=cover_id, valid_to__gte=today).first()
        if found is None:
            return False
        if found.valid_from >= today:
            found.delete()
        else:
            found.valid_to = today - datetime.timedelta(days=1)
            found.save(update_fields=["valid_to"])
    return True
