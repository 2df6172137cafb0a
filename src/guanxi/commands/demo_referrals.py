"""Whom the demo bank's staff passed to each other in the last weeks: referrals with their paths and credits.

Made after the nights from the published customers and staff; the same bank gives the same referrals.
"""

from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from guanxi.crm.kernel.calendar import WorkingCalendar

if TYPE_CHECKING:
    from guanxi.crm.sales.models import Referral

DAYS = 75
MOST = 180
# How far a referral has come, in hundredths; what is newer than two days waits for its answer.
ENDS = (("won", 34), ("accepted", 24), ("lost", 14), ("declined", 10), ("returned", 6), ("waiting", 12))
NOTES = {
    "person": (
        ("wealth", "企业主个人有闲置资金，关注稳健理财。", 300_000),
        ("card", "代发单位高管，希望办理白金卡。", 50_000),
        ("deposit", "拆迁补偿款将到账，询问大额存单。", 800_000),
        ("loan", "拟购房，咨询按揭额度。", 900_000),
    ),
    "organisation": (
        ("payroll", "企业约三十名员工，现由他行代发工资。", 260_000),
        ("settlement", "想开通企业网银和收款码。", 120_000),
        ("loan", "旺季备货，需要流动资金。", 2_000_000),
        ("deposit", "应收款回笼，有定期存款意向。", 1_500_000),
    ),
}
WAYS = {
    "person": ("to_retail", "counter", "call_centre", "branch"),
    "organisation": ("to_corporate", "branch", "counter"),
}
SAID = {
    "declined": ("客户近期无需求。", "已在同业办理。", "不在本机构服务范围。"),
    "returned": ("请补充联系方式和需求金额。", "请先确认客户意愿。"),
    "lost": ("利率未谈拢。", "客户选择同业。", "资料不全，暂缓。"),
}


def make_referrals(*, now: datetime.datetime, calendar: WorkingCalendar) -> int:
    """Writes some referrals between the managers of the newest publication; returns how many.

    Does nothing where there are referrals already, or nothing is published.
    """
    from django.db import transaction

    from guanxi.crm.insight.models import CustomerFigure
    from guanxi.crm.insight.queries import newest_publication
    from guanxi.crm.org.models import Staff
    from guanxi.crm.sales.models import Referral, ReferralCredit, ReferralStep

    published = newest_publication()
    if published is None or Referral.objects.exists():
        return 0
    managers = list(
        Staff.objects.filter(role__in=("rm", "service_agent"), is_active=True, institution__isnull=False)
        .order_by("pk")
        .values_list("pk", "institution_id")
    )
    rows = CustomerFigure.objects.filter(business_date=published.business_date, manager_id__isnull=False)
    customers = []
    for kind in NOTES:
        found = rows.filter(kind=kind, tier__in=("premier", "core")).order_by("party_id")
        picked = sorted(found.values_list("party_id", "name", "kind", "institution_id", "manager_id"), key=_order)
        customers += picked[: MOST // 2]
    made = [_referral(row, managers, now, calendar) for row in customers] if len(managers) > 1 else []
    with transaction.atomic():
        Referral.objects.bulk_create([one for one, _steps, _earned in made])
        ReferralStep.objects.bulk_create(step for _one, steps, _earned in made for step in steps)
        ReferralCredit.objects.bulk_create(credit for _one, _steps, earned in made for credit in earned)
    return len(made)


def _number(*words: object) -> int:
    return int.from_bytes(hashlib.sha256("/".join(map(str, words)).encode()).digest()[:6])


def _order(row: tuple[Any, ...]) -> int:
    return _number("referral", row[0])


def _referral(
    row: tuple[Any, ...], managers: list[tuple[str, str]], now: datetime.datetime, calendar: WorkingCalendar
) -> tuple[Referral, list[Any], list[Any]]:
    from guanxi.crm.sales.models import Referral, ReferralCredit, ReferralStep
    from guanxi.crm.sales.referral_credit import shares
    from guanxi.crm.sales.referral_services import answer_by

    party_id, name, kind, institution, manager = row
    draw = _number("drawn", party_id)
    referrer, place = next(one for one in managers[draw % len(managers) :] + managers if one[0] != manager)
    product, text, usual = NOTES[kind][draw % len(NOTES[kind])]
    sent = _moment(now, draw % DAYS, draw, calendar)
    state = _state(draw, now - sent)
    answered = min(now, sent + datetime.timedelta(hours=1 + draw % 20))
    ended = min(now, answered + datetime.timedelta(days=2 + draw % 15))
    amount = Decimal(usual * (40 + draw % 140) // 100_000 * 1_000)
    said = SAID[state][draw % len(SAID[state])] if state in SAID else ""
    over = state in ("won", "lost", "declined")
    one = Referral(
        key=UUID(int=_number("key", party_id)), way=WAYS[kind][draw // 7 % len(WAYS[kind])], kind=kind,
        party_id=party_id, name=name, product=product, amount=amount, text=text, referrer_id=referrer,
        from_institution_id=place, institution_id=institution, state=state, share=Decimal(20 + 10 * (draw % 3)),
        taker_id=None if state in ("declined", "returned") else manager, sent_at=sent, said=said,
        answer_by=answer_by(sent) if state == "waiting" else None,
        answered_at=None if state == "waiting" else answered, ended_at=ended if over else None,
        won_amount=amount if state == "won" else None,
    )  # fmt: skip

    def step(what: str, at: datetime.datetime, by: str, taker: str | None, words: str = "") -> ReferralStep:
        return ReferralStep(referral=one, kind=what, at=at, by_id=by, giver_id=by, taker_id=taker,
                            institution_id=institution, text=words)  # fmt: skip

    steps = [step("sent", sent, referrer, manager, text)]
    if state in ("accepted", "won", "lost"):
        steps.append(step("accepted", answered, manager, manager))
    if state in ("declined", "returned"):
        steps.append(step(state, answered, manager, None, said))
    if state in ("won", "lost"):
        steps.append(step(state, ended, manager, manager, said))
    earned = []
    if state == "won":
        parts = shares(referrer=referrer, share=one.share, others={manager: Decimal(1)})
        earned = [
            ReferralCredit(referral=one, staff_id=who, institution_id=place if who == referrer else institution,
                           share=share, amount=amount * share / 100)
            for who, share in parts.items()
        ]  # fmt: skip
    return one, steps, earned


def _state(draw: int, age: datetime.timedelta) -> str:
    if age < datetime.timedelta(days=2):
        return "waiting"
    place = draw // 11 % 100
    for state, share in ENDS:
        if place < share:
            # What came in some weeks ago has long been answered.
            return "accepted" if state == "waiting" and age > datetime.timedelta(days=6) else state
        place -= share
    return "accepted"


def _moment(now: datetime.datetime, back: int, draw: int, calendar: WorkingCalendar) -> datetime.datetime:
    """A moment of working hours on a working day, so many days ago at least."""
    from django.utils import timezone

    day = timezone.localdate(now) - datetime.timedelta(days=back)
    while not calendar.is_working_day(day):
        day -= datetime.timedelta(days=1)
    at = timezone.make_aware(datetime.datetime.combine(day, datetime.time(9 + draw // 13 % 8, draw // 17 % 60)))
    return min(at, now - datetime.timedelta(minutes=5))
