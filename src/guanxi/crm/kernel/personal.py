"""The register of what is held about a person: each model says how its rows belong to one.

Access, portability and erasure walk this register, so a model that is missing from it would be missing from the answer
to a person. A test looks at every model with a party's key and fails where one is not registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How rows of a model belong to a person.

    ``lookups`` are the paths that lead to the person's key (a row belongs where any does); ``kind`` is the kind of data
    by which the rules of retention tell how long it is kept; ``title`` names it to the person. ``left_out`` are fields
    that are not handed over, ``copy_of`` what the rows are a copy of where they say nothing new (they are not handed
    over); ``words`` are the choices that codes of a field come from.
    """

    model: type[models.Model]
    lookups: tuple[str, ...]
    kind: str
    title: str | Promise
    left_out: tuple[str, ...] = ()
    copy_of: str = ""
    words: dict[str, Any] | None = None

    def rows_of(self, key: str) -> models.QuerySet[Any]:
        """The rows that belong to the person with this key, in the order of their own key."""
        belongs = models.Q()
        for lookup in self.lookups:
            belongs |= models.Q(**{lookup: key})
        return self.model._base_manager.filter(belongs).order_by("pk")


_REGISTER: dict[type[models.Model], Held] = {}


def register(*entries: Held) -> None:
    """Makes models known; called when an application is ready. A model is registered once."""
    for held in entries:
        if held.model in _REGISTER and _REGISTER[held.model] != held:
            raise ValueError(f"{held.model._meta.label} is registered twice")
        _REGISTER[held.model] = held


def registered() -> tuple[Held, ...]:
    """Everything registered, in the order it was."""
    return tuple(_REGISTER.values())
