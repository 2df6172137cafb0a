"""Runs the nights that wait: land, build and test each, then publish the last one.

Every step writes aside and renames, and a night is marked as finished last. So whatever kills a run, the next one finds
either a finished night or one to do again from its files, and ends with the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from guanxi.warehouse.decisions import Decisions, decisions
from guanxi.warehouse.engine import BuildError, Built, build_night
from guanxi.warehouse.journal import RunJournal, close_abandoned, earliest_mended, mended_rows, new_run_id
from guanxi.warehouse.landing.control import DeliveryError, Problem
from guanxi.warehouse.landing.land import DayLanding, MendedRow, land_day
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.leads import do_what_is_due, open_leads
from guanxi.warehouse.marks import marks_of
from guanxi.warehouse.night.identify import DivisionsError, linker_of
from guanxi.warehouse.night.inbox import folders
from guanxi.warehouse.night.keys import check_keys, damage
from guanxi.warehouse.night.listener import Both, Listener, Nobody
from guanxi.warehouse.night.lock import only_one
from guanxi.warehouse.night.options import NightOptions
from guanxi.warehouse.night.register import NightRecord, NightRegister, StepRecord
from guanxi.warehouse.night.retention import forget_old
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress
from guanxi.warehouse.publish import Published, publish
from guanxi.warehouse.rules.released import released, remember


class NightStopped(Exception):
    """A night stopped before anything of it was published; ``problems`` say why and what to do."""

    def __init__(self, day: date, problems: Sequence[Problem]) -> None:
        super().__init__(f"The night of {day} stopped: " + "; ".join(problem.message for problem in problems))
        self.day = day
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call did: the business dates it made, and which one the staff see now (None before the first)."""

    made: tuple[date, ...]
    business_date: date | None


def run_nights(
    options: NightOptions,
    *,
    again_from: date | None = None,
    replay: bool = False,
    listener: Listener | None = None,
) -> Outcome:
    """Does every night that waits in the inbox, oldest first, and publishes the state after the last one.

    With ``again_from`` that day and every later one are done again first, from the files that lie in the inbox now
    and the rows that were mended; ``replay`` chooses the earliest day with mended rows that wait. Raises
    :class:`NightStopped` where a night must be mended before it can go on (nights before it are done and published),
    ``NightRunningError`` where another job is at work, and ``KeyringError`` where the warehouse's files do not open.
    """
    with only_one(options.warehouse):
        if replay and again_from is None:
            again_from = earliest_mended(options.database_url)
        return _Nights(options, listener or Nobody()).run(again_from)


