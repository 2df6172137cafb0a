"""What becomes of a referral: accepted, declined, returned, passed on, sent again, withdrawn, closed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.sales.credit import split
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadSource
from guanxi.crm.sales.leads.services import Details, take_in_lead
from guanxi.crm.sales.models import Referral, ReferralCredit
from guanxi.crm.sales.opportunity_codes import Origin
from guanxi.crm.sales.opportunity_parts import add_to_team
from guanxi.crm.sales.opportunity_services import Entered, open_opportunity
from guanxi.crm.sales.referral_codes import ReferralState, ReferralStepKind, ReferralWay
from guanxi.crm.sales.referral_credit import shares
from guanxi.crm.sales.referral_services import (
    answer_by,
    check_place,
    locked,
    manager_of,
    noted,
    receives,
    save,
    step,
)
from guanxi.crm.sales.referral_telling import tell

State, Kind = ReferralState, ReferralStepKind
# Its lead and its opportunity have keys of their own, made of the referral's: asked for twice, each is made once.
LEADS = UUID("b9f0e8de-93a5-4b6c-8d5c-0f3f1f2a7c11")
OPPORTUNITIES = UUID("6f3c0a5e-2f0f-4a0e-9d55-0b6f6d1c9a34")


def accept_referral(*, scope: Scope, by: str, referral_id: int, version: int) -> Referral:
    """Takes a referral over; of somebody who is no customer a lead is made, the taker's. ``scope`` is how far ``by``
    may edit.

    Raises ``StaleError``, ``Referral.DoesNotExist`` outside the scope, and :class:`SalesError`.
    """
    with transaction.atomic():
        found = _received(scope, by, referral_id, version)
        if found.state != State.WAITING:
            raise SalesError(_("Only what waits for an answer is accepted."))
        found.taker_id, found.state, found.answered_at = by, State.ACCEPTED, timezone.now()
        found.answer_by = found.late_at = None
        if found.party_id is None and found.lead_id is None:
            found.lead_id = _lead(found, by)
        save(found, "taker", "state", "answered_at", "answer_by", "late_at", "lead_id")
        step(found, Kind.ACCEPTED, by=by)
        noted(found, accepted=True)
        tell(found, Kind.ACCEPTED, [found.referrer_id], by)
    return found


def _lead(found: Referral, by: str) -> int:
    """The taker's lead of somebody who is no customer yet."""
    details = Details(
        kind=found.kind,
        name=found.name,
        source=LeadSource.REFERRAL,
        source_detail=str(ReferralWay(found.way).label)[:120],
        phone=found.phone,
        product=found.product,
        amount=found.amount,
        text=found.text,
    )
    key = uuid5(LEADS, str(found.key))
    return take_in_lead(key=key, by=by, details=details, institution_id=found.institution_id, manager_id=by).lead.pk


def decline_referral(*, scope: Scope, by: str, referral_id: int, version: int, text: str) -> Referral:
    """Refuses a referral, with the reason; that ends it. Raises as :func:`accept_referral`."""
    return _answer_with_reason(scope, by, referral_id, version, text, State.DECLINED, Kind.DECLINED)


def return_referral(*, scope: Scope, by: str, referral_id: int, version: int, text: str) -> Referral:
    """Gives a referral back to its sender, who may mend it and send it again. Raises as :func:`accept_referral`."""
    return _answer_with_reason(scope, by, referral_id, version, text, State.RETURNED, Kind.RETURNED)


def _answer_with_reason(
    scope: Scope, by: str, referral_id: int, version: int, text: str, state: ReferralState, kind: ReferralStepKind
) -> Referral:
    if not text.strip():
        raise SalesError(_("Say why: the sender reads it."), "text")
    with transaction.atomic():
        found = _received(scope, by, referral_id, version)
        if found.state not in (State.WAITING, State.ACCEPTED):
            raise SalesError(_("This referral has come to its end already."))
        now, giver = timezone.now(), found.taker_id or by
        found.state, found.said, found.answered_at = state, text.strip()[:300], found.answered_at or now
        found.ended_at = now if state == State.DECLINED else None
        found.taker_id, found.answer_by, found.late_at = None, None, None
        save(found, "state", "said", "answered_at", "ended_at", "taker", "answer_by", "late_at")
        step(found, kind, by=by, giver=giver, text=text)
        noted(found, **{state.value: True})
        tell(found, kind, [found.referrer_id], by)
    return found


