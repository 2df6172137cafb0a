"""The customer's managers from then to now, as the tab of access shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guanxi.crm.handover.history import Period, periods_of
from guanxi.crm.org.models import Assignment
from guanxi.crm.org.queries import staff_names
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One time with one manager; ``ended`` says why it ended where that is not plain."""

    period: Period
    name: str
    kind: Any
    signed: str
    ended: Any


def lead_rows(request: StaffRequest, party_id: str, manager_id: str | None) -> list[PeriodRow]:
    """Who looked after the customer, newest first; two queries."""
    names = staff_names(request.display.version)
    between = "、" if request.display.language.startswith("zh") else ", "
    return [
        PeriodRow(
            one,
            names.get(one.staff_id, one.staff_id) if one.staff_id else "",
            Assignment.Kind(one.kind).label,
            between.join(names.get(by, by) for by in dict.fromkeys(one.signed) if by),
            Assignment.Ended(one.ended).label if one.ended in ("agrees", "overrides") else "",
        )
        for one in periods_of(party_id, manager_id=manager_id)
    ]
