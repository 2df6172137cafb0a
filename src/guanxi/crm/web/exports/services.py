"""Takes data out of the site: asking, deciding, writing, fetching, withdrawing. Every step leaves a trace.

Nothing leaves the site as a file but through here; ``docs/decisions/0018-exports.md`` says why so.
"""

from __future__ import annotations

import datetime
import gzip
from collections.abc import Iterable, Iterator
from typing import IO, Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Sum
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import masked, record
from guanxi.crm.kernel.protection import entered
from guanxi.crm.kernel.storage import files
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.exports.marks import Facts
from guanxi.crm.web.exports.queries import forget_waiting
from guanxi.crm.web.exports.rights import covers, exporting, may_approve, may_export
from guanxi.crm.web.exports.sources import GrewError, Order, Source, source_named
from guanxi.crm.web.exports.telling import tell_of_decision, tell_of_ready, tell_of_wanted
from guanxi.crm.web.limits import spent
from guanxi.crm.web.middleware import prepare
from guanxi.crm.web.models import Export
from guanxi.crm.web.request import StaffRequest

AT_ONCE = 5_000
FOLDER = "exports"
DAY = datetime.timedelta(days=1)
Status, Problem = Export.Status, Export.Problem


class OvertakenError(Exception):
    """Somebody decided about the request, or it was taken back, in the meantime."""


class NotAllowedError(Exception):
    """Not theirs to decide: no right, one's own request, or rows outside the scope."""


def needs_approval(*, staff: Staff, rows: int) -> bool:
    """Whether so many rows want another person's approval: by themselves, or with what the day has brought already.

    The second keeps a long list from leaving in short pieces; what programs read through the API is counted with it.
    Two queries.
    """
    if rows > settings.EXPORT_APPROVAL_ROWS:
        return True
    taken = taken_today(staff) + spent(read_by_programs(staff))
    return taken + rows > settings.EXPORT_APPROVAL_ROWS_A_DAY


def taken_today(staff: Staff) -> int:
    """How many rows somebody has exported within 24 hours without anybody's approval; one query."""
    taken = (
        Export.objects.filter(staff=staff, needs_approval=False, created_at__gt=timezone.now() - DAY)
        .exclude(status__in=(Status.FAILED, Status.WITHDRAWN))
        .aggregate(sum=Sum("expected"))["sum"]
    )
    return taken or 0


def read_by_programs(staff: Staff) -> str:
    """Under which key the records are counted that programs read in somebody's name (``web/limits.py``)."""
    return f"api records person {staff.pk}"


def ask_export(*, request: StaffRequest, source: Source, kind: str, purpose: str, reason: str) -> Export:
    """Notes what somebody wants; then it waits for approval, or is written: a short one at once, a long one as a job.

    ``request`` holds the parameters of what is wanted. Raises what ``source.check`` raises, and
    :class:`NotAllowedError` without the right to export.
    """
    if not may_export(request):
        raise NotAllowedError
    source.check(exporting(request))
    rows, spread = source.measure(request)
    with transaction.atomic():
        # Two windows of one person could otherwise each be within the day's number.
        Staff.objects.select_for_update(no_key=True).only("id").get(pk=request.user.pk)
        waits = needs_approval(staff=request.user, rows=rows)
        export = Export.objects.create(
            staff=request.user,
            listing=source.name,
            title=source.title(request)[:200],
            kind=kind if kind in source.kinds else source.kinds[0],
            parameters=source.parameters(request),
            filters=source.filters(request),
            columns=source.columns(request),
            language=request.display.language,
            business_date=request.business_date,
            purpose=purpose,
            reason=reason,
            reach=spread,
            status=Status.ASKED if waits else Status.WAITING,
            needs_approval=waits,
            expected=rows,
        )
        subject = source.subject(request)
        facts = {"rows": rows, "columns": export.columns, "purpose": purpose, "reason": reason, "waits": waits}
        _record(export, "asked", subject=subject, **facts)
        if waits:
            tell_of_wanted(export)
        if not waits and rows > AT_ONCE:
            _defer(export)
    forget_waiting()
    if not waits and rows <= AT_ONCE:
        return write_export(export_id=export.pk)
    return export


