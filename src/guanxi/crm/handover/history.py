"""Who looked after a customer from when to when, by which hand-over, signed by whom."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from guanxi.crm.handover.models import Signature
from guanxi.crm.org.models import Assignment

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which somebody led or supported a customer; ``staff_id`` None: nobody.

    ``first`` and ``last`` are None where they are not known, or it lasts. ``handover`` is the one that made it, with
    those who ``signed``; without one it was the bank's file that said so (``by_file``).
    """

    staff_id: str | None
    kind: str
    first: datetime.date | None
    last: datetime.date | None
    handover: int | None
    signed: tuple[str, ...]
    ended: str
    by_file: bool = False


def periods_of(party_id: str, *, manager_id: str | None) -> tuple[Period, ...]:
    """The history of a customer's managers, newest first; two queries. ``manager_id`` leads today."""
    rows = list(Assignment.objects.filter(party_id=party_id).order_by("valid_from", "id"))
    signed: dict[int, list[str]] = {}
    numbers = {row.handover for row in rows if row.handover}
    for number, by in (
        Signature.objects.filter(handover_id__in=numbers).order_by("pk").values_list("handover_id", "signed_by_id")
    ):
        signed.setdefault(number, []).append(by)
    leads = [row for row in rows if row.kind == Assignment.Kind.LEAD]
    found: list[Period] = []
    for position, row in enumerate(leads):
        before = leads[position - 1] if position else None
        if before is None or before.ended in (Assignment.Ended.AGREES, Assignment.Ended.OVERRIDES):
            first = before.valid_to + DAY if before and before.valid_to else None
            found.append(_by_file(row.instead_of or None, first, row.valid_from - DAY))
        found.append(
            Period(
                row.staff_id,
                row.kind,
                row.valid_from,
                row.valid_to,
                row.handover,
                tuple(signed.get(row.handover or 0, ())),
                row.ended,
            )
        )
    if not leads:
        found.append(_by_file(manager_id, None, None))
    elif leads[-1].valid_to is not None:
        found.append(_by_file(manager_id, leads[-1].valid_to + DAY, None))
    found += [
        Period(row.staff_id, row.kind, row.valid_from, row.valid_to, None, (row.made_by_id or "",), "")
        for row in rows
        if row.kind == Assignment.Kind.SUPPORT
    ]
    return tuple(reversed(found))


def _by_file(staff_id: str | None, first: datetime.date | None, last: datetime.date | None) -> Period:
    return Period(staff_id, Assignment.Kind.LEAD, first, last, None, (), "", by_file=True)


def overridden(since: datetime.date, staff_ids: list[str]) -> int:
    """How many hand-overs' customers the bank's file has given to somebody else since a day, of some managers."""
    return Assignment.objects.filter(
        kind=Assignment.Kind.LEAD, ended=Assignment.Ended.OVERRIDES, valid_to__gte=since, staff_id__in=staff_ids
    ).count()
