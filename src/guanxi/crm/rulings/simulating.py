"""What a version would have changed in the last night, by the published figures: one statement, whatever the size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, DecimalField, F, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Abs, Cast, Round

from guanxi.crm.insight.models import Alert, CustomerFigure
from guanxi.crm.kernel.scope import Scope
from guanxi.warehouse.rules import Ruling, compiled

SHOWN = 20
# One row a tier of customers: the mark under which a cost of serving is stated.
TIERS = ("vip", "affluent", "core", "potential", "standard", "restricted")


@dataclass(frozen=True, slots=True)
class Move:
    """Customers (or tellings) that were one thing and would be another; CNY."""

    was: str
    becomes: str
    many: int
    contribution: Decimal
    assets: Decimal


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of those that would change, as a list shows them."""

    party_id: str
    name: str
    was: str
    becomes: str
    assets: Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would change, whole and in examples, the largest first."""

    day: date
    many: int
    moves: tuple[Move, ...]
    examples: tuple[Somebody, ...]

    @property
    def changed(self) -> int:
        """How many would be something else."""
        return sum(move.many for move in self.moves if move.was != move.becomes)

    def as_json(self) -> dict[str, Any]:
        """What is kept beside the version: counts and sums, no customer."""
        return {
            "many": self.many,
            "moves": [[m.was, m.becomes, m.many, str(m.contribution), str(m.assets)] for m in self.moves],
        }


def moves_of(kept: Mapping[str, Any]) -> tuple[Move, ...]:
    """The moves of a simulation that was kept."""
    return tuple(
        Move(was, becomes, many, Decimal(contribution), Decimal(assets))
        for was, becomes, many, contribution, assets in kept.get("moves", [])
    )


def cost_of(moves: tuple[Move, ...], yearly: Mapping[str, Decimal]) -> Decimal:
    """How much more serving the customers would cost a year, with what a customer of each tier costs; CNY."""
    free = Decimal(0)
    return sum((move.many * (yearly.get(move.becomes, free) - yearly.get(move.was, free)) for move in moves), free)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a book's inputs of the last night stand: rows, what they were, what they would be, in SQL."""

    rows: Callable[[Scope, date], QuerySet]
    was: str
    becomes: str


def _customers(scope: Scope, day: date) -> QuerySet:
    rows = CustomerFigure.objects.visible_to(scope).filter(business_date=day)
    inputs = ("restricted", "risk_grade", "days_overdue", "contribution_r12", "assets_adb_ytd", "assets_adb_mtd")
    return rows.values(
        "party_id", "name", "tier", "sub_tier", "assets", "trend", *inputs, aml_risk=F("party__aml_risk")
    )


_money = DecimalField(max_digits=20, decimal_places=2)


def _told(scope: Scope, day: date) -> QuerySet:
    share = Case(
        When(amount_before__gt=0, then=Round(F("amount") / F("amount_before"), precision=4)),
        output_field=DecimalField(max_digits=20, decimal_places=4),
    )
    rows = Alert.objects.visible_to(scope).filter(business_date=day)
    return rows.values(
        "party_id", "reason", "kind", "amount", "many", name=F("party__name"), assets=F("amount"), share=share,
        contribution_r12=Cast(Value(0), _money),
        # PostgreSQL's difference of two dates is a number of days; Django would make an interval of it.
        days_ahead=Func(F("due_on"), F("business_date"), template="(%(expressions)s)", arg_joiner=" - ",
                        output_field=IntegerField()),
    )  # fmt: skip


def _flows(scope: Scope, day: date) -> QuerySet:
    rows = Alert.objects.visible_to(scope).filter(business_date=day, reason__in=["inflow", "outflow"])
    direction = Case(When(reason="inflow", then=Value("in")), default=Value("out"))
    return rows.values(
        "party_id", "reason", name=F("party__name"), assets=F("amount"), direction=direction,
        change=Abs(F("amount")), usual=F("amount_before"), contribution_r12=Cast(Value(0), _money),
    )  # fmt: skip


_MARK = "CASE WHEN {sub} <> '' THEN {sub} ELSE {tier} END"
SOURCES: dict[str, _Source] = {
    "tier": _Source(
        _customers,
        _MARK.format(sub="sub_tier", tier="tier"),
        _MARK.format(sub="rule_sub_tier", tier="rule_tier"),
    ),
    # Of what was not told nothing is published: these two say what would no longer be told.
    "flow": _Source(_flows, "reason", "CASE WHEN rule_large THEN reason ELSE '' END"),
    "alert": _Source(_told, "reason", "CASE WHEN rule_told THEN reason ELSE '' END"),
}


def simulate(ruling: Ruling, *, scope: Scope, day: date) -> Simulation:
    """What ``ruling`` would have changed on ``day`` for the customers within ``scope``; two statements."""
    source = SOURCES[ruling.book.name]
    inner, values = source.rows(scope, day).query.sql_with_params()
    # Percent signs of ours are none: only Django's own statement has parameters.
    answered = f"(SELECT *, {source.was} AS was, {source.becomes} AS becomes FROM {compiled(ruling, 'asked')} AS ruled)"
    base = f"WITH asked AS ({inner}), answered AS {answered.replace('%', '%%')}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{base} SELECT was, becomes, count(*), coalesce(sum(contribution_r12), 0), coalesce(sum(assets), 0)"
            " FROM answered GROUP BY was, becomes ORDER BY count(*) DESC, was, becomes",
            values,
        )
        moves = tuple(Move(*row) for row in cursor.fetchall())
        cursor.execute(
            f"{base} SELECT party_id, name, was, becomes, assets FROM answered WHERE was <> becomes"
            f" ORDER BY assets DESC, party_id LIMIT {SHOWN}",
            values,
        )
        examples = tuple(Somebody(*row) for row in cursor.fetchall())
    return Simulation(day, sum(move.many for move in moves), moves, examples)
