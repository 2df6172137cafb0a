"""Reads opportunities: pipelines, one opportunity with its parts, a customer's, and what happened to one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.models import (
    CloseReason,
    Competitor,
    CurrencyRate,
    Opportunity,
    OpportunityEvent,
    OpportunityMember,
    OpportunityProduct,
    Pipeline,
    PriceApproval,
    Stage,
    StageMove,
)
from guanxi.crm.sales.models.opportunities import CNY
from guanxi.crm.sales.opportunity_codes import State

MOST_OF_A_CUSTOMER = 200
CHANGES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A pipeline in use with its stages in order."""

    pipeline: Pipeline
    stages: tuple[Stage, ...]

    @property
    def open_stages(self) -> tuple[Stage, ...]:
        """The stages before the end."""
        return tuple(stage for stage in self.stages if stage.state == State.OPEN)

    def end(self, state: str) -> Stage | None:
        """The stage that wins, or loses."""
        return next((stage for stage in self.stages if stage.state == state), None)


def pipelines() -> tuple[Line, ...]:
    """Every pipeline in use with the stages in use; two queries over some dozens of rows."""
    stages: dict[int, list[Stage]] = {}
    for stage in Stage.objects.filter(is_active=True).order_by("position", "id"):
        stages.setdefault(stage.pipeline_id, []).append(stage)  # type: ignore[attr-defined]
    rows = Pipeline.objects.filter(is_active=True).order_by("position", "id")
    return tuple(Line(one, tuple(stages.get(one.pk, ()))) for one in rows)


def currencies() -> tuple[str, ...]:
    """The currencies in which an opportunity can be: CNY, and those with a published rate; one query."""
    return (CNY, *CurrencyRate.objects.order_by("currency").values_list("currency", flat=True))


def reasons() -> tuple[CloseReason, ...]:
    """Why opportunities are won or lost, in use; one query."""
    return tuple(CloseReason.objects.filter(is_active=True).order_by("state", "position", "id"))


def days_in_stage(found: Any, now: datetime.datetime | None = None) -> int:
    """Full days since an opportunity came into its stage."""
    return max(0, ((now or timezone.now()) - found.stage_since).days)


def stands_long(found: Any, now: datetime.datetime | None = None) -> bool:
    """Whether an open opportunity has stood in its stage for longer than the stage allows."""
    return found.state == State.OPEN and found.stage.days is not None and days_in_stage(found, now) > found.stage.days


@dataclass(frozen=True, slots=True)
class Move:
    """A move as the history shows it: from where (None: it was opened) to where, who, and the days it had stood."""

    row: Any
    who: str
    days: int | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """One opportunity with everything that hangs on it."""

    opportunity: Any
    stages: tuple[Stage, ...]
    products: tuple[Any, ...]
    team: tuple[Any, ...]
    competitors: tuple[Competitor, ...]
    moves: tuple[Move, ...]
    approvals: tuple[Any, ...]

    @property
    def days(self) -> int:
        """Full days in the stage it is in."""
        return days_in_stage(self.opportunity)

    @property
    def is_long(self) -> bool:
        """Whether it has stood there for too long."""
        return stands_long(self.opportunity)

    @property
    def weighted(self) -> Decimal:
        """The amount in CNY by the probability of its stage, to the cent."""
        probability = Decimal(self.opportunity.stage.probability)
        return (self.opportunity.amount_cny * probability / 100).quantize(Decimal("0.01"))


