"""Writes rules: drafts, what is sent, approved by somebody else, withdrawn. A version that was sent stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record as log
from guanxi.crm.rulings.models import Part, RuleVersion, State
from guanxi.warehouse.rules import BOOKS, RuleError, findings


class NotThereError(LookupError):
    """There is no such version, or not for who asks."""


class RefusedError(ValueError):
    """It cannot be done; the words say why."""


def draft(*, staff_id: str, book: str, content: str) -> RuleVersion:
    """Begins a version with the rules that ``content`` holds."""
    with transaction.atomic():
        made = RuleVersion.objects.create(book=book, content=content, made_by_id=staff_id)
        _log(made, "rules.draft")
    return made


def save(*, staff_id: str, version_id: int, content: str) -> RuleVersion:
    """Keeps what the drafter wrote, faults and all: they are told, and refused only when it is sent."""
    with transaction.atomic():
        row = _own(version_id, staff_id)
        if row.content != content:
            row.content, row.changed_at = content, timezone.now()
            row.simulation, row.simulated_on = {}, None
            row.save(update_fields=["content", "changed_at", "simulation", "simulated_on"])
            _log(row, "rules.save")
    return row


def keep_simulation(*, staff_id: str, version_id: int, content: str, simulation: Mapping[str, Any], day: date) -> None:
    """Writes beside a draft what it would have changed, unless its rules have changed meanwhile. What was sent keeps
    the counts that it was sent with."""
    with transaction.atomic():
        row = _own(version_id, staff_id)
        if row.content == content:
            row.simulation, row.simulated_on = dict(simulation), day
            row.save(update_fields=["simulation", "simulated_on"])
            _log(row, "rules.simulate", day=str(day))


def submit(
    *, staff_id: str, version_id: int, reason: str, role: str, share: int, effective_from: date, earliest: date
) -> RuleVersion:
    """Sends a draft for approval. Raises ``RuleError`` with every fault of the rules, :class:`RefusedError`."""
    with transaction.atomic():
        row = _own(version_id, staff_id)
        faults = findings(BOOKS[row.book], row.content)
        if faults:
            raise RuleError(faults)
        if not reason.strip():
            raise RefusedError(_("Say why: whoever approves it wants to know."))
        if effective_from < earliest:
            raise RefusedError(_("The nights before are done: it can decide from the next one on at the earliest."))
        if role == Part.CHALLENGER and not 1 <= share <= 99:
            raise RefusedError(_("A trial takes between 1 and 99 percent of the customers."))
        if not row.simulation:
            raise RefusedError(_("Simulate it first: whoever approves it wants to see what it changes."))
        row.state, row.submitted_at = State.SUBMITTED, timezone.now()
        row.reason, row.role, row.effective_from = reason.strip()[:300], role, effective_from
        row.share = share if role == Part.CHALLENGER else 100
        row.save(update_fields=["state", "submitted_at", "reason", "role", "share", "effective_from"])
        _log(row, "rules.submit", reason=row.reason, role=row.role, share=row.share, effective_from=str(effective_from))
    return row


def settle(*, staff_id: str, version_id: int, approve: bool, note: str, earliest: date) -> RuleVersion:
    """Releases what was sent, or sends it back; by somebody else than who drafted it. Raises :class:`RefusedError`."""
    with transaction.atomic():
        row = RuleVersion.objects.select_for_update(of=("self",)).filter(pk=version_id).first()
        if row is None or row.state != State.SUBMITTED:
            raise NotThereError(version_id)
        if row.made_by_id == staff_id:
            raise RefusedError(_("Whoever drafted rules cannot approve them."))
        if not approve and not note.strip():
            raise RefusedError(_("Say what is to be mended."))
        # What was sound when it was sent may not be for a version of this program that came since.
        if approve and findings(BOOKS[row.book], row.content):
            raise RefusedError(_("These rules are not sound any more: send them back."))
        # Nights may have passed while it waited.
        row.effective_from = max(row.effective_from or earliest, earliest)
        row.state = State.RELEASED if approve else State.REFUSED
        row.decided_by_id, row.decided_at, row.note = staff_id, timezone.now(), note.strip()[:300]
        row.save(update_fields=["state", "decided_by", "decided_at", "note", "effective_from"])
        _log(row, "rules.settle", approved=approve, note=row.note, effective_from=str(row.effective_from))
    return row


def withdraw(*, staff_id: str, version_id: int, earliest: date) -> RuleVersion:
    """Takes a version out: of a draft its drafter, of what was sent or released whoever may make rules. From the night
    of ``earliest`` on, the first that is not done, what decided before it decides again."""
    with transaction.atomic():
        row = RuleVersion.objects.select_for_update(of=("self",)).filter(pk=version_id).first()
        if row is None or row.state in {State.WITHDRAWN, State.REFUSED}:
            raise NotThereError(version_id)
        if row.state == State.DRAFT and row.made_by_id != staff_id:
            raise NotThereError(version_id)
        was, row.state = row.state, State.WITHDRAWN
        row.withdrawn_by_id, row.withdrawn_at = staff_id, timezone.now()
        if was == State.RELEASED:
            row.effective_until = earliest
        row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "effective_until"])
        _log(row, "rules.withdraw", was=was)
    return row


def _own(version_id: int, staff_id: str) -> RuleVersion:
    """A draft of one's own; others' are not there to write."""
    row = (
        RuleVersion.objects.select_for_update(of=("self",))
        .filter(pk=version_id, made_by_id=staff_id, state=State.DRAFT)
        .first()
    )
    if row is None:
        raise NotThereError(version_id)
    return row


def _log(row: RuleVersion, kind: str, **detail: Any) -> None:
    log(action=Action.CHANGE, kind=kind, object_id=str(row.pk), detail={"book": row.book, **detail})
