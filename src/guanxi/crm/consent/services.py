"""Writes consent: what a person said becomes an event and, in the same transaction, the state that holds now."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.consent.codes import Channel, Decision, How, Purpose, channels_of
from guanxi.crm.consent.models import ConsentEvent, ConsentState, ConsentText, Limit
from guanxi.crm.consent.queries import texts_in_force
from guanxi.crm.consent.rules import Will, merged, overrides
from guanxi.crm.identity.queries import undone_batches


class ConsentError(ValueError):
    """What was entered cannot be recorded; the message says why, to whoever entered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How it was said, where the proof lies, and who entered it (None: the person, through the bank's own channel)."""

    how: str
    reference: str = ""
    note: str = ""
    staff_id: str | None = None


def record_consent(
    *,
    party_id: str,
    purpose: str,
    channels: Iterable[str],
    evidence: Evidence,
    said_on: datetime.date | None = None,
    valid_until: datetime.date | None = None,
) -> tuple[ConsentEvent, ...]:
    """Records consent to the text in force on the day it was given. Raises :class:`ConsentError` where it is not whole.

    Consent of an earlier day counts from that day's beginning, so a withdrawal of the same day outweighs it.
    """
    day = said_on or timezone.localdate()
    text = texts_in_force(day).get(purpose)
    wanted = _channels(purpose, channels)
    if text is None:
        raise ConsentError(_("There is no text for this purpose on that day."))
    if not evidence.reference.strip():
        raise ConsentError(_("Say where the evidence lies: the form's number, the recording's."))
    if day > timezone.localdate():
        raise ConsentError(_("The day lies in the future."))
    if valid_until is not None and valid_until < day:
        raise ConsentError(_("It would end before it begins."))
    will = Will(Decision.GIVEN, _moment(day, end=False), valid_until)
    with transaction.atomic():
        return _say(party_id, [(purpose, channel, will) for channel in wanted], evidence, text)


def withdraw_consent(
    *,
    party_id: str,
    purposes: Iterable[str] = tuple(Purpose),
    channels: Iterable[str] | None = None,
    evidence: Evidence,
    said_on: datetime.date | None = None,
) -> tuple[ConsentEvent, ...]:
    """Records that a person withdraws consent, by default to everything everywhere; needs no proof and no reason.

    It also bars what was never consented to, so that nobody asks again unawares. ``channels`` None means all.
    """
    day = said_on or timezone.localdate()
    if day > timezone.localdate():
        raise ConsentError(_("The day lies in the future."))
    will = Will(Decision.WITHDRAWN, _moment(day, end=True))
    wanted = [
        (purpose, channel, will)
        for purpose in purposes
        for channel in (channels_of(purpose) if channels is None else _channels(purpose, channels))
    ]
    with transaction.atomic():
        return _say(party_id, wanted, evidence, None)


def merge_consents(*, kept_id: str, merged_id: str, staff_id: str | None = None) -> tuple[ConsentEvent, ...]:
    """Brings the consents of a party into the one it is merged into: a withdrawal of either holds, at once.

    A withdrawal that comes from the merged party is written as of now, so that it outweighs an older consent of the
    kept one. Doing it twice changes nothing. Stops of use go along. Returns the events written; they are the kept
    party's, the merged party's own stay where they are.
    """
    if kept_id == merged_id:
        raise ConsentError(_("A customer cannot be merged into itself."))
    with transaction.atomic():
        _lock([kept_id, merged_id])
        ours, theirs = _states(kept_id), _states(merged_id)
        now, batch = timezone.now(), uuid.uuid4()
        made = []
        for key, state in theirs.items():
            mine = _will(ours[key]) if key in ours else None
            result = merged(mine, _will(state))
            if result is None or result == mine:
                continue
            source = state.event
            at = now if result.withdrawn and mine is not None else result.at
            event = ConsentEvent(
                party_id=kept_id,
                purpose=key[0],
                channel=key[1],
                decision=result.decision,
                said_at=at,
                valid_until=result.valid_until,
                text_id=source.text_id,
                how=How.MERGE,
                evidence=source.evidence or merged_id,
                note=merged_id,
                staff_id=staff_id,
                batch=batch,
            )
            event.save(force_insert=True)
            _hold(event, ours.get(key))
            made.append(event)
        _carry_limits(kept_id, merged_id, staff_id)
        _log(kept_id, made, merged=merged_id)
    return tuple(made)


def rebuild_states(*, party_id: str) -> int:
    """Writes what holds now anew from what was said; returns how many rows were not what they should have been."""
    with transaction.atomic():
        _lock([party_id])
        last: dict[tuple[str, str], ConsentEvent] = {}
        undone = undone_batches(party_id)
        for event in ConsentEvent.objects.filter(party_id=party_id).order_by("id"):
            if event.batch in undone:
                continue
            key = (event.purpose, event.channel)
            if key not in last or overrides(_said(event), _said(last[key])):
                last[key] = event
        states = _states(party_id)
        wrong = 0
        for key, event in last.items():
            if key not in states or states[key].event_id != event.pk or _will(states[key]) != _said(event):
                _hold(event, states.get(key))
                wrong += 1
    return wrong


def _say(
    party_id: str, wanted: Sequence[tuple[str, str, Will]], evidence: Evidence, text: ConsentText | None
) -> tuple[ConsentEvent, ...]:
    _lock([party_id])
    states, batch = _states(party_id), uuid.uuid4()
    made = []
    for purpose, channel, will in wanted:
        event = ConsentEvent(
            party_id=party_id,
            purpose=purpose,
            channel=channel,
            decision=will.decision,
            said_at=will.at,
            valid_until=will.valid_until,
            text=text,
            how=evidence.how,
            evidence=evidence.reference.strip(),
            note=evidence.note.strip(),
            staff_id=evidence.staff_id,
            batch=batch,
        )
        event.save(force_insert=True)
        current = states.get((purpose, channel))
        if current is None or overrides(will, _will(current)):
            _hold(event, current)
        made.append(event)
    _log(party_id, made)
    return tuple(made)


def _log(party_id: str, made: Sequence[ConsentEvent], **more: str) -> None:
    """The entry in the audit log, in the same transaction."""
    what = sorted({f"{event.purpose}:{event.channel}:{event.decision}" for event in made})
    record(action=Action.CONSENT, subject=party_id, kind="consent", detail={"said": what, **more})


def _hold(event: ConsentEvent, current: ConsentState | None) -> None:
    """Makes an event the state that holds."""
    fields = {
        "decision": event.decision,
        "since": event.said_at,
        "valid_until": event.valid_until,
        "event_id": event.pk,
    }
    key = {"party_id": event.party_id, "purpose": event.purpose, "channel": event.channel}
    if current is None:
        ConsentState.objects.create(**key, **fields)
    else:
        ConsentState.objects.filter(**key).update(**fields)


def _lock(party_ids: Iterable[str]) -> None:
    """One writer a person at a time, until the transaction ends; in one order, so that two merges cannot wait for
    each other.
    """
    with connection.cursor() as cursor:
        for party_id in sorted(party_ids):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"consent {party_id}"])