def one_opportunity(scope: Scope, opportunity_id: int) -> Whole:
    """One opportunity; seven queries by key. Raises ``Opportunity.DoesNotExist`` outside the scope."""
    found: Any = (
        Opportunity.objects.visible_to(scope)
        .select_related("party__manager", "lead", "stage", "pipeline", "reason")
        .annotate(owner_name=F("owner__name"), opener_name=F("opened_by__name"))
        .get(pk=opportunity_id)
    )
    own = {"opportunity_id": found.pk}
    moves = (
        StageMove.objects.visible_to(scope)
        .filter(**own)
        .select_related("from_stage", "to_stage")
        .annotate(who=F("staff__name"), undone=F("undone_by__id"))
        .order_by("-id")
    )
    approvals = (
        PriceApproval.objects.visible_to(scope)
        .filter(**own)
        .select_related("product")
        .annotate(asker=F("asked_by__name"), decider_name=F("decided_by__name"))
        .order_by("-id")
    )
    return Whole(
        opportunity=found,
        stages=tuple(Stage.objects.filter(pipeline_id=found.pipeline_id, is_active=True).order_by("position", "id")),
        products=tuple(
            OpportunityProduct.objects.visible_to(scope).filter(**own).select_related("product").order_by("id")
        ),
        team=tuple(
            OpportunityMember.objects.visible_to(scope)
            .filter(**own)
            .annotate(who=F("staff__name"))
            .order_by("-share", "id")
        ),
        competitors=tuple(Competitor.objects.visible_to(scope).filter(**own).order_by("-won", "id")),
        moves=tuple(
            Move(
                row,
                row.who or row.staff_id,
                (row.at - row.stood_since).days if row.stood_since else None,
                row.undone is not None,
            )
            for row in moves
        ),
        approvals=tuple(approvals),
    )


def of_customer(scope: Scope, party_id: str) -> tuple[Any, ...]:
    """A customer's opportunities, open ones first by expected close, then the closed ones, the latest first; one
    query by the index, at most two hundred rows.
    """
    rows = list(
        Opportunity.objects.visible_to(scope)
        .filter(party_id=party_id)
        .select_related("stage", "pipeline", "reason")
        .annotate(owner_name=F("owner__name"))
        .order_by("-changed_at")[:MOST_OF_A_CUSTOMER]
    )
    still = sorted((row for row in rows if row.is_open), key=lambda row: (row.expected_on, row.pk))
    over = sorted((row for row in rows if not row.is_open), key=lambda row: (row.closed_on, row.pk), reverse=True)
    return (*still, *over)


def moves_of_customer(scope: Scope, party_id: str) -> tuple[Any, ...]:
    """Every move of a customer's opportunities, the latest first, with the process of each stage; one query."""
    rows = (
        StageMove.objects.visible_to(scope)
        .filter(opportunity__party_id=party_id)
        .select_related("from_stage", "to_stage")
        .annotate(who=F("staff__name"))
        .order_by("-at", "-id")
    )
    return tuple(rows[: MOST_OF_A_CUSTOMER * 2])


@dataclass(frozen=True, slots=True)
class Change:
    """What a field was before a change, what it became, when and by whom."""

    at: datetime.datetime
    who: str
    field: str
    before: Any
    after: Any


# Moves have their own history; what follows from other fields says nothing by itself.
_TOLD = ("title", "need", "decider", "amount", "currency", "term_days", "expected_on", "owner_id", "contribution")


def changes_of(scope: Scope, found: Any) -> tuple[Change, ...]:
    """What was changed of an opportunity besides its stage, the latest first; two queries."""
    events = list(
        OpportunityEvent.objects.visible_to(scope)
        .filter(pgh_obj_id=found.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:CHANGES_SHOWN]
    )
    from guanxi.crm.org.models import Staff

    people = {_who(event) for event in events} - {""}
    people |= {event.owner_id for event in events} | {found.owner_id}  # type: ignore[attr-defined]
    names = dict(Staff.objects.filter(pk__in=people).values_list("id", "name")) if events else {}
    changes, after = [], found
    for event in events:
        for name in _TOLD:
            before, now = getattr(event, name), getattr(after, name)
            if before != now:
                if name == "owner_id":
                    before, now = names.get(before, before), names.get(now, now)
                changes.append(Change(event.pgh_created_at, names.get(_who(event), _who(event)), name, before, now))
        after = event
    return tuple(changes)


def _who(event: Any) -> str:
    return str((event.pgh_context.metadata if event.pgh_context else {}).get("user") or "")


def waiting_prices(scope: Scope, staff_id: str) -> QuerySet[Any]:
    """Prices that wait for a decision within a scope to approve, not one's own, the oldest first."""
    return (
        PriceApproval.objects.visible_to(scope)
        .filter(decision="waiting")
        .exclude(asked_by_id=staff_id)
        .select_related("product", "opportunity__party", "opportunity__lead")
        .annotate(asker=F("asked_by__name"))
        .order_by("asked_at", "id")
    )
