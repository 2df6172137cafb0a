"""The manager leads more customers than the pool allows: those worth least fall into it."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.recycling.base import Ground, Kind
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.party.models import Party


def find(ground: Ground) -> dict[str, list[str]]:
    """Of each manager above the limit, the customers with the least assets that are too many."""
    if ground.capacity is None:
        return {}
    of_kind = Party.objects.filter(kind=ground.kind, institution_id__in=ground.institutions)
    counts = of_kind.exclude(manager_id=None).values_list("manager_id").annotate(many=Count("id"))
    found = {}
    for manager, many in counts:
        if many > ground.capacity:
            figures = CustomerFigure.objects.filter(
                business_date=ground.day, manager_id=manager, kind=ground.kind, institution_id__in=ground.institutions
            )
            least = figures.order_by("assets", "party_id").values_list("party_id", flat=True)
            found[manager] = list(least[: many - ground.capacity])
    return found


KIND = Kind("over_capacity", _("The manager leads more than the limit; those with the least assets fall"), find)