def pass_on(
    *, scope: Scope, by: str, referral_id: int, version: int, institution_id: str, taker_id: str = "", text: str = ""
) -> Referral:
    """Passes a referral on to somebody else, whose clock begins anew. Raises as :func:`accept_referral`."""
    with transaction.atomic():
        found = _received(scope, by, referral_id, version)
        if found.state not in (State.WAITING, State.ACCEPTED):
            raise SalesError(_("This referral has come to its end already."))
        check_place(institution_id, taker_id, by=by)
        if taker_id == found.referrer_id:
            raise SalesError(_("To give it back to its sender, return it."), "taker")
        if (institution_id, taker_id or None) == (found.institution_id, found.taker_id):
            raise SalesError(_("It is there already."), "taker")
        _send_to(found, institution_id, taker_id, Kind.PASSED, by=by, giver=found.taker_id or by, text=text)
    return found


def resend_referral(
    *, scope: Scope, by: str, referral_id: int, version: int, institution_id: str, taker_id: str = "", text: str = ""
) -> Referral:
    """Sends again what came back. Raises as :func:`accept_referral`; only its sender may."""
    with transaction.atomic():
        found = _own(scope, by, referral_id, version)
        if found.state != State.RETURNED:
            raise SalesError(_("Only what came back is sent again."))
        check_place(institution_id, taker_id, by=by)
        if text.strip():
            found.text = text.strip()
            save(found, "text")
        _send_to(found, institution_id, taker_id, Kind.RESENT, by=by, giver=by, text=text)
    return found


def _send_to(
    found: Referral, institution_id: str, taker_id: str, kind: ReferralStepKind, *, by: str, giver: str, text: str
) -> None:
    now = timezone.now()
    found.institution_id, found.taker_id, found.state = institution_id, taker_id or None, State.WAITING
    found.answer_by, found.late_at, found.said = answer_by(now), None, ""
    save(found, "institution", "taker", "state", "answer_by", "late_at", "said")
    step(found, kind, by=by, giver=giver, text=text, at=now)
    noted(found, **{kind.value: institution_id})
    tell(found, kind, [found.taker_id or manager_of(institution_id), found.referrer_id], by)


def withdraw_referral(*, scope: Scope, by: str, referral_id: int, version: int, text: str = "") -> Referral:
    """Takes back what waits for an answer or came back. Raises as :func:`accept_referral`; only its sender may."""
    with transaction.atomic():
        found = _own(scope, by, referral_id, version)
        if found.state not in (State.WAITING, State.RETURNED):
            raise SalesError(_("What is accepted is not taken back: speak with the taker."))
        whom = found.taker_id
        found.state, found.ended_at, found.answer_by = State.WITHDRAWN, timezone.now(), None
        save(found, "state", "ended_at", "answer_by")
        step(found, Kind.WITHDRAWN, by=by, text=text)
        noted(found, withdrawn=True)
        tell(found, Kind.WITHDRAWN, [whom], by)
    return found


