"""Uploads files of leads, has them checked and taken in by the worker, and taken back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.storage import files
from guanxi.crm.kernel.uploads import TABLES, Bounds, judge, safe_name
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import InstitutionTree, institution_tree, managers_of, standing_of
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.sales.leads.folding import fold
from guanxi.crm.sales.leads.giving import assign_by_rules, deadline, setup
from guanxi.crm.sales.leads.importing import reading, staging, writing
from guanxi.crm.sales.leads.importing.fields import FIELDS, propose, signature
from guanxi.crm.sales.leads.importing.values import Places, Read, Reader
from guanxi.crm.sales.models import LeadImport, LeadMapping, LeadRow

FOLDER = "lead-imports"
BOUNDS = Bounds(bytes=11_000_000, unpacked=400_000_000)
MOST_LINES = 200_000
KEPT = datetime.timedelta(days=30)
SILENT = datetime.timedelta(minutes=5)
SAMPLES = 5
State = LeadImport.State
Outcome = LeadRow.Outcome


def upload_file(*, staff: Staff, name: str, content: bytes, mended_from: LeadImport | None = None) -> LeadImport:
    """Keeps a file, encrypted, and proposes how its columns are read: as the person read such a file the last time, or
    by its headings. Raises ``RefusedUploadError`` and :class:`SalesError` for what is no such file.
    """
    kind = judge(content, allowed=TABLES, bounds=BOUNDS).value
    form = reading.form_of(kind, content)
    with ContentFile(content) as file:
        preview = reading.preview_of(file, form)
    before = LeadMapping.objects.filter(staff=staff, signature=signature(preview[0])).first()
    made = LeadImport(
        staff=staff,
        file_name=safe_name(name),
        kind=kind,
        encoding=form.encoding,
        delimiter=form.delimiter,
        preview=preview,
        mapping=before.mapping if before else propose(preview[0], preview[1:]),
        options=before.options if before else {},
        mended_from=mended_from,
    )
    made.file = f"{FOLDER}/{made.pk}.{kind}"
    files().save(made.file, ContentFile(content))
    made.save(force_insert=True)
    record(action=Action.CHANGE, kind="lead_import", object_id=str(made.pk), detail={"uploaded": made.file_name})
    return made


def read_again(*, batch: LeadImport, encoding: str) -> None:
    """Reads a file in another encoding, which somebody knows better; raises :class:`SalesError` where it is not."""
    if batch.kind != "csv" or encoding not in reading.ENCODINGS or batch.state != State.MAPPING:
        raise SalesError(_("Choose one of the encodings."), "encoding")
    with files().open(batch.file) as file:
        content = file.read()
    form = reading.form_of(batch.kind, content, encoding=encoding)
    with ContentFile(content) as file:
        batch.preview = reading.preview_of(file, form)
    batch.encoding, batch.delimiter = form.encoding, form.delimiter
    batch.mapping = propose(batch.preview[0], batch.preview[1:])
    batch.save(update_fields=["preview", "encoding", "delimiter", "mapping"])


def check_file(*, batch_id: UUID, staff: Staff, mapping: Mapping[str, str], options: Mapping[str, Any]) -> LeadImport:
    """Says how the columns are read and has every line checked; nothing is taken in. Kept for the next such file."""
    chosen = {place: name for place, name in mapping.items() if name in FIELDS}
    if "name" not in chosen.values():
        raise SalesError(_("Say which column holds the name."), "name")
    if len(set(chosen.values())) != len(chosen):
        raise SalesError(_("Two columns are read as the same."), "mapping")
    with transaction.atomic():
        batch = LeadImport.objects.select_for_update().get(pk=batch_id, staff=staff)
        if batch.state not in (State.MAPPING, State.CHECKED, State.FAILED):
            raise SalesError(_("This file is being worked on, or was taken in already."))
        batch.mapping, batch.options = chosen, dict(options)
        _begin(batch, State.CHECKING)
        LeadMapping.objects.update_or_create(
            staff=staff,
            signature=signature(batch.preview[0]),
            defaults={"mapping": chosen, "options": dict(options), "used_at": timezone.now()},
        )
    return batch


def take_in_file(*, batch_id: UUID, staff: Staff) -> LeadImport:
    """Has a checked file taken in; a second tap does nothing."""
    with transaction.atomic():
        batch = LeadImport.objects.select_for_update().get(pk=batch_id, staff=staff)
        if batch.state == State.CHECKED:
            _begin(batch, State.RUNNING)
    return batch


def take_back_file(*, batch_id: UUID, staff: Staff) -> LeadImport:
    """Has taken back what a file made and changed, where nobody has touched it since; a second tap does nothing."""
    with transaction.atomic():
        batch = LeadImport.objects.select_for_update().get(pk=batch_id, staff=staff)
        if batch.state == State.DONE:
            _begin(batch, State.REVERTING)
    return batch


def _begin(batch: LeadImport, state: str) -> None:
    from guanxi.crm.sales.lead_tasks import work_on_import

    batch.state, batch.beat, batch.done, batch.problem = state, timezone.now(), 0, ""
    batch.save(update_fields=["state", "beat", "done", "problem", "mapping", "options"])
    work_on_import.defer(batch_id=str(batch.pk))


def carry_on() -> int:
    """Goes on with what a kill left: imports that say they are being worked on and have been silent; the worker's."""
    from guanxi.crm.sales.lead_tasks import work_on_import

    busy = (State.CHECKING, State.RUNNING, State.REVERTING)
    silent = LeadImport.objects.filter(state__in=busy, beat__lt=timezone.now() - SILENT)
    numbers = [str(one) for one in silent.values_list("pk", flat=True)]
    for number in numbers:
        work_on_import.defer(batch_id=number)
    return len(numbers)


