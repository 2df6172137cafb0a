"""The scope engine: every read begins with the scope of who asks.

A :class:`Scope` says whose records a person may see: those of some institutions (for each line of business its own),
those that the person looks after, or everything. A model that holds scoped records names the columns by which it is
scoped (:class:`ScopePaths`) and uses :class:`ScopedManager`; its only way in is ``Model.objects.visible_to(scope)``.
The same paths make the table's row-level security (``kernel/protection.py``). Nothing here knows what a bank is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.db import models
from django.db.models import Q

from guanxi.crm.kernel.linkage import IS_ACROSS

# A record's line follows from its kind: a wall stands between the two.
KIND_OF_LINE = {"retail": "person", "corporate": "organisation"}


class Reach(StrEnum):
    """How far a person's sight goes."""

    NOTHING = "nothing"
    OWN = "own"
    INSTITUTIONS = "institutions"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Sight:
    """How far somebody sees on one line by the post: everything, some institutions (sorted), or nothing."""

    everything: bool = False
    institution_ids: tuple[str, ...] = ()

    def __or__(self, other: Sight) -> Sight:
        if self.everything or other.everything:
            return Sight(everything=True)
        return Sight(institution_ids=tuple(sorted({*self.institution_ids, *other.institution_ids})))

    def within(self, institution_ids: Iterable[str]) -> Sight:
        """What remains of this sight inside some institutions."""
        wanted = set(institution_ids)
        kept = wanted if self.everything else wanted & set(self.institution_ids)
        return Sight(institution_ids=tuple(sorted(kept)))


BLIND = Sight()


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see, or do with one verb. Hashable, so that what is remembered can be kept by it.

    ``managers`` are those whose books are this person's today: the own one, and those covered. ``supported`` are the
    records that the person looks after beside another manager (sorted; some hundreds at most). ``retail_links`` are
    institutions (sorted) across whose retail records the wall is crossed: records of the corporate line that are
    related to one of theirs are seen; ``corporate_links`` the same from the other side.
    """

    staff_id: str
    retail: Sight = BLIND
    corporate: Sight = BLIND
    managers: tuple[str, ...] = ()
    supported: tuple[str, ...] = ()
    retail_links: tuple[str, ...] = ()
    corporate_links: tuple[str, ...] = ()

    @classmethod
    def nothing(cls) -> Scope:
        """The scope of somebody unknown."""
        return cls(staff_id="")

    @classmethod
    def everything(cls, staff_id: str) -> Scope:
        """Every record of both lines."""
        return cls(staff_id, Sight(everything=True), Sight(everything=True))

    @classmethod
    def of_institutions(cls, staff_id: str, institution_ids: Iterable[str]) -> Scope:
        """The records of some institutions, of both lines."""
        sight = Sight(institution_ids=tuple(sorted(institution_ids)))
        return cls(staff_id, sight, sight)

    @classmethod
    def own(cls, staff_id: str) -> Scope:
        """The records that somebody looks after."""
        return cls(staff_id, managers=(staff_id,))

    @property
    def reach(self) -> Reach:
        """The widest that is seen on either line; ``EVERYTHING`` only where both lines are wide open."""
        if self.retail.everything and self.corporate.everything:
            return Reach.EVERYTHING
        if self.retail != BLIND or self.corporate != BLIND:
            return Reach.INSTITUTIONS
        return Reach.OWN if self.managers or self.supported else Reach.NOTHING

    @property
    def links(self) -> bool:
        """Whether records of one line are seen because they are related to records of the other."""
        return bool(self.retail_links or self.corporate_links)

    @property
    def has_wall(self) -> bool:
        """Whether one line is seen further than the other."""
        return self.retail != self.corporate

    @property
    def sight(self) -> Sight:
        """What is seen on one line or the other by the post."""
        return self.retail | self.corporate

    def reaches(self, *, record: str, kind: str, institution_id: str, manager_id: str | None) -> bool:
        """Whether a record with these facts lies within: :func:`condition_of` for one that is at hand.

        Of links across the wall nothing is known without asking the database: they are not looked at.
        """
        sight = self.corporate if kind == KIND_OF_LINE["corporate"] else self.retail
        return (
            sight.everything
            or institution_id in sight.institution_ids
            or (manager_id is not None and manager_id in self.managers)
            or record in self.supported
        )

    @property
    def institution_ids(self) -> tuple[str, ...]:
        """The institutions seen on either line by the post, sorted; empty also where everything is seen."""
        return self.sight.institution_ids

    def within(self, institution_ids: Iterable[str]) -> Scope:
        """What remains of this scope inside some institutions, by the post alone."""
        wanted = tuple(institution_ids)
        return Scope(self.staff_id, self.retail.within(wanted), self.corporate.within(wanted))


@dataclass(frozen=True, slots=True)
class ScopePaths:
    """Where, from a model, its institution, its manager, its record and its kind stand, as lookup paths.

    A model without ``kind`` is not seen by institution where a wall stands; one without ``record`` (sums) is not
    seen by those who support single records; one without ``manager`` (sums over institutions) is seen by nobody for
    the own book. ``ends`` are further columns with the table that each points to: a row between two records, of which
    the database shows the whole where either is seen; what is said of the hidden one is the query's affair. ``owner``
    is the member of staff to whom a row without any record belongs: such a row is seen by its owner, by those who
    see everything, and by those invited to it, where ``guests`` names the relation to them (a row each, in
    ``staff_id``). ``people`` are columns that name members of staff who see the row, whatever else they see: whoever
    gave something away follows what becomes of it. ``second`` are the paths to another record of the same row, where
    the row is seen only by those who see both. ``before`` is the relation to what stands for the record until there is
    one, with ``institution_id``, ``manager_id`` and ``kind`` of its own: a row without a record is seen as that is.
    ``apart``: rows with a record and rows before it are looked for each by their own index, and put together.
    """

    institution: str
    manager: str
    record: str = "party_id"
    kind: str = "party__kind"
    ends: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    guests: str = ""
    people: tuple[str, ...] = ()
    second: ScopePaths | None = None
    before: str = ""
    apart: bool = False


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset that can be narrowed to what a person may see."""

    def visible_to(self, scope: Scope) -> Self:
        """Only the records that ``scope`` reaches; costs no query of its own."""
        if scope.reach is Reach.EVERYTHING:
            return self.all()
        paths = self.model.scope_paths
        wanted = condition_of(paths, scope, self.model)
        if wanted is None:
            return self.none()
        if paths.second is None:
            return self.filter(wanted)
        other = condition_of(paths.second, scope, self.model)
        return self.none() if other is None else self.filter(wanted, other)


