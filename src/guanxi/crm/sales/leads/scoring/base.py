"""A score is the sum of the points of the rules that hold, between nought and a hundred.

Each criterion is one condition, said once: it scores a hundred thousand leads in one statement and explains the score
of a single one on its page, so that the two can never differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Least
from django.utils.functional import Promise

LEAST, MOST = 0, 100


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a rule asks of a lead. ``condition`` takes the rule's value; raises ``ValueError`` for one that makes no
    sense. ``needs_value``: the value says which.
    """

    name: str
    title: str | Promise
    condition: Callable[[str], Q]
    needs_value: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One rule as it is for one lead."""

    rule: Any
    holds: bool


def points_of(rule: Any) -> Case:
    """The points that a rule gives a lead, as SQL."""
    from guanxi.crm.sales.leads.scoring import CRITERIA

    condition = CRITERIA[rule.criterion].condition(rule.value)
    return Case(When(condition, then=Value(rule.points)), default=Value(0), output_field=IntegerField())


def score_expression(rules: Sequence[Any]) -> Any:
    """The score of a lead, as SQL."""
    total: Any = Value(0, output_field=IntegerField())
    for rule in rules:
        total = total + points_of(rule)
    return Greatest(Least(total, Value(MOST)), Value(LEAST))


def rules_in_force() -> list[Any]:
    """The rules that count, in their order; one query."""
    from guanxi.crm.sales.models import ScoringRule

    return list(ScoringRule.objects.filter(is_active=True).order_by("position", "id"))


def rescore(rows: QuerySet[Any], rules: Iterable[Any] | None = None) -> int:
    """Scores some leads; one query, and one for the rules where they are not given. Returns how many leads changed.

    A score is derived: no version counts it.
    """
    wanted = score_expression(list(rules) if rules is not None else rules_in_force())
    return rows.annotate(_wanted=wanted).exclude(score=wanted).update(score=wanted)


def parts_of(lead_id: int) -> tuple[Part, ...]:
    """Which rules hold for one lead; two queries."""
    from guanxi.crm.sales.models import Lead

    rules = rules_in_force()
    named = {f"_rule{rule.pk}": points_of(rule) for rule in rules}
    found = Lead.objects.filter(pk=lead_id).annotate(**named).values(*named).first() if named else {}
    return tuple(Part(rule, bool((found or {}).get(f"_rule{rule.pk}"))) for rule in rules)
