"""The ways of sharing customers out; a new one is a file and a line here."""

from __future__ import annotations

from guanxi.crm.handover.rules import by_branch, by_capacity, by_kind, by_value, evenly, to_one
from guanxi.crm.handover.rules.base import Candidate, Rule, Taker, share

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        to_one.RULE,
        evenly.RULE,
        by_value.ASSETS,
        by_value.CONTRIBUTION,
        by_branch.RULE,
        by_kind.TIER,
        by_kind.PRODUCT,
        by_capacity.RULE,
    )
}

__all__ = ["RULES", "Candidate", "Rule", "Taker", "share"]
