"""Runs the nights that wait: land, build and test each, then publish the last one.

Every step writes aside and renames, and a night is marked as finished last. So whatever kills a run, the next one finds
either a finished night or one to do again from its files, and ends with the same bytes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from guanxi.warehouse.engine import BuildError, Built, build_night
from guanxi.warehouse.journal import RunJournal, RunStep, new_run_id
from guanxi.warehouse.landing.control import DeliveryError, Problem
from guanxi.warehouse.landing.land import DayLanding, land_day
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.night.inbox import folders
from guanxi.warehouse.night.listener import Both, Listener, Nobody
from guanxi.warehouse.night.lock import only_one
from guanxi.warehouse.night.options import NightOptions
from guanxi.warehouse.night.register import NightRecord, NightRegister, StepRecord
from guanxi.warehouse.night.retention import forget_old
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress
from guanxi.warehouse.publish import Published, last_published, publish


class NightStopped(Exception):  # noqa: N818 - it is not an error of the program but a night that must be mended
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


def run_nights(options: NightOptions, *, again_from: date | None = None, listener: Listener | None = None) -> Outcome:
    """Does every night that waits in the inbox, oldest first, and publishes the state after the last one.

    With ``again_from`` that day and every later one are done again first, from the files that lie in the inbox now
    and the rows that were mended. Raises :class:`NightStopped` where a night must be mended before it can go on
    (nights before it are done and published), and ``NightRunningError`` where another job is at work.
    """
    with only_one(options.warehouse):
        return _Nights(options, listener or Nobody()).run(again_from)


class _Nights:
    """One call's state: what is done, what waits."""

    def __init__(self, options: NightOptions, listener: Listener) -> None:
        self.options = options
        self.listener = listener
        self.layout = Layout(options.warehouse)
        self.register = NightRegister(options.warehouse)
        self.journal = RunJournal(options.database_url)

    def run(self, again_from: date | None) -> Outcome:
        shutil.rmtree(self.layout.work, ignore_errors=True)
        self.journal.close_abandoned()
        if again_from is not None:
            self._make_way(again_from)
        waiting = self._waiting()
        made: list[date] = []
        try:
            for position, (day, folder) in enumerate(waiting, 1):
                self.listener.night(day, position, len(waiting))
                self._one_night(day, folder, last=position == len(waiting))
                made.append(day)
        except NightStopped:
            self._publish_what_is_done()
            raise
        self._publish_what_is_done()
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
        problems = []
        if day not in done:
            problems.append(
                Problem(
                    "",
                    "again",
                    f"{day} has not been done yet, so it cannot be done again.",
                    "Run the night's job without a date: it takes the next folder.",
                )
            )
        if missing:
            problems.append(
                Problem(
                    "",
                    "again",
                    f"The inbox no longer holds the folders of {_list(missing)}.",
                    "Put them back: these days are computed from what stands there.",
                )
            )
        before = [earlier for earlier in done if earlier < day]
        if day in done and before and before[-1] not in self.layout.days("core", "agreement_ledger"):
            problems.append(
                Problem(
                    "",
                    "again",
                    f"The warehouse no longer keeps the state of {before[-1]}, on which {day} rests.",
                    "Choose a later day, or load the warehouse anew from its opening day.",
                )
            )
        if problems:
            raise NightStopped(day, problems)
        self.register.forget_from(day)

    def _one_night(self, day: date, folder: Path, *, last: bool) -> None:
        done = self.register.days()
        night = Night(day, done[-1] if done else None)
        run_id = new_run_id()
        self.layout.drop_from(day)
        journal = self.journal.start(run_id=run_id, business_date=day, previous=night.previous, folder=str(folder))
        steps: list[StepRecord] = []
        try:
            landing = self._step(
                steps,
                night,
                "land",
                lambda progress: self._land(night, folder, progress),
                lambda result: sum(file.rows for file in result.deliveries),
            )
            journal.files(landing.deliveries)
            journal.quarantine(self.layout, night)
            built = self._step(
                steps,
                night,
                "build",
                lambda progress: self._build(night, landing, progress),
                lambda result: sum(result.rows.values()),
            )
            journal.tests(built.tests)
            journal.reconciliations(built.reconciliations)
        except DeliveryError as error:
            journal.stop(error.problems)
            raise NightStopped(day, error.problems) from error
        except BuildError as error:
            journal.tests(error.tests)
            problems = [
                Problem(problem.model, "build", problem.message, problem.what_to_do) for problem in error.problems
            ]
            journal.stop(problems)
            raise NightStopped(day, problems) from error
        except BaseException as error:
            journal.stop(
                [
                    Problem(
                        "",
                        "program",
                        f"{type(error).__name__}: {error}",
                        "Start the night again; where it stops again, report this message.",
                    )
                ]
            )
            raise
        self.register.write(_record(night, run_id, folder, landing, built, steps))
        if not last:
            journal.finish()
