"""The history of a row, as triggers wrote it, and bringing an earlier value back.

Works on any model that django-pghistory tracks with the row before each update and deletion. The restoring itself is a
change like any other: it has its own place in the history, and an entry in the log.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory
from django.db import models, transaction

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.sealed import SealedField

CHANGES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; None where there was no row."""

    name: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row. ``actor`` is empty where SQL, or the night's job, did it."""

    event_id: int
    at: datetime
    label: str
    actor: str
    roles: str
    request: str
    reason: str
    fields: tuple[FieldChange, ...]


def tracked_fields(model: Any) -> list[models.Field[Any, Any]]:
    """The fields whose changes are kept, without the key."""
    kept = {field.name for field in _events(model)._meta.concrete_fields}
    return [field for field in model._meta.concrete_fields if field.name in kept and not field.primary_key]


def changes_of(model: Any, pk: Any) -> tuple[Change, ...]:
    """The last changes of a row, newest first; two queries.

    An event holds what stood before the change; what it became is the event after it, or the row of today.
    """
    fields = tracked_fields(model)
    events = _events(model).objects.filter(pgh_obj_id=pk).select_related("pgh_context").order_by("-pgh_id")
    later: Any = model._base_manager.filter(pk=pk).first()
    found = []
    for event in events[:CHANGES_SHOWN]:
        before, after = (None, event) if event.pgh_label == "insert" else (event, later)
        if event.pgh_label == "delete":
            after = None
        found.append(_change(event, fields, before, after))
        later = None if event.pgh_label == "insert" else event
    return tuple(found)


def restore(*, model: Any, pk: Any, event_id: int, names: Collection[str], reason: str) -> list[str]:
    """Brings back what stood before a change: the fields ``names``, or, for a row that is gone, the whole row.

    Returns the names of the fields that were changed. Raises ``LookupError`` where there is no such change, or it made
    the row; ``ValidationError`` where the earlier value breaks a rule of today.
    """
    event = _events(model).objects.filter(pgh_obj_id=pk, pgh_id=event_id).exclude(pgh_label="insert").first()
    if event is None:
        raise LookupError(event_id)
    fields = tracked_fields(model)
    with transaction.atomic(), pghistory.context(reason=reason):
        row = model._base_manager.select_for_update().filter(pk=pk).first()
        gone = row is None
        if row is None:
            row = model(pk=pk)
        chosen = [field for field in fields if gone or field.name in names]
        changed = {
            field.name: [None if gone else _told(field, row), _told(field, event)]
            for field in chosen
            if gone or getattr(row, field.attname) != getattr(event, field.attname)
        }
        if not changed:
            return []
        for field in chosen:
            setattr(row, field.attname, getattr(event, field.attname))
        left_out = {field.name for field in model._meta.concrete_fields} - set(changed)
        # What was empty before may be empty again, whatever a form would say.
        left_out |= {field.name for field in chosen if getattr(row, field.attname) in (None, "")}
        row.clean_fields(exclude=left_out)
        row.validate_constraints()
        if gone:
            row.save(force_insert=True)
        else:
            row.save(update_fields=list(changed))
        record(
            action=Action.RESTORE,
            kind=model._meta.model_name,
            object_id=str(pk),
            detail={"changed": changed, "event": event_id, "reason": reason},
        )
    return list(changed)


def _events(model: Any) -> Any:
    return model.pgh_event_model


def _change(event: Any, fields: Sequence[Any], before: Any, after: Any) -> Change:
    facts = event.pgh_context.metadata if event.pgh_context else {}
    return Change(
        event_id=event.pgh_id,
        at=event.pgh_created_at,
        label=event.pgh_label,
        actor=str(facts.get("user") or ""),
        roles=str(facts.get("roles") or ""),
        request=str(facts.get("request") or ""),
        reason=str(facts.get("reason") or ""),
        fields=tuple(
            FieldChange(field.name, str(field.verbose_name), _shown(before, field), _shown(after, field))
            for field in fields
            if before is None or after is None or getattr(before, field.attname) != getattr(after, field.attname)
        ),
    )


def _told(field: Any, row: Any) -> str:
    """A value as the log may keep it: what is encrypted in its row is not told there in the clear."""
    return "[sealed]" if isinstance(field, SealedField) else str(getattr(row, field.attname))


def _shown(row: Any, field: Any) -> Any:
    if row is None:
        return None
    value = getattr(row, field.attname)
    return dict(field.flatchoices).get(value, value) if field.choices else value
