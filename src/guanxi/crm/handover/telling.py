"""Tells the audit log and all sides what was carried out, whoever did it: the job, the worker's look, or the night.

The database moves customers by itself, and the night's process has no log. So each hand-over keeps what the log was
told of it, and whatever is missing is told once, by the next of the worker's looks at the latest.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.handover.informing import tell_of_move
from guanxi.crm.handover.models import Handover, State

GONE_BACK = (State.RETURNED, State.UNDONE)


def tell(handover_id: int | None = None) -> int:
    """Records what ended and is not in the log yet, of one hand-over or of all; returns how many entries."""
    moved = Q(told="", moved_at__isnull=False)
    back = Q(state__in=GONE_BACK) & ~Q(told=F("state"))
    rows = Handover.objects.filter(moved | back)
    entries = 0
    for number in list((rows if handover_id is None else rows.filter(pk=handover_id)).values_list("pk", flat=True)):
        with transaction.atomic():
            held = rows.select_for_update().filter(pk=number).first()
            if held is None:
                continue
            if not held.told:
                last = held.signatures.order_by("-pk").values_list("signed_by_id", flat=True).first()
                _record(held, "carried out", actor=last or "", customers=held.moved, left_out=held.skipped)
                tell_of_move(held, customers=held.moved)
                held.told, entries = State.DONE, entries + 1
            if held.state in GONE_BACK:
                undone = held.state == State.UNDONE
                actor = (held.ended_by_id if undone else None) or ""
                step = "undone and carried out" if undone else "went back"
                _record(held, step, actor=actor, customers=held.back, left_out=held.kept)
                tell_of_move(held, customers=held.back)
                held.told, entries = held.state, entries + 1
            held.save(update_fields=["told"])
    return entries


def _record(handover: Handover, step: str, *, actor: str, customers: int, left_out: int) -> None:
    facts = {"step": step, "from": handover.giver_id or "", "customers": customers, "left_out": left_out}
    with traced(actor=actor):
        record(action=Action.HAND_OVER, kind="handover", object_id=str(handover.pk), detail=facts)
