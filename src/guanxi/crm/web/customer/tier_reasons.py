"""Why a customer is in its tier: the rows of the rules that answered, in words, and what the rules say now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from guanxi.crm.rulings.queries import tier_explained
from guanxi.crm.rulings.words import named
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Answered:
    """One table: its name, the row that answered, what its meaning is."""

    table: str
    number: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Why:
    """The decision of the night by ``label``; ``now_tier`` is what rules released since say, where they say otherwise
    or under another name (``now_label``)."""

    label: str
    rows: tuple[Answered, ...]
    now_label: str
    now_tier: str
    now_sub_tier: str


def why(request: StaffRequest, party_id: str, day: datetime.date) -> Why | None:
    """Of one customer; None where nothing is known of how it was decided."""
    found = tier_explained(request.scope, party_id, day=day)
    if found is None or (found.decision is None and found.now is None):
        return None
    rows = tuple(
        Answered(named(step.table.name), step.number, named(step.row.note))
        for step in (found.decision.steps if found.decision else ())
    )
    label = found.decision.label if found.decision else ""
    now = found.now if found.now and found.now.label != label else None
    return Why(
        label,
        rows,
        now.label if now else "",
        now.outputs["tier"] if now else "",
        now.outputs["sub_tier"] if now else "",
    )
