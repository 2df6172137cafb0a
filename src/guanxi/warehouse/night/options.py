"""What the night's job needs to know of its surroundings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guanxi.keyring import keyring
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.sealing import Sealing, wanted


@dataclass(frozen=True, slots=True)
class NightOptions:
    """Folders, database and limits of the night's job; see ``docs/settings.md`` for each.

    ``database_url`` is a libpq URL. ``memory_limit`` is what DuckDB may use before it spills (``4GB``).
    ``nights_kept`` is how many nights back a day can be run again. ``encrypt`` says whether files are encrypted under
    the data keys; ``link`` whether the night finds out which records are one customer, ``divisions`` a CSV file of
    administrative divisions (code, name) that the bank knows besides those that ship.
    """

    inbox: Path
    warehouse: Path
    database_url: str
    time_zone: str = "Asia/Shanghai"
    calendar: str = "every_day"
    assumptions: Path | None = None
    threads: int = 2
    memory_limit: str = "4GB"
    events_kept_days: int = 400
    nights_kept: int = 35
    engine: str = "duckdb"
    encrypt: bool = True
    link: bool = True
    divisions: Path | None = None

    @property
    def layout(self) -> Layout:
        """The warehouse's folders, new files under the data key that is active now."""
        return Layout(self.warehouse, Sealing(keyring().active.id if self.encrypt else ""))

    @classmethod
    def from_environment(
        cls, *, var: Path, database_url: str, environment: Mapping[str, str] = os.environ
    ) -> NightOptions:
        """The options as the environment states them; ``var`` is the folder below which the defaults lie."""
        get = environment.get
        assumptions, divisions = get("GUANXI_ASSUMPTIONS"), get("GUANXI_DIVISIONS")
        return cls(
            inbox=Path(get("GUANXI_INBOX") or var / "inbox").resolve(),
            warehouse=Path(get("GUANXI_WAREHOUSE") or var / "warehouse").resolve(),
            database_url=database_url,
            time_zone=get("GUANXI_TIME_ZONE") or "Asia/Shanghai",
            calendar=get("GUANXI_CALENDAR") or "every_day",
            assumptions=Path(assumptions) if assumptions else None,
            threads=int(get("GUANXI_THREADS") or os.cpu_count() or 2),
            memory_limit=get("GUANXI_MEMORY_LIMIT") or "4GB",
            events_kept_days=int(get("GUANXI_EVENTS_KEPT_DAYS") or 400),
            nights_kept=int(get("GUANXI_NIGHTS_KEPT") or 35),
            encrypt=wanted(environment),
            link=(get("GUANXI_LINK") or "1") != "0",
            divisions=Path(divisions) if divisions else None,
        )
