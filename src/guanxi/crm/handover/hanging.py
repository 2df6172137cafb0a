"""What of the rooms below hangs on a manager; rooms above register their own."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.hanging import Hanging, Placed, counted, register
from guanxi.crm.kernel.periods import not_over
from guanxi.crm.org.models import Assignment, Cover

LASTS = "coalesce(t.valid_to >= CURRENT_DATE, true)"


def _supports(giver: str | None, _placed: Placed) -> Mapping[str, int]:
    if giver is None:
        return {}
    found = Assignment.objects.filter(not_over(timezone.localdate()), staff_id=giver, kind=Assignment.Kind.SUPPORT)
    return {giver: found.count()}


def _covers(giver: str | None, _placed: Placed) -> Mapping[str, int]:
    if giver is None:
        return {}
    today = timezone.localdate()
    of = Cover.objects.filter(staff_id=giver, valid_to__gte=today).count()
    by = Cover.objects.filter(substitute_id=giver, valid_to__gte=today).count()
    return {giver: of + by}


def register_all() -> None:
    """Registers agreements, supporting managers, and what stays with the giver."""
    register(
        Hanging(
            name="agreements",
            title=_("Accounts, loans and products"),
            moves=True,
            count=counted("holding_agreement", "t.status <> 'closed'"),
        ),
        Hanging(
            name="supported",
            title=_("Supporting managers, who stay with the customer"),
            moves=True,
            count=counted("org_assignment", f"t.kind = 'support' AND {LASTS}"),
        ),
        Hanging(name="supports", title=_("Customers of others whom the giver supports"), moves=False, count=_supports),
        Hanging(name="covers", title=_("Covers by or for the giver"), moves=False, count=_covers),
    )
