"""What people do about the nights: mend and dismiss rows, start the night's job."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from guanxi.crm.kernel.sealed import written_sealed
from guanxi.crm.kernel.uploads import safe_name
from guanxi.crm.org.models import Staff
from guanxi.crm.quality.exchange import read_upload
from guanxi.crm.quality.judging import objections_to_rows
from guanxi.crm.quality.lines import difference, readable, table_label
from guanxi.crm.quality.models import MendingImport, NightRequest, QuarantinedRow
from guanxi.crm.quality.queries.night import first_mended_day, is_lost, night_state
from guanxi.crm.quality.queries.quarantine import Filter, Formats, version_of
from guanxi.crm.quality.telling import tell_of_night

MOST_AT_ONCE = 20_000
# A mended line that stands: it waits for a replay, or one has taken it.
KEPT = (QuarantinedRow.Status.MENDED, QuarantinedRow.Status.ACCEPTED)


class NightBusyError(Exception):
    """The night's job is at work or about to be; the message says so in the language of who asks."""


class NothingToReplayError(Exception):
    """No mended row waits for a replay."""


class OvertakenError(Exception):
    """Somebody else decided about the row in the meantime; ``row`` is what it is now."""

    def __init__(self, row: QuarantinedRow) -> None:
        super().__init__(str(row))
        self.row = row


@dataclass(frozen=True, slots=True)
class Dismissal:
    """What a dismissal did: how many rows, and the moment by which it can be undone."""

    rows: int
    moment: datetime


def mend_row(*, row_id: int, text: str, version: str, staff: Staff) -> QuarantinedRow:
    """Keeps ``text`` as the mended line of a row; the caller has had it judged by landing's ``check_row``.

    ``version`` is the one that the person saw. Raises ``QuarantinedRow.DoesNotExist`` and :class:`OvertakenError`.
    """
    with transaction.atomic():
        row = QuarantinedRow.objects.select_for_update().get(pk=row_id)
        if version_of(row) != version:
            raise OvertakenError(row)
        row.status = QuarantinedRow.Status.MENDED
        row.mended = text
        row.mended_by = staff
        row.mended_at = timezone.now()
        row.save(update_fields=["status", "mended", "mended_by", "mended_at"])
    return row


def mend_rows(*, lines: Sequence[tuple[int, str, str]], staff: Staff) -> int:
    """Keeps many mended lines, (row, version, text) each, all or none; returns how many changed.

    Raises :class:`OvertakenError` for the first row about which somebody else decided in the meantime.
    """
    moment = timezone.now()
    with transaction.atomic():
        by_id = {row_id: (version, text) for row_id, version, text in lines}
        rows = list(QuarantinedRow.objects.select_for_update().filter(pk__in=by_id).order_by("pk"))
        for row in rows:
            version, text = by_id[row.pk]
            if version_of(row) != version:
                raise OvertakenError(row)
            row.status = QuarantinedRow.Status.MENDED
            row.mended = text
            row.mended_by = staff
            row.mended_at = moment
        with written_sealed(rows, "mended"):
            QuarantinedRow.objects.bulk_update(rows, ["status", "mended", "mended_by", "mended_at"], batch_size=1_000)
    return len(rows)


def dismiss_rows(*, staff: Staff, ids: Sequence[int] = (), chosen: Filter | None = None) -> Dismissal:
    """Dismisses rows that wait: those named, or all that a filter lets through, at most ``MOST_AT_ONCE`` at once.

    A dismissed row stays as it is and is not asked about again; :func:`restore_rows` takes that back.
    """
    moment = timezone.now()
    rows = QuarantinedRow.objects.filter(pk__in=list(ids)) if chosen is None else chosen.rows().order_by()
    rows = rows.filter(status=QuarantinedRow.Status.WAITING)
    with transaction.atomic():
        numbers = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_AT_ONCE])
        count = QuarantinedRow.objects.filter(pk__in=numbers).update(
            status=QuarantinedRow.Status.DISMISSED, mended_by=staff, mended_at=moment
        )
    return Dismissal(count, moment)