def condition_of(paths: ScopePaths, scope: Scope, model: Any = None) -> Q | None:
    """What a record must be to lie within a scope that is not everything; None where none does.

    ``model`` is the one that the paths start from, needed where they name guests.
    """
    ways = [*_by_post(paths, scope)]
    if scope.managers and paths.manager:
        ways.append(_of_managers(paths, scope, model))
    if scope.supported and paths.record:
        ways.append(_of_record(paths, "in", scope.supported))
    if scope.links and paths.record:
        ways.append(_of_record(paths, IS_ACROSS, (scope.retail_links, scope.corporate_links)))
    if paths.owner and scope.staff_id:
        ways.append(_of_nobody(paths) & Q(**{paths.owner: scope.staff_id}))
    if paths.guests and scope.staff_id:
        # A sub-select, not a join: a row with several guests is one row still.
        relation = model._meta.get_field(paths.guests)
        invited = relation.related_model._base_manager.filter(
            **{relation.field.attname: models.OuterRef("pk"), "staff_id": scope.staff_id}
        )
        ways.append(_of_nobody(paths) & Q(models.Exists(invited)))
    if scope.staff_id:
        ways += [Q(**{column: scope.staff_id}) for column in paths.people]
    if not ways:
        return None
    wanted = ways[0]
    for way in ways[1:]:
        wanted |= way
    return wanted


def _of_record(paths: ScopePaths, lookup: str, value: Any) -> Q:
    """Rows whose record is one of some; what stands before one may say which record it was found to be."""
    wanted = Q(**{f"{paths.record}__{lookup}": value})
    if paths.before:
        name = paths.record.rpartition("__")[2]
        wanted |= Q(**{f"{paths.record}__isnull": True, f"{paths.before}__{name}__{lookup}": value})
    return wanted


def _of_nobody(paths: ScopePaths) -> Q:
    """Rows without a record, and without what stands before one."""
    before = {f"{paths.before}__isnull": True} if paths.before else {}
    return Q(**{f"{paths.record}__isnull": True, **before})


def _of_managers(paths: ScopePaths, scope: Scope, model: Any) -> Q:
    """The own books: rows of their records, and what stands before a record."""
    one = len(scope.managers) == 1

    def held(path: str) -> Q:
        return Q(**{path: scope.managers[0]} if one else {f"{path}__in": scope.managers})

    if not paths.before:
        return held(paths.manager)
    before = Q(**{f"{paths.record}__isnull": True}) & held(f"{paths.before}__manager_id")
    if not (paths.apart and model is not None):
        return held(paths.manager) | before
    # As one condition over both, neither index would serve: a book of hundreds would be looked for among all rows.
    rows = model._base_manager.order_by().values("pk")
    return Q(pk__in=rows.filter(held(paths.manager)).union(rows.filter(before), all=True))


def _by_post(paths: ScopePaths, scope: Scope) -> Iterable[Q]:
    if not scope.has_wall:
        if scope.retail.institution_ids:
            yield _within(paths, scope.retail.institution_ids)
        return
    if not paths.kind:
        return
    for line, sight in (("retail", scope.retail), ("corporate", scope.corporate)):
        of_line = Q(**{paths.kind: KIND_OF_LINE[line]})
        if paths.before:
            of_line |= Q(**{f"{paths.record}__isnull": True, f"{paths.before}__kind": KIND_OF_LINE[line]})
        if sight.everything:
            yield of_line
        elif sight.institution_ids:
            yield of_line & _within(paths, sight.institution_ids)


def _within(paths: ScopePaths, institution_ids: tuple[str, ...]) -> Q:
    """Rows of some institutions: where the institution is the record's, what stands before one has its own."""
    within = Q(**{f"{paths.institution}__in": institution_ids})
    if paths.before and paths.institution.startswith(f"{paths.record.removesuffix('_id')}__"):
        within |= Q(**{f"{paths.record}__isnull": True, f"{paths.before}__institution_id__in": institution_ids})
    return within


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The default manager of a scoped model."""
