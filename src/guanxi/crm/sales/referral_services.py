"""Sends referrals, answers them, passes them on and closes them. Every step leaves its place in the path."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Institution, Role, Staff
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadProduct
from guanxi.crm.sales.leads.clock import Hours, after_working
from guanxi.crm.sales.leads.folding import looks_like_a_phone
from guanxi.crm.sales.models import Referral, ReferralStep
from guanxi.crm.sales.models.referrals import MOST_SHARE
from guanxi.crm.sales.referral_codes import ReferralState, ReferralStepKind, ReferralWay
from guanxi.crm.sales.referral_telling import tell
from guanxi.crm.workdays.queries import working_calendar

State, Kind = ReferralState, ReferralStepKind
ANSWER_WITHIN = datetime.timedelta(hours=8)
"""Working time in which a referral is to be answered."""
OF_KIND = {ReferralWay.TO_RETAIL: PartyKind.PERSON, ReferralWay.TO_CORPORATE: PartyKind.ORGANISATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody passes on: a customer (``party_id``), or by name somebody who is none yet; to whom, and what for.

    Without ``taker_id`` anybody at the institution may take it. ``amount`` is in CNY, ``share`` in percent.
    """

    way: str
    institution_id: str
    product: str
    share: Decimal
    taker_id: str = ""
    party_id: str = ""
    kind: str = ""
    name: str = ""
    phone: str = ""
    amount: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The referral, and whether it was made now: asked for twice, it is made once."""

    referral: Referral
    made: bool


def send_referral(*, scope: Scope, by: Staff, key: UUID, wanted: Wanted) -> Sent:
    """Sends a referral; the clock of its answer begins. ``scope`` is how far ``by`` sees.

    Raises :class:`SalesError` for what makes no sense, ``Party.DoesNotExist`` for a customer outside the scope.
    """
    if there := Referral.objects.filter(referrer=by, key=key).first():
        return Sent(there, made=False)
    party = Party.objects.visible_to(scope).get(pk=wanted.party_id) if wanted.party_id else None
    _check(wanted, party.kind if party else wanted.kind)
    if not by.institution_id:
        raise SalesError(_("Your number belongs to no institution: ask the administrator."))
    check_place(wanted.institution_id, wanted.taker_id, by=by.pk)
    now = timezone.now()
    referral = Referral(
        key=key,
        way=wanted.way,
        kind=party.kind if party else wanted.kind,
        party=party,
        name=party.name if party else wanted.name.strip(),
        phone="" if party else wanted.phone.strip(),
        product=wanted.product,
        amount=wanted.amount,
        text=wanted.text.strip(),
        referrer=by,
        from_institution_id=by.institution_id,
        institution_id=wanted.institution_id,
        taker_id=wanted.taker_id or None,
        share=wanted.share,
        sent_at=now,
        answer_by=answer_by(now),
    )
    try:
        # It goes where its sender need not see anything else.
        with entered(SYSTEM), transaction.atomic():
            referral.save(force_insert=True)
            step(referral, Kind.SENT, by=by.pk, giver=by.pk, text=referral.text, at=now)
            noted(referral, sent=wanted.way)
            tell(referral, Kind.SENT, [referral.taker_id or manager_of(referral.institution_id)], by.pk)
    except IntegrityError:
        # Two taps at once: the other was a moment earlier.
        there = Referral.objects.filter(referrer=by, key=key).first()
        if there is None:
            raise
        return Sent(there, made=False)
    return Sent(referral, made=True)


def _check(wanted: Wanted, kind: str) -> None:
    if wanted.way not in ReferralWay.values:
        raise SalesError(_("Choose which way it goes."), "way")
    if wanted.product not in LeadProduct.values:
        raise SalesError(_("Choose what it is about."), "product")
    if kind not in PartyKind.values:
        raise SalesError(_("Say whether it is a person or a firm."), "kind")
    if OF_KIND.get(ReferralWay(wanted.way), kind) != kind:
        raise SalesError(_("Retail takes persons, corporate takes firms."), "way")
    if not wanted.party_id and not wanted.name.strip():
        raise SalesError(_("Give the name."), "name")
    if wanted.phone.strip() and not looks_like_a_phone(wanted.phone):
        words = _("This is no phone number: eleven digits for a mobile, or a landline with area code.")
        raise SalesError(words, "phone")
    if wanted.amount is not None and wanted.amount < 0:
        raise SalesError(_("An amount is not negative."), "amount")
    if not 0 <= wanted.share <= MOST_SHARE:
        raise SalesError(_("The sender's share lies between 0 and 50 %."), "share")


def check_place(institution_id: str, taker_id: str, *, by: str) -> None:
    """Raises :class:`SalesError` where nobody there can take it: an institution that is none, a taker who is not of it,
    or whoever sends it.
    """
    place = Institution.objects.filter(pk=institution_id).first() if institution_id else None
    if place is None:
        raise SalesError(_("Choose the institution that it goes to."), "institution")
    if not taker_id:
        return
    if taker_id == by:
        raise SalesError(_("Nobody refers to themselves: open an opportunity instead."), "taker")
    taker = Staff.objects.filter(pk=taker_id, is_active=True).select_related("institution").first()
    if taker is None or taker.institution is None or not taker.institution.path.startswith(place.path):
        raise SalesError(_("This person is not in service there."), "taker")


def answer_by(now: datetime.datetime) -> datetime.datetime:
    """When a referral sent ``now`` must have been answered: the clock stands while the bank is closed."""
    return after_working(now, ANSWER_WITHIN, calendar=working_calendar(), hours=Hours())


def locked(scope: Scope, referral_id: int, version: int) -> Referral:
    """One referral within a scope, locked, as ``version`` says; within a transaction. Raises ``Referral.DoesNotExist``
    and :class:`StaleError`.
    """
    found: Referral = Referral.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=referral_id)
    if found.version != version:
        raise StaleError(found)
    return found


def receives(scope: Scope, referral: Referral) -> bool:
    """Whether a scope reaches a referral where it goes, not only because its person sent it."""
    return scope.reaches(
        record=referral.party_id or "",
        kind=referral.kind,
        institution_id=referral.institution_id,
        manager_id=referral.taker_id,
    )


def save(referral: Referral, *names: str) -> None:
    """Writes some fields as the referral's next version."""
    referral.version += 1
    with entered(SYSTEM):
        # Passed on, it may lie outside of what whoever passed it sees.
        referral.save(update_fields=[*names, "version"])