class _Nights:
    """One call's state: what is done, what waits."""

    def __init__(self, options: NightOptions, listener: Listener) -> None:
        self.options = options
        self.listener = listener
        self.layout = options.layout
        self.register = NightRegister(options.warehouse)

    def run(self, again_from: date | None) -> Outcome:
        shutil.rmtree(self.layout.work, ignore_errors=True)
        check_keys(self.layout)
        close_abandoned(self.options.database_url)
        if again_from is not None:
            self._make_way(again_from)
        waiting = self._waiting()
        if waiting:
            do_what_is_due(self.options.database_url, time_zone=self.options.time_zone)
        made: list[date] = []
        for position, (day, folder) in enumerate(waiting, 1):
            self.listener.night(day, position, len(waiting))
            try:
                self._one_night(day, folder, last=position == len(waiting))
            except NightStopped:
                # What was done before it is whole: the staff shall have it.
                self._publish_the_rest()
                raise
            made.append(day)
        self._publish_the_rest()
        days = self.register.days()
        forget_old(self.layout, days, self.options.nights_kept)
        return Outcome(tuple(made), days[-1] if days else None)

    def _waiting(self) -> list[tuple[date, Path]]:
        done = self.register.days()
        return [(day, folder) for day, folder in folders(self.options.inbox).items() if not done or day > done[-1]]

    def _make_way(self, day: date) -> None:
        """Unmarks ``day`` and what came after it, once it is sure that all of it can be made again."""
        done = self.register.days()
        there = folders(self.options.inbox)
        missing = [again for again in done if again >= day and again not in there]
        before = [earlier for earlier in done if earlier < day]
        problems = []
        if day not in done:
            problems.append(
                Problem("", "again", f"{day} has not been done yet, so it cannot be done again.",
                        "Run the night's job without a date: it takes the next folder.")
            )  # fmt: skip
        if missing:
            problems.append(
                Problem("", "again", f"The inbox no longer holds the folders of {', '.join(map(str, missing))}.",
                        "Put them back: these days are computed from what stands there.")
            )  # fmt: skip
        if day in done and before and before[-1] not in self.layout.days("core", "agreement_ledger"):
            problems.append(
                Problem("", "again", f"The warehouse no longer keeps the state of {before[-1]}, on which {day} rests.",
                        "Choose a later day, or load the warehouse anew from its opening day.")
            )  # fmt: skip
        if problems:
            raise NightStopped(day, problems)
        self.register.forget_from(day)

    def _one_night(self, day: date, folder: Path, *, last: bool) -> None:
        done = self.register.days()
        night = Night(day, done[-1] if done else None)
        self.layout.drop_from(day)
        journal = RunJournal(
            self.options.database_url,
            run_id=new_run_id(),
            business_date=day,
            previous=night.previous,
            folder=str(folder),
        )
        steps: list[StepRecord] = []
        try:
            landing = self._land(journal, steps, night, folder)
            decided = self._identify(journal, steps, night, landing, last=last)
            built = self._build(journal, steps, night, landing, decided, last=last)
            self.register.write(_record(night, journal.run_id, folder, landing, built, steps))
            if last:
                self._publish(journal, night)
            journal.finish()
        except DeliveryError as error:
            journal.stop(error.problems)
            raise NightStopped(day, error.problems) from error
        except DivisionsError as error:
            advice = "Mend the file that GUANXI_DIVISIONS names, or name none."
            problems = [Problem("", "divisions", f"The administrative divisions cannot be read: {error}", advice)]
            journal.stop(problems)
            raise NightStopped(day, problems) from error
        except BuildError as error:
            journal.tests(error.tests)
            damaged = damage(self.layout, error)
            problems = [Problem(p.model, "build", p.message, p.what_to_do) for p in error.problems]
            problems = [damaged] if damaged else problems
            journal.stop(problems)
            raise NightStopped(day, problems) from error
        except BaseException as error:
            if damaged := damage(self.layout, error):
                journal.stop([damaged])
                raise NightStopped(day, [damaged]) from error
            advice = "Start the night's job again; where it stops again, report this message."
            journal.stop([Problem("", "program", f"{type(error).__name__}: {error}", advice)])
            raise

    def _land(self, journal: RunJournal, steps: list[StepRecord], night: Night, folder: Path) -> DayLanding:
        options = self.options
        mended = [MendedRow(*row) for row in mended_rows(options.database_url, night.business_date)]
        landing = self._step(
            journal, steps, night, "land",
            lambda progress: land_day(
                folder=folder, layout=self.layout, night=night, mended=mended, calendar=options.calendar,
                progress=progress, threads=options.threads, memory_limit=options.memory_limit,
            ),
            lambda found: (sum(file.rows for file in found.deliveries), 0),
        )  # fmt: skip
        journal.files(landing.deliveries)
        journal.quarantine(self.layout, list(TABLES))
        return landing

    def _identify(
        self, journal: RunJournal, steps: list[StepRecord], night: Night, landing: DayLanding, *, last: bool
    ) -> Decisions:
        """Finds out which records are one party, where a night ever linked; returns what the stewards decided."""
        options = self.options
        decided = decisions(options.database_url, night.business_date, newest=last, time_zone=options.time_zone)
        linker = linker_of(
            link=options.link, layout=self.layout, night=night, decided=decided, divisions=options.divisions
        )
        if linker is not None:
            self._step(
                journal, steps, night, "identify",
                lambda progress: linker(
                    layout=self.layout, night=night, deliveries=_deliveries(landing), decisions=decided,
                    progress=progress, threads=options.threads, memory_limit=options.memory_limit,
                ),
                lambda found: (found.records, 0),
            )  # fmt: skip
        return decided

    def _build(
        self,
        journal: RunJournal,
        steps: list[StepRecord],
        night: Night,
        landing: DayLanding,
        decided: Decisions,
        *,
        last: bool,
    ) -> Built:
        options = self.options
        leads = open_leads(options.database_url, night.business_date, newest=last)
        deliveries = _deliveries(landing)
        marks = marks_of(options.database_url, night, time_zone=options.time_zone)
        rules = released(options.database_url, night.business_date)
        built = self._step(
            journal, steps, night, "build",
            lambda progress: build_night(
                layout=self.layout, night=night, deliveries=deliveries, assumptions=options.assumptions,
                progress=progress, threads=options.threads, memory_limit=options.memory_limit, engine=options.engine,
                leads=leads, kept=decided.kept, marks=marks, released=rules,
            ),
            lambda found: (sum(found.rows.values()), found.peak_bytes),
        )  # fmt: skip
        remember(options.database_url, night.business_date, built.rules)
        journal.tests(built.tests)
        journal.reconciliations(built.reconciliations)
        return built

    def _publish(self, journal: RunJournal, night: Night) -> Published:
        """Publishes every finished night that is not published yet, in one transaction, and notes it."""
        options = self.options
        records = [record for record in self.register.all() if record.published is None]
        steps: list[StepRecord] = []
        published = self._step(
            journal, steps, night, "publish",
            lambda progress: publish(
                layout=self.layout, nights=[Night(record.business_date, record.previous) for record in records],
                database_url=options.database_url, run_id=journal.run_id, time_zone=options.time_zone,
                progress=progress, events_kept_days=options.events_kept_days,
                threads=options.threads, memory_limit=options.memory_limit,
            ),
            lambda found: (sum(table.written + table.deleted for table in found.rows.values()), 0),
        )  # fmt: skip
        for record in records:
            rows = {name: asdict(written) for name, written in published.rows.items()}
            last = record.business_date == night.business_date
            self.register.write(replace(record, published=rows, steps=record.steps + (steps if last else [])))
        return published

    def _publish_the_rest(self) -> None:
        """Publishes nights that were finished but not published: the run that did them stopped or was killed."""
        waiting = [record for record in self.register.all() if record.published is None]
        if not waiting:
            return
        newest = waiting[-1]
        journal = RunJournal(
            self.options.database_url,
            run_id=new_run_id(),
            business_date=newest.business_date,
            previous=newest.previous,
            folder=newest.folder,
        )
        try:
            self._publish(journal, Night(newest.business_date, newest.previous))
            journal.finish()
        except BaseException as error:
            if damaged := damage(self.layout, error):
                journal.stop([damaged])
                raise NightStopped(newest.business_date, [damaged]) from error
            advice = "Start the night's job again; where it stops again, report this message."
            journal.stop([Problem("", "program", f"{type(error).__name__}: {error}", advice)])
            raise

    def _step[Result](
        self,
        journal: RunJournal,
        steps: list[StepRecord],
        night: Night,
        name: str,
        work: Callable[[Progress], Result],
        measure: Callable[[Result], tuple[int, int]],
    ) -> Result:
        """Does one step; ``measure`` says how many rows its result has and, where another process did it, its peak."""
        bar = self.listener.step(night.business_date, name)
        with journal.step(name) as step:
            result = work(Both([bar, step]))
            step.rows, step.peak = measure(result)
        steps.append(StepRecord(name, step.seconds, step.rows, step.peak))
        self.listener.step_done(night.business_date, name, step.seconds, step.rows)
        return result


def _deliveries(landing: DayLanding) -> dict[str, str]:
    """How each table came that did."""
    return {file.table: str(file.delivery) for file in landing.deliveries if file.file}


def _record(
    night: Night, run_id: str, folder: Path, landing: DayLanding, built: Built, steps: list[StepRecord]
) -> NightRecord:
    return NightRecord(
        business_date=night.business_date,
        previous=night.previous,
        run_id=run_id,
        folder=str(folder),
        tables={
            file.table: {"rows": file.rows, "accepted": file.accepted, "quarantined": file.quarantined}
            for file in landing.deliveries
        },
        checksums={file.table: file.sha256 for file in landing.deliveries},
        steps=list(steps),
        reconciliation=[
            {"rule": found.rule, "expected": str(found.expected), "actual": str(found.actual)}
            for found in built.reconciliations
        ],
    )
