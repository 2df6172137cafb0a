"""What the data stewards decided about customers, as a night reads it from the operational database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg

# Of a newer night what stands now: it is what the staff see. Nights that are made up for take what stood on their day.
_VERDICTS = """
SELECT left_record, right_record, verdict FROM identity_decision
WHERE CASE WHEN %(newest)s THEN withdrawn_at IS NULL
    ELSE (at AT TIME ZONE %(zone)s)::date <= %(day)s
        AND coalesce((withdrawn_at AT TIME ZONE %(zone)s)::date > %(day)s, true) END
ORDER BY left_record, right_record, id
"""
_THRESHOLDS = """
SELECT DISTINCT ON (kind) kind, merge_from, review_from FROM identity_threshold
WHERE %(newest)s OR (made_at AT TIME ZONE %(zone)s)::date <= %(day)s
ORDER BY kind, id DESC
"""
_KEPT = "SELECT party_id, field, record_id FROM identity_kept ORDER BY party_id, field"
_MERGES = """
SELECT kept, gone FROM identity_merge
WHERE cause <> 'night' AND CASE WHEN %(newest)s THEN undone_at IS NULL
    ELSE (at AT TIME ZONE %(zone)s)::date <= %(day)s
        AND coalesce((undone_at AT TIME ZONE %(zone)s)::date > %(day)s, true) END
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What somebody said of two records, ``left_record`` < ``right_record``: same, different or ask."""

    left_record: str
    right_record: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """From which match probability a pair of a kind is merged by itself, and from which it goes to the steward."""

    kind: str
    merge_from: Decimal
    review_from: Decimal


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge in force that people made: the customer ``gone`` is part of ``kept``, whose number stays."""

    kept: str
    gone: str


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One row of ``control.kept``: of a party and a field, the record whose value a steward chose by hand."""

    party_id: str
    field: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that a night goes by: verdicts and merges in force, the newest thresholds of each kind, values kept."""

    verdicts: tuple[VerdictRow, ...] = ()
    thresholds: tuple[ThresholdRow, ...] = ()
    merges: tuple[MergeRow, ...] = ()
    kept: tuple[KeptRow, ...] = ()


def decisions(database_url: str, day: date, *, newest: bool, time_zone: str) -> Decisions:
    """What holds for the night of ``day``; of the ``newest`` night, what stands now."""
    asked = {"day": day, "newest": newest, "zone": time_zone}
    with psycopg.connect(database_url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return Decisions(
            verdicts=tuple(VerdictRow(*row) for row in connection.execute(_VERDICTS, asked)),
            thresholds=tuple(ThresholdRow(*row) for row in connection.execute(_THRESHOLDS, asked)),
            merges=tuple(MergeRow(*row) for row in connection.execute(_MERGES, asked)),
            kept=tuple(KeptRow(*row) for row in connection.execute(_KEPT)),
        )
