"""Reads what a team's work adds up to, for each of some members of staff."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from guanxi.crm.contact.codes import ActivityKind, TaskState
from guanxi.crm.contact.models import WITH_SOMEBODY, Task
from guanxi.crm.effort.models import Contacted, Effort, EffortPeriod, Premier
from guanxi.crm.insight.models import CustomerFigure, Tier
from guanxi.crm.kernel.arrays import among, of_people
from guanxi.crm.kernel.scope import KIND_OF_LINE, Scope
from guanxi.crm.org.models import Staff

NO_CONTACT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Work:
    """What one person did in a week and in a month so far: numbers of activities, visits and meetings among them.

    ``reached`` are the activities of the month in which the customer was reached; ``last`` is the last day of the month
    with any.
    """

    week: int = 0
    month: int = 0
    visits_week: int = 0
    visits_month: int = 0
    calls_month: int = 0
    reached: int = 0
    last: datetime.date | None = None


def lines_of(scope: Scope) -> list[str]:
    """The kinds of customer that a scope sees by post, and other work; both where no wall stands."""
    if not scope.has_wall:
        return [*KIND_OF_LINE.values(), ""]
    seen = {"retail": scope.retail, "corporate": scope.corporate}
    wide = max(seen.values(), key=lambda sight: (sight.everything, len(sight.institution_ids)))
    return [*(KIND_OF_LINE[line] for line, sight in seen.items() if sight == wide), ""]


def work_of(
    scope: Scope, staff: Collection[str], *, week: datetime.date, month: datetime.date, today: datetime.date
) -> dict[str, Work]:
    """The work of some people in the week (its Monday) and the month (its first day) so far; three queries over sums.

    What is entered of a day ahead is not counted yet.
    """
    lines, wanted = lines_of(scope), set(staff)
    in_week, in_month = Q(span=EffortPeriod.Span.WEEK, first=week), Q(span=EffortPeriod.Span.MONTH, first=month)
    summed = of_people(EffortPeriod.objects.filter(in_week | in_month, line__in=lines), "staff", staff)
    found = {number: list(sums) for number, *sums in _worked(summed, in_week, in_month) if number in wanted}
    end = _day_after_month(month)
    days = Effort.objects.filter(day__gt=today, day__lt=max(end, week + WEEK), line__in=lines)
    for number, *sums in _worked(of_people(days, "staff", staff), Q(day__lt=week + WEEK), Q(day__lt=end)):
        if number not in wanted:
            continue
        found[number] = [all_ - later for all_, later in zip(found[number], sums, strict=True)]
    newest = _newest_days(scope, [number for number in found if any(found[number])], min(week, month), today)
    return {number: Work(*sums, last=newest.get(number)) for number, sums in found.items() if any(sums)}


VISITS = Q(kind__in=[ActivityKind.VISIT, ActivityKind.MEETING])
WEEK = datetime.timedelta(days=7)


def _worked(rows: Any, in_week: Q, in_month: Q) -> Any:
    """Sums as (staff, week, month, visits of the week, visits of the month, calls of the month, reached)."""
    return rows.values_list("staff_id").annotate(
        week=Sum("number", filter=in_week, default=0),
        month=Sum("number", filter=in_month, default=0),
        visits_week=Sum("number", filter=VISITS & in_week, default=0),
        visits_month=Sum("number", filter=VISITS & in_month, default=0),
        calls=Sum("number", filter=Q(kind=ActivityKind.CALL) & in_month, default=0),
        reached_month=Sum("reached", filter=in_month, default=0),
    )


def _day_after_month(month: datetime.date) -> datetime.date:
    return (month + datetime.timedelta(days=31)).replace(day=1)


def _newest_days(
    scope: Scope, staff: Collection[str], first: datetime.date, last: datetime.date
) -> dict[str, datetime.date]:
    """The last day between two on which each of some people did anything; one query, a look into an index for each."""
    days = Effort.objects.filter(
        staff=OuterRef("pk"), day__range=(first, last), line__in=lines_of(scope), number__gt=0
    ).order_by("-day")
    rows = Staff.objects.filter(pk__in=among(staff)).annotate(newest=Subquery(days.values("day")[:1]))
    return dict(rows.values_list("pk", "newest"))


def visits_of(scope: Scope, staff: Collection[str], *, month: datetime.date, today: datetime.date) -> dict[str, int]:
    """How many visits each of some people made in a month (its first day) so far; two queries over sums."""
    visits = {"kind": ActivityKind.VISIT, "line__in": lines_of(scope)}
    summed = EffortPeriod.objects.filter(span=EffortPeriod.Span.MONTH, first=month, **visits)
    days = Effort.objects.filter(day__gt=today, day__lt=_day_after_month(month), **visits)
    made, ahead = (
        dict(of_people(rows, "staff", staff).values_list("staff_id").annotate(many=Sum("number")))
        for rows in (summed, days)
    )
    wanted = set(staff)
    return {number: many - ahead.get(number, 0) for number, many in made.items() if number in wanted}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many premier customers somebody looks after, and how many of them were not reached lately."""

    premier: int = 0
    quiet: int = 0


