"""Who is in the register of erasures is met by nobody in daily work: not in a task, nor in the log of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import limits_of
from guanxi.crm.contact.day_queries import WorkLog


def erased_among(party_ids: Iterable[str | None]) -> set[str]:
    """Those of some customers that are in the register; one query, none for none."""
    wanted = {number for number in party_ids if number}
    limits = limits_of(wanted) if wanted else {}
    return {number for number, kinds in limits.items() if LimitKind.ERASURE in kinds}


def without_erased(log: WorkLog) -> WorkLog:
    """A day without what was done about customers in the register; one query."""
    erased = erased_among(
        [
            *(one.done.activity.party_id for one in log.activities),
            *(one.task.party_id for one in log.finished),
            *(one.party_id for one in log.looked_at),
        ]
    )
    if not erased:
        return log
    return replace(
        log,
        activities=tuple(one for one in log.activities if one.done.activity.party_id not in erased),
        finished=tuple(one for one in log.finished if one.task.party_id not in erased),
        looked_at=tuple(one for one in log.looked_at if one.party_id not in erased),
    )
