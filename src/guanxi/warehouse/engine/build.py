"""A night's build: binds the sources, runs dbt in a process of its own, moves what it made into place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from guanxi.warehouse.decisions import KeptRow
from guanxi.warehouse.engine import duckdb, spark
from guanxi.warehouse.engine.assumptions import AssumptionError, in_rules, load
from guanxi.warehouse.engine.bindings import Binding, MissingPart, bind, empty, part_files
from guanxi.warehouse.engine.control import night_row, write_control
from guanxi.warehouse.engine.project import PROJECT, datasets
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.leads import LeadRow
from guanxi.warehouse.marks import MarkRow
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress, Silent
from guanxi.warehouse.rules import Release, RuleError, Ruling, compiled, rulings
from guanxi.warehouse.sealing import key_id_of, relation

ENGINES: dict[str, ModuleType] = {duckdb.NAME: duckdb, spark.NAME: spark}


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """How one data test ended. ``severity`` is warn or error; ``status`` is pass, warn, fail or error.

    ``failures`` counts the rows that break the rule.
    """

    __test__ = False

    name: str
    model: str
    column: str
    severity: str
    status: str
    failures: int
    message: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Two figures that must agree to the cent."""

    rule: str
    expected: Decimal
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Built:
    """What a night's build made: tests, reconciliations, rows by dataset, the largest memory of dbt's process; and the
    rules that it went by, by book."""

    tests: tuple[TestOutcome, ...]
    reconciliations: tuple[Reconciled, ...]
    rows: dict[str, int]
    peak_bytes: int
    rules: Mapping[str, Ruling] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuildProblem:
    """Why a night cannot be built: the model or test, what is wrong, what to do; whole sentences."""

    model: str
    message: str
    what_to_do: str


class BuildError(Exception):
    """The night was not built and nothing of it was written. ``tests`` are the tests that had run."""

    def __init__(self, problems: list[BuildProblem], tests: tuple[TestOutcome, ...] = ()) -> None:
        super().__init__("\n".join(f"{problem.message} {problem.what_to_do}" for problem in problems))
        self.problems = tuple(problems)
        self.tests = tests


def build_night(
    *,
    layout: Layout,
    night: Night,
    deliveries: Mapping[str, str],
    assumptions: Path | None,
    progress: Progress,
    threads: int = 2,
    memory_limit: str = "4GB",
    engine: str = "duckdb",
    leads: Sequence[LeadRow] = (),
    kept: Sequence[KeptRow] = (),
    marks: Sequence[MarkRow] = (),
    released: Mapping[str, Sequence[Release]] | None = None,
) -> Built:
    """Builds core and marts of ``night`` from what landed and the state of the night before, and tests them.

    ``deliveries`` says of each table whether it was delivered ``full`` or as an ``increment``; a table that is not
    named keeps its state. ``assumptions`` is a folder whose CSV files replace the default ones of the same names.
    ``leads`` are the staff's own arrangements of who looks after whom, one a customer; ``kept`` the fields whose
    value a steward chose by hand; ``marks`` what the staff said of the morning list; ``released`` what
    the bank released in the site of each book of rules.
    Raises :class:`BuildError`, and writes nothing, where a model breaks, a test of severity error fails, the
    assumptions cannot be used, or what the night rests on is not there.
    """
    work = _Work(layout)
    _check_encryption(engine, layout)
    try:
        rates = load(assumptions, night.business_date)
        ruled = rulings(assumptions, released)
    except RuleError as error:
        raise BuildError(
            [BuildProblem("rules", str(fault), "Mend the file of rules.") for fault in error.findings]
        ) from error
    except AssumptionError as error:
        raise BuildError(
            [BuildProblem("assumption", problem, "Mend the folder of assumptions.") for problem in error.problems]
        ) from error
    try:
        row = night_row(night, _history(layout, night) if night.opening else (None, None))
        rates += in_rules(ruled["tier"].champion)
        control = write_control(work.control, row, deliveries, rates, leads, marks, layout.sealing, kept, ruled)
        bindings = bind(layout, row, deliveries, control)
        _check_readable(engine, bindings)
    except MissingPart as error:
        raise BuildError(
            [BuildProblem("", f"{str(error).capitalize()}.", "Run that night, or the landing of this one, again.")]
        ) from error
    commands = [["build", "--exclude-resource-type", "unit_test"]]
    told, peak = _run(
        work, engine, bindings, commands, progress, threads=threads, memory_limit=memory_limit, ruled=ruled
    )
    tests = _tests(told["results"])
    problems = _problems(told, tests)
    if problems:
        raise BuildError(problems, tests)
    reconciliations = _reconciliations(work)
    rows = _rows(work)
    for model in datasets():
        with layout.writing(model.layer, model.name, night.business_date) as aside:
            work.dataset(model.layer, model.name).rename(aside / layout.sealing.name())
    for name, file in control.items():
        with layout.writing("control", name, night.business_date) as aside:
            file.rename(aside / layout.sealing.name())
    work.clear()
    return Built(tests=tests, reconciliations=reconciliations, rows=rows, peak_bytes=peak, rules=ruled)


