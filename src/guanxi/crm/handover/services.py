"""Arranges, signs, carries out and undoes hand-overs. Every step is in the log, with its numbers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import pghistory
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.handover.database import BusyError, begin_due, move_next
from guanxi.crm.handover.informing import tell_of_end, tell_of_waiting
from guanxi.crm.handover.models import Handover, Receiver, Signature, State
from guanxi.crm.handover.preview import ChangedError
from guanxi.crm.handover.telling import tell
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.org.models import Staff

BATCH = 2_000
CHANGEABLE = frozenset(
    {"giver_id", "pool_id", "what", "numbers", "rule", "options", "over_capacity", "kind", "effective_on", "last_day",
     "reason"}
)  # fmt: skip
# What decides about who gets whom: a preview made before such a change no longer counts.
DECIDING = CHANGEABLE - {"reason", "kind", "effective_on", "last_day"}


class HandoverError(Exception):
    """What was asked for cannot be; the message says why to the person who asked."""


def begin_draft(*, by: Staff, giver_id: str | None, origin: str = Handover.Origin.ARRANGED) -> Handover:
    """A new draft of somebody's; nothing moves by it."""
    return Handover.objects.create(made_by=by, giver_id=giver_id, origin=origin)


def change_draft(
    *, handover_id: int, by: Staff, changes: Mapping[str, Any], receivers: Iterable[str] | None = None
) -> Handover:
    """Keeps what was chosen in a draft; ``receivers`` are staff numbers in order. Raises :class:`ChangedError`."""
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"a draft has no {unknown}")
    with transaction.atomic():
        draft = _draft(handover_id, by)
        wanted = None if receivers is None else list(dict.fromkeys(receivers))
        was = list(draft.receivers.order_by("position").values_list("staff_id", flat=True))
        decides = (wanted is not None and wanted != was) or any(
            getattr(draft, name) != value for name, value in changes.items() if name in DECIDING
        )
        for name, value in changes.items():
            setattr(draft, name, value)
        if wanted is not None and wanted != was:
            draft.receivers.all().delete()
            Receiver.objects.bulk_create(
                Receiver(handover=draft, staff_id=number, position=position) for position, number in enumerate(wanted)
            )
        if decides:
            draft.version += 1
        draft.save()
    return draft


def put_to_signature(*, handover_id: int, by: Staff, today: datetime.date) -> Handover:
    """Closes the draft as previewed and waits for all sides' signatures.

    Raises :class:`HandoverError` where something is missing, :class:`ChangedError` where it is no draft of theirs.
    """
    with transaction.atomic():
        draft = _draft(handover_id, by)
        if draft.previewed != draft.version:
            raise HandoverError(_("Something was changed since the preview: look at it once more."))
        if not draft.total:
            raise HandoverError(_("No customer would move."))
        if draft.effective_on is None or draft.effective_on < today:
            raise HandoverError(_("The first day lies in the past."))
        temporary = draft.kind == Handover.Kind.TEMPORARY
        if temporary and (draft.last_day is None or draft.last_day < draft.effective_on):
            raise HandoverError(_("Say the last day; it cannot lie before the first."))
        if not draft.reason.strip():
            raise HandoverError(_("Say why."))
        if not temporary:
            draft.last_day = None
        # Receivers who get nobody have nothing to sign.
        given = {one["staff"] for one in draft.summary["receivers"] if one["customers"]}
        draft.receivers.exclude(staff_id__in=given).delete()
        draft.state, draft.submitted_at = State.WAITING, timezone.now()
        draft.undo_hours = settings.HANDOVER_UNDO_HOURS
        draft.save()
        _record(draft, "put to signature", customers=draft.total, kind=draft.kind, day=draft.effective_on)
        tell_of_waiting(draft, by=by.pk)
    return draft


def sign(*, handover_id: int, by: Staff, side: str, staff_id: str | None) -> Handover:
    """Signs for a side: ``staff_id`` is for whom, the giver (None: nobody's customers) or the receiver in person.

    Whether ``by`` may sign for the giver is for the caller to ask (:func:`.signing.may_sign`). With the last signature
    the hand-over is scheduled, and begins where its day has come. Raises :class:`HandoverError`.
    """
    try:
        with transaction.atomic():
            held = Handover.objects.select_for_update().get(pk=handover_id)
            if held.state != State.WAITING:
                raise HandoverError(_("This hand-over no longer waits for signatures."))
            Signature.objects.create(handover=held, side=side, staff_id=staff_id, signed_by=by, version=held.version)
            _record(held, "signed", side=side, of=staff_id or "")
            if is_signed(held):
                held.state = State.SCHEDULED
                held.save(update_fields=["state"])
                _record(held, "signed by all", customers=held.total)
                if held.effective_on and held.effective_on <= timezone.localdate():
                    transaction.on_commit(lambda: _defer(held.pk))
    except IntegrityError as error:
        raise HandoverError(_("You have signed already, or this side has.")) from error
    return held


