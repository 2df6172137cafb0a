"""What lies in a day's folder, held against what should: everything that can be told without reading the data files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from guanxi.warehouse.landing.contract import Dates, Delivery, Format, Table
from guanxi.warehouse.landing.control import (
    BadControlFile,
    ControlFile,
    Problem,
    control_path,
    read_control,
    read_day,
)
from guanxi.warehouse.landing.formats import FEED_FILE, BadFormat, Feed, read_feed
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.nights import Night

CALENDARS = ("every_day", "weekdays")
SEND_AGAIN = "Have the file and its control file sent again, then start the night again."
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """A data file with its control file and the format that both together make."""

    table: Table
    path: Path
    control: ControlFile
    form: Format


def look_at(
    *, folder: Path, night: Night, calendar: str, sha256_before: dict[str, str]
) -> tuple[dict[str, Arrival], list[Problem]]:
    """The files of a day's folder by table, in the contracts' order, and all that is wrong with them so far.

    A file whose control file cannot be used is not among the arrivals. ``sha256_before`` has the checksums of the
    business date before, by table. Raises ``ValueError`` for an unknown calendar.
    """
    problems: list[Problem] = []
    if not folder.is_dir():
        message = f"The folder {folder.name} is not there, or is no folder."
        return {}, [Problem("", "missing_folder", message, "Put the day's folder into the inbox.")]
    try:
        feed = read_feed(folder.parent)
    except BadFormat as error:
        return {}, [Problem(FEED_FILE, "bad_format", str(error), f"Correct {FEED_FILE} in the inbox.")]
    problems += _day_problems(folder, night, calendar, feed)
    arrivals: dict[str, Arrival] = {}
    for table in TABLES.values():
        arrival = _arrival(folder, table, feed)
        if isinstance(arrival, Problem):
            problems.append(arrival)
        elif arrival is not None:
            arrivals[table.name] = arrival
            problems += _control_problems(arrival, night, sha256_before.get(table.name))
    return arrivals, problems


def missing_days(*, previous: date, day: date, calendar: str, closed: frozenset[date]) -> list[date]:
    """The days between two business dates on which the bank should have delivered; raises ``ValueError``."""
    if calendar not in CALENDARS:
        raise ValueError(f"The calendar is {calendar!r}; it must be one of {', '.join(CALENDARS)}.")
    days = (previous + timedelta(days=n) for n in range(1, (day - previous).days))
    return [d for d in days if d not in closed and (calendar == "every_day" or d.weekday() < SATURDAY)]


def _day_problems(folder: Path, night: Night, calendar: str, feed: Feed) -> Iterator[Problem]:
    try:
        named = read_day(folder.name)
    except ValueError:
        named = None
    if named != night.business_date:
        yield Problem(
            "",
            "wrong_date",
            f"The folder is called {folder.name}, but the night is that of {night.business_date}.",
            f"Call the folder {night.business_date}, if that is the day it holds.",
        )
    if night.previous is None:
        return
    if night.business_date <= night.previous:
        yield Problem(
            "",
            "repeated_day",
            f"The business date {night.business_date} is not after {night.previous}, which has been landed already.",
            "Run the day again from its own folder, or remove this one.",
        )
        return
    missing = missing_days(previous=night.previous, day=night.business_date, calendar=calendar, closed=feed.closed_days)
    if missing:
        first = ", ".join(day.isoformat() for day in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        yield Problem(
            "",
            "gap",
            f"{night.previous} was landed last and this is {night.business_date}: nothing was delivered for "
            f"{first}{more}.",
            "Put the missing folders into the inbox, oldest first. Where the bank was closed on those days, name them "
            f"in closed_days in {FEED_FILE}.",
        )


def _arrival(folder: Path, table: Table, feed: Feed) -> Arrival | Problem | None:  # noqa: PLR0911 - one a finding
    data = [name for name in (f"{table.name}.dat", f"{table.name}.dat.gz") if (folder / name).is_file()]
    stated = control_path(folder, table.name)
    if not stated.is_file():
        if data:
            return Problem(
                data[0],
                "missing_control",
                f"{data[0]} has no control file {stated.name} beside it.",
                f"Have {stated.name} sent, then start the night again.",
            )
        if table.optional:
            return None
        return Problem(
            f"{table.name}.dat",
            "missing_file",
            f"{table.name}.dat ({table.zh}) is missing, and so is its control file {stated.name}.",
            "Have both sent, then start the night again. An increment without changes comes as an empty file.",
        )
    try:
        control = read_control(stated)
        if table.total and control.amount_total is None:
            raise BadControlFile(f"{stated.name} does not state amount_total, the sum of {table.total}.")
    except (BadControlFile, OSError) as error:
        return Problem(stated.name, "bad_control", str(error), f"Have {stated.name} corrected and sent again.")
    if control.file not in data:
        return Problem(
            control.file,
            "missing_file",
            f"{control.file} is missing, though {stated.name} announces it with {control.rows:,} rows.",
            f"Have {control.file} sent, then start the night again.",
        )
    try:
        return Arrival(table, folder / control.file, control, feed.format(table, control))
    except BadFormat as error:
        what = f"Correct {FEED_FILE} in the inbox, or have {stated.name} corrected."
        return Problem(control.file, "bad_format", f"{control.file} cannot be read: {error}", what)


def _control_problems(arrival: Arrival, night: Night, sha256_before: str | None) -> Iterator[Problem]:
    control, file = arrival.control, arrival.control.file
    if control.business_date != night.business_date:
        yield Problem(
            file,
            "wrong_date",
            f"{file} is of {control.business_date} according to its control file, but the night is that of "
            f"{night.business_date}.",
            f"Have the file of {night.business_date} sent, or put this one into the folder of its own day.",
        )
    if control.opening and not night.opening:
        yield Problem(
            file,
            "opening",
            f"{file} is announced as an opening (opening=1), but {night.previous} has been landed already.",
            "Have the day's usual file sent; an opening is only for an empty warehouse.",
        )
    if night.opening and not control.opening:
        yield Problem(
            file,
            "opening",
            f"{file} is not announced as an opening (opening=0), but nothing has been landed yet.",
            "Begin with the opening folder: every table in full, balances and events with their history, opening=1.",
        )
    if control.opening and control.delivery is Delivery.INCREMENT:
        yield Problem(
            file,
            "opening",
            f"{file} belongs to an opening, but is announced as an increment; on the opening every file is full.",
            "Have the full file sent with delivery=full.",
        )
    daily = arrival.table.dated is not None and arrival.table.dates is not Dates.PAST
    if daily and control.rows and sha256_before == control.sha256:
        yield Problem(
            file,
            "repeated_day",
            f"{file} has the same content as that of {night.previous}: the day was delivered twice.",
            f"Have the file of {night.business_date} sent, then start the night again.",
        )
