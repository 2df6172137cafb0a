"""Reads of referrals: the path of one, and the league of those who send them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.sales.models import Referral, ReferralCredit, ReferralStep
from guanxi.crm.sales.referral_codes import ReferralState, ReferralStepKind

ZERO = Decimal(0)
MOVES = (ReferralStepKind.SENT, ReferralStepKind.PASSED, ReferralStepKind.RESENT)
BY = {"person": "referrer_id", "institution": "from_institution_id", "way": "way"}


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of the path: from whom to whom (nobody: whoever takes it), and how it was answered.

    ``answer`` is a ``ReferralStepKind``, empty while it waits; ``by`` who answered.
    """

    kind: str
    at: datetime.datetime
    giver: str
    taker: str
    institution_id: str
    text: str
    answer: str = ""
    by: str = ""
    answered_at: datetime.datetime | None = None
    said: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """The legs of a referral in their order, its steps as they were written, and the names of everybody in them."""

    legs: tuple[Leg, ...]
    steps: tuple[ReferralStep, ...]
    names: Mapping[str, str]


def path_of(scope: Scope, referral: Referral) -> Path:
    """The path of one referral within the scope; two queries."""
    steps = tuple(ReferralStep.objects.visible_to(scope).filter(referral=referral).order_by("at", "pk"))
    legs: list[Leg] = []
    for one in steps:
        if one.kind in MOVES:
            if legs and one.kind == ReferralStepKind.PASSED:
                legs[-1] = _with(legs[-1], answer=one.kind, by=one.by_id or "", answered_at=one.at)
            legs.append(
                Leg(one.kind, one.at, one.giver_id or "", one.taker_id or "", one.institution_id or "", one.text)
            )
        elif legs and one.kind == ReferralStepKind.LATE:
            legs[-1] = _with(legs[-1], late=True)
        elif legs and one.kind != ReferralStepKind.OPPORTUNITY:
            legs[-1] = _with(legs[-1], answer=one.kind, by=one.by_id or legs[-1].by, answered_at=one.at, said=one.text)
    people = {who for one in steps for who in (one.by_id, one.giver_id, one.taker_id) if who} | {referral.referrer_id}
    return Path(tuple(legs), steps, dict(Staff.objects.filter(pk__in=people).values_list("pk", "name")))


def _with(leg: Leg, **changes: object) -> Leg:
    return replace(leg, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the league: what a person, institution or way sent in the period, and what came of it.

    ``won`` and ``amount`` are of referrals that closed with success in the period, ``credit`` the sender's part, CNY.
    """

    key: str
    sent: int = 0
    accepted: int = 0
    declined: int = 0
    waiting: int = 0
    won: int = 0
    amount: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def accepted_share(self) -> Decimal | None:
        """Of those answered, how many were accepted; None where none was answered."""
        answered = self.accepted + self.declined
        return Decimal(self.accepted) / answered if answered else None


def league(
    *, since: datetime.datetime, until: datetime.datetime, by: str, institution_ids: tuple[str, ...] | None = None
) -> tuple[Place, ...]:
    """Who sends most and what comes of it, from ``since`` until before ``until``; two queries.

    ``by`` is ``person``, ``institution`` or ``way``; ``institution_ids`` narrows it to what was sent from there. These
    are counts and sums of the whole bank, with no customer in them: everybody may see who sends what, whatever their
    scope.
    """
    key = BY[by]
    at = Q(sent_at__gte=since, sent_at__lt=until)
    ended = Q(state=ReferralState.WON, ended_at__gte=since, ended_at__lt=until)
    accepted = Q(state__in=(ReferralState.ACCEPTED, ReferralState.WON, ReferralState.LOST))
    declined = Q(state__in=(ReferralState.DECLINED, ReferralState.RETURNED))
    with entered(SYSTEM):
        rows = Referral.objects.filter(at | ended)
        earnings = ReferralCredit.objects.filter(
            referral__state=ReferralState.WON, referral__ended_at__gte=since, referral__ended_at__lt=until,
            staff_id=F("referral__referrer_id"),
        )  # fmt: skip
        if institution_ids is not None:
            rows = rows.filter(from_institution_id__in=institution_ids)
            earnings = earnings.filter(referral__from_institution_id__in=institution_ids)
        found = list(
            rows.values_list(key).annotate(
                sent=Count("id", filter=at),
                accepted=Count("id", filter=at & accepted),
                declined=Count("id", filter=at & declined),
                waiting=Count("id", filter=at & Q(state=ReferralState.WAITING)),
                won=Count("id", filter=ended),
                amount=Sum("won_amount", filter=ended),
            )
        )
        earned = dict(earnings.values_list(f"referral__{key}").annotate(sum=Sum("amount")))
    places = (
        Place(one, sent, accepted, declined, waiting, won, amount or ZERO, earned.get(one, ZERO))
        for one, sent, accepted, declined, waiting, won, amount in found
    )
    return tuple(sorted(places, key=lambda one: (-one.credit, -one.won, -one.accepted, -one.sent, one.key)))
