"""Reads the nights' runs: the list, one run with all that is known of it, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from guanxi.crm.quality.models import Run

PAGE = 30
FAILED = ("fail", "error")


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list. ``seconds`` runs on while the run does; ``rows`` is what its files held."""

    id: str
    business_date: date
    status: str
    status_label: str
    started_at: datetime
    seconds: float
    rows: int
    quarantined: int
    tests: int
    failed: int
    warned: int
    problem: Trouble | None
    problems: int

    @property
    def cursor(self) -> str:
        """Where the next page begins."""
        return f"{self.started_at.isoformat()}~{self.id}"


@dataclass(frozen=True, slots=True)
class RunsPage:
    """A page of runs, newest first. ``after`` is the next page's cursor, empty on the last one."""

    lines: tuple[RunLine, ...]
    after: str
    first: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run. ``share`` and ``start`` place it in the picture, in thousandths of the run's steps' time."""

    position: int
    name: str
    status: str
    seconds: float
    rows: int | None
    rows_a_second: int | None
    peak_bytes: int | None
    done: int
    total: int
    percent: int | None
    detail: str
    start: int
    share: int

    @property
    def per_cent_of_time(self) -> int:
        """Its part of the time of all steps so far."""
        return round(self.share / 10)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file: what was found in it. ``accounted`` is whether accepted and kept aside add up to its rows."""

    table: str
    file: str
    delivery: str
    encoding: str
    bytes: int
    rows: int
    accepted: int
    quarantined: int
    amount_total: Decimal | None
    sha256: str

    @property
    def accounted(self) -> bool:
        """Whether every row of the file is either accepted or kept aside."""
        return self.accepted + self.quarantined == self.rows


@dataclass(frozen=True, slots=True)
class Comparison:
    """A reconciliation: two figures that must be equal to the cent."""

    rule: str
    expected: Decimal
    actual: Decimal

    @property
    def difference(self) -> Decimal:
        """Actual less expected."""
        return self.actual - self.expected

    @property
    def agrees(self) -> bool:
        """Whether the two are equal."""
        return self.expected == self.actual


