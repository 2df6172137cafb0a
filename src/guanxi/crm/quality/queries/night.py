"""Reads whether the night's job is at work, and what there would be for it to do."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guanxi.crm.quality.models import NightRequest, QuarantinedRow, Run
from guanxi.warehouse.night.inbox import folders

# Procrastinate's worker beats every ten seconds; one that was silent for this long is gone.
SILENT = timedelta(seconds=60)
# A job that no worker took for this long: the worker does not run.
UNTAKEN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Request:
    """A start of the night's job. ``stuck`` says that no worker takes it; ``runs`` are what it has begun."""

    id: int
    kind: str
    kind_label: str
    from_day: date | None
    who: str
    asked_at: datetime
    status: str
    status_label: str
    started_at: datetime | None
    finished_at: datetime | None
    exit_code: int | None
    output: str
    stuck: bool

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.finished_at is None


@dataclass(frozen=True, slots=True)
class NightState:
    """Whether a night's job could be started now.

    ``request`` is the last start from the screen. ``running`` is the run at work, whoever started it; ``abandoned``
    is a run that says it runs although no process is at work on it. ``waiting`` are the days in the inbox that have
    not been done; ``inbox`` is where they are looked for.
    """

    request: Request | None
    running: str
    running_day: date | None
    abandoned: bool
    waiting: tuple[date, ...]
    stopped: str
    stopped_day: date | None
    inbox: str

    @property
    def busy(self) -> bool:
        """Whether a job waits or works, so that none may be started."""
        return bool(self.request and self.request.open) or bool(self.running and not self.abandoned)


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What a replay would run again: every done day from the earliest with mended rows to the newest.

    ``mended`` counts the mended rows that wait, by day; ``missing`` are days whose folder the inbox lacks.
    """

    mended: tuple[tuple[date, int], ...]
    days: tuple[date, ...]
    missing: tuple[date, ...]

    @property
    def rows(self) -> int:
        """Mended rows that wait."""
        return sum(rows for _, rows in self.mended)

    @property
    def first(self) -> date | None:
        """The earliest day, where the replay begins."""
        return self.days[0] if self.days else None

    @property
    def last(self) -> date | None:
        """The newest day, where it ends."""
        return self.days[-1] if self.days else None


def night_state() -> NightState:
    """Whether the night's job is at work and what waits for it; four queries and a look into the inbox."""
    request = latest_request()
    last = Run.objects.order_by("-started_at", "-id").values_list("id", "business_date", "status").first()
    running, day = (last[0], last[1]) if last and last[2] == Run.Status.RUNNING else ("", None)
    stopped = last if last and last[2] == Run.Status.STOPPED else None
    alone = bool(running) and not (request and request.open)
    return NightState(
        request=request,
        running=running,
        running_day=day,
        abandoned=alone and lock_is_held(settings.WAREHOUSE) is False,
        waiting=waiting_days(),
        stopped=stopped[0] if stopped else "",
        stopped_day=stopped[1] if stopped else None,
        inbox=str(settings.INBOX),
    )


def latest_request() -> Request | None:
    """The last start of the night's job from the screen; two queries."""
    found = NightRequest.objects.select_related("asked_by").order_by("-asked_at", "-id").first()
    if found is None:
        return None
    job = _job(found)
    return Request(
        id=found.pk,
        kind=found.kind,
        kind_label=found.get_kind_display(),  # type: ignore[attr-defined]
        from_day=found.from_day,
        who=found.asked_by.name if found.asked_by else "",
        asked_at=found.asked_at,
        status=found.status,
        status_label=found.get_status_display(),  # type: ignore[attr-defined]
        started_at=found.started_at,
        finished_at=found.finished_at,
        exit_code=found.exit_code,
        output=found.output,
        stuck=found.status == NightRequest.Status.WAITING
        and job is not None
        and job.status == "todo"
        and timezone.now() - found.asked_at > UNTAKEN,
    )


def is_lost(request: NightRequest) -> bool:
    """Whether an open request's job is gone: failed, cancelled, or its worker silent for a minute; one query."""
    job = _job(request)
    if job is None:
        return timezone.now() - request.asked_at > SILENT
    if job.status == "todo":
        return False
    if job.status == "doing":
        return job.worker is None or timezone.now() - job.worker.last_heartbeat > SILENT
    return True


def replay_plan() -> ReplayPlan:
    """What ``guanxi night --replay`` would do now; two queries and a look into the inbox."""
    mended = tuple(
        QuarantinedRow.objects.filter(status=QuarantinedRow.Status.MENDED)
        .order_by("business_date")
        .values_list("business_date")
        .annotate(rows=Count("id"))
    )
    if not mended:
        return ReplayPlan((), (), ())
    days = tuple(
        Run.objects.filter(business_date__gte=mended[0][0])
        .order_by("business_date")
        .values_list("business_date", flat=True)
        .distinct()
    )
    there = inbox_days()
    return ReplayPlan(mended, days, tuple(day for day in days if day not in there))


def waiting_days() -> tuple[date, ...]:
    """Days in the inbox after the last one that was done, oldest first; one query."""
    done = Run.objects.filter(status=Run.Status.DONE).aggregate(last=Max("business_date"))["last"]
    return tuple(sorted(day for day in inbox_days() if done is None or day > done))


def inbox_days() -> dict[date, Path]:
    """The day folders of the inbox; none where this machine does not see it."""
    return folders(settings.INBOX)


def lock_is_held(warehouse: Path) -> bool | None:
    """Whether a process holds the warehouse's lock; None where it was never taken or cannot be looked at.

    Looking shares the lock for an instant. It is done only for a run that says it runs although nobody here started
    it, so a night that begins in that very instant (and would say that another is at work) is next to impossible.
    """
    try:
        with (warehouse / "lock").open("rb") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
    except OSError:
        return None


def first_mended_day() -> date | None:
    """The earliest business date with mended rows that wait for a replay; one query."""
    return QuarantinedRow.objects.filter(status=QuarantinedRow.Status.MENDED).aggregate(first=Min("business_date"))[
        "first"
    ]


def _job(request: NightRequest) -> ProcrastinateJob | None:
    if request.job_id is None or request.finished_at is not None:
        return None
    return ProcrastinateJob.objects.select_related("worker").filter(id=request.job_id).first()