def decide_export(*, request: StaffRequest, export_id: UUID, approve: bool, said: str) -> Export:
    """Approves or refuses another's request; approved, it is written by the worker.

    Raises ``Export.DoesNotExist``, :class:`NotAllowedError` and, where somebody was faster, :class:`OvertakenError`.
    """
    export = Export.objects.select_related("staff").get(pk=export_id)
    if not may_decide(request, export):
        raise NotAllowedError
    with transaction.atomic():
        changed = Export.objects.filter(pk=export_id, status=Status.ASKED).update(
            status=Status.WAITING if approve else Status.REFUSED,
            decided_by=request.user,
            decided_at=timezone.now(),
            decision=said,
        )
        if not changed:
            raise OvertakenError
        export.refresh_from_db()
        _record(export, "approved" if approve else "refused", of=export.staff_id, said=said)
        tell_of_decision(export)
        if approve:
            _defer(export)
    forget_waiting()
    return export


def may_decide(request: StaffRequest, export: Export) -> bool:
    """Whether the person may decide about this request: the verb, another's, and all of it within the own scope."""
    return (
        may_approve(request)
        and export.staff_id != request.user.pk
        and covers(request.scopes[Verb.APPROVE], export.reach)
    )


def take_back(*, staff: Staff, export_id: UUID) -> Export:
    """Takes an own request back that waits for approval; raises ``Export.DoesNotExist``, :class:`OvertakenError`."""
    export = Export.objects.get(pk=export_id, staff=staff)
    if not Export.objects.filter(pk=export_id, status=Status.ASKED).update(
        status=Status.WITHDRAWN, problem=Problem.TAKEN_BACK
    ):
        raise OvertakenError
    forget_waiting()
    export.refresh_from_db()
    _record(export, "taken back")
    return export


def write_export(*, export_id: UUID) -> Export:
    """Writes a file that was asked for, as the person may see it now; on failure it says so and raises.

    What the person may no longer see at all, or what has grown beyond what was approved, is not written.
    """
    # Whoever runs the same job a second time finds it taken.
    if not Export.objects.filter(pk=export_id, status=Status.WAITING).update(status=Status.RUNNING):
        return Export.objects.get(pk=export_id)
    export = Export.objects.select_related("staff", "staff__institution", "decided_by").get(pk=export_id)
    name = f"{export.pk}.{export.kind}"
    try:
        with translation.override(export.language):
            request = request_of(export.staff, export.parameters)
            if not may_export(request) or not request.user.is_active:
                return _stop(export, Status.WITHDRAWN, Problem.SCOPE)
            with entered(exporting(request).scope), files().writing(f"{FOLDER}/{name}") as out:
                written = _write(export, request, out)
    except GrewError:
        return _stop(export, Status.FAILED, Problem.GREW)
    except (Http404, PermissionDenied):
        return _stop(export, Status.WITHDRAWN, Problem.SCOPE)
    except BaseException:
        _stop(export, Status.FAILED)
        raise
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(
        status=Status.DONE,
        rows=written,
        file=name,
        finished_at=now,
        expires_at=now + datetime.timedelta(hours=settings.EXPORT_KEPT_HOURS),
    )
    _record(export, "written", of=export.staff_id, rows=written)
    throw_away()
    export.refresh_from_db()
    if export.needs_approval or written > AT_ONCE:
        tell_of_ready(export)
    return export


def _write(export: Export, request: StaffRequest, out: IO[bytes]) -> int:
    def progress(rows: int) -> None:
        Export.objects.filter(pk=export.pk).update(rows=rows)

    source = source_named(export.listing)
    source.check(request)
    order = Order(
        file=out,
        kind=export.kind,
        columns=tuple(export.columns),
        facts=facts_of(export, request),
        most=allowed_rows(export),
        progress=progress,
    )
    written = source.write(request, order)
    _keep_customers(export, written.customers)
    return written.rows


def allowed_rows(export: Export) -> int:
    """How many rows the file may have: what needs no approval, or a tenth more than what was approved."""
    expected = export.expected or 0
    if export.needs_approval:
        return expected + expected // 10
    return max(expected, settings.EXPORT_APPROVAL_ROWS)