def generate_docs(*, layout: Layout, out: Path) -> None:
    """Writes dbt's documentation and lineage of the models as one static page, ``<out>/index.html``.

    It builds the models on empty relations, so it needs no data.
    """
    work = _Work(layout, "docs")
    commands = [["run"], ["docs", "generate", "--static"]]
    told, _ = _run(work, duckdb.NAME, empty(), commands, Silent(), threads=2, memory_limit="1GB", write_json=True)
    if told["error"]:
        raise BuildError([BuildProblem("", told["error"], "Report this message.")])
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work.target / "static_index.html", out / "index.html")
    work.clear()


def run_unit_tests(*, layout: Layout) -> tuple[TestOutcome, ...]:
    """Runs the unit tests that stand beside the models, on empty relations. Raises :class:`BuildError` where a model
    does not even run on those; a failed unit test is told in its outcome."""
    work = _Work(layout, "unit")
    commands = [["build", "--exclude-resource-type", "test"]]
    told, _ = _run(work, duckdb.NAME, empty(), commands, Silent(), threads=2, memory_limit="1GB")
    tests = _tests(told["results"], "unit_test")
    problems = _problems(told, ())
    if problems and not any(test.status == "fail" for test in tests):
        raise BuildError(problems, tests)
    work.clear()
    return tests


class _Work:
    """The folders of one run: what dbt makes, and the target folder, which is kept so that the next start is short."""

    def __init__(self, layout: Layout, name: str = "build") -> None:
        self.sealing = layout.sealing
        self.root = layout.work.resolve() / name
        self.clear()
        self.control = self.root / "control"
        self.datasets = self.root / "datasets"
        self.spill = self.root / "spill"
        self.keep = layout.root.resolve() / "dbt" / name
        self.target = self.keep / "target"
        for folder in (self.control, self.datasets, self.spill, self.target):
            folder.mkdir(parents=True, exist_ok=True)
        for layer in ("core", "finance", "marts"):
            (self.datasets / layer).mkdir(exist_ok=True)

    def dataset(self, layer: str, name: str) -> Path:
        return self.datasets / layer / self.sealing.name(name)

    def clear(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


def _check_encryption(engine: str, layout: Layout) -> None:
    if layout.sealing.key_id and not ENGINES[engine].ENCRYPTS:
        raise BuildError(
            [BuildProblem("", f"The engine {engine} cannot encrypt the warehouse's files.",
                          "Set GUANXI_ENCRYPT_FILES=0 and encrypt the disks they lie on.")]
        )  # fmt: skip


def _check_readable(engine: str, bindings: tuple[Binding, ...]) -> None:
    encrypted = [file for binding in bindings for file in binding.files if key_id_of(file)]
    if encrypted and not ENGINES[engine].ENCRYPTS:
        raise BuildError(
            [BuildProblem("", f"The engine {engine} cannot read encrypted files, as {encrypted[0]} is.",
                          "Run guanxi keys rotate with GUANXI_ENCRYPT_FILES=0 once: it writes them anew.")]
        )  # fmt: skip


def _history(layout: Layout, night: Night) -> tuple[Any, Any]:
    """The first balance and the first event before the opening's business date."""
    day = night.business_date

    def first(table: str, column: str) -> Any:
        files = part_files(layout, "landing", table, day)
        with layout.sealing.reader() as connection:
            found = connection.execute(
                f"select min(cast({column} as date)) from {relation(files)} where {column} < ?", [day]
            ).fetchone()
        return found[0] if found else None

    return first("balance", "balance_date"), first("event", "event_time")


def _run(
    work: _Work,
    engine: str,
    bindings: tuple[Binding, ...],
    commands: list[list[str]],
    progress: Progress,
    *,
    threads: int,
    memory_limit: str,
    write_json: bool = False,
    ruled: Mapping[str, Ruling] | None = None,
) -> tuple[dict[str, Any], int]:
    """Runs dbt commands in a child process; returns its last word and its peak memory in bytes."""
    seam = ENGINES[engine]
    statements = work.root / "bindings.json"
    statements.write_text(json.dumps(seam.statements(bindings)), encoding="utf-8")
    profile = seam.profile(
        threads=threads, memory_limit=memory_limit, spill=work.spill, bindings=statements, sealing=work.sealing
    )
    (work.keep / "profiles.yml").write_text(
        yaml.safe_dump({"guanxi": {"target": engine, "outputs": {engine: profile}}}), encoding="utf-8"
    )
    options = [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(work.keep), "--target-path", str(work.target)),
        *("--log-path", str(work.keep / "logs"), "--log-level", "none", "--log-level-file", "none"),
        *("--no-version-check", "--no-send-anonymous-usage-stats"),
        *(() if write_json else ("--no-write-json",)),
    ]
    plan = {
        "engine": engine,
        "commands": [[*command, *options] for command in commands],
        "environment": {
            "GUANXI_DATASETS": str(work.datasets),
            "GUANXI_DATASET_ENDING": work.sealing.name(""),
            "GUANXI_DATASET_WRITING": work.sealing.copy_options,
            "GUANXI_DATASET_READING": work.sealing.read_options,
            "DO_NOT_TRACK": "1",
            **rule_environment(ruled or rulings(None)),
        },
        "statements": str(statements),
        "datasets": str(work.datasets),
        "work": str(work.root),
        "threads": threads,
    }
    plan_file = work.root / "plan.json"
    plan_file.write_text(json.dumps(plan), encoding="utf-8")
    return _child(plan_file, work.root / "child.log", progress)


