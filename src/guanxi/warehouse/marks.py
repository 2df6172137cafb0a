"""What the staff said of the morning list, read back from the operational database: the models learn from it.

A night takes what was said on the days since the night before, by the bank's clock, up to its own business date; so a
night that is done again takes the same, less what was undone since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from guanxi.warehouse.nights import Night

DAY = timedelta(days=1)

_SAID = """
SELECT party_id, reason, verdict, at FROM contact_mark
WHERE at < %(until)s AND coalesce(at >= %(since)s, true) ORDER BY at, id
"""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One row of ``control.mark``: of which customer's reason, what was said, and on which day."""

    party_id: str
    reason: str
    verdict: str
    said_on: date


def marks_of(database_url: str, night: Night, *, time_zone: str) -> list[MarkRow]:
    """What was said since the night before, oldest first; on the opening all that was said up to its business date."""
    zone = ZoneInfo(time_zone)

    def begin(day: date) -> datetime:
        return datetime.combine(day, time.min, zone)

    window = {
        "since": begin(night.previous + DAY) if night.previous else None,
        "until": begin(night.business_date + DAY),
    }
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(_SAID, window).fetchall()
    return [MarkRow(party, reason, verdict, at.astimezone(zone).date()) for party, reason, verdict, at in rows]
