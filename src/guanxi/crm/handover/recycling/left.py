"""The manager has left: nobody looks after the customers any more."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.recycling.base import Ground, Kind
from guanxi.crm.party.models import Party


def find(ground: Ground) -> dict[str, list[str]]:
    """All customers of managers who may not sign in any more."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = Party.objects.filter(
        kind=ground.kind, institution_id__in=ground.institutions, manager__is_active=False
    ).order_by("id")
    for number, manager in rows.values_list("id", "manager_id"):
        found[manager].append(number)
    return found


KIND = Kind("left", _("The manager has left"), find)
