"""Which nights are done, and which of them are published: one small file a night, written last and renamed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path

from guanxi.warehouse.layout import put


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a night: its time in seconds, its rows, and the largest memory of the process that did it."""

    name: str
    seconds: float
    rows: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class NightRecord:
    """What a finished night leaves for the next one and for the summary. ``tables`` counts rows of its files."""

    business_date: date
    previous: date | None
    run_id: str
    folder: str
    tables: dict[str, dict[str, int]]
    checksums: dict[str, str]
    steps: list[StepRecord] = field(default_factory=list)
    reconciliation: list[dict[str, str]] = field(default_factory=list)
    published: dict[str, dict[str, int]] | None = None

    @property
    def opening(self) -> bool:
        """Whether it was the warehouse's first night."""
        return self.previous is None


class NightRegister:
    """The finished nights of one warehouse, oldest first."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "nights"

    def days(self) -> list[date]:
        """Business dates of the finished nights, oldest first."""
        return sorted(date.fromisoformat(file.stem) for file in self.folder.glob("????-??-??.json"))

    def read(self, day: date) -> NightRecord:
        """One night's record; raises ``FileNotFoundError`` where that night is not finished."""
        stored = json.loads(self._file(day).read_text(encoding="utf-8"))
        stored["business_date"] = date.fromisoformat(stored["business_date"])
        stored["previous"] = date.fromisoformat(stored["previous"]) if stored["previous"] else None
        stored["steps"] = [StepRecord(**step) for step in stored["steps"]]
        return NightRecord(**stored)

    def all(self) -> list[NightRecord]:
        """Every finished night's record, oldest first."""
        return [self.read(day) for day in self.days()]

    def write(self, record: NightRecord) -> None:
        """Marks a night as finished (or updates its record): from here on it need not be done again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{record.business_date.isoformat()}.aside"
        aside.write_text(json.dumps(asdict(record), default=str, ensure_ascii=False, indent=1), encoding="utf-8")
        put(aside, self._file(record.business_date))

    def forget_from(self, day: date) -> list[date]:
        """Unmarks the nights of ``day`` and later, newest first, and returns them, oldest first."""
        forgotten = [done for done in self.days() if done >= day]
        for done in reversed(forgotten):
            self._file(done).unlink()
        return forgotten

    def _file(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.json"


def next_expected(day: date, calendar: str) -> date:
    """The business date after ``day``: the next calendar day, or the next weekday where the calendar says so."""
    following = day + timedelta(days=1)
    while calendar == "weekdays" and following.weekday() >= 5:
        following += timedelta(days=1)
    return following