def rule_environment(ruled: Mapping[str, Ruling]) -> dict[str, str]:
    """What the macro ``decide`` puts into the models: each book's rules as SQL over a relation called rule_source."""
    return {f"GUANXI_RULE_{name.upper()}": compiled(ruling, "rule_source") for name, ruling in ruled.items()}


def _child(plan: Path, log: Path, progress: Progress) -> tuple[dict[str, Any], int]:
    last: dict[str, Any] = {}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "guanxi.warehouse.engine.child", str(plan)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        )
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            for line in process.stdout:
                last = json.loads(line)
                if "done" in last:
                    progress.report(last["done"], last["total"], last["node"])
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
    if "results" not in last:
        tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        last = {"results": [], "error": f"dbt ended with code {process.returncode}. " + " ".join(tail)}
    return last, usage.ru_maxrss * 1024


def _tests(results: list[dict[str, Any]], kind: str = "test") -> tuple[TestOutcome, ...]:
    return tuple(
        TestOutcome(
            name=result["name"],
            model=result["model"],
            column=result["column"],
            severity=result["severity"],
            status=result["status"],
            failures=result["failures"],
            message=result["message"],
        )
        for result in sorted(results, key=lambda result: result["name"])
        if result["type"] == kind and result["status"] != "skipped"
    )


def _problems(told: dict[str, Any], tests: tuple[TestOutcome, ...]) -> list[BuildProblem]:
    problems = [
        BuildProblem(result["name"], f"The model {result['name']} broke: {result['message']}", "Report this message.")
        for result in told["results"]
        if result["type"] == "model" and result["status"] == "error"
    ]
    problems += [
        BuildProblem(
            test.model,
            f"The test {test.name} of {test.model} "
            + (f"could not run: {test.message}" if test.status == "error" else f"failed for {test.failures} rows."),
            "Look at the rows that the test names, have the bank's files mended, and run the night again.",
        )
        for test in tests
        if test.status in ("fail", "error")
    ]
    if told["error"] and not problems:
        problems.append(BuildProblem("", f"dbt could not run: {told['error']}", "Report this message."))
    return problems


def _reconciliations(work: _Work) -> tuple[Reconciled, ...]:
    source = relation([work.dataset("finance", "reconciliation")])
    with work.sealing.reader() as connection:
        rows = connection.execute(f"select rule, expected, actual from {source} order by rule").fetchall()
    return tuple(Reconciled(*row) for row in rows)


def _rows(work: _Work) -> dict[str, int]:
    counts = " union all ".join(
        f"select '{model.name}', count(*) from {relation([work.dataset(model.layer, model.name)])}"
        for model in datasets()
    )
    with work.sealing.reader() as connection:
        return dict(connection.execute(counts).fetchall())
