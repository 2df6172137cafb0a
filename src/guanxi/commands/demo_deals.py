"""What the demo bank's managers are selling: a few hundred opportunities, won, lost and open, with their moves.

Made set-based after the nights from the published customers and products, as their work is; the same customers give the
same opportunities. Products are priced by the service that prices them for everybody, from the published margins.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from guanxi.crm.kernel.calendar import WorkingCalendar

MOST = 420
BACK_DAYS, AHEAD_DAYS = 75, 170
LINES: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("loan", 32, ("流动资金贷款", "设备更新贷款", "小微经营贷", "固定资产贷款")),
    ("deposit", 22, ("大额存单续存", "货款归集账户", "保证金存款", "拆迁款存入")),
    ("wealth", 20, ("稳健理财配置", "到期理财续接", "家庭资产配置")),
    ("settlement", 10, ("对公结算账户", "收单与企业网银")),
    ("card", 8, ("信用卡新办", "白金卡升级")),
    ("payroll", 8, ("代发工资", "代发工资迁入")),
)
ONLY_FIRMS = frozenset({"settlement", "payroll"})
NEEDS = (
    "旺季备货需要资金",
    "资金到期希望稳健增值",
    "希望降低融资成本",
    "需要统一归集各门店货款",
    "子女升学准备资金",
    "扩大厂房",
)
DECIDERS = ("法定代表人", "财务总监", "本人", "配偶共同决定", "财务经理")
RIVALS = (("某国有大行", "利率低 20 个基点"), ("某股份行", "审批三天"), ("某城商行", "免开户费"))


@dataclass(slots=True)
class Shelf:
    """What deals are made of, asked for once: products on sale by line, published prices, stages, reasons."""

    day: datetime.date
    products: dict[str, list[Any]] = field(default_factory=dict)
    stages: dict[int, list[Any]] = field(default_factory=dict)
    reasons: dict[str, list[Any]] = field(default_factory=dict)
    prices: dict[tuple[str, int], Decimal | None] = field(default_factory=dict)

    @classmethod
    def filled(cls, day: datetime.date) -> Shelf:
        """The shelf as of a business date; three queries."""
        from guanxi.crm.holding.models import Product
        from guanxi.crm.sales.models import CloseReason, Stage
        from guanxi.crm.sales.opportunity_codes import LINE_KINDS

        found = cls(day)
        on_sale = list(Product.objects.filter(on_sale=True).order_by("id"))
        for line, *_more in LINES:
            found.products[line] = [one for one in on_sale if one.kind in LINE_KINDS[line]]
        for stage in Stage.objects.order_by("position"):
            found.stages.setdefault(stage.pipeline_id, []).append(stage)
        for reason in CloseReason.objects.order_by("position"):
            found.reasons.setdefault(reason.state, []).append(reason)
        return found

    def price(self, product: Any, term_days: int) -> Decimal | None:
        """The published price of a product for a term; a query the first time."""
        from guanxi.crm.sales.price_queries import published_price

        key = (product.pk, term_days)
        if key not in self.prices:
            self.prices[key] = published_price(product, currency="CNY", term_days=term_days, day=self.day)
        return self.prices[key]


def make_deals(*, now: datetime.datetime, calendar: WorkingCalendar) -> int:
    """Writes opportunities for managers of the newest publication; returns how many. Does nothing where there are any
    already, or nothing is published.
    """
    from django.db import transaction

    from guanxi.crm.insight.queries import newest_publication
    from guanxi.crm.sales.margin_services import sum_margins
    from guanxi.crm.sales.models import Opportunity

    published = newest_publication()
    if published is None or Opportunity.objects.exists():
        return 0
    sum_margins()
    days = [now.date() - datetime.timedelta(days=number) for number in range(BACK_DAYS)]
    working = [day for day in days if calendar.is_working_day(day)]
    made, shelf = 0, Shelf.filled(published.business_date)
    with transaction.atomic():
        for place, (party, assets) in enumerate(_customers(published.business_date)):
            made += _deal(place, party, assets, now=now, working=working, shelf=shelf)
    return made


def _customers(business_date: datetime.date) -> list[tuple[Any, Decimal]]:
    """Customers with a manager, by manager in turn, the weightiest first: (party, assets and loans)."""
    from guanxi.crm.insight.models import CustomerFigure
    from guanxi.crm.party.models import Party

    rows = (
        CustomerFigure.objects.filter(business_date=business_date, manager__isnull=False, restricted=False)
        .order_by("-contribution_r12", "party_id")
        .values_list("party_id", "manager_id", "assets", "loan")
    )
    by_manager: dict[str, list[tuple[str, Decimal]]] = {}
    for party_id, manager_id, assets, loan in rows.iterator(chunk_size=2_000):
        held = by_manager.setdefault(manager_id, [])
        if len(held) < 40:
            held.append((party_id, assets + loan))
    turns = max((len(held) for held in by_manager.values()), default=0)
    chosen = [held[turn] for turn in range(turns) for _who, held in sorted(by_manager.items()) if turn < len(held)][
        :MOST
    ]
    parties = Party.objects.in_bulk([number for number, _worth in chosen])
    return [(parties[number], worth) for number, worth in chosen if number in parties]


def _deal(
    place: int, party: Any, worth: Decimal, *, now: datetime.datetime, working: list[datetime.date], shelf: Shelf
) -> int:
    """One opportunity with its product, team and moves; 1, or 0 where the line has no product on sale."""
    from random import Random
    from uuid import UUID

    from guanxi.crm.kernel.scope import Scope
    from guanxi.crm.sales.models import Competitor, Opportunity
    from guanxi.crm.sales.opportunity_parts import Line, set_products
    from guanxi.crm.sales.opportunity_services import Entered, open_opportunity

    random = Random(f"{party.id}-{place}")  # noqa: S311 - the same customers give the same opportunities
    lines = [one for one in LINES if party.kind == "organisation" or one[0] not in ONLY_FIRMS]
    line, _weight, titles = random.choices(lines, [one[1] for one in lines])[0]
    products = shelf.products[line]
    if not products:
        return 0
    scope = Scope.everything("")
    base = max(worth, Decimal(50_000)) * random.randrange(8, 60) / 100
    amount = max(Decimal(5_000), (base / 5_000).quantize(Decimal(1)) * 5_000)
    term = random.choice((90, 180, 365, 365, 1095))
    opened = open_opportunity(
        scope=scope, by=party.manager_id, key=UUID(int=random.getrandbits(128), version=4), party_id=party.id,
        line=line,
        entered=Entered(
            title=random.choice(titles), expected_on=now.date(), need=random.choice(NEEDS),
            decider=random.choice(DECIDERS), amount=amount, term_days=term,
        ),
    ).opportunity  # fmt: skip
    product = random.choice(products)
    price = shelf.price(product, term)
    if price is not None and random.random() < 0.18:
        better = Decimal("0.004") * (1 if line == "deposit" else -1)
        price = max(Decimal(0), price + better)
    quantity = random.randrange(20, 300) if line == "payroll" else 1
    chosen = Line(product_id=product.pk, amount=amount, quantity=quantity, term_days=term, price=price)
    one = set_products(scope=scope, opportunity_id=opened.pk, version=opened.version, lines=[chosen], day=shelf.day)
    if random.random() < 0.3:
        name, offer = random.choice(RIVALS)
        Competitor.objects.create(opportunity=one, name=name, offer=offer)
    _walk(random, Opportunity.objects.select_related("pipeline").get(pk=one.pk), now=now, working=working, shelf=shelf)
    return 1


def _walk(random: Any, one: Any, *, now: datetime.datetime, working: list[datetime.date], shelf: Shelf) -> None:
    """Takes an opportunity some way through its stages, on working days of the last weeks."""
    from django.utils import timezone

    from guanxi.crm.sales.models import Opportunity, StageMove

    stages = shelf.stages[one.pipeline_id]
    still = [stage for stage in stages if stage.state == "open"]
    end = random.random()
    state = "won" if end < 0.22 else "lost" if end < 0.36 else "open"
    reach = len(still) if state == "won" else random.randrange(1, len(still) + 1)
    path = still[:reach] + [stage for stage in stages if state != "open" and stage.state == state]
    days = sorted(random.choices(working[1:], k=len(path)))
    clock = [datetime.time(9 + random.randrange(8), random.randrange(60)) for _step in path]
    moments = sorted(timezone.make_aware(datetime.datetime.combine(*pair)) for pair in zip(days, clock, strict=True))
    StageMove.objects.filter(opportunity=one).delete()
    before, since = None, None
    version = one.version
    for place, (stage, at) in enumerate(zip(path, moments, strict=True)):
        StageMove.objects.create(
            opportunity=one, from_stage=before, to_stage=stage, at=at, staff_id=one.owner_id, stood_since=since,
            version=version + place, pipeline_version=one.pipeline.version, probability=stage.probability,
        )  # fmt: skip
        before, since = stage, at
    closed = timezone.localdate(moments[-1]) if state != "open" else None
    reasons = shelf.reasons[state] if closed else []
    expected = closed or timezone.localdate(now) + datetime.timedelta(days=random.randrange(-9, AHEAD_DAYS))
    Opportunity.objects.filter(pk=one.pk).update(
        stage=path[-1],
        state=state,
        opened_at=moments[0],
        stage_since=moments[-1],
        changed_at=moments[-1],
        expected_on=expected,
        closed_on=closed,
        closed_by_id=one.owner_id if closed else None,
        reason=random.choice(reasons) if reasons else None,
        version=version + len(path) - 1,
    )
