"""Who signs for which side of a hand-over."""

from __future__ import annotations

import datetime

from guanxi.crm.handover.models import Handover, Signature, State
from guanxi.crm.kernel.scope import KIND_OF_LINE, Reach, Scope
from guanxi.crm.org.models import Cover, Staff


def is_away(staff: Staff, *, today: datetime.date) -> bool:
    """Whether somebody cannot sign today: left, closed, or covered for. One query."""
    if not staff.is_active or (staff.left_on is not None and staff.left_on <= today):
        return True
    return Cover.objects.filter(staff=staff, valid_from__lte=today, valid_to__gte=today).exists()


def covers(scope: Scope, handover: Handover) -> bool:
    """Whether all customers of a hand-over lie within ``scope`` by post, each institution on its line."""
    if scope.reach is Reach.EVERYTHING:
        return True
    if scope.reach is not Reach.INSTITUTIONS:
        return False
    sights = {KIND_OF_LINE["retail"]: scope.retail, KIND_OF_LINE["corporate"]: scope.corporate}
    # What was never previewed lies within nobody's reach.
    return bool(handover.spread) and all(
        kind in sights and (sights[kind].everything or place in sights[kind].institution_ids)
        for place, kind in handover.spread
    )


def may_sign(
    handover: Handover, staff: Staff, *, assigns: Scope, today: datetime.date
) -> tuple[str, str | None] | None:
    """The side that somebody may sign now and for whom: ``("receiver", own number)`` or ``("giver", giver's)``.

    The giver signs in person; for one who has left or is away, and for customers of nobody, whoever may assign all of
    the customers (``assigns``). None where there is nothing to sign.
    """
    if handover.state != State.WAITING:
        return None
    signed = list(handover.signatures.values_list("side", "signed_by_id"))
    if any(by == staff.pk for _side, by in signed):
        return None
    if handover.receivers.filter(staff=staff).exists():
        return Signature.Side.RECEIVER, staff.pk
    if any(side == Signature.Side.GIVER for side, _by in signed):
        return None
    in_person = handover.giver_id == staff.pk
    if in_person or (stands_in(handover, today=today) and covers(assigns, handover)):
        return Signature.Side.GIVER, handover.giver_id
    return None


def stands_in(handover: Handover, *, today: datetime.date) -> bool:
    """Whether somebody above signs for the giver."""
    return handover.giver is None or is_away(handover.giver, today=today)
