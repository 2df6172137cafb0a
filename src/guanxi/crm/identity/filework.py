"""A file of verdicts is carried out, or taken back, by the worker: line by line, each in a transaction of its own.

Killed half-way it goes on: what is done says so in its line, and a file that has been silent is taken up again.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record as log
from guanxi.crm.identity.codes import FileState, Outcome
from guanxi.crm.identity.files import counts_of, own_file
from guanxi.crm.identity.merging import BusyError, MergeError
from guanxi.crm.identity.models import Decision, MergeFile, MergeLine
from guanxi.crm.identity.services import Asker, NotThereError, decide, withdraw
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.protection import entered
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import standing_of

SILENT = datetime.timedelta(minutes=2)
"""After this long without a sign the job of a file is taken for dead. A line takes a fraction of a second."""


def apply_file(*, asker: Asker, file_id: int) -> MergeFile:
    """Has the worker carry out the lines that are ready; a second tap does nothing. Raises :class:`NotThereError`."""
    return _begin(asker, file_id, FileState.APPLYING, (FileState.CHECKED, FileState.APPLIED))


def undo_file(*, asker: Asker, file_id: int) -> MergeFile:
    """Has the worker take back whatever a file decided and nobody has taken back since; a second tap does nothing."""
    return _begin(asker, file_id, FileState.UNDOING, (FileState.APPLIED,))


def _begin(asker: Asker, file_id: int, state: FileState, before: Collection[str]) -> MergeFile:
    from guanxi.crm.identity.tasks import work_on_file

    with transaction.atomic():
        made = MergeFile.objects.select_for_update(of=("self",)).filter(pk=own_file(asker, file_id).pk).get()
        if made.state == FileState.UNDONE or (made.state not in before and not made.is_busy):
            raise NotThereError(file_id)
        if not made.is_busy:
            made.state, made.beat, made.problem = state, timezone.now(), ""
            made.save(update_fields=["state", "beat", "problem"])
            work_on_file.defer(file_id=made.pk)
    return made


def carry_on() -> int:
    """Takes up files whose job a kill left; returns how many."""
    from guanxi.crm.identity.tasks import work_on_file

    busy = (FileState.APPLYING, FileState.UNDOING)
    silent = MergeFile.objects.filter(state__in=busy, beat__lt=timezone.now() - SILENT)
    numbers = list(silent.values_list("pk", flat=True))
    for number in numbers:
        work_on_file.defer(file_id=number)
    return len(numbers)


def work(file_id: int) -> None:
    """Does what a file waits for, within the scope of whoever brought it as they stand now.

    Raises ``BusyError`` while a publication is being written: what is done stays, the rest is tried again later.
    """
    made = MergeFile.objects.select_related("uploaded_by").get(pk=file_id)
    staff: Staff | None = made.uploaded_by
    if not made.is_busy or staff is None:
        return
    published = newest_publication()
    standing = standing_of(staff, version=published.id if published else 0, today=timezone.localdate())
    asker = Asker(staff_id=staff.pk, scope=standing.scopes[Verb.EDIT])
    said = translation.override(made.language or "zh-hans")
    with entered(standing.scope), said, traced(actor=staff.pk, roles=standing.roles):
        try:
            (_undo if made.state == FileState.UNDOING else _apply)(made, asker)
        except BusyError:
            # It is not dead but waits for its next try: nobody else is to take the file up meanwhile.
            _beat(made)
            raise
        except Exception:
            problem = _("Something went wrong. What is done stays; try again, or ask the administrator.")
            _end(made, FileState.APPLIED, problem=problem)
            raise


def _apply(made: MergeFile, asker: Asker) -> None:
    while _next_line(made, asker):
        _beat(made)
    if _end(made, FileState.APPLIED, applied_at=timezone.now()):
        log(action=Action.CHANGE, kind="identity.file", object_id=str(made.pk), detail={"applied": counts_of(made)})


def _next_line(made: MergeFile, asker: Asker) -> bool:
    """Carries one ready line out; False where none is left. Two jobs on one file share its lines."""
    with transaction.atomic():
        ready = made.lines.select_for_update(skip_locked=True).filter(outcome=Outcome.READY)
        line: MergeLine | None = ready.order_by("line").first()
        if line is None:
            return False
        try:
            with transaction.atomic():
                decide(
                    asker=asker, left=line.left_record, right=line.right_record, verdict=line.verdict,
                    reason=line.reason, file=made.pk,
                )  # fmt: skip
        except (MergeError, NotThereError) as refused:
            line.outcome = Outcome.WRONG
            line.message = str(refused)[:300] if isinstance(refused, MergeError) else _("The record is not there.")
        else:
            line.outcome = Outcome.DONE
        line.save(update_fields=["outcome", "message"])
    return True


def _undo(made: MergeFile, asker: Asker) -> None:
    said = Decision.objects.filter(file=made.pk, withdrawn_at__isnull=True).order_by("-pk")
    for number in list(said.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                decision = withdraw(asker=asker, decision_id=number)
                pair = {"left_record": decision.left_record, "right_record": decision.right_record}
                made.lines.filter(outcome=Outcome.DONE, **pair).update(outcome=Outcome.UNDONE)
        except (MergeError, NotThereError):
            pass  # beyond reach, or another job on the file was faster: what still stands is counted below
        _beat(made)
    left = said.count()
    if left:
        problem = ngettext(
            "%(number)s line could not be taken back: its customers are out of your reach, or somebody was faster.",
            "%(number)s lines could not be taken back: their customers are out of your reach, or somebody was faster.",
            left,
        ) % {"number": left}  # fmt: skip
        ended = _end(made, FileState.APPLIED, problem=problem)
    else:
        ended = _end(made, FileState.UNDONE, undone_at=timezone.now(), undone_by_id=asker.staff_id)
    if ended:
        log(action=Action.CHANGE, kind="identity.file", object_id=str(made.pk), detail={"undone": counts_of(made)})


def _beat(made: MergeFile) -> None:
    MergeFile.objects.filter(pk=made.pk).update(beat=timezone.now())


def _end(made: MergeFile, state: FileState, **more: object) -> bool:
    """Ends what this job began; False where another job has ended it, so that the file may be at something else."""
    begun = MergeFile.objects.filter(pk=made.pk, state=made.state)
    return bool(begun.update(state=state, beat=timezone.now(), **more))