@dataclass(frozen=True, slots=True)
class Finding:
    """A data test that did not pass."""

    name: str
    model: str
    column: str
    severity: str
    status: str
    failures: int
    message: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run stopped, and what to do about it."""

    place: str
    rule: str
    message: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run with everything that is known of it."""

    id: str
    business_date: date
    previous_business_date: date | None
    status: str
    status_label: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float
    folder: str
    steps: tuple[Step, ...]
    files: tuple[Delivery, ...]
    reconciliations: tuple[Comparison, ...]
    findings: tuple[Finding, ...]
    passed: int
    troubles: tuple[Trouble, ...]

    @property
    def finished(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.status != Run.Status.RUNNING

    @property
    def rows(self) -> int:
        """Rows of all its files."""
        return sum(file.rows for file in self.files)

    @property
    def quarantined(self) -> int:
        """Rows of all its files that were kept aside."""
        return sum(file.quarantined for file in self.files)

    @property
    def failed(self) -> int:
        """Tests that stop a night and failed."""
        return sum(finding.status in FAILED for finding in self.findings)

    @property
    def warned(self) -> int:
        """Tests that only warn and found something."""
        return sum(finding.status not in FAILED for finding in self.findings)

    @property
    def disagreeing(self) -> int:
        """Reconciliations whose figures differ."""
        return sum(not each.agrees for each in self.reconciliations)


def list_runs(*, after: str = "", size: int = PAGE) -> RunsPage:
    """A page of runs, newest first; three queries whatever the page (runs, files by run, tests by run).

    ``after`` is the cursor of the last line of the page before; one that cannot be read begins at the top.
    """
    runs = Run.objects.order_by("-started_at", "-id")
    key = _cursor(after)
    if key:
        started, number = key
        runs = runs.filter(Q(started_at__lt=started) | Q(started_at=started, id__lt=number))
    found = list(runs[: size + 1])
    shown = found[:size]
    files, tests = _totals([run.id for run in shown])
    lines = tuple(_line(run, files.get(run.id, {}), tests.get(run.id, {})) for run in shown)
    return RunsPage(lines, lines[-1].cursor if len(found) > size else "", first=not key)


def last_run() -> RunLine | None:
    """The run that started last, or None before the first."""
    page = list_runs(size=1)
    return page.lines[0] if page.lines else None


def run_page(run_id: str) -> RunPage | None:
    """One run with its steps, files, reconciliations and the tests that did not pass; None where there is none.

    Six queries.
    """
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        return None
    tests = run.tests.all()
    return RunPage(
        id=run.id,
        business_date=run.business_date,
        previous_business_date=run.previous_business_date,
        status=run.status,
        status_label=run.get_status_display(),
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=_seconds(run.started_at, run.finished_at),
        folder=run.folder,
        steps=_steps(run),
        files=tuple(
            Delivery(
                table=file.table,
                file=file.file,
                delivery=file.delivery,
                encoding=file.encoding,
                bytes=file.bytes,
                rows=file.rows,
                accepted=file.accepted,
                quarantined=file.quarantined,
                amount_total=file.amount_total,
                sha256=file.sha256,
            )
            for file in run.files.order_by("id")
        ),
        reconciliations=tuple(
            Comparison(each.rule, each.expected, each.actual) for each in run.reconciliations.order_by("id")
        ),
        findings=tuple(
            Finding(t.name, t.model, t.column, t.severity, t.status, t.failures, t.message)
            for t in sorted(
                tests.exclude(status="pass"), key=lambda t: (t.status not in FAILED, -t.failures, t.model, t.name)
            )
        ),
        passed=tests.filter(status="pass").count(),
        troubles=troubles(run.problems),
    )


def troubles(problems: Sequence[Any]) -> tuple[Trouble, ...]:
    """The problems that the night's job left with a run, whatever of their parts it stated."""
    return tuple(
        Trouble(
            place=str(each.get("file") or ""),
            rule=str(each.get("rule") or ""),
            message=str(each.get("message") or ""),
            what_to_do=str(each.get("what_to_do") or ""),
        )
        for each in problems
        if isinstance(each, Mapping)
    )


def _totals(ids: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    from guanxi.crm.quality.models import FileDelivery, TestResult

    files = FileDelivery.objects.filter(run_id__in=ids).values("run_id").order_by()
    tests = TestResult.objects.filter(run_id__in=ids).values("run_id").order_by()
    return (
        {row["run_id"]: row for row in files.annotate(rows_=Sum("rows"), aside=Sum("quarantined"))},
        {
            row["run_id"]: row
            for row in tests.annotate(
                all_=Count("id"),
                failed=Count("id", filter=Q(status__in=FAILED)),
                warned=Count("id", filter=Q(status="warn")),
            )
        },
    )


def _line(run: Run, files: Mapping[str, Any], tests: Mapping[str, Any]) -> RunLine:
    problems = troubles(run.problems)
    return RunLine(
        id=run.id,
        business_date=run.business_date,
        status=run.status,
        status_label=run.get_status_display(),
        started_at=run.started_at,
        seconds=_seconds(run.started_at, run.finished_at),
        rows=int(files.get("rows_") or 0),
        quarantined=int(files.get("aside") or 0),
        tests=tests.get("all_", 0),
        failed=tests.get("failed", 0),
        warned=tests.get("warned", 0),
        problem=problems[0] if problems else None,
        problems=len(problems),
    )


def _steps(run: Run) -> tuple[Step, ...]:
    steps = list(run.steps.order_by("position"))
    seconds = [_step_seconds(step, run) for step in steps]
    whole = sum(seconds) or 1.0
    result: list[Step] = []
    spent = 0.0
    for step, took in zip(steps, seconds, strict=True):
        start = round(1000 * spent / whole)
        spent += took
        rows = step.rows
        result.append(
            Step(
                position=step.position,
                name=step.name,
                status=step.status,
                seconds=took,
                rows=rows,
                rows_a_second=round(rows / took) if rows and took > 0 else None,
                peak_bytes=step.peak_bytes,
                done=step.done,
                total=step.total,
                percent=min(100, 100 * step.done // step.total) if step.total else None,
                detail=step.detail,
                start=start,
                share=round(1000 * spent / whole) - start,
            )
        )
    return tuple(result)


def _step_seconds(step: Any, run: Run) -> float:
    if step.seconds is not None:
        return float(step.seconds)
    if step.status == Run.Status.RUNNING and run.status == Run.Status.RUNNING:
        return _seconds(step.started_at, None)
    return 0.0


def _seconds(start: datetime, end: datetime | None) -> float:
    return max(0.0, ((end or timezone.now()) - start).total_seconds())


def _cursor(text: str) -> tuple[datetime, str] | None:
    started, mark, number = text.partition("~")
    try:
        moment = parse_datetime(started)
    except ValueError:
        return None
    return (moment, number) if mark and moment and timezone.is_aware(moment) else None