def _states(party_id: str) -> dict[tuple[str, str], ConsentState]:
    rows = ConsentState.objects.filter(party_id=party_id).select_related("event")
    return {(row.purpose, row.channel): row for row in rows}


def _carry_limits(kept_id: str, merged_id: str, staff_id: str | None) -> None:
    there = set(Limit.objects.filter(party_id=kept_id, lifted_at__isnull=True).values_list("kind", flat=True))
    for limit in Limit.objects.filter(party_id=merged_id, lifted_at__isnull=True).exclude(kind__in=there):
        Limit.objects.create(
            party_id=kept_id,
            kind=limit.kind,
            reason=limit.reason,
            since=limit.since,
            keep_until=limit.keep_until,
            set_by_id=staff_id,
        )


def _will(state: ConsentState) -> Will:
    return Will(state.decision, state.since, state.valid_until)


def _said(event: ConsentEvent) -> Will:
    return Will(event.decision, event.said_at, event.valid_until)


def _channels(purpose: str, channels: Iterable[str]) -> tuple[Channel, ...]:
    possible, asked = channels_of(Purpose(purpose)), set(channels)
    if possible == (Channel.ANY,):
        return possible
    found = tuple(channel for channel in possible if channel in asked)
    if not found or asked - set(found):
        raise ConsentError(_("Choose at least one channel."))
    return found


def _moment(day: datetime.date, *, end: bool) -> datetime.datetime:
    """Today means now; an earlier day its beginning or its end."""
    if day >= timezone.localdate():
        return timezone.now()
    clock = datetime.time(23, 59, 59) if end else datetime.time.min
    return timezone.make_aware(datetime.datetime.combine(day, clock))