def work(batch_id: UUID) -> None:
    """Does what an import waits for, within the scope of its person as they stand now. Killed, it is begun again: each
    step is written in one transaction with the import's state.
    """
    batch = LeadImport.objects.select_related("staff").get(pk=batch_id)
    if not batch.is_busy:
        return
    # The table of lines belongs to whoever made it: the whole job has one role.
    said = translation.override(batch.options.get("language") or "zh-hans")
    with entered(SYSTEM), said, traced(actor=batch.staff_id):
        try:
            if batch.state == State.REVERTING:
                _revert(batch)
            else:
                _take(batch)
        except SalesError as refused:
            _failed(batch, str(refused))
        except Exception:
            _failed(batch, _("Something went wrong; nothing was taken in. Try again, or ask the administrator."))
            raise


def _failed(batch: LeadImport, problem: str) -> None:
    LeadImport.objects.filter(pk=batch.pk).update(state=State.FAILED, problem=problem[:200], finished_at=timezone.now())


def _take(batch: LeadImport) -> None:
    staff: Staff = batch.staff
    published = newest_publication()
    tree = institution_tree(published.id if published else 0)
    scopes = standing_of(staff, version=published.id if published else 0, today=timezone.localdate()).scopes
    reader = Reader(
        batch.mapping,
        places_of(staff, scopes[Verb.ASSIGN], tree, batch.options.get("institution", "")),
        kind=batch.options.get("kind", ""),
        source=batch.options.get("source", "import"),
        detail=batch.options.get("detail", ""),
    )
    own = not scopes[Verb.ASSIGN].sight.everything and not scopes[Verb.ASSIGN].institution_ids
    with files().open(batch.file) as file:
        lines = _read(file, batch, reader, own=staff.pk if own else None)
        batch.total = staging.stage(lines, lambda done: _beat(batch, done))
    with entered(scopes[Verb.SEE]):
        staging.judge(scopes[Verb.SEE], _rules(batch.options))
    checking = batch.state == State.CHECKING
    with entered(SYSTEM), transaction.atomic():
        batch = LeadImport.objects.select_for_update().get(pk=batch.pk)
        batch.samples = staging.samples(SAMPLES)
        if checking:
            writing.write_rows(batch)
        else:
            how = setup()
            writing.take_in(batch, accept_by=deadline(timezone.now(), how, how.accept_hours))
        batch.counts = staging.counts()
        batch.total = batch.done = sum(many for name, many in batch.counts.items() if name != "named")
        batch.state = State.CHECKED if checking else State.DONE
        batch.finished_at = timezone.now()
        batch.save(update_fields=["samples", "counts", "total", "done", "state", "finished_at"])
        if not checking:
            record(action=Action.CHANGE, kind="lead_import", object_id=str(batch.pk), detail=batch.counts)
    if not checking and batch.options.get("rules"):
        with entered(SYSTEM):
            made = LeadRow.objects.filter(batch=batch, outcome=Outcome.CREATE, lead__state=LeadState.POOL)
            numbers = list(made.values_list("lead_id", flat=True))
            assign_by_rules(scope=SYSTEM, by=staff.pk, lead_ids=numbers, tree=tree)


