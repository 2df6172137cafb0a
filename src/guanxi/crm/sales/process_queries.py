"""The four stages of the process, as an opportunity went through them: when it entered each, who brought it there."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guanxi.crm.sales.opportunity_codes import Process


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four stages: since when (None: not reached), until when (None: still there, or not reached), who
    brought it there. ``here``: it is in it now.
    """

    process: Process
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    who: str = ""
    here: bool = False

    @property
    def days(self) -> int | None:
        """Full days it has stood, or stood, in it."""
        if self.since is None:
            return None
        from django.utils import timezone

        return max(0, ((self.until or timezone.now()) - self.since).days)

    def holds(self, moment: datetime.datetime) -> bool:
        """Whether something done then was done in this stage; what people record is said to the minute."""
        if self.since is None:
            return False
        return self.since.replace(second=0, microsecond=0) <= moment and (self.until is None or moment < self.until)


def process_of(moves: Iterable[Any], *, is_over: bool) -> tuple[Step, ...]:
    """The steps from an opportunity's moves in any order, each with ``who``; of a stage that was entered several times
    the first entry and the last leaving. ``is_over``: it was lost, and stands nowhere.
    """
    rows = sorted(moves, key=lambda one: (one.at, one.pk))
    since: dict[str, tuple[datetime.datetime, str]] = {}
    until: dict[str, datetime.datetime | None] = {}
    now = ""
    for row in rows:
        process = row.to_stage.process
        if now and process != now:
            until[now] = row.at
        if process:
            since.setdefault(process, (row.at, row.who or row.staff_id))
            until[process] = None
        now = process
    return tuple(
        Step(one, since[one][0], until.get(one), since[one][1], here=one == now and not is_over)
        if one in since
        else Step(one)
        for one in Process
    )
