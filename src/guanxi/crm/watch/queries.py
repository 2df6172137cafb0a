"""Who did what more than usual, ranked; and one person's days. Reads the sums, not the log."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from guanxi.crm.watch.measure import PEERS_LEAST, Finding, Measure, finding, rank_of
from guanxi.crm.watch.models import Inquiry, StaffDay, SummedDay

PERIODS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Period:
    """The days looked at, both included, and how many there are."""

    first: datetime.date
    last: datetime.date

    @classmethod
    def of(cls, today: datetime.date, days: int) -> Period:
        """The last ``days`` up to today."""
        return cls(today - datetime.timedelta(days=days - 1), today)

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Person:
    """One who acted within a period: counts by measure, what stands out, and when somebody looked into it last.

    ``inquiry`` is the last one that covers the end of the period or began within it; None where nobody has looked.
    """

    staff_id: str
    roles: str
    entries: int
    counts: dict[Measure, int]
    findings: tuple[Finding, ...]
    rank: float
    inquiry: Inquiry | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody who acted within a period, what is most unusual first. ``summed_at``: up to when the log is in it."""

    period: Period
    people: tuple[Person, ...]
    summed_at: datetime.datetime | None

    @property
    def unusual(self) -> tuple[Person, ...]:
        """Those about whom something stands out."""
        return tuple(one for one in self.people if one.findings)


_COUNTED = [measure.value for measure in Measure]


def ranking(period: Period) -> Ranking:
    """Everybody, the most unusual first; three queries, of as many rows as there are people and days.

    Nobody is left out: administrators, auditors and officers are measured like everybody else.
    """
    totals: dict[str, dict[str, int]] = {}
    roles: dict[str, str] = {}
    before: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    beginning = period.first - datetime.timedelta(days=max(period.days, 28))
    rows = StaffDay.objects.filter(day__gte=beginning, day__lte=period.last).order_by("day")
    for staff_id, day, role, entries, *counts in rows.values_list("staff_id", "day", "roles", "entries", *_COUNTED):
        if day < period.first:
            before[staff_id].append(tuple(counts))
            continue
        found = totals.setdefault(staff_id, dict.fromkeys(["entries", *_COUNTED], 0))
        found["entries"] += entries
        for name, count in zip(_COUNTED, counts, strict=True):
            found[name] += count
        roles[staff_id] = role or roles.get(staff_id, "")
    groups: dict[str, list[str]] = defaultdict(list)
    for staff_id, role in roles.items():
        groups[role].append(staff_id)
    looked = _inquiries(totals, period)
    worked = _working_days(period)
    people = []
    for staff_id, found in totals.items():
        peers = groups[roles[staff_id]]
        peers = peers if len(peers) > PEERS_LEAST else list(totals)
        findings = [
            finding(
                measure,
                found[measure],
                others=[totals[one][measure] for one in peers if one != staff_id],
                own_days=[counts[place] for counts in before[staff_id]],
                days=worked,
            )
            for place, measure in enumerate(Measure)
        ]
        kept = tuple(sorted((one for one in findings if one), key=lambda one: -rank_of([one])))
        counts = {measure: found[measure] for measure in Measure}
        people.append(
            Person(staff_id, roles[staff_id], found["entries"], counts, kept, rank_of(kept), looked.get(staff_id))
        )
    people.sort(key=lambda one: (-one.rank, -one.entries, one.staff_id))
    summed = SummedDay.objects.filter(day__lte=period.last).order_by("-day").values_list("made_at", flat=True).first()
    return Ranking(period, tuple(people), summed)


def _working_days(period: Period) -> int:
    """Days from Monday to Friday: what a person's usual day is multiplied with."""
    days = (period.first + datetime.timedelta(days=step) for step in range(period.days))
    return max(1, sum(day.isoweekday() < 6 for day in days))


def _inquiries(staff: Iterable[str], period: Period) -> dict[str, Inquiry]:
    rows = Inquiry.objects.filter(staff_id__in=list(staff), last__gte=period.first).select_related("by").order_by("at")
    return {row.staff_id: row for row in rows}


def days_of(staff_id: str, period: Period) -> tuple[StaffDay, ...]:
    """One person's days of a period, the oldest first; one query by an index."""
    return tuple(
        StaffDay.objects.filter(staff_id=staff_id, day__gte=period.first, day__lte=period.last).order_by("day")
    )


def inquiries_of(staff_id: str, limit: int = 20) -> tuple[Inquiry, ...]:
    """When somebody looked into what a person did, the latest first; one query."""
    return tuple(Inquiry.objects.filter(staff_id=staff_id).select_related("by").order_by("-at")[:limit])