def _read(file: IO[bytes], batch: LeadImport, reader: Reader, *, own: str | None) -> Iterator[tuple[int, Read]]:
    lines = reading.lines_of(file, reading.Form(batch.kind, batch.encoding, batch.delimiter))
    next(lines, None)
    for many, (number, cells) in enumerate(lines, 1):
        if many > MOST_LINES:
            raise SalesError(_("A file holds at most %(most)s lines.") % {"most": f"{MOST_LINES:,}"})
        found = reader.read(cells)
        if own is not None:
            found.manager_id = own
        yield number, found


def _rules(options: Mapping[str, Any]) -> staging.Rules:
    leads = options.get("duplicates", "skip")
    return staging.Rules(leads == "change", leads == "again", options.get("customers") == "take")


def _beat(batch: LeadImport, done: int) -> None:
    LeadImport.objects.filter(pk=batch.pk).update(done=done, beat=timezone.now())


def _revert(batch: LeadImport) -> None:
    with entered(SYSTEM), transaction.atomic():
        found = LeadImport.objects.select_for_update().get(pk=batch.pk)
        deleted, back, left = writing.take_back(found.pk)
        found.counts |= {"deleted": deleted, "given_back": back, "left": left}
        found.state, found.finished_at = State.REVERTED, timezone.now()
        found.save(update_fields=["counts", "state", "finished_at"])
        detail = {"deleted": deleted, "given_back": back, "left": left}
        record(action=Action.CHANGE, kind="lead_import", object_id=str(found.pk), detail=detail)


def places_of(staff: Staff, scope: Any, tree: InstitutionTree, default: str) -> Places:
    """Where leads of this person's files may go: their own institution, and those for which they assign. One query."""
    home: str = staff.institution_id or ""
    numbers = set(tree.nodes) if scope.sight.everything else {*scope.institution_ids, home} - {""}
    institutions: dict[str, str] = {}
    for number in numbers & set(tree.nodes):
        node = tree.nodes[number]
        institutions |= {fold(number): number, fold(node.name): number}
        if node.name_en:
            institutions[fold(node.name_en)] = number
    managers = {number: place for number, _name, place in managers_of(numbers)}
    return Places(default if default in numbers else home, institutions, managers)


def throw_away() -> int:
    """Removes the files whose time is over, with the lines that are kept of them; returns how many."""
    old = LeadImport.objects.filter(made_at__lt=timezone.now() - KEPT).exclude(file="")
    removed = 0
    for batch in old:
        with suppress(FileNotFoundError):
            files().delete(batch.file)
        batch.file, batch.samples, batch.preview = "", {}, []
        batch.save(update_fields=["file", "samples", "preview"])
        removed += 1
    return removed
