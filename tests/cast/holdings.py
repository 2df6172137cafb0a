"""The cast's agreements with their months, days and events, and the figures that follow from them.

A small reckoning of its own, in Decimal: sums over agreements equal the customer's, to the cent.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from random import Random

from guanxi.crm.holding.models import Agreement, AgreementParty, Event
from guanxi.crm.insight.models import AgreementFigure, AgreementMonth
from guanxi.crm.party.models import Party
from tests.cast.bank import DAY, PRODUCTS

CENT = Decimal("0.01")
MONTHS = [datetime.date(2025, month, 1) for month in (10, 11, 12)] + [
    datetime.date(2026, month, 1) for month in range(1, 11)
]
PRODUCT = {row[0]: row for row in PRODUCTS}
UPKEEP = Decimal("12")
EVENT_COST = Decimal("0.80")


def cents(value: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)


def month_days(month: datetime.date) -> int:
    """Calendar days of a month."""
    return calendar.monthrange(month.year, month.month)[1]


@dataclass
class Reckoned:
    """One period of one agreement: average, formula inputs, components."""

    adb: Decimal
    days: int
    spread: Decimal
    basis: int
    fee_rate: Decimal
    fee_events: Decimal
    events: int
    loss_rate: Decimal

    @property
    def balance_sum(self) -> Decimal:
        return self.adb * self.days

    @cached_property
    def interest(self) -> Decimal:
        return cents(self.balance_sum * self.spread / self.basis)

    @cached_property
    def fee_accrued(self) -> Decimal:
        return cents(self.balance_sum * self.fee_rate / 365)

    @property
    def fees(self) -> Decimal:
        return self.fee_events + self.fee_accrued

    @cached_property
    def event_cost(self) -> Decimal:
        return cents(self.events * EVENT_COST)

    @cached_property
    def upkeep(self) -> Decimal:
        return cents(UPKEEP * self.days / 365)

    @property
    def cost(self) -> Decimal:
        return self.event_cost + self.upkeep

    @cached_property
    def expected_loss(self) -> Decimal:
        return cents(self.balance_sum * self.loss_rate / 365)

    @property
    def contribution(self) -> Decimal:
        return self.interest + self.fees - self.cost - self.expected_loss


@dataclass
class Held:
    """An agreement with everything reckoned about it."""

    agreement: Agreement
    dimension: str
    month_ends: list[Decimal]
    previous: Decimal
    months: list[Reckoned] = field(default_factory=list)
    running: Reckoned | None = None

    @property
    def balance(self) -> Decimal:
        return self.agreement.balance or Decimal(0)


# What the n-th customer of a book holds, and how much, in thousands.
SHELF: tuple[tuple[tuple[str, int], ...], ...] = (
    (("D001", 2600), ("D002", 4200), ("W001", 3800), ("I001", 600), ("E001", 0), ("C001", 45)),
    (("D001", 180), ("D003", 1500), ("F001", 420), ("E001", 0)),
    (("D001", 320), ("L001", 2100), ("C001", 18), ("E001", 0)),
    (("D001", 45), ("D002", 120)),
    (("D001", 5200), ("L002", 8000), ("D002", 3000), ("E001", 0)),
    (("D001", 12), ("E001", 0)),
    (("D001", 66), ("W001", 210), ("E001", 0)),
    (("D001", 3),),
)


def hold(parties: list[Party]) -> list[Held]:
    """What each party holds; deterministic."""
    random = Random(11)
    made: list[Held] = []
    for position, party in enumerate(parties):
        shelf = SHELF[4] if party.kind == "organisation" else SHELF[position % len(SHELF)]
        scale = Decimal(random.randrange(40, 160)) / 100
        for code, thousands in shelf:
            number = f"A{len(made) + 1:06d}"
            base = Decimal(thousands) * 1000 * scale
            made.append(_one(random, number, party, position=position, code=code, base=base))
    return made


def _one(random: Random, number: str, party: Party, *, position: int, code: str, base: Decimal) -> Held:
    _code, _name, _english, dimension, kind, _curve, rate, price, fee, _risk = PRODUCT[code]
    growth = Decimal(random.randrange(-30, 60)) / 100
    ends = [
        cents(base * (1 + growth * (step - 12) / 12) * Decimal(random.randrange(92, 108)) / 100)
        for step in range(len(MONTHS))
    ]
    jump = Decimal(random.choice([0, 0, 0, 0, 0, 3, -2])) / 10
    previous = cents(base * Decimal(random.randrange(97, 103)) / 100)
    balance = cents(previous * (1 + jump))
    overdue = 38 if position in (9, 26) and dimension == "loan" else 0
    term = kind == "term_deposit" or code == "W001"
    matures = DAY + datetime.timedelta(days=random.randrange(0, 90)) if term else None
    agreement = Agreement(
        id=number,
        kind=kind,
        account_number=f"6222{position:04d}{int(number[1:]):08d}",
        product_id=code,
        party_id=party.id,
        institution_id=party.institution_id,
        currency="CNY",
        opened_on=max(party.opened_on, datetime.date(2021, 3, 1)),
        status="active",
        amount=balance if term or dimension == "loan" else None,
        annual_rate=Decimal(rate) if rate else None,
        term_days=365 if term else (7300 if dimension == "loan" else 0),
        value_date=matures - datetime.timedelta(days=365) if matures else None,
        maturity_date=matures or (datetime.date(2041, 3, 1) if kind == "loan" else None),
        auto_renew=True if kind == "term_deposit" else None,
        repayment="equal_instalment" if kind == "loan" else "",
        risk_grade=("special_mention" if overdue else "normal") if dimension == "loan" else "",
        days_overdue=overdue if dimension == "loan" else None,
        overdue_amount=Decimal(3200) if overdue else None,
        balance=balance,
        balance_date=DAY,
    )
    held = Held(agreement, dimension, ends, previous)
    spread = Decimal(0)
    if rate:
        spread = Decimal(price) - Decimal(rate) if dimension == "deposit" else Decimal(rate) - Decimal(price)
    loss = Decimal("0.008") if dimension == "loan" else Decimal(0)
    for step, month in enumerate(MONTHS):
        before = ends[step - 1] if step else ends[0]
        held.months.append(
            Reckoned(
                cents((before + ends[step]) / 2), month_days(month), spread, 360, Decimal(fee or 0), Decimal(0), 3, loss
            )
        )
    events = 4 if code in ("D001", "C001") else 1
    held.running = Reckoned(
        cents((ends[-1] + balance) / 2), 20, spread, 360, Decimal(fee or 0), Decimal(2), events, loss
    )
    return held


def agreement_parties(held: list[Held], parties: list[Party]) -> list[AgreementParty]:
    """The holder of each, a joint holder of the first, a guarantor of the first business loan."""
    made = [AgreementParty(agreement_id=h.agreement.id, party_id=h.agreement.party_id, role="holder") for h in held]
    made.append(AgreementParty(agreement_id=held[0].agreement.id, party_id=parties[2].id, role="joint_holder"))
    loan = next(h for h in held if h.agreement.product_id == "L002")
    made.append(AgreementParty(agreement_id=loan.agreement.id, party_id=parties[0].id, role="guarantor"))
    return made


def events(held: list[Held]) -> list[Event]:
    """A few each for demand deposits and cards over the last thirty days."""
    random = Random(13)
    zone = datetime.timezone(datetime.timedelta(hours=8))
    made: list[Event] = []
    for one in held:
        if one.agreement.product_id not in ("D001", "C001"):
            continue
        for _turn in range(8 if one.agreement.party_id == "P00001" else 4):
            date = DAY - datetime.timedelta(days=random.randrange(0, 30))
            kind, direction = random.choice(
                [("salary", "C"), ("transfer_in", "C"), ("transfer_out", "D"), ("purchase", "D"), ("withdrawal", "D")]
            )
            made.append(
                Event(
                    event_date=date,
                    event_id=f"V{len(made) + 1:06d}",
                    night=DAY,
                    party_id=one.agreement.party_id,
                    agreement_id=one.agreement.id,
                    event_time=datetime.datetime(
                        date.year, date.month, date.day, random.randrange(8, 20), random.randrange(60), tzinfo=zone
                    ),
                    kind=kind,
                    direction=direction,
                    amount=Decimal(random.randrange(10, 90_000)),
                    currency="CNY",
                    balance_after=one.balance,
                    channel=random.choice(["mobile", "counter", "pos", "third_party", "internet"]),
                    counterparty_name=random.choice(
                        ["杭州市第一人民医院", "盒马鲜生", "张三", "支付宝", "国网浙江电力"]
                    ),
                    memo="跨行转账" if kind.startswith("transfer") else "",
                    fee_amount=Decimal(0),
                )
            )
    return made


def agreement_months(held: list[Held]) -> list[AgreementMonth]:
    """One a closed month."""
    return [
        AgreementMonth(
            month=month,
            agreement_id=one.agreement.id,
            night=DAY,
            party_id=one.agreement.party_id,
            dimension=one.dimension,
            balance_end=one.month_ends[step],
            annual_rate=one.agreement.annual_rate,
            ftp_rate=None,
            **_period(one.months[step], "adb"),
        )
        for one in held
        for step, month in enumerate(MONTHS)
    ]


def agreement_figures(held: list[Held]) -> list[AgreementFigure]:
    """The running month and the twelve months."""
    made = []
    for one in held:
        assert one.running
        year = [*one.months[-11:], one.running]
        values = _period(one.running, "adb_mtd")
        values |= {"adb_qtd": one.running.adb, "adb_ytd": one.running.adb}
        made.append(
            AgreementFigure(
                business_date=DAY,
                agreement_id=one.agreement.id,
                party_id=one.agreement.party_id,
                dimension=one.dimension,
                balance=one.balance,
                balance_previous=one.previous,
                balance_month_open=one.month_ends[-1],
                annual_rate=one.agreement.annual_rate,
                ftp_rate=Decimal(PRODUCT[one.agreement.product_id][7])
                if PRODUCT[one.agreement.product_id][7]
                else None,
                loss_rate=one.running.loss_rate,
                interest_r12=sum((p.interest for p in year), Decimal(0)),
                fees_r12=sum((p.fees for p in year), Decimal(0)),
                cost_r12=sum((p.cost for p in year), Decimal(0)),
                expected_loss_r12=sum((p.expected_loss for p in year), Decimal(0)),
                contribution_r12=sum((p.contribution for p in year), Decimal(0)),
                **{name: value for name, value in values.items() if name != "loss_rate"},
            )
        )
    return made


def _period(one: Reckoned, average: str) -> dict[str, object]:
    return {
        average: one.adb,
        "days": one.days,
        "balance_sum": one.balance_sum,
        "day_basis": one.basis,
        "interest_sum": one.balance_sum * one.spread,
        "interest": one.interest,
        "fee_events": one.fee_events,
        "fee_accrued": one.fee_accrued,
        "fees": one.fees,
        "event_count": one.events,
        "event_cost": one.event_cost,
        "upkeep_cost": one.upkeep,
        "cost": one.cost,
        "loss_rate": one.loss_rate,
        "expected_loss": one.expected_loss,
        "contribution": one.contribution,
    }
