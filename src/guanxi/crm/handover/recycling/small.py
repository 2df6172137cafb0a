"""The customer is worth little: assets and loans together below an amount."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.recycling.base import Ground, Kind
from guanxi.crm.insight.models import CustomerFigure


def find(ground: Ground) -> dict[str, list[str]]:
    """Customers whose assets and loans together are below the amount, CNY."""
    rows = CustomerFigure.objects.filter(
        business_date=ground.day, kind=ground.kind, institution_id__in=ground.institutions, manager_id__isnull=False
    ).annotate(worth=F("assets") + F("loan"))
    found: dict[str, list[str]] = defaultdict(list)
    for number, manager in (
        rows.filter(worth__lt=ground.threshold).order_by("party_id").values_list("party_id", "manager_id")
    ):
        found[manager].append(number)
    return found


KIND = Kind("small", _("Assets and loans together are below"), find, unit=_("CNY"), least=1)
