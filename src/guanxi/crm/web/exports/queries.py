"""Reads of what people asked to take out: one's own, and those that wait for one's decision."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.exports.rights import covers, may_approve
from guanxi.crm.web.models import Export
from guanxi.crm.web.request import StaffRequest

PAGE = 30
# Every page of an approver shows how many wait; the number may be so many seconds old.
REMEMBERED = 20
_WAITING = "exports-waiting"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as its page and the lists show it. ``reach`` are the institutions by name."""

    id: UUID
    number: str
    title: str
    kind: str
    filters: tuple[str, ...]
    purpose: str
    reason: str
    status: str
    status_label: str
    problem: str
    rows: int
    expected: int
    needs_approval: bool
    staff_id: str
    staff_name: str
    institution: str
    reach: tuple[str, ...]
    whole_bank: bool
    asked_at: datetime.datetime
    decided_by: str
    decided_at: datetime.datetime | None
    decision: str
    finished_at: datetime.datetime | None
    expires_at: datetime.datetime | None
    fetched: int
    fetches_left: int
    ready: bool

    @property
    def moves(self) -> bool:
        """Whether the state changes by itself soon."""
        return self.status in (Export.Status.WAITING, Export.Status.RUNNING)

    @property
    def asked(self) -> bool:
        """Whether it waits for a decision."""
        return self.status == Export.Status.ASKED


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A page of one's own requests, newest first; ``before`` is where the next begins."""

    rows: tuple[Asked, ...]
    before: str
    first: bool


def shown(export: Export, request: StaffRequest) -> Asked:
    """One request for a page; ``staff`` and ``decided_by`` have been read with it."""
    tree, language = institution_tree(request.display.version), request.display.language
    institutions = sorted({pair[0] for pair in export.reach or ()})
    left = max(0, settings.EXPORT_FETCHES - export.fetched)
    by = export.decided_by
    return Asked(
        id=export.pk,
        number=export.number,
        title=export.title or export.listing,
        kind=export.kind,
        filters=tuple(export.filters),
        purpose=str(Export.Purpose(export.purpose).label),
        reason=export.reason,
        status=export.status,
        status_label=str(Export.Status(export.status).label),
        problem=str(Export.Problem(export.problem).label) if export.problem else "",
        rows=export.rows,
        expected=export.expected or 0,
        needs_approval=export.needs_approval,
        staff_id=export.staff.pk,
        staff_name=export.staff.name,
        institution=tree.label(export.staff.institution_id, language) if export.staff.institution_id else "",
        reach=tuple(tree.label(number, language) for number in institutions if number),
        whole_bank=export.reach is None,
        asked_at=export.created_at,
        decided_by=by.name if by else "",
        decided_at=export.decided_at,
        decision=export.decision,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
        fetched=export.fetched,
        fetches_left=left,
        ready=export.status == Export.Status.DONE and export.is_kept(timezone.now()) and left > 0,
    )


def own_exports(request: StaffRequest, *, before: str = "") -> AskedPage:
    """A page of what the person asked for, newest first; one query."""
    found = Export.objects.filter(staff=request.user).select_related("staff", "decided_by").order_by("-created_at")
    moment = _moment(before)
    if moment:
        found = found.filter(created_at__lt=moment)
    rows = list(found[: PAGE + 1])
    more = rows[PAGE - 1].created_at.isoformat() if len(rows) > PAGE else ""
    return AskedPage(tuple(shown(row, request) for row in rows[:PAGE]), more, first=moment is None)


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def waiting_exports(request: StaffRequest) -> tuple[Asked, ...]:
    """The requests of others that the person may decide about, oldest first; one query."""
    if not may_approve(request):
        return ()
    found = (
        Export.objects.filter(status=Export.Status.ASKED)
        .exclude(staff=request.user)
        .select_related("staff", "decided_by")
        .order_by("created_at")
    )
    return tuple(shown(row, request) for row in found if covers(request.scopes[Verb.APPROVE], row.reach))


def waiting_count(request: StaffRequest) -> int:
    """How many requests wait for the person's decision; at most one query in ``REMEMBERED`` seconds a process."""
    if not may_approve(request):
        return 0
    waiting = cache.get(_WAITING)
    if waiting is None:
        waiting = list(Export.objects.filter(status=Export.Status.ASKED).values_list("staff_id", "reach"))
        cache.set(_WAITING, waiting, REMEMBERED)
    me = request.user.pk
    return sum(staff_id != me and covers(request.scopes[Verb.APPROVE], reach) for staff_id, reach in waiting)


def forget_waiting() -> None:
    """Drops what this process remembers of the requests that wait."""
    cache.delete(_WAITING)
