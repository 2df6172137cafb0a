"""Verdicts by file: read, and checked line by line without doing anything; ``filework`` carries them out.

A file is CSV, in UTF-8 or GB18030, with a heading: ``left`` and ``right`` (numbers of records), ``verdict`` (``same``
or ``different``) and, if one likes, ``reason``; the Chinese headings are known too. It holds numbers alone, no name.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record as log
from guanxi.crm.identity.codes import Outcome, Verdict
from guanxi.crm.identity.models import Decision, Merge, MergeFile, MergeLine, Record
from guanxi.crm.identity.services import Asker, NotThereError
from guanxi.crm.kernel.uploads import Bounds, Kind, RefusedUploadError, judge

MOST_BYTES = 4_000_000
MOST_LINES = 20_000
HEADINGS = {
    "left": "left", "记录": "left", "记录号": "left", "left_record": "left",
    "right": "right", "另一条记录": "right", "另一记录号": "right", "right_record": "right",
    "verdict": "verdict", "判定": "verdict", "reason": "reason", "原因": "reason",
}  # fmt: skip
VERDICTS = {
    "same": Verdict.SAME, "同一客户": Verdict.SAME, "different": Verdict.DIFFERENT, "不是同一客户": Verdict.DIFFERENT,
}  # fmt: skip


class FileError(ValueError):
    """The file cannot be read at all; the message says why."""


def check_file(*, asker: Asker, name: str, content: bytes) -> MergeFile:
    """Reads a file and says of each line what would become of it; nothing is decided. Raises :class:`FileError`."""
    try:
        judge(content, allowed={Kind.CSV}, bounds=Bounds(bytes=MOST_BYTES))
    except RefusedUploadError as refused:
        raise FileError(str(refused)) from refused
    text, encoding = _text(content)
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        raise FileError(_("The file is neither an Excel workbook (.xlsx) nor CSV.")) from error
    if not rows:
        raise FileError(_("The file has no line below its heading."))
    with transaction.atomic():
        made = MergeFile.objects.create(
            uploaded_by_id=asker.staff_id,
            file_name=name[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            encoding=encoding,
            language=get_language() or "",
        )
        MergeLine.objects.bulk_create(_checked(asker, made, rows), batch_size=2_000)
        log(
            action=Action.CHANGE,
            kind="identity.file",
            object_id=str(made.pk),
            detail={"file": made.file_name, "lines": len(rows), "sha256": made.sha256},
        )
    return made


def _text(content: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise FileError(_("The file is neither UTF-8 nor GB18030."))


def _rows(text: str) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """The lines below the heading: number, as sent, by what their columns hold."""
    reader = csv.reader(io.StringIO(text, newline=""))
    heading = next(reader, [])
    columns = [HEADINGS.get(cell.strip().lower(), "") for cell in heading]
    if not {"left", "right", "verdict"} <= set(columns):
        raise FileError(_("The heading must name left, right and verdict."))
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if reader.line_num > MOST_LINES + 1:
            raise FileError(_("The file is too long: at most 20,000 lines."))
        by_name = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        yield reader.line_num, ",".join(cells)[:400], by_name


def _checked(asker: Asker, made: MergeFile, rows: Sequence[tuple[int, str, Mapping[str, str]]]) -> Iterator[MergeLine]:
    numbers = {row.get(side, "") for _line, _sent, row in rows for side in ("left", "right")}
    kinds = dict(Record.objects.visible_to(asker.scope).filter(pk__in=numbers).values_list("pk", "kind"))
    said = {
        (one.left_record, one.right_record): one.verdict
        for one in Decision.objects.filter(
            withdrawn_at__isnull=True, left_record__in=numbers, right_record__in=numbers
        ).exclude(verdict=Verdict.ASK)
    }
    taken: set[tuple[str, str]] = set()
    for line, sent, row in rows:
        left, right = sorted((row.get("left", "")[:32], row.get("right", "")[:32]))
        verdict = VERDICTS.get(row.get("verdict", "").lower(), "")
        one = MergeLine(
            file=made, line=line, text=sent, left_record=left, right_record=right, verdict=verdict,
            reason=row.get("reason", "")[:200], outcome=Outcome.READY,
        )  # fmt: skip
        if not verdict:
            one.outcome, one.message = Outcome.WRONG, _("The verdict is neither same nor different.")
        elif left == right:
            one.outcome, one.message = Outcome.WRONG, _("Both numbers are the same record.")
        elif left not in kinds or right not in kinds:
            missing = left if left not in kinds else right
            one.outcome, one.message = Outcome.WRONG, _("There is no record %(number)s.") % {"number": missing}
        elif kinds[left] != kinds[right]:
            one.outcome, one.message = Outcome.WRONG, _("A person and an organisation are never one customer.")
        elif (left, right) in taken:
            one.outcome, one.message = Outcome.WRONG, _("The pair stands in the file already.")
        elif said.get((left, right)) == verdict:
            one.outcome = Outcome.NOTHING
        elif (left, right) in said:
            one.outcome, one.message = Outcome.WRONG, _("Somebody has decided otherwise: take that back first.")
        taken.add((left, right))
        yield one


def own_file(asker: Asker, file_id: int) -> MergeFile:
    """A file that the person brought. Raises :class:`NotThereError`: what another brought is theirs."""
    made = MergeFile.objects.filter(pk=file_id, uploaded_by_id=asker.staff_id).first()
    if made is None:
        raise NotThereError(file_id)
    return made


def counts_of(made: MergeFile) -> dict[str, int]:
    """How many lines of each outcome; one query."""
    from django.db.models import Count

    return dict(made.lines.order_by().values_list("outcome").annotate(many=Count("pk")))


def errors_of(made: MergeFile) -> str:
    """The lines that are wrong as CSV, with what is wrong of each; to be mended and brought again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["left", "right", "verdict", "reason", "line", "problem"])
    for line in made.lines.filter(outcome=Outcome.WRONG).order_by("line"):
        cells = [line.left_record, line.right_record, line.verdict, line.reason, line.line, line.message]
        writer.writerow([_harmless(str(cell)) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


def merged_by(made: MergeFile) -> int:
    """How many customers the file's merges in force made one; one query."""
    return Merge.objects.filter(file=made.pk, undone_at__isnull=True).count()
