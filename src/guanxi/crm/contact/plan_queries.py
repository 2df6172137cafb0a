"""Reads visit plans: who is to be visited when, in which order, and what was done of it at each level of the bank."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from guanxi.crm.contact.calendar_queries import named
from guanxi.crm.contact.codes import ActivityKind, AppointmentKind, AppointmentState
from guanxi.crm.contact.models import Activity, Appointment, MonthGoal
from guanxi.crm.contact.places import Place, places_of, places_of_prospects
from guanxi.crm.kernel.calendar import WorkingCalendar
from guanxi.crm.kernel.routes import Point, distance_km, order_with_fixed
from guanxi.crm.kernel.scope import Scope

MOST_VISITS = 600
MOST_STOPS = 40
Span = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned visit with its customer's name. ``late``: its day is over and nobody said what came of it."""

    row: Any
    late: bool

    @property
    def day(self) -> datetime.date:
        """The day on which it is."""
        return timezone.localtime(self.row.starts_at).date()

    @property
    def is_done(self) -> bool:
        """Whether it was made."""
        return self.row.state == AppointmentState.DONE


def visits_between(scope: Scope, staff_id: str, span: Span) -> tuple[Visit, ...]:
    """Somebody's planned visits between two instants: by day, within a day in the order of the round, then by time.
    One query.
    """
    now = timezone.now()
    rows = Appointment.objects.visible_to(scope).filter(
        staff_id=staff_id, kind=AppointmentKind.VISIT, starts_at__gte=span[0], starts_at__lt=span[1]
    )
    rows = named(rows.exclude(state=AppointmentState.CANCELLED)).order_by("starts_at", "id")[:MOST_VISITS]
    found = [Visit(row, row.is_planned and row.ends_at < now) for row in rows]
    found.sort(
        key=lambda one: (one.day, one.row.position is None, one.row.position or 0, one.row.starts_at, one.row.pk)
    )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a round: the visit, where it is (None: not known), and how far it is from the one before in km."""

    visit: Visit
    place: Place | None
    leg_km: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """A day's visits in order. ``kilometres`` is the length of the way through the places that are known, as the crow
    flies; ``unknown`` is how many stand at the end because nobody knows where they are.
    """

    stops: tuple[Stop, ...]
    kilometres: float
    unknown: int
    at_centres: int


def round_of(
    scope: Scope, visits: Sequence[Visit], *, start: Point | None, reorder: bool, but: Collection[str] = ()
) -> Round:
    """A day's visits as a round: in their order, or ``reorder``: in the order that makes the way short. Visits that
    have a time keep their order among each other. Two queries, one more where prospects are visited.
    """
    open_visits = [one for one in visits if not one.is_done and one.row.party_id not in but][:MOST_STOPS]
    places = _places(scope, open_visits)
    known = [one for one in open_visits if one.row.pk in places]
    unknown = [one for one in open_visits if one.row.pk not in places]
    if reorder:
        points = [places[one.row.pk].point for one in known]
        timed = [number for number, one in enumerate(known) if not one.row.all_day]
        timed.sort(key=lambda number: known[number].row.starts_at)
        known = [known[number] for number in order_with_fixed(start, points, timed)]
        ordered = [*known, *unknown]
    else:
        ordered = open_visits
    stops, before, total = [], start, 0.0
    for one in ordered:
        place = places.get(one.row.pk)
        leg = distance_km(before, place.point) if place and before else None
        total += leg or 0.0
        before = place.point if place else before
        stops.append(Stop(one, place, leg))
    centres = sum(1 for one in stops if one.place and one.place.known != "visited")
    return Round(tuple(stops), total, len(unknown), centres)


def _places(scope: Scope, visits: Sequence[Visit]) -> dict[int, Place]:
    """Where visits are made, by appointment; those of whom nothing is known are left out."""
    customers = places_of(scope, [one.row.party_id for one in visits if one.row.party_id])
    prospects = places_of_prospects(scope, [one.row.lead_id for one in visits if not one.row.party_id])
    found = {
        one.row.pk: customers.get(one.row.party_id) if one.row.party_id else prospects.get(one.row.lead_id)
        for one in visits
    }
    return {number: place for number, place in found.items() if place}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one person, or of all below an institution, in a period. ``goal`` is what they mean to do (None: nobody said);
    ``planned`` the visits in the plan, ``kept`` those of them that were made, ``late`` those whose day is over;
    ``done`` all visits that were made, planned or not.
    """

    goal: int | None = None
    planned: int = 0
    kept: int = 0
    late: int = 0
    done: int = 0

    def __add__(self, other: Figures) -> Figures:
        goals = [one for one in (self.goal, other.goal) if one is not None]
        return Figures(
            sum(goals) if goals else None,
            self.planned + other.planned,
            self.kept + other.kept,
            self.late + other.late,
            self.done + other.done,
        )

    @property
    def plan(self) -> int:
        """What the figures are held against: the goal, and where nobody set one, the visits in the plan."""
        return self.planned if self.goal is None else self.goal


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a period has gone by working days, of which today counts."""

    gone: int
    all: int

    def forecast(self, done: int) -> int | None:
        """How many visits there will be at the period's end if they go on like this: done, divided by the working days
        gone, times all working days. None before the first of them.
        """
        return round(done * self.all / self.gone) if self.gone else None


def pace_of(first: datetime.date, last: datetime.date, today: datetime.date, calendar: WorkingCalendar) -> Pace:
    """The working days of a period, and those that are gone."""
    day = datetime.timedelta(days=1)
    before = first - day
    return Pace(calendar.between(before, min(today, last)), calendar.between(before, last))


def figures_of(
    scope: Scope, people: Collection[str] | None, span: Span, months: Sequence[datetime.date]
) -> dict[str, Figures]:
    """Figures by staff number, as far as ``scope`` sees the customers; None: of everybody who has any. Three queries,
    each grouped in the database.
    """
    now = timezone.now()
    planned = Appointment.objects.visible_to(scope).filter(
        kind=AppointmentKind.VISIT, starts_at__gte=span[0], starts_at__lt=span[1]
    )
    done = Activity.objects.visible_to(scope).filter(kind=ActivityKind.VISIT, at__gte=span[0], at__lt=span[1])
    goals = MonthGoal.objects.filter(month__in=months)
    if people is not None:
        wanted = tuple(people)
        planned, done = planned.filter(staff_id__in=wanted), done.filter(staff_id__in=wanted)
        goals = goals.filter(staff_id__in=wanted)
    found: dict[str, Figures] = {}
    rows = planned.exclude(state=AppointmentState.CANCELLED).order_by().values_list("staff_id").annotate(
        many=Count("id"),
        kept=Count("id", filter=Q(state=AppointmentState.DONE)),
        late=Count("id", filter=Q(state=AppointmentState.PLANNED, ends_at__lt=now)),
    )  # fmt: skip
    for number, many, kept, late in rows:
        found[number] = Figures(planned=many, kept=kept, late=late)
    for number, many in done.order_by().values_list("staff_id").annotate(many=Count("id")):
        found[number] = found.get(number, Figures()) + Figures(done=many)
    for number, many in goals.order_by().values_list("staff_id").annotate(many=Sum("visits")):
        found[number] = found.get(number, Figures()) + Figures(goal=many)
    return found


def goal_of(staff_id: str, month: datetime.date) -> MonthGoal | None:
    """What somebody means to do in a month; one query."""
    return MonthGoal.objects.filter(staff_id=staff_id, month=month).first()


def summed(found: Mapping[str, Figures], people: Collection[str]) -> Figures:
    """The figures of some people together."""
    total = Figures()
    for number in people:
        total += found.get(number, Figures())
    return total