def is_signed(handover: Handover) -> bool:
    """Whether every side has signed; the database asks the same once more before it moves anybody."""
    signed = set(handover.signatures.filter(version=handover.version).values_list("side", "staff_id"))
    wanted = {(Signature.Side.RECEIVER, number) for number in handover.receivers.values_list("staff_id", flat=True)}
    at_once = handover.origin == Handover.Origin.CLAIM and handover.pool is not None and handover.pool.claims_at_once
    by_rule = handover.origin == Handover.Origin.RECYCLING
    return wanted <= signed and (at_once or by_rule or any(side == Signature.Side.GIVER for side, _of in signed))


def refuse(*, handover_id: int, by: Staff, said: str) -> Handover:
    """Refuses to sign; the hand-over is over. Raises :class:`HandoverError`."""
    return _end(handover_id, by, State.REFUSED, said)


def take_back(*, handover_id: int, by: Staff, said: str = "") -> Handover:
    """Takes back what waits for signatures or for its day. Raises :class:`HandoverError`."""
    return _end(handover_id, by, State.WITHDRAWN, said)


def _end(handover_id: int, by: Staff, state: State, said: str) -> Handover:
    with transaction.atomic():
        held = Handover.objects.select_for_update().get(pk=handover_id)
        if held.state not in (State.DRAFT, State.WAITING, State.SCHEDULED):
            raise HandoverError(_("It has begun already; it can be undone."))
        held.state, held.ended_by, held.ended_at, held.said = state, by, timezone.now(), said[:200]
        held.save(update_fields=["state", "ended_by", "ended_at", "said"])
        _record(held, str(state), said=said)
        tell_of_end(held, by=by.pk)
    return held


def undo_until(handover: Handover) -> datetime.datetime | None:
    """Until when a hand-over can be undone; None where it is not done."""
    if handover.state != State.DONE or handover.moved_at is None:
        return None
    return handover.moved_at + datetime.timedelta(hours=handover.undo_hours)


def undo(*, handover_id: int, by: Staff, said: str) -> Handover:
    """Moves back whoever still stands where this hand-over put them; raises :class:`HandoverError` when too late."""
    with transaction.atomic():
        held = Handover.objects.select_for_update().get(pk=handover_id)
        until = undo_until(held)
        if until is None or timezone.now() > until:
            raise HandoverError(_("The time for undoing is over; arrange a new hand-over."))
        held.state, held.ended_by, held.said = State.UNDOING, by, said[:200]
        held.save(update_fields=["state", "ended_by", "said"])
        _record(held, "undone", customers=held.moved, said=said)
        transaction.on_commit(lambda: _defer(held.pk))
    return held


def carry_out(*, handover_id: int, today: datetime.date | None = None) -> Handover:
    """Moves the customers of a hand-over that is signed and due, or back, batch by batch, each a transaction.

    Killed anywhere, it goes on where it stood when it is called again. Raises :class:`BusyError` while the night's
    figures are being published.
    """
    day = today or timezone.localdate()
    held = Handover.objects.get(pk=handover_id)
    actor = held.ended_by_id or held.made_by_id or ""
    reason = held.reason
    with traced(actor=actor), pghistory.context(user=actor, reason=reason, handover=held.pk), entered(SYSTEM):
        if held.state == State.SCHEDULED and held.effective_on and held.effective_on <= day:
            Handover.objects.filter(pk=held.pk, state=State.SCHEDULED).update(state=State.MOVING)
        while move_next(held.pk, today=day, most=BATCH):
            pass
        held.refresh_from_db()
        tell(held.pk)
    return held


def carry_on(*, today: datetime.date | None = None) -> int:
    """Does whatever is due: begins, goes on, takes back what was for a time; returns how many customers moved.

    Tells the log of what the night carried out, too.
    """
    day = today or timezone.localdate()
    moved = 0
    with traced(), entered(SYSTEM):
        while many := begin_due(today=day, most=BATCH):
            moved += many
        tell()
    return moved


def _draft(handover_id: int, by: Staff) -> Handover:
    found = Handover.objects.select_for_update().filter(pk=handover_id, made_by=by, state=State.DRAFT).first()
    if found is None:
        raise ChangedError
    return found


def _record(handover: Handover, step: str, **detail: Any) -> None:
    facts = {"step": step, "from": handover.giver_id or "", **detail}
    record(action=Action.HAND_OVER, kind="handover", object_id=str(handover.pk), detail=facts)


def _defer(handover_id: int) -> None:
    from guanxi.crm.handover.tasks import move_customers

    move_customers.defer(handover_id=handover_id)


__all__ = ["BusyError", "ChangedError", "HandoverError"]
