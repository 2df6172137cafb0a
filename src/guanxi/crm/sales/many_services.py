"""What is done to several opportunities at once, within one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import Party
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.opportunity_services import log, touch

# Bulk acts are about a page of a list or a few.
MOST = 200


def open_among(scope: Scope, opportunity_ids: Iterable[int]) -> tuple[Any, ...]:
    """Those of some opportunities that are open and within a scope, by expected close; one query."""
    rows = Opportunity.objects.visible_to(scope).filter(pk__in=list(opportunity_ids)[:MOST], state=State.OPEN)
    named = rows.select_related("party", "lead").annotate(owner_name=F("owner__name"))
    return tuple(named.order_by("expected_on", "id"))


def change_many(
    *,
    scope: Scope,
    opportunity_ids: Iterable[int],
    expected_on: datetime.date | None = None,
    owner_id: str = "",
    reach: Scope | None = None,
) -> tuple[int, int]:
    """Expects some open opportunities to close on another day, or gives them to another leader, as far as ``reach``
    (how far that person may edit) goes. Returns how many changed, and how many stay because of their customer.

    Those outside ``scope``, closed ones and those that are so already stay. Raises :class:`SalesError` for nobody in
    service.
    """
    if owner_id and not Staff.objects.filter(pk=owner_id, is_active=True).exists():
        raise SalesError(_("Nobody in service has the number %(number)s.") % {"number": owner_id}, "staff")
    changed = left = 0
    with transaction.atomic():
        rows = Opportunity.objects.visible_to(scope).select_for_update(of=("self",))
        wanted = rows.filter(pk__in=list(opportunity_ids)[:MOST], state=State.OPEN).select_related("party")
        found = list(wanted.order_by("pk"))
        parties = {one.party_id for one in found if one.party_id}
        reached = (
            set(Party.objects.visible_to(reach).filter(pk__in=parties).values_list("pk", flat=True))
            if (reach is not None)
            else parties
        )
        for one in found:
            if expected_on is not None and one.expected_on != expected_on:
                one.expected_on = expected_on
                touch(one, "expected_on")
                log(one, expected_on=expected_on)
                changed += 1
            # Who leads a prospect's is whoever works on the prospect: it is given with the lead.
            if owner_id and (one.party is None or one.party_id not in reached):
                left += 1
            elif owner_id and one.owner_id != owner_id:
                one.owner_id, one.follows = owner_id, one.party.manager_id == owner_id
                touch(one, "owner", "follows")
                log(one, given_to=owner_id)
                changed += 1
    return changed, left