def step(
    referral: Referral,
    kind: str,
    *,
    by: str | None,
    giver: str | None = None,
    text: str = "",
    at: datetime.datetime | None = None,
) -> None:
    """Adds a step to the path: where the referral is now, and from whom it came."""
    with entered(SYSTEM):
        ReferralStep.objects.create(
            referral=referral,
            kind=kind,
            at=at or timezone.now(),
            by_id=by,
            giver_id=giver,
            taker_id=referral.taker_id,
            institution_id=referral.institution_id,
            text=text.strip()[:300],
        )


def noted(referral: Referral, **detail: Any) -> None:
    """Leaves the record of what was done to a referral."""
    record(
        action=Action.CHANGE,
        subject=referral.party_id or "",
        kind="referral",
        object_id=str(referral.pk),
        detail=detail,
    )


def manager_of(institution_id: str) -> str | None:
    """Who is told where nobody has been named: the branch manager there, or above; None for none. Two queries."""
    path = Institution.objects.filter(pk=institution_id).values_list("path", flat=True).first() or ""
    above = [one for one in path.strip("/").split("/") if one]
    found = dict(
        Staff.objects.filter(institution_id__in=above, role=Role.BRANCH_MANAGER, is_active=True)
        .order_by("-pk")
        .values_list("institution_id", "pk")
    )
    return next((found[one] for one in reversed(above) if one in found), None)
