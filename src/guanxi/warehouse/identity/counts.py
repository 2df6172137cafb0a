"""Zones of scored pairs by the thresholds in force, and what other thresholds would do: counts and samples."""

from __future__ import annotations

from guanxi.warehouse.identity.thresholds import Thresholds

# Lower bounds of the buckets in which pairs are counted, finer where thresholds are set.
BUCKETS = (
    0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999,
    0.9999,
)  # fmt: skip
SAMPLES_A_BUCKET = 5


def zones(kind: str, thresholds: Thresholds) -> str:
    """SQL: the pairs of ``<kind>_scored`` with zone and reason.

    What two strong identifiers speak against is never merged by machine: it waits for a person where it would have
    been merged, and where it is likely.
    """
    merged, steward = thresholds.merged, thresholds.steward
    return f"""
        SELECT left_record, right_record, kind, probability,
            CASE
                WHEN opposed AND (certain OR probability >= {steward}) THEN 'steward'
                WHEN opposed THEN 'apart'
                WHEN certain OR probability >= {merged} THEN 'merged'
                WHEN probability >= {steward} THEN 'steward'
                ELSE 'apart'
            END AS zone,
            CASE WHEN opposed AND (certain OR probability >= {merged}) THEN 'contradiction' ELSE '' END AS reason,
            weights, certain, model_version, first_seen
        FROM {kind}_scored
    """


PAIRS = """
CREATE TEMP TABLE waiting_pair AS
WITH told AS (
    SELECT judged.* EXCLUDE (reason, zone, certain), l.party_number AS one, r.party_number AS other,
        CASE WHEN l.party_number = r.party_number THEN 'merged'
            -- It would have been merged, and something forbade it.
            WHEN judged.zone = 'merged' THEN 'steward' ELSE judged.zone END AS zone,
        coalesce(refused.reason, judged.reason) AS reason
    FROM judged
    JOIN numbered AS l ON l.record_id = judged.left_record
    JOIN numbered AS r ON r.record_id = judged.right_record
    LEFT JOIN refused USING (left_record, right_record)
    WHERE judged.zone <> 'apart' OR l.party_number = r.party_number
)
SELECT left_record, right_record, kind, probability, zone, CASE zone WHEN 'merged' THEN '' ELSE reason END AS reason,
    weights, model_version, first_seen
FROM told
WHERE zone = 'merged' OR NOT EXISTS (
    SELECT 1 FROM settled
    WHERE settled.one = least(told.one, told.other) AND settled.other = greatest(told.one, told.other))
"""
_BUCKET = f"list_filter({list(BUCKETS)}, lambda low: low <= probability)[-1]"
COUNTS = f"""
SELECT kind, CAST({_BUCKET} AS DECIMAL(9, 8)) AS low, count(*) AS pairs
FROM judged WHERE probability >= {BUCKETS[0]} GROUP BY ALL ORDER BY ALL
"""
SAMPLES = f"""
SELECT kind, low, place, left_record, right_record, probability, weights
FROM (
    SELECT *, CAST({_BUCKET} AS DECIMAL(9, 8)) AS low,
        CAST(row_number() OVER (PARTITION BY kind, {_BUCKET} ORDER BY hash(left_record || right_record), left_record,
            right_record) AS INTEGER) AS place
    FROM judged WHERE probability >= {BUCKETS[0]}
)
WHERE place <= {SAMPLES_A_BUCKET} ORDER BY kind, low, place
"""
