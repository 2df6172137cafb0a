"""What the staff said of the morning list, read back from the operational database: the models learn from it.

A night takes what was said on the days since the night before, by the bank's clock, up to its own business date; so a
night that is done again takes the same, less what was undone since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from guanxi.warehouse.nights import Night

DAY = timedelta(days=1)

# What was said of a customer who has been merged since bears the number that stayed: the journal knows under which one
# it was said, the first of several where it moved more than once.
_SAID = """
WITH moved AS (
    SELECT DISTINCT ON (number) number, m.gone FROM identity_merge m
    JOIN identity_mergestep s ON s.merge_id = m.id AND s."table" = 'contact_mark' AND s.action = 'moved'
    CROSS JOIN LATERAL (SELECT (k ->> 'id')::bigint AS number FROM jsonb_array_elements(s.keys) AS k) AS keys
    WHERE m.undone_at IS NULL AND coalesce(m.at >= %(since)s, true) ORDER BY number, m.id
)
SELECT coalesce(moved.gone, said.party_id), said.reason, said.verdict, said.at
FROM contact_mark said LEFT JOIN moved ON moved.number = said.id
WHERE said.at < %(until)s AND coalesce(said.at >= %(since)s, true) ORDER BY said.at, said.id
"""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One row of ``control.mark``: what was said of a kind of reason of the customer with that number, and when."""

    party_id: str
    reason: str
    verdict: str
    said_on: date


def marks_of(database_url: str, night: Night, *, time_zone: str) -> list[MarkRow]:
    """What was said since the night before, oldest first; on the opening all that was said up to its business date."""
    with psycopg.connect(database_url) as connection:
        return read_marks(connection, night, time_zone=time_zone)


def read_marks(connection: psycopg.Connection[Any], night: Night, *, time_zone: str) -> list[MarkRow]:
    """The same over a connection that is open."""
    zone = ZoneInfo(time_zone)

    def begin(day: date) -> datetime:
        return datetime.combine(day, time.min, zone)

    window = {
        "since": begin(night.previous + DAY) if night.previous else None,
        "until": begin(night.business_date + DAY),
    }
    rows = connection.execute(_SAID, window).fetchall()
    return [MarkRow(party, reason, verdict, at.astimezone(zone).date()) for party, reason, verdict, at in rows]