def restore_rows(*, staff: Staff, ids: Sequence[int] = (), moment: datetime | None = None) -> int:
    """Lets dismissed or mended rows wait again: those named, or all that this person dismissed at one moment.

    A mended line that was typed is kept, so that nothing is lost. Returns how many rows wait again.
    """
    undoable = (
        [QuarantinedRow.Status.DISMISSED]
        if moment
        else [
            QuarantinedRow.Status.DISMISSED,
            QuarantinedRow.Status.MENDED,
        ]
    )
    rows = QuarantinedRow.objects.filter(status__in=undoable)
    if moment is None:
        rows = rows.filter(pk__in=list(ids))
    else:
        # The moment comes from an address, which holds no more than milliseconds.
        rows = rows.filter(mended_by=staff, mended_at__gte=moment, mended_at__lt=moment + timedelta(milliseconds=1))
    return rows.update(status=QuarantinedRow.Status.WAITING, mended_by=staff, mended_at=timezone.now())


def start_night(*, staff: Staff, replay: bool = False) -> NightRequest:
    """Asks the worker to run the night's job: the days that wait, or again from the earliest day with mended rows.

    Raises :class:`NightBusyError` where a job waits or works already, whoever started it, and
    :class:`NothingToReplayError` where a replay would have nothing to do.
    """
    close_lost_requests()
    day = first_mended_day() if replay else None
    if replay and day is None:
        raise NothingToReplayError
    state = night_state()
    if state.running and not state.abandoned:
        raise NightBusyError(_busy(state.running_day))
    try:
        with transaction.atomic():
            request = NightRequest.objects.create(
                kind=NightRequest.Kind.REPLAY if replay else NightRequest.Kind.NEXT,
                from_day=day,
                asked_by=staff,
                asked_at=timezone.now(),
            )
            # No lock of the queue's own: one whose worker was killed would keep it for ever. That only one is open is
            # the table's constraint, and that only one works is the warehouse's lock, which dies with its process.
            request.job_id = app.configure_task("run_night", queue="night").defer(request_id=request.pk)
            request.save(update_fields=["job_id"])
    except IntegrityError:
        raise NightBusyError(_busy(state.running_day)) from None
    return request


def close_lost_requests() -> int:
    """Closes the open start whose job is gone (its worker was killed), so that another can be made; returns 0 or 1."""
    request = NightRequest.objects.filter(finished_at__isnull=True).first()
    if request is None or not is_lost(request):
        return 0
    return NightRequest.objects.filter(pk=request.pk, finished_at__isnull=True).update(
        status=NightRequest.Status.LOST, finished_at=timezone.now()
    )


def begin_request(*, request_id: int) -> NightRequest | None:
    """Marks a start as taken up by the worker; None where it was given up in the meantime."""
    taken = NightRequest.objects.filter(pk=request_id, finished_at__isnull=True).update(
        status=NightRequest.Status.RUNNING, started_at=timezone.now()
    )
    return NightRequest.objects.get(pk=request_id) if taken else None


def finish_request(*, request_id: int, exit_code: int, output: str) -> None:
    """Notes how the night's job ended: its exit status and the end of what it said."""
    done = NightRequest.Status.DONE if exit_code == 0 else NightRequest.Status.FAILED
    NightRequest.objects.filter(pk=request_id).update(
        status=done, exit_code=exit_code, output=output, finished_at=timezone.now()
    )
    tell_of_night(NightRequest.objects.get(pk=request_id))


def _busy(day: date | None) -> str:
    if day is None:
        return _("The night's job is at work already. Wait until it has finished; its steps are shown here.")
    return _("The night's job is at work on %(day)s already. Wait until it has finished; its steps are shown here.") % {
        "day": day.isoformat()
    }


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row of an uploaded file: what would become of it. ``problem`` is why not, empty where it would change.

    ``before`` and ``after`` are cut around where the two lines differ; ``mended`` is the whole line.
    """

    place: int
    row_id: int
    label: str
    before: tuple[str, str, str]
    after: tuple[str, str, str]
    mended: str
    problem: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an uploaded file would change. ``same`` rows say what is kept already."""

    id: int
    file_name: str
    changes: tuple[Proposal, ...]
    refused: tuple[Proposal, ...]
    same: int
    applied: bool
    changed: int


