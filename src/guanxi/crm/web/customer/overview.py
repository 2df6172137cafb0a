"""The overview: who is this, what is it worth, what next?"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse

from guanxi.crm.holding.event_queries import EventRow, event_page
from guanxi.crm.holding.models import AgreementKind, Dimension
from guanxi.crm.holding.queries import Held, Holdings, holdings
from guanxi.crm.insight.customer_queries import Standing, Worth, agreement_standings, movements, tier_history
from guanxi.crm.insight.formulas import Component
from guanxi.crm.insight.tier_queries import requirements
from guanxi.crm.party.queries import documents
from guanxi.crm.party.relation_queries import network
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.attention import Fact, besides, facts
from guanxi.crm.web.customer.frame import Frame, customer_frame, show
from guanxi.crm.web.customer.relations import Relative, relatives
from guanxi.crm.web.erased import without_names
from guanxi.crm.web.morning.page import reasons_today
from guanxi.crm.web.request import StaffRequest

EVENTS_SHOWN = 6
RELATIVES_SHOWN = 6
MOVEMENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class KindHeld:
    """The open agreements of one kind: how many, and their balance in CNY (None where kinds have none)."""

    kind: AgreementKind
    dimension: str
    count: int
    balance: Decimal | None
    contribution: Decimal
    owed: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the contribution of twelve months; ``kind`` is a dimension or a component."""

    kind: str
    amount: Decimal


def kinds_held(held: Holdings, standings: dict[str, Standing]) -> tuple[KindHeld, ...]:
    """The open agreements by kind, in the order of :class:`AgreementKind`."""
    groups: dict[str, list[Held]] = {}
    for one in held.open:
        groups.setdefault(one.kind, []).append(one)
    return tuple(
        KindHeld(
            kind=kind,
            dimension=groups[kind][0].dimension,
            count=len(groups[kind]),
            balance=None if kind == AgreementKind.E_BANKING else _sum(groups[kind], standings, "balance"),
            contribution=_sum(groups[kind], standings, "contribution_r12"),
            owed=groups[kind][0].owed,
        )
        for kind in AgreementKind
        if kind in groups
    )


def _sum(group: list[Held], standings: dict[str, Standing], name: str) -> Decimal:
    return sum((getattr(standings[held.id], name) for held in group if held.id in standings), Decimal(0))


def by_dimension(worth: Worth) -> tuple[Share, ...]:
    """The contribution of twelve months by dimension, as published."""
    return (
        Share(Dimension.DEPOSIT, worth.deposit_r12),
        Share(Dimension.LOAN, worth.loan_r12),
        Share(Dimension.FEE, worth.fee_r12),
        Share(Dimension.E_BANKING, worth.e_banking_r12),
    )


def by_component(worth: Worth) -> tuple[Share, ...]:
    """The contribution of twelve months by component, as published; costs and losses are negative."""
    return (
        Share(Component.INTEREST, worth.interest_r12),
        Share(Component.FEES, worth.fees_r12),
        Share(Component.COST, -worth.cost_r12),
        Share(Component.EXPECTED_LOSS, -worth.expected_loss_r12),
    )


def largest(shares: tuple[Share, ...]) -> Decimal:
    """The largest by magnitude: what the bars are drawn against."""
    return max((abs(share.amount) for share in shares), default=Decimal(0))


def facts_of(request: StaffRequest, frame: Frame, held: Holdings, standings: dict[str, Standing]) -> tuple[Fact, ...]:
    """What there is to know and to do about a customer now; three queries."""
    scope, day, party_id = request.scope, frame.day, frame.party.id
    return facts(
        frame,
        request.display,
        holdings=held,
        standings=standings,
        documents=documents(scope, party_id),
        movements=movements(scope, party_id, day=day, since=day - datetime.timedelta(days=MOVEMENT_DAYS)),
        tiers=requirements(frame.worth, day=day) if frame.worth else (),
        steps=tier_history(scope, party_id, day=day, limit=1),
    )


@only_for(Area.CUSTOMERS)
def overview(request: StaffRequest, party_id: str) -> HttpResponse:
    """The first page of a customer; sixteen queries of its own, by key and by index."""
    frame = customer_frame(request, party_id, "customer")
    scope, day = request.scope, frame.day
    held = holdings(scope, party_id)
    standings = agreement_standings(scope, party_id, day=day)
    recent: tuple[EventRow, ...] = event_page(scope, party_id, limit=EVENTS_SHOWN).rows
    people: tuple[Relative, ...] = relatives(
        without_names(
            request, network(scope, party_id, today=day, steps=1, start=(frame.party.name, frame.party.kind))
        ),
        request.display,
    )
    shares = by_dimension(frame.worth) if frame.worth else ()
    today = reasons_today(request, party_id)
    context = {
        "frame": frame,
        "today": today,
        "facts": besides(
            facts_of(request, frame, held, standings),
            (line.code for line in today),
        ),
        "kinds": kinds_held(held, standings),
        "shares": shares,
        "shares_most": largest(shares),
        "events": recent,
        "relatives": people[:RELATIVES_SHOWN],
        "relatives_more": max(0, len(people) - RELATIVES_SHOWN),
    }
    return show(request, "web/customer/overview.html", context)