def open_for(
    *, scope: Scope, by: str, referral_id: int, version: int, title: str, expected_on: datetime.date
) -> Referral:
    """Opens the opportunity of an accepted referral about a customer, with the sender's share in its team; its end will
    be the referral's. Raises as :func:`accept_referral`, and ``Party.DoesNotExist`` where ``by`` may not edit the
    customer.
    """
    with transaction.atomic():
        found = _received(scope, by, referral_id, version)
        if found.state != State.ACCEPTED:
            raise SalesError(_("Accept the referral first."))
        if found.opportunity_id:
            raise SalesError(_("Its opportunity is open already."))
        if not found.party_id:
            raise SalesError(_("Whoever is no customer yet has a lead: convert that one."))
        opened = open_opportunity(
            scope=scope,
            by=by,
            key=uuid5(OPPORTUNITIES, str(found.key)),
            party_id=found.party_id,
            line=found.product,
            entered=Entered(title=title, expected_on=expected_on, amount=found.amount, need=found.text),
            owner_id=by,
            origin=Origin.REFERRAL,
            origin_id=str(found.pk),
        ).opportunity
        if found.share:
            add_to_team(scope=scope, opportunity_id=opened.pk, staff_id=found.referrer_id, share=found.share)
        found.opportunity_id = opened.pk
        save(found, "opportunity_id")
        step(found, Kind.OPPORTUNITY, by=by)
        noted(found, opportunity=opened.pk)
        tell(found, Kind.OPPORTUNITY, [found.referrer_id], by)
    return found


def close_referral(
    *, scope: Scope, by: str, referral_id: int, version: int, won: bool, amount: Decimal | None = None, text: str = ""
) -> Referral:
    """Closes an accepted referral of which no opportunity decides: with what came of it, or that nothing did.

    Raises as :func:`accept_referral`.
    """
    with transaction.atomic():
        found = _received(scope, by, referral_id, version)
        if found.state != State.ACCEPTED:
            raise SalesError(_("Accept the referral first."))
        if found.opportunity_id:
            raise SalesError(_("Its opportunity decides: close that one."))
        if won and (amount is None or amount <= 0):
            raise SalesError(_("Say what came of it, in money."), "amount")
        if not won and not text.strip():
            raise SalesError(_("Say why: the sender reads it."), "text")
        settle(found, won=won, amount=amount, team={}, by=by, text=text)
    return found


def settle(
    found: Referral,
    *,
    won: bool,
    amount: Decimal | None,
    team: Mapping[str, Decimal],
    by: str | None,
    text: str = "",
    at: datetime.datetime | None = None,
) -> None:
    """Ends a locked referral, and with success splits the credit: the sender's share, the rest to team or taker.

    Within a transaction of the caller's.
    """
    kind = Kind.WON if won else Kind.LOST
    found.state = State.WON if won else State.LOST
    found.won_amount = amount if won else None
    found.ended_at, found.said = at or timezone.now(), text.strip()[:300]
    save(found, "state", "won_amount", "ended_at", "said")
    step(found, kind, by=by, text=text, at=at)
    told = [found.referrer_id, found.taker_id]
    if won:
        others = {who: share for who, share in team.items() if share} or {
            found.taker_id or found.referrer_id: Decimal(1)
        }
        parts = shares(referrer=found.referrer_id, share=found.share, others=others)
        money = split(amount or Decimal(0), parts)
        with entered(SYSTEM):
            places = dict(Staff.objects.filter(pk__in=parts).values_list("pk", "institution_id"))
            # The sender's branch is the one that it was sent from.
            places[found.referrer_id] = found.from_institution_id
            ReferralCredit.objects.bulk_create(
                ReferralCredit(referral=found, staff_id=who, institution_id=places.get(who), share=share,
                               amount=money[who])
                for who, share in parts.items()
            )  # fmt: skip
        told += list(parts)
    noted(found, **{found.state: True})
    tell(found, kind, told, by)


def _received(scope: Scope, by: str, referral_id: int, version: int) -> Referral:
    found = locked(scope, referral_id, version)
    # Whoever sent it sees it, but does not answer it: to them it is there, to be answered by others.
    if found.referrer_id == by or not receives(scope, found):
        raise SalesError(_("Who sent it does not answer it."))
    return found


def _own(scope: Scope, by: str, referral_id: int, version: int) -> Referral:
    found = locked(scope, referral_id, version)
    if found.referrer_id != by:
        raise SalesError(_("Only its sender may do this."))
    return found
