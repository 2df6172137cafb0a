"""The demo bank's leads: some hundreds, with where they came from, how far they are and what happened to each.

The bank's files know nothing of them, so they are made here, after the nights. The same managers give the same leads.
"""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from typing import Any
from uuid import UUID

# Of each manager so many, as far as these.
STATES = ("accepted", "pool", "accepted", "assigned", "closed", "accepted", "prospect", "accepted", "assigned")
MOST = 600
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜"
    "崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔向汤"
)
GIVEN = tuple("伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚")
GIVEN_PAIRS = "秀兰桂英建华志强海燕晓东文博雨桐子轩思远佳怡梓涵浩然宇航诗涵俊杰"
TRADES = (
    ("精密机械", "C34"),
    ("纺织服饰", "C18"),
    ("食品", "C14"),
    ("新材料", "C26"),
    ("电子科技", "C39"),
    ("智能装备", "C35"),
    ("供应链管理", "G54"),
    ("建筑工程", "E47"),
    ("餐饮管理", "H62"),
    ("信息技术", "I65"),
    ("进出口贸易", "F51"),
    ("生态农业", "A01"),
    ("文化传播", "R88"),
    ("环保科技", "N77"),
)
WORDS = "恒瑞盛达华信嘉诚远宏泰润博鼎安源新隆"
SOURCES = (
    ("referral", "老客户推荐", 18),
    ("counter", "大堂咨询", 20),
    ("event", "秋季企业家沙龙", 12),
    ("campaign", "代发工资营销季", 14),
    ("web", "", 14),
    ("import", "园区企业名录.xlsx", 12),
    ("call_centre", "", 6),
    ("linkage", "代发单位高管", 4),
)
PERSON_TEXTS = (
    "近期有一笔定期在他行到期，想比较利率。",
    "咨询住房按揭，已看好房源。",
    "希望了解稳健类理财。",
    "想办信用卡，单位在附近园区。",
    "",
)
FIRM_TEXTS = (
    "厂房扩建，有中长期贷款需求。",
    "员工约一百二十人，现由他行代发工资。",
    "出口收汇增加，咨询结算与结汇。",
    "想开立基本户并办理收单。",
    "",
)
PERSON_PRODUCTS = ("deposit", "wealth", "loan", "card")
FIRM_PRODUCTS = ("loan", "settlement", "payroll", "deposit")
CLOSINGS = ("not_reached", "no_interest", "other_bank", "unfit")


def make_leads(*, now: datetime.datetime) -> int:
    """Writes leads for every manager of the newest publication; returns how many. Does nothing where there are some."""
    from django.db import transaction

    from guanxi.crm.insight.queries import newest_publication
    from guanxi.crm.sales.leads.giving import takers_among
    from guanxi.crm.sales.leads.scoring import rescore
    from guanxi.crm.sales.models import Lead, LeadStep

    if newest_publication() is None or Lead.objects.exists():
        return 0
    takers = sorted(takers_among(None).values(), key=lambda one: one.staff_id)
    made: list[Lead] = []
    steps: list[LeadStep] = []
    for taker in takers:
        if len(made) >= MOST:
            break
        chance = random.Random(f"leads {taker.staff_id}")  # noqa: S311 - the same bank, the same leads
        for state in STATES:
            lead, happened = _one(chance, taker, state, now=now)
            made.append(lead)
            steps += [LeadStep(lead=lead, **step) for step in happened]
    with transaction.atomic():
        Lead.objects.bulk_create(made, batch_size=500)
        LeadStep.objects.bulk_create(steps, batch_size=1_000)
        rescore(Lead.objects.all())
    return len(made)


def _one(chance: random.Random, taker: Any, state: str, *, now: datetime.datetime) -> tuple[Any, list[dict[str, Any]]]:
    """One lead and its steps."""
    from guanxi.crm.sales.leads.folding import fold, phone_token
    from guanxi.crm.sales.leads.giving import deadline, setup
    from guanxi.crm.sales.models import Lead

    kind = chance.choice(sorted(taker.kinds))
    firm = kind == "organisation"
    person = chance.choice(SURNAMES) + _given(chance)
    trade, industry = chance.choice(TRADES)
    name = f"{taker.city}{''.join(chance.sample(WORDS, 2))}{trade}有限公司" if firm else person
    source, detail, _weight = chance.choices(SOURCES, weights=[one[2] for one in SOURCES])[0]
    phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
    age = datetime.timedelta(days=chance.randrange(0, 45), minutes=chance.randrange(600))
    if state in ("pool", "assigned"):
        age = datetime.timedelta(minutes=chance.randrange(30, 3_000))
    made_at, by = now - age, None if source == "web" else taker.staff_id
    manager = None if state == "pool" else taker.staff_id
    given_at = made_at + (now - made_at) / 3
    how = setup()
    lead = Lead(
        key=UUID(int=chance.getrandbits(128), version=4), kind=kind, name=name, name_folded=fold(name),
        contact_name=person if firm else "", phone=phone, phone_token=phone_token(phone), city=taker.city,
        industry_code=industry if firm else "", product=chance.choice(FIRM_PRODUCTS if firm else PERSON_PRODUCTS),
        amount=Decimal(chance.choice((5, 10, 20, 30, 50, 80))) * (100_000 if firm else 10_000), source=source,
        source_detail=detail, text=chance.choice(FIRM_TEXTS if firm else PERSON_TEXTS),
        institution_id=taker.institution_id, manager_id=manager, state=state, assigned_at=given_at if manager else None,
        accept_by=deadline(given_at, how, how.accept_hours) if state == "assigned" else None,
        closing=chance.choice(CLOSINGS) if state == "closed" else "",
        ended_at=now - age / 4 if state in ("prospect", "closed") else None, made_by_id=by, made_at=made_at,
        changed_at=made_at,
    )  # fmt: skip
    steps: list[dict[str, Any]] = [{"kind": "made", "at": made_at, "by_id": by}]
    if manager:
        steps.append({"kind": "assigned", "at": given_at, "taker_id": manager})
    if state in ("accepted", "prospect", "closed"):
        steps.append({"kind": "accepted", "at": given_at + (now - given_at) / 4, "by_id": manager, "taker_id": manager})
    if state in ("prospect", "closed"):
        steps.append({"kind": state, "at": now - age / 4, "by_id": manager, "taker_id": manager})
    return lead, steps


def _given(chance: random.Random) -> str:
    """A given name of one or two characters."""
    if chance.random() < 0.45:
        return chance.choice(GIVEN)
    place = 2 * chance.randrange(len(GIVEN_PAIRS) // 2)
    return GIVEN_PAIRS[place : place + 2]