def facts_of(export: Export, request: StaffRequest) -> Facts:
    """What the file says of itself, in the language in which it was asked for."""
    tree = institution_tree(request.display.version)
    institution = export.staff.institution_id
    by = export.decided_by
    return Facts(
        number=export.number,
        bank=settings.BANK_NAME,
        title=export.title,
        staff_id=export.staff.pk,
        staff_name=export.staff.name,
        institution=tree.label(institution, request.display.language) if institution else "",
        purpose=str(Export.Purpose(export.purpose).label),
        reason=export.reason,
        filters=tuple(export.filters),
        business_day=request.display.day(request.business_date) if request.business_date else "",
        asked_at=export.created_at,
        written_at=timezone.now(),
        approved_by=_("%(name)s (%(number)s)") % {"name": by.name, "number": by.pk} if by else "",
    )


def fetch_export(*, request: StaffRequest, export: Export) -> File[bytes] | None:
    """The file for who asked for it, opened and counted; None where it is not there any more, for whatever reason.

    Whoever has lost the right to export or to see one of the customers in it has the file withdrawn here.
    """
    if withdraw_uncovered(request=request, export=export) or not export.is_kept(timezone.now()):
        return None
    try:
        file = files().open(f"{FOLDER}/{export.file}")
    except FileNotFoundError:
        return None
    counted = Export.objects.filter(pk=export.pk, status=Status.DONE, fetched__lt=settings.EXPORT_FETCHES).update(
        fetched=F("fetched") + 1, fetched_at=timezone.now()
    )
    if not counted:
        file.close()
        return None
    _record(export, "fetched", rows=export.rows, time=export.fetched + 1)
    return file


def withdraw_uncovered(*, request: StaffRequest, export: Export) -> bool:
    """Withdraws a finished file that the person's scope no longer covers; returns whether it is withdrawn."""
    if export.status == Status.WITHDRAWN:
        return True
    if export.status != Status.DONE or not export.file:
        return False
    if may_export(request) and source_named(export.listing).still_visible(
        _with_parameters(exporting(request), export.parameters), _kept_customers(export)
    ):
        return False
    _delete_file(export)
    _stop(export, Status.WITHDRAWN, Problem.SCOPE)
    _record(export, "withdrawn")
    return True


def _stop(export: Export, status: str, problem: str = "") -> Export:
    Export.objects.filter(pk=export.pk).update(status=status, problem=problem, file="", finished_at=timezone.now())
    export.refresh_from_db()
    return export


def _record(export: Export, what: str, *, subject: str = "", **detail: Any) -> None:
    """One entry of the audit log for each step; ``of`` is whose request it is where another acts."""
    facts = {"step": what, "number": export.number, "parameters": masked(export.parameters), **detail}
    record(action=Action.EXPORT, subject=subject, kind=export.listing, object_id=str(export.pk), detail=facts)


def _defer(export: Export) -> None:
    from guanxi.crm.web.tasks import write_spreadsheet

    write_spreadsheet.defer(export_id=str(export.pk))


def request_of(staff: Staff, parameters: str) -> StaffRequest:
    """A request as that person would make it, for work outside the web server."""
    request = HttpRequest()
    request.method = "GET"
    request.user = cast("Any", staff)
    request.GET = cast("Any", QueryDict(parameters))
    return prepare(request)


def _with_parameters(request: StaffRequest, parameters: str) -> StaffRequest:
    request.GET = cast("Any", QueryDict(parameters))
    return request


def _keep_customers(export: Export, customers: Iterable[str]) -> None:
    """Notes which customers a file is about, so that it can be withdrawn when one is no longer theirs to see."""
    with (
        files().writing(_customers(export)) as out,
        gzip.open(cast("BinaryIO", out), "wt", encoding="utf-8", compresslevel=3) as lines,
    ):
        lines.writelines(f"{number}\n" for number in customers)


def _kept_customers(export: Export) -> Iterator[str]:
    with (
        files().open(_customers(export)) as file,
        gzip.open(cast("BinaryIO", file.file), "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            yield line.rstrip("\n")


def _customers(export: Export) -> str:
    return f"{FOLDER}/{export.pk}.customers"


def _delete_file(export: Export) -> None:
    if export.file:
        files().delete(f"{FOLDER}/{export.file}")
    files().delete(_customers(export))


def throw_away() -> int:
    """Deletes the files whose time is over; the trace stays. Returns how many."""
    old = list(Export.objects.filter(expires_at__lt=timezone.now()).exclude(file="")[:1000])
    for export in old:
        _delete_file(export)
    Export.objects.filter(pk__in=[export.pk for export in old]).update(file="")
    return len(old)
