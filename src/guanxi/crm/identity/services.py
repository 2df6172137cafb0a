"""Writes what the stewards decide: the same, not the same, asked; merges taken back; thresholds; values kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record as log
from guanxi.crm.identity.codes import Cause, Verdict
from guanxi.crm.identity.merging import MergeError, merge, survivor, unmerge
from guanxi.crm.identity.models import Decision, FieldKept, Merge, Record, Threshold
from guanxi.crm.identity.telling import tell_answered, tell_asked
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import Party


class NotThereError(LookupError):
    """There is no such thing within the scope of who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who acts, and how far: ``scope`` is that of the verb edit."""

    staff_id: str
    scope: Scope


def decide(
    *,
    asker: Asker,
    left: str,
    right: str,
    verdict: str,
    reason: str = "",
    note: str = "",
    whom: str = "",
    file: int | None = None,
) -> Decision:
    """Records a verdict on two records and, where they are the same, makes their customers one; one transaction.

    Raises :class:`NotThereError` for records beyond the scope, :class:`MergeError` where somebody has decided already,
    or where a question names nobody, ``BusyError`` while a publication is being written.
    """
    first, second = sorted((left, right))
    asked = _asked(whom) if verdict == Verdict.ASK else None
    with transaction.atomic():
        parties = _parties(asker.scope, first, second)
        standing = (
            Decision.objects.select_for_update()
            .filter(left_record=first, right_record=second, withdrawn_at__isnull=True)
            .first()
        )
        if standing is not None:
            if standing.verdict != Verdict.ASK:
                raise MergeError(_("Somebody has decided on this pair already."))
            _withdraw(standing, asker.staff_id)
        decision = Decision(
            left_record=first,
            right_record=second,
            party_id=parties[0].id,
            other_id=parties[1].id,
            verdict=verdict,
            by_id=asker.staff_id,
            reason=reason.strip(),
            note=note.strip(),
            asked_whom=asked,
            file=file,
        )
        try:
            with transaction.atomic():
                decision.save(force_insert=True)
        except IntegrityError as error:
            raise MergeError(_("Somebody has decided on this pair already.")) from error
        if verdict == Verdict.SAME and parties[0].id != parties[1].id:
            kept, gone = survivor(*parties)
            merge(
                kept=kept.id,
                gone=gone.id,
                cause=Cause.FILE if file else Cause.STEWARD,
                reason=decision.reason,
                by=asker.staff_id,
                decision=decision.pk,
                file=file,
            )
        if verdict == Verdict.ASK:
            tell_asked(decision)
        _log(decision)
    return decision


def withdraw(*, asker: Asker, decision_id: int, back: Mapping[str, Sequence[str]] | None = None) -> Decision:
    """Takes a verdict back; where it made two customers one, they are two again."""
    with transaction.atomic():
        decision = (
            Decision.objects.visible_to(asker.scope).select_for_update(of=("self",)).filter(pk=decision_id).first()
        )
        if decision is None or decision.withdrawn_at is not None:
            raise NotThereError(decision_id)
        _withdraw(decision, asker.staff_id)
        made = Merge.objects.filter(decision=decision_id, undone_at__isnull=True).first()
        if made is not None:
            unmerge(merge_id=made.pk, by=asker.staff_id, reason=_("Verdict taken back"), back=back or {})
        _log(decision, withdrawn=True)
    return decision


def take_back_merge(
    *, asker: Asker, merge_id: int, reason: str, different: bool, back: Mapping[str, Sequence[str]] | None = None
) -> Merge:
    """Makes two customers of one again; ``different``: they are never to be one again, or the night might see it so.

    What is shared out of what came since stands in ``back``: by table the keys of the rows that go along.
    """
    with transaction.atomic():
        made = Merge.objects.visible_to(asker.scope).filter(pk=merge_id, undone_at__isnull=True).first()
        if made is None:
            raise NotThereError(merge_id)
        unmerge(merge_id=merge_id, by=asker.staff_id, reason=reason.strip(), back=back or {})
        left, right = sorted((made.kept, made.gone))
        standing = Decision.objects.filter(withdrawn_at__isnull=True, verdict=Verdict.SAME)
        for decision in standing.filter(pk=made.decision) | standing.filter(left_record=left, right_record=right):
            _withdraw(decision, asker.staff_id)
        if different:
            # One that no night has published by itself yet stands with the other until it is.
            there = set(Party.objects.filter(pk__in=[left, right]).values_list("pk", flat=True))
            own = {number: number if number in there else made.kept for number in (left, right)}
            _say_different(asker, own, reason)
        log(
            action=Action.CHANGE,
            subject=made.kept,
            kind="identity.merge",
            object_id=str(merge_id),
            detail={"undone": made.gone, "reason": reason, "different": different},
        )
    made.refresh_from_db()
    return made


def split_record(*, asker: Asker, record_id: str, reason: str) -> tuple[Decision, ...]:
    """Takes a record out of its customer for good: it is different from every other record there.

    Where the record was a customer of its own here before, it is one again at once; else from the next night on.
    Raises :class:`MergeError` where it stands alone.
    """
    with transaction.atomic():
        leaving = Record.objects.visible_to(asker.scope).filter(pk=record_id).first()
        if leaving is None:
            raise NotThereError(record_id)
        others = list(
            Record.objects.filter(party_id=leaving.party_id).exclude(pk=record_id).values_list("pk", flat=True)
        )
        if not others:
            raise MergeError(_("This record stands alone: there is nothing to split."))
        party = leaving.party_id
        made = Merge.objects.filter(party_id=party, gone=record_id, undone_at__isnull=True).first()
        if made is not None:
            unmerge(merge_id=made.pk, by=asker.staff_id, reason=reason, back={})
        own = record_id if made is not None else party
        decisions = [_say_different(asker, {record_id: own, other: party}, reason) for other in sorted(others)]
        log(
            action=Action.CHANGE,
            subject=party,
            kind="identity.split",
            object_id=record_id,
            detail={"from": sorted(others), "reason": reason},
        )
    return tuple(decisions)


def answer(*, staff_id: str, decision_id: int, text: str) -> Decision:
    """Writes what somebody who was asked answers; the pair goes back to the stewards with the answer beside it."""
    with transaction.atomic():
        asked = (
            # Scoped by the person: whoever is asked need see neither customer, so nothing is joined.
            Decision.objects.select_for_update(of=("self",))
            .filter(pk=decision_id, verdict=Verdict.ASK, asked_whom_id=staff_id, withdrawn_at__isnull=True)
            .first()
        )
        if asked is None:
            raise NotThereError(decision_id)
        asked.answer, asked.answered_at = text.strip(), timezone.now()
        asked.save(update_fields=["answer", "answered_at"])
        tell_answered(asked)
        log(action=Action.CHANGE, subject=asked.party_id, kind="identity.answer", object_id=str(asked.pk))
    return asked


def set_threshold(*, staff_id: str, kind: str, merge_from: Decimal, review_from: Decimal, reason: str) -> Threshold:
    """Sets the thresholds of one kind of customer, from the next night on; :class:`MergeError` for wrong ones."""
    if not Decimal(0) < review_from <= merge_from <= Decimal(1):
        raise MergeError(_("What is merged must be at least as probable as what goes to the steward."))
    with transaction.atomic():
        made = Threshold.objects.create(
            kind=kind, merge_from=merge_from, review_from=review_from, made_by_id=staff_id, reason=reason.strip()
        )
        log(
            action=Action.CHANGE,
            kind="identity.threshold",
            object_id=str(made.pk),
            detail={"kind": kind, "merge_from": merge_from, "review_from": review_from, "reason": reason},
        )
    return made


def keep_field(*, asker: Asker, party_id: str, field: str, record_id: str) -> FieldKept:
    """Chooses by hand whose value of a field stands, from the next night on."""
    with transaction.atomic():
        there = Record.objects.visible_to(asker.scope).filter(pk=record_id, party_id=party_id).exists()
        if not there:
            raise NotThereError(record_id)
        kept, _made = FieldKept.objects.update_or_create(
            party_id=party_id,
            field=field,
            defaults={"record_id": record_id, "by_id": asker.staff_id, "at": timezone.now()},
        )
        log(
            action=Action.CHANGE,
            subject=party_id,
            kind="identity.field",
            object_id=field,
            detail={"record": record_id},
        )
    return kept


def _parties(scope: Scope, left: str, right: str) -> tuple[Party, Party]:
    records = {row.pk: row for row in Record.objects.visible_to(scope).filter(pk__in=[left, right])}
    if len(records) != 2:
        raise NotThereError(left, right)
    wanted = {row.party_id for row in records.values()}
    parties = {row.pk: row for row in Party.objects.visible_to(scope).filter(pk__in=wanted)}
    if len(parties) != len(wanted):
        raise NotThereError(left, right)
    return parties[records[left].party_id], parties[records[right].party_id]


def _asked(whom: str) -> Staff:
    found = Staff.objects.filter(pk=whom.strip(), is_active=True).first()
    if found is None:
        raise MergeError(_("Say whom you ask: there is nobody with this staff number."))
    return found


def _say_different(asker: Asker, records: Mapping[str, str], reason: str) -> Decision:
    """The verdict that two records are different, in place of whatever stood; ``records`` says whose each is."""
    left, right = sorted(records)
    for standing in Decision.objects.filter(left_record=left, right_record=right, withdrawn_at__isnull=True):
        _withdraw(standing, asker.staff_id)
    decision = Decision(
        left_record=left,
        right_record=right,
        party_id=records[left],
        other_id=records[right],
        verdict=Verdict.DIFFERENT,
        by_id=asker.staff_id,
        reason=reason.strip(),
    )
    decision.save(force_insert=True)
    return decision


def _withdraw(decision: Decision, staff_id: str) -> None:
    decision.withdrawn_at, decision.withdrawn_by_id = timezone.now(), staff_id
    decision.save(update_fields=["withdrawn_at", "withdrawn_by"])


def _log(decision: Decision, **more: Any) -> None:
    log(
        action=Action.CHANGE,
        subject=decision.party_id,
        kind="identity.decision",
        object_id=str(decision.pk),
        detail={"left": decision.left_record, "right": decision.right_record, "verdict": decision.verdict, **more},
    )
