"""Asks for and decides on prices beyond the floor; who decides is somebody else than who asked."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import OpportunityProduct, PriceApproval
from guanxi.crm.sales.opportunity_codes import Decision
from guanxi.crm.sales.opportunity_services import locked, log, touch


def ask_for_price(
    *, scope: Scope, by: str, opportunity_id: int, version: int, product_id: str, why: str
) -> PriceApproval:
    """Asks for the price of a product that lies beyond its floor. One that waits already is taken back for the new one.

    Raises ``Opportunity.DoesNotExist`` outside ``scope`` (how far ``by`` may edit), ``StaleError`` and
    :class:`SalesError`.
    """
    with transaction.atomic():
        found = locked(scope, opportunity_id, version)
        line: Any = OpportunityProduct.objects.filter(
            opportunity=found, product_id=product_id, below_floor=True
        ).first()
        if line is None:
            raise SalesError(_("This price needs no approval."), "product")
        if not why.strip():
            raise SalesError(_("Say why the customer shall have this price."), "why")
        PriceApproval.objects.filter(opportunity=found, product_id=product_id, decision=Decision.WAITING).delete()
        made = PriceApproval.objects.create(
            opportunity=found,
            product_id=product_id,
            price=line.price,
            floor=line.floor,
            amount=line.amount,
            term_days=line.term_days,
            contribution=line.contribution,
            why=why.strip()[:500],
            asked_by_id=by,
        )
        touch(found)
        log(found, price_asked=product_id, price=line.price, floor=line.floor)
    return made


def decide_on_price(
    *, scope: Scope, by: str, opportunity_id: int, approval_id: int, approve: bool, said: str = ""
) -> PriceApproval:
    """Decides on a price that waits. ``scope`` is how far ``by`` may approve.

    Raises ``PriceApproval.DoesNotExist`` outside of it, and :class:`SalesError` for one's own request, for one that is
    decided, and for a refusal without a word.
    """
    with transaction.atomic():
        rows = PriceApproval.objects.visible_to(scope).select_for_update(of=("self",))
        found: Any = rows.select_related("opportunity").get(pk=approval_id, opportunity_id=opportunity_id)
        if found.decision != Decision.WAITING:
            raise SalesError(_("This is decided already."))
        if found.asked_by_id == by:
            raise SalesError(_("Nobody approves a price that they asked for themselves."))
        if not approve and not said.strip():
            raise SalesError(_("Say why not."), "said")
        found.decision = Decision.APPROVED if approve else Decision.REFUSED
        found.decided_by_id, found.decided_at, found.said = by, timezone.now(), said.strip()[:500]
        found.save(update_fields=["decision", "decided_by", "decided_at", "said"])
        log(found.opportunity, price_decided=found.product_id, decision=found.decision)
    return found
