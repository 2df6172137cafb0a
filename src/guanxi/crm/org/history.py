"""Reads what was changed about a member of staff, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guanxi.crm.org.models import Line, Role, Staff

CHANGES_SHOWN = 50
TRACKED = (
    "name",
    "institution_id",
    "role",
    "line",
    "phone",
    "email",
    "joined_on",
    "left_on",
    "is_active",
    "is_staff",
    "is_superuser",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's value before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class StaffChange:
    """One change of a member of staff. ``who`` is empty where no person did it: the night's job."""

    at: datetime
    who: str
    fields: tuple[FieldChange, ...]


def staff_changes(staff: Staff) -> tuple[StaffChange, ...]:
    """The last changes of a member of staff, newest first; two queries. Passwords and preferences leave no trace here.

    An event holds what stood before the change; what it became is the event after it, or the row of today.
    """
    events: list[Any] = list(
        Staff.history.rel.related_model.objects.filter(pgh_obj_id=staff.pk)  # type: ignore[attr-defined]
        .select_related("pgh_context")
        .order_by("-pgh_id")[:CHANGES_SHOWN]
    )
    numbers = {_who(event) for event in events} - {""}
    names = dict(Staff.objects.filter(id__in=numbers).values_list("id", "name")) if numbers else {}
    changes = []
    later: Any = staff
    for event in events:
        changes.append(
            StaffChange(event.pgh_created_at, names.get(_who(event), _who(event)), _difference(event, later))
        )
        later = event
    return tuple(changes)


def _who(event: Any) -> str:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    return str(metadata.get("user") or "")


def _difference(before: Any, after: Any) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(
            str(Staff._meta.get_field(name.removesuffix("_id")).verbose_name),  # type: ignore[union-attr]
            _word(before, name),
            _word(after, name),
        )
        for name in TRACKED
        if getattr(before, name) != getattr(after, name)
    )


def _word(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("role", "line"):
        choices: Any = {"role": Role, "line": Line}[name]
        return str(dict(choices.choices).get(value, value))
    return "–" if value in (None, "") else str(value)
