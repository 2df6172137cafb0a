"""Reads the morning list: what the reasons find, less what was said of them, ranked for one person."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Count, Q
from django.utils import timezone

from guanxi.crm.contact.codes import Verdict
from guanxi.crm.contact.models import Mark, ReasonSetting
from guanxi.crm.contact.ranking import MEMORY, Ranked, Setting, Taught, ranked
from guanxi.crm.insight.reasons.base import Asked, Found, Reason, collect, registered
from guanxi.crm.kernel.scope import Scope


def own_books(scope: Scope) -> Scope:
    """What remains of a scope where only one's own customers, those covered and those supported are asked for."""
    return Scope(scope.staff_id, managers=scope.managers, supported=scope.supported)


def morning(asked: Asked, *, staff_id: str = "") -> list[Ranked]:
    """The rows for one person (without a number: for nobody in particular), the weightiest first.

    Six queries: the published reasons by an index, tasks, opportunities, what was said of them, the weights in force,
    and what the person taught; each live reason that another room registers adds its own.
    """
    found = open_ones(asked)
    return ranked(
        found,
        reasons=registered(),
        settings=settings_in_force(),
        taught=taught_by(asked.scope, staff_id) if found and staff_id else {},
        today=asked.today,
        as_of=asked.as_of,
    )


def open_ones(asked: Asked) -> list[Found]:
    """What the reasons find and nobody has dealt with."""
    return without_marked(asked.scope, collect(asked), today=asked.today)


def without_marked(scope: Scope, found: Iterable[Found], *, today: datetime.date) -> list[Found]:
    """Those of some reasons that are neither done, nor not useful, nor put off to a later day; one query."""
    found = list(found)
    parties = {one.party_id for one in found}
    if not parties:
        return []
    rows = Mark.objects.visible_to(scope).filter(
        ~Q(verdict=Verdict.SNOOZED) | Q(until__gt=today), party_id__in=list(parties)
    )
    known = registered()
    dealt = {
        (party_id, reason, day)
        for party_id, reason, day, verdict, at in rows.values_list("party_id", "reason", "day", "verdict", "at")
        if reason in known and not _over(known[reason], verdict, today - timezone.localdate(at))
    }
    return [one for one in found if known[one.reason].settled or (one.party_id, one.reason, one.day) not in dealt]


def _over(reason: Reason, verdict: str, since: datetime.timedelta) -> bool:
    """Whether what was done that long ago is to be done again."""
    return bool(reason.again_days) and verdict == Verdict.DONE and since.days >= reason.again_days


def settings_in_force() -> dict[str, Setting]:
    """The newest version of each kind of reason's weight, of those that have one; one query."""
    rows = ReasonSetting.objects.order_by("reason", "-version").distinct("reason")
    return {
        row.reason: Setting(
            float(row.weight), row.lead_days, row.keep_days, row.half_life, row.is_shown, version=row.version
        )
        for row in rows
    }


def taught_by(scope: Scope, staff_id: str) -> dict[str, Taught]:
    """What one person said of each kind of reason lately, of customers within the scope; one query by index.

    Snoozing says nothing of usefulness.
    """
    rows = (
        Mark.objects.visible_to(scope)
        .filter(staff_id=staff_id, at__gte=timezone.now() - MEMORY)
        .values_list("reason")
        .annotate(
            useful=Count("pk", filter=Q(verdict=Verdict.DONE)), useless=Count("pk", filter=Q(verdict=Verdict.USELESS))
        )
    )
    return {reason: Taught(useful, useless) for reason, useful, useless in rows}


def of_customer(asked: Asked, party_id: str) -> Ranked | None:
    """One customer's row, as nobody in particular is shown it; None where there is no reason. Five queries."""
    rows = morning(replace(asked, party_ids=(party_id,)))
    return rows[0] if rows else None
