"""What a lead's score is made of; a new criterion is a file and a line here."""

from __future__ import annotations

from guanxi.crm.sales.leads.scoring import facts, reachable
from guanxi.crm.sales.leads.scoring.base import Criterion, Part, parts_of, rescore, score_expression

CRITERIA: dict[str, Criterion] = {
    one.name: one
    for one in (
        facts.SOURCE,
        facts.PRODUCT,
        facts.AMOUNT,
        facts.KIND,
        facts.INDUSTRY,
        facts.CITY,
        reachable.PHONE,
        reachable.IDENTIFIER,
        reachable.CUSTOMER,
    )
}

__all__ = ["CRITERIA", "Criterion", "Part", "parts_of", "rescore", "score_expression"]
