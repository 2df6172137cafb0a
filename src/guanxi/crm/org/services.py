"""Writes to the organisation by the staff themselves. Institutions, staff and posts come from the bank's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from guanxi.crm.org.models import Staff


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