def keep_upload(*, staff: Staff, file_name: str, content: bytes) -> MendingImport:
    """Reads an uploaded file and keeps its mended lines for the preview; nothing is mended yet.

    Raises :class:`guanxi.crm.quality.exchange.UnreadableUploadError`.
    """
    lines = read_upload(content)
    return MendingImport.objects.create(
        uploaded_by=staff,
        uploaded_at=timezone.now(),
        file_name=safe_name(file_name),
        sha256=hashlib.sha256(content).hexdigest(),
        rows=[{"place": each.place, "id": each.id, "version": each.version, "mended": each.mended} for each in lines],
    )


def preview_import(*, upload: MendingImport) -> ImportPreview:
    """What an upload would change, row by row, judged as on the screen; two queries and one judgement a file."""
    wanted = {each["id"]: each for each in upload.rows}
    rows = {row.pk: row for row in QuarantinedRow.objects.filter(pk__in=wanted).select_related("mended_by")}
    waiting = [
        each
        for each in upload.rows
        if not ((row := rows.get(each["id"])) and row.status in KEPT and row.mended == each["mended"])
    ]
    refusals = [_refusal(rows.get(each["id"]), each) for each in waiting]
    judged = [each for each, refusal in zip(waiting, refusals, strict=True) if not refusal]
    objections = dict(
        zip(
            (each["id"] for each in judged),
            objections_to_rows([(rows[each["id"]], each["mended"]) for each in judged]),
            strict=True,
        )
    )
    formats = Formats()
    changes, refused = [], []
    for each, refusal in zip(waiting, refusals, strict=True):
        row = rows.get(each["id"])
        problem = refusal or "; ".join(found.message for found in objections[each["id"]])
        stands = (row.mended or readable(bytes(row.raw), formats.of(row).codec)) if row else ""
        before, after = difference(stands, each["mended"])
        proposal = Proposal(
            place=each["place"],
            row_id=each["id"],
            label=f"{table_label(row.table)} · {row.business_date.isoformat()} · {row.line}" if row else "",
            before=before,
            after=after,
            mended=each["mended"],
            problem=problem,
        )
        (refused if problem else changes).append(proposal)
    return ImportPreview(
        id=upload.pk,
        file_name=upload.file_name,
        changes=tuple(changes),
        refused=tuple(refused),
        same=len(upload.rows) - len(waiting),
        applied=upload.applied_at is not None,
        changed=upload.changed or 0,
    )


def apply_import(*, import_id: int, staff: Staff) -> int:
    """Keeps the mended lines of an upload that pass, once; returns how many rows changed.

    Raises ``MendingImport.DoesNotExist`` where there is no such upload of this person that still waits.
    """
    with transaction.atomic():
        upload = MendingImport.objects.select_for_update().get(pk=import_id, uploaded_by=staff, applied_at__isnull=True)
        preview = preview_import(upload=upload)
        versions = {each["id"]: each["version"] for each in upload.rows}
        changed = mend_rows(
            lines=[(each.row_id, versions[each.row_id], each.mended) for each in preview.changes], staff=staff
        )
        upload.applied_at = timezone.now()
        upload.changed = changed
        upload.save(update_fields=["applied_at", "changed"])
    return changed


def _refusal(row: QuarantinedRow | None, line: dict[str, Any]) -> str:
    """Why a line cannot be taken whatever it says; empty where it may be judged."""
    if row is None:
        return _("There is no such row.")
    if version_of(row) != line["version"]:
        who = row.mended_by.name if row.mended_by else "–"
        return _("%(who)s decided about this row after the export. Export it again.") % {"who": who}
    return ""