def _quiet(cutoff: datetime.datetime) -> Exists:
    return ~Exists(Contacted.objects.filter(party_id=OuterRef("party_id"), at__gte=cutoff))  # type: ignore[return-value]


def premier_of(scope: Scope, day: datetime.date) -> Any:
    """The premier customers within a scope on a business date, as figures."""
    return CustomerFigure.objects.visible_to(scope).filter(business_date=day, tier=Tier.PREMIER)


def coverage_of(scope: Scope, staff: Collection[str], *, since: datetime.datetime) -> dict[str, Coverage]:
    """By manager, the premier customers of the newest business date and those not reached since a moment; one query."""
    wanted = set(staff)
    rows = (
        of_people(Premier.objects.visible_to(scope), "manager_id", staff)
        .values_list("manager_id")
        .annotate(premier=Count("pk"), quiet=Count("pk", filter=Q(at__isnull=True) | Q(at__lt=since)))
    )
    return {manager: Coverage(premier, quiet) for manager, premier, quiet in rows if manager in wanted}


def late_tasks_of(scope: Scope, staff: Collection[str], *, today: datetime.date) -> dict[str, int]:
    """By person, the open tasks about customers and prospects within a scope whose day is over; one query over those
    alone.
    """
    wanted = set(staff)
    rows = Task.objects.visible_to(scope).filter(WITH_SOMEBODY, state=TaskState.OPEN, due_on__lt=today)
    rows = of_people(rows, "staff", staff).values_list("staff_id").annotate(many=Count("pk"))
    return {number: many for number, many in rows if number in wanted}


@dataclass(frozen=True, slots=True)
class Quiet:
    """A premier customer who was not reached lately, with the last contact (None: never since there are records)."""

    party_id: str
    name: str
    tier: str
    sub_tier: str
    assets: Any
    contribution: Any
    last: Contacted | None


def quiet_customers(
    scope: Scope, manager: str, *, day: datetime.date, since: datetime.datetime, most: int
) -> list[Quiet]:
    """The premier customers of a manager who were not reached since a moment, the largest first; two queries."""
    found = premier_of(scope, day).filter(manager_id=manager).filter(_quiet(since)).order_by("-assets", "-party_id")
    rows = list(found.values_list("party_id", "name", "tier", "sub_tier", "assets", "contribution_r12")[:most])
    last = Contacted.objects.visible_to(scope).in_bulk([row[0] for row in rows])
    return [Quiet(*row, last=last.get(row[0])) for row in rows]


def quiet_among(
    scope: Scope,
    managers: Collection[str],
    *,
    day: datetime.date,
    since: datetime.datetime,
    narrowed: Callable[[Any], Any],
) -> list[tuple[str, Quiet]]:
    """The same of several managers, as (manager, customer), each manager's largest first; ``narrowed`` leaves rows out.

    Two queries.
    """
    found = narrowed(premier_of(scope, day).filter(manager_id__in=among(managers)).filter(_quiet(since)))
    rows = list(
        found.order_by("manager_id", "-assets", "-party_id").values_list(
            "manager_id", "party_id", "name", "tier", "sub_tier", "assets", "contribution_r12"
        )
    )
    last = Contacted.objects.visible_to(scope).in_bulk([row[1] for row in rows])
    return [(row[0], Quiet(*row[1:], last=last.get(row[1]))) for row in rows]


def work_by_day(
    scope: Scope, staff_id: str, *, first: datetime.date, last: datetime.date
) -> dict[datetime.date, dict[str, int]]:
    """What somebody did on each day, by kind; one query."""
    rows = Effort.objects.filter(staff=staff_id, day__range=(first, last), line__in=lines_of(scope), number__gt=0)
    found: dict[datetime.date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day, kind, number in rows.values_list("day", "kind", "number"):
        found[day][kind] += number
    return found
