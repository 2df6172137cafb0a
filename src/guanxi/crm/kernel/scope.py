"""The scope engine: every read begins with the scope of who asks.

A :class:`Scope` says which institutions' and which manager's records a person may see. A model that holds scoped
records names the columns by which it is scoped (:class:`ScopePaths`) and uses :class:`ScopedManager`; its only way
in is ``Model.objects.visible_to(scope)``. Nothing here knows what a bank is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.db import models


class Reach(StrEnum):
    """How far a person's sight goes."""

    NOTHING = "nothing"
    OWN = "own"
    INSTITUTIONS = "institutions"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see: the own records, those of some institutions, everything, or nothing.

    ``staff_id`` is who asks; ``institution_ids`` counts only where ``reach`` is ``INSTITUTIONS``.
    """

    staff_id: str
    reach: Reach
    institution_ids: tuple[str, ...] = ()

    @classmethod
    def nothing(cls) -> Scope:
        """The scope of somebody unknown."""
        return cls(staff_id="", reach=Reach.NOTHING)


@dataclass(frozen=True, slots=True)
class ScopePaths:
    """Where, from a model, its institution and its manager stand, as lookup paths."""

    institution: str
    manager: str


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset that can be narrowed to what a person may see."""

    def visible_to(self, scope: Scope) -> Self:
        """Only the records that ``scope`` reaches; costs no query of its own."""
        paths: ScopePaths = self.model.scope_paths
        match scope.reach:
            case Reach.EVERYTHING:
                return self.all()
            case Reach.INSTITUTIONS:
                return self.filter(**{f"{paths.institution}__in": scope.institution_ids})
            case Reach.OWN:
                return self.filter(**{paths.manager: scope.staff_id})
            case _:
                return self.none()


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The default manager of a scoped model."""
