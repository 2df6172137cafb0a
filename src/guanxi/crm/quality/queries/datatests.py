"""Reads the results of the data tests over the last runs, by model and by test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from guanxi.crm.quality.models import Run, TestResult
from guanxi.crm.quality.queries.runs import FAILED

RUNS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test in one run. ``height`` (0 to 100) draws ``failures`` against the most that were found in the period.

    ``status`` is empty where the test did not run that night.
    """

    run_id: str
    business_date: date
    status: str
    failures: int
    height: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class TestTrend:
    """One test with its outcomes, oldest first; ``status``, ``failures`` and ``message`` are the last run's."""

    __test__ = False

    name: str
    model: str
    column: str
    severity: str
    status: str
    failures: int
    message: str
    outcomes: tuple[Outcome, ...]
    bad_runs: int

    @property
    def failing(self) -> bool:
        """Whether it stops a night."""
        return self.status in FAILED

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """Failing first, then warnings, then those that were bad lately."""
        return (_weight(self.status), -self.failures, self.model, self.name)


@dataclass(frozen=True, slots=True)
class ModelTrend:
    """The tests of one model. ``outcomes`` is a run's worst status and the failures of all its tests together."""

    model: str
    tests: tuple[TestTrend, ...]
    failed: int
    warned: int
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> int:
        """Tests that passed in the last run."""
        return sum(test.status == "pass" for test in self.tests)


@dataclass(frozen=True, slots=True)
class TestsBoard:
    """Every test of the last runs. ``runs`` are (id, business date), oldest first."""

    __test__ = False

    runs: tuple[tuple[str, date], ...]
    models: tuple[ModelTrend, ...]
    failing: tuple[TestTrend, ...]
    tests: int
    failed: int
    warned: int

    @property
    def passed(self) -> int:
        """Tests that passed in the last run."""
        return self.tests - self.failed - self.warned


def recent_runs(count: int = RUNS_SHOWN) -> list[tuple[str, date]]:
    """(id, business date) of the last runs that got as far as their tests, oldest first; one query.

    A day that was run again counts once, with its newest run.
    """
    runs = (
        Run.objects.filter(Exists(TestResult.objects.filter(run=OuterRef("pk"))))
        .order_by("-business_date", "-started_at", "-id")
        .values_list("id", "business_date")[: 2 * count]
    )
    newest: dict[date, str] = {}
    for run_id, day in runs:
        newest.setdefault(day, run_id)
    return [(run_id, day) for day, run_id in sorted(newest.items())][-count:]


def tests_board() -> TestsBoard:
    """All tests of the last thirty business dates by model, those that fail first; two queries."""
    runs = recent_runs()
    trends = _trends(runs, TestResult.objects.filter(run_id__in=[run_id for run_id, _ in runs]))
    by_model: dict[str, list[TestTrend]] = defaultdict(list)
    for trend in trends:
        by_model[trend.model].append(trend)
    models = [_model(model, tests, runs) for model, tests in by_model.items()]
    models.sort(key=lambda each: (-each.failed, -each.warned, each.model))
    failing = tuple(trend for trend in trends if trend.status not in ("pass", ""))
    return TestsBoard(
        runs=tuple(runs),
        models=tuple(models),
        failing=failing,
        tests=sum(trend.status != "" for trend in trends),
        failed=sum(trend.failing for trend in trends),
        warned=sum(trend.status != "" and not trend.failing and trend.status != "pass" for trend in trends),
    )


def model_tests(model: str) -> ModelTrend | None:
    """One model's tests over the last thirty business dates; None where no run knows it. Two queries."""
    runs = recent_runs()
    trends = _trends(runs, TestResult.objects.filter(run_id__in=[run_id for run_id, _ in runs], model=model))
    return _model(model, trends, runs) if trends else None


def test_history(name: str) -> TestTrend | None:
    """One test over the last thirty business dates; None where no run knows it. Two queries."""
    runs = recent_runs()
    trends = _trends(runs, TestResult.objects.filter(run_id__in=[run_id for run_id, _ in runs], name=name))
    return trends[0] if trends else None


test_history.__test__ = False  # type: ignore[attr-defined]


class _Result(NamedTuple):
    """The columns of a result, as tuples: a board reads thousands of them."""

    run_id: str
    name: str
    model: str
    column: str
    severity: str
    status: str
    failures: int
    message: str


def _trends(runs: Sequence[tuple[str, date]], results: QuerySet[TestResult]) -> list[TestTrend]:
    by_name: dict[str, dict[str, _Result]] = defaultdict(dict)
    for row in results.values_list(*_Result._fields):
        result = _Result(*row)
        by_name[result.name][result.run_id] = result
    last = runs[-1][0] if runs else ""
    trends = []
    for name, by_run in by_name.items():
        newest = next(by_run[run_id] for run_id, _ in reversed(runs) if run_id in by_run)
        today = by_run.get(last)
        most = max(result.failures for result in by_run.values())
        trends.append(
            TestTrend(
                name=name,
                model=newest.model,
                column=newest.column,
                severity=newest.severity,
                status=today.status if today else "",
                failures=today.failures if today else 0,
                message=today.message if today else "",
                outcomes=tuple(
                    Outcome(run_id, day, found.status, found.failures, _height(found.failures, most), found.message)
                    if (found := by_run.get(run_id))
                    else Outcome(run_id, day, "", 0, 0)
                    for run_id, day in runs
                ),
                bad_runs=sum(result.status != "pass" for result in by_run.values()),
            )
        )
    trends.sort(key=lambda trend: trend.rank)
    return trends


def _model(model: str, tests: list[TestTrend], runs: Sequence[tuple[str, date]]) -> ModelTrend:
    together = []
    for position, (run_id, day) in enumerate(runs):
        outcomes = [test.outcomes[position] for test in tests]
        worst = min((outcome.status for outcome in outcomes), key=_weight)
        together.append((run_id, day, worst, sum(outcome.failures for outcome in outcomes)))
    most = max((failures for *_, failures in together), default=0)
    return ModelTrend(
        model=model,
        tests=tuple(tests),
        failed=sum(test.failing for test in tests),
        warned=sum(test.status not in ("pass", "") and not test.failing for test in tests),
        outcomes=tuple(
            Outcome(run_id, day, worst, failures, _height(failures, most)) for run_id, day, worst, failures in together
        ),
    )


def _weight(status: str) -> int:
    """How bad a status is: 0 is worst."""
    if status in FAILED:
        return 0
    return {"warn": 1, "skipped": 2, "pass": 3}.get(status, 4 if not status else 1)


def _height(failures: int, most: int) -> int:
    """A bar's height: at least a tenth for any failure, so that one row among a million still shows."""
    return 0 if not failures or not most else max(10, round(100 * failures / most))
