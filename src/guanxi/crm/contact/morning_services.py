"""Writes what somebody says of a row on the morning list, with the way back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.codes import Verdict
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import Mark, ReasonSetting
from guanxi.crm.contact.task_services import Change, finish_tasks, snooze_tasks, undo_changes
from guanxi.crm.insight.reasons.base import registered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party

MOST = 50


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reason of a row: its kind and day, and the number of what stands behind it, where there is something."""

    reason: str
    day: datetime.date
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one tap did: marks of ``batch``, and changes of tasks. ``many`` reasons are dealt with."""

    batch: UUID
    changes: tuple[Change, ...]
    many: int


def say(
    *,
    scope: Scope,
    by: str,
    party_id: str,
    batch: UUID,
    occasions: Sequence[Occasion],
    verdict: str,
    until: datetime.date | None = None,
) -> Said:
    """Says of some reasons of one customer that they are done, not useful, or snoozed ``until`` a day.

    The tasks among them are finished or snoozed; a task is never "not useful". Said twice with one ``batch``, it is
    said once. ``scope`` is how far ``by`` may edit. Raises ``Party.DoesNotExist`` outside of it and
    :class:`WorkError` for a day that does not lie ahead.
    """
    if (verdict == Verdict.SNOOZED) != (until is not None) or (until and until <= timezone.localdate()):
        raise WorkError(_("Choose a day after today."), "until")
    Party.objects.visible_to(scope).only("pk").get(pk=party_id)
    known = registered()
    wanted = [one for one in occasions[:MOST] if one.reason in known]
    tasks = [one.number for one in wanted if known[one.reason].settled and one.number is not None]
    plain = {(one.reason, one.day) for one in wanted if not known[one.reason].settled}
    if verdict == Verdict.USELESS:
        plain = {(reason, day) for reason, day in plain if known[reason].taught}
    with transaction.atomic():
        before = Mark.objects.filter(batch=batch).count()
        if before:
            return Said(batch, (), before)
        Mark.objects.bulk_create(
            [
                Mark(batch=batch, party_id=party_id, reason=reason, day=day, verdict=verdict, until=until, staff_id=by)
                for reason, day in sorted(plain)
            ],
            ignore_conflicts=True,
        )
        changes: tuple[Change, ...] = ()
        if tasks and verdict == Verdict.DONE:
            changes = finish_tasks(scope=scope, by=by, task_ids=tasks)
        elif tasks and until is not None:
            changes = snooze_tasks(scope=scope, task_ids=tasks, until=until)
        if plain:
            _log(party_id, batch, said=verdict, of=sorted({reason for reason, _day in plain}))
    return Said(batch, changes, len(plain) + len(changes))


def take_back(*, scope: Scope, by: str, batch: UUID, changes: Sequence[Change]) -> int:
    """Takes back what one tap said; returns how many reasons stand on the list again.

    Only whoever said it can; tasks that somebody has changed since stay as they are.
    """
    with transaction.atomic():
        rows = Mark.objects.visible_to(scope).filter(batch=batch, staff_id=by)
        found = list(rows.values_list("pk", "party_id"))
        Mark.objects.filter(pk__in=[number for number, _party in found]).delete()
        for party_id in sorted({party for _number, party in found}):
            _log(party_id, batch, taken_back=True)
        undone = undo_changes(scope=scope, changes=changes)[0] if changes else 0
    return len(found) + undone


def put_setting(new: ReasonSetting, *, by: str) -> ReasonSetting:
    """Puts a version of how much a kind of reason weighs; it holds from now on."""
    with transaction.atomic():
        last = ReasonSetting.objects.select_for_update().filter(reason=new.reason).order_by("-version").first()
        new.version = last.version + 1 if last else 1
        new.made_by_id, new.made_at = by, timezone.now()  # type: ignore[attr-defined]
        new.save(force_insert=True)
        detail = {"reason": new.reason, "version": new.version, "weight": str(new.weight)}
        record(action=Action.CHANGE, kind="reason-setting", object_id=str(new.pk), detail=detail)
    return new


def _log(party_id: str, batch: UUID, **detail: object) -> None:
    record(action=Action.CHANGE, subject=party_id, kind="morning", object_id=str(batch), detail=detail)


def occasions_of(words: Iterable[str]) -> tuple[Occasion, ...]:
    """Occasions as a page names them: ``reason~2026-11-20`` or ``reason~2026-11-20~7``; others are left out."""
    found = []
    for word in list(words)[:MOST]:
        reason, _tilde, rest = word.partition("~")
        text, _tilde, number = rest.partition("~")
        try:
            day = datetime.date.fromisoformat(text)
        except ValueError:
            continue
        if not number or (number.isdecimal() and len(number) < 19):
            found.append(Occasion(reason, day, int(number) if number else None))
    return tuple(found)


def word_of(occasion_reason: str, day: datetime.date, ref: str) -> str:
    """The same, the other way."""
    return f"{occasion_reason}~{day.isoformat()}" + (f"~{ref}" if ref else "")
