"""What bank to write, and what was written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

SECOND_ENTRIES = 0.08
"""The share of its persons whom the demo bank has entered twice, as banks that never looked find."""


@dataclass(frozen=True, slots=True)
class BankSpec:
    """A synthetic bank. The same spec gives the same bytes, on any number of threads.

    ``last_day`` is the newest business date. ``nights`` daily folders come before and on it; the day before them is
    the opening, which brings ``daily_days`` days of balances and events up to itself and ``month_ends`` month-end
    balances from before those. With ``bad_rows`` a thousandth of the rows is wrong in the ways that real files are.
    ``plain`` writes every file as UTF-8 with ``|`` and uncompressed, for benchmarks. ``duplicates`` is the share of
    persons whom a teller entered a second time; with any, people who are easily taken for one are added too, and
    ``truth.csv`` says who is who.
    """

    customers: int = 20_000
    seed: int = 20261120
    last_day: date = date(2026, 11, 20)
    nights: int = 3
    daily_days: int = 90
    month_ends: int = 24
    bad_rows: bool = True
    plain: bool = False
    duplicates: float = 0.0

    def __post_init__(self) -> None:
        if self.customers < 200:
            raise ValueError("A bank has 200 customers at the least.")
        if self.nights < 0 or self.daily_days < 1 or self.month_ends < 0:
            raise ValueError("nights and month_ends are 0 or more, daily_days 1 or more.")
        if not 0 <= self.duplicates <= 0.5:
            raise ValueError("duplicates is a share of 0 to 0.5.")

    @property
    def opening_day(self) -> date:
        """The business date of the opening folder."""
        return self.last_day - timedelta(days=self.nights)

    @property
    def first_day(self) -> date:
        """The first day of which every balance and event is known."""
        return self.opening_day - timedelta(days=self.daily_days - 1)

    @property
    def window(self) -> int:
        """Days from :attr:`first_day` to :attr:`last_day`, both counted."""
        return (self.last_day - self.first_day).days + 1

    @property
    def days(self) -> tuple[date, ...]:
        """The business dates of the folders, the opening first."""
        return tuple(self.opening_day + timedelta(days=number) for number in range(self.nights + 1))

    @property
    def history_month_ends(self) -> tuple[date, ...]:
        """The month-ends before :attr:`first_day` whose balances the opening brings along, oldest first."""
        ends: list[date] = []
        end = self.first_day.replace(day=1) - timedelta(days=1)
        while len(ends) < self.month_ends:
            ends.append(end)
            end = end.replace(day=1) - timedelta(days=1)
        return tuple(reversed(ends))

    def fingerprint(self, version: int) -> str:
        """What tells this bank's files from another's; ``version`` is that of the code that writes them."""
        words = json.dumps({**asdict(self), "version": version}, sort_keys=True, default=str)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody to sign in as. ``role`` is one of the contract's staff roles; ``about`` says who they are."""

    staff_id: str
    name: str
    name_en: str
    role: str
    role_zh: str
    role_en: str
    about_zh: str
    about_en: str


@dataclass(frozen=True, slots=True)
class Spoilt:
    """How many rows of a day's file were spoilt by one rule, or lost because what they refer to was spoilt.

    ``rule`` is the word the quarantine uses; ``mistake`` names what was done to the row, empty for a knock-on.
    """

    business_date: date
    table: str
    rule: str
    column: str
    mistake: str
    rows: int


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One data file: its rows as written, the spoilt ones counted too."""

    business_date: date
    table: str
    file: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class WrittenBank:
    """What lies in an inbox: the business dates (the opening first), who can sign in, the files and their mistakes."""

    days: tuple[date, ...]
    cast: tuple[CastMember, ...]
    files: tuple[WrittenFile, ...] = ()
    spoilt: tuple[Spoilt, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
