"""What somebody held on a day, today or earlier: posts, cover and supported customers, as the house knew them then.

History keeps what stood in a row before each change (and what stood in it first), so a row on an earlier day is what
the first change after that day found, or the row of today. Institutions have no history: the tree is today's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from guanxi.crm.org.models import Assignment, Cover, Post, Staff
from guanxi.crm.org.queries import HeldPost, InstitutionTree, Standing, standing_by


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with its period; None is open."""

    role: str
    institution_id: str
    line: str
    first: datetime.date | None
    last: datetime.date | None


@dataclass(frozen=True, slots=True)
class CoverOf:
    """Whose book is covered, from when to when."""

    staff_id: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Held:
    """What one member of staff held on ``day``. ``posts``: those of the day; ``other_posts``: over, or yet to come.

    ``stands_by_role``: there never was a post, and the role beside the name counts. ``active``: might sign in.
    """

    day: datetime.date
    active: bool
    posts: tuple[PostLine, ...]
    other_posts: tuple[PostLine, ...]
    covers: tuple[CoverOf, ...]
    supported: tuple[str, ...]
    stands_by_role: bool
    standing: Standing


def held_on(staff: Staff, day: datetime.date, *, tree: InstitutionTree) -> Held:
    """What ``staff`` held on ``day`` and how far it reached; seven queries.

    A day that is over is shown as it was known at its end, later corrections left out; today and days to come as
    everything stands now. Whoever might not sign in reached nothing.
    """
    until = _end_of(day) if day < timezone.localdate() else None
    posts = [
        PostLine(row.role, row.institution_id, row.line, row.valid_from, row.valid_to)
        for row in _rows(Post, until, staff_id=staff.pk)
    ]
    of_day = tuple(post for post in posts if _lasts(post.first, post.last, day))
    covers = tuple(
        CoverOf(row.staff_id, row.valid_from, row.valid_to)
        for row in _rows(Cover, until, substitute_id=staff.pk)
        if _lasts(row.valid_from, row.valid_to, day)
    )
    supported = tuple(
        sorted(
            {
                row.party_id
                for row in _rows(Assignment, until, staff_id=staff.pk, kind=Assignment.Kind.SUPPORT)
                if _lasts(row.valid_from, row.valid_to, day)
            }
        )
    )
    then: Any = (_first_after(Staff, until, [staff.pk]).get(staff.pk) if until else None) or staff
    held = [HeldPost(post.role, post.institution_id, post.line) for post in of_day]
    if not posts:
        held = [HeldPost(then.role, then.institution_id, then.line)]
    return Held(
        day=day,
        active=then.is_active,
        posts=of_day,
        other_posts=tuple(post for post in posts if post not in of_day),
        covers=covers,
        supported=supported,
        stands_by_role=not posts,
        standing=standing_by(
            staff.pk,
            held if then.is_active else [],
            covered=[one.staff_id for one in covers],
            supported=supported,
            tree=tree,
        ),
    )


def _end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def _lasts(first: datetime.date | None, last: datetime.date | None, day: datetime.date) -> bool:
    return (first is None or first <= day) and (last is None or last >= day)


def _rows(model: Any, until: datetime.datetime | None, **wanted: str) -> list[Any]:
    """The rows that had some values at a moment, oldest first; None is now."""
    now = list(model.objects.filter(**wanted).order_by("pk"))
    if until is None:
        return now
    events = model.pgh_event_model.objects.filter(Q(pgh_created_at__gte=until), **wanted)
    keys = {row.pk for row in now} | set(events.values_list("pgh_obj_id", flat=True))
    found = _first_after(model, until, keys)
    standing = {row.pk: row for row in now}
    rows = []
    for key in sorted(keys):
        row = found.get(key, standing.get(key))
        made_later = getattr(row, "pgh_label", "") == "insert"
        if row is not None and not made_later and all(getattr(row, name) == value for name, value in wanted.items()):
            rows.append(row)
    return rows


def _first_after(model: Any, until: datetime.datetime, keys: Any) -> dict[Any, Any]:
    """The first change of each row after a moment: what stood there until then."""
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=list(keys), pgh_created_at__gte=until)
    return {event.pgh_obj_id: event for event in events.order_by("-pgh_id")}
