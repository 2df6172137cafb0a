"""Who is related to whom across the lines of business: made anew from parties and relations at each publication.

Relations begin and end by the day, so this is compared whole; a million customers are some seconds.
"""

from __future__ import annotations

from datetime import date

from guanxi.warehouse.publish.database import Connection, run, value
from guanxi.warehouse.publish.snapshots import Written

TABLE = "party_linkedparty"

_NOW = """
CREATE TEMPORARY TABLE linked_now ON COMMIT DROP AS
SELECT DISTINCT own.kind, own.institution_id, other.id AS party_id
FROM (
    SELECT party_id AS one, related_party_id AS two, valid_from, valid_to FROM party_partyrelation
    UNION ALL
    SELECT related_party_id, party_id, valid_from, valid_to FROM party_partyrelation
) AS relation
JOIN party_party AS own ON own.id = relation.one
JOIN party_party AS other ON other.id = relation.two
WHERE own.kind <> other.kind
    AND coalesce(relation.valid_from <= %(day)s, true) AND coalesce(relation.valid_to >= %(day)s, true)
"""


def write_linked(connection: Connection, day: date) -> Written:
    """Makes the table what the published parties and relations say on ``day``."""
    run(connection, _NOW, {"day": day})
    run(connection, "CREATE UNIQUE INDEX ON linked_now (kind, institution_id, party_id)")
    run(connection, "ANALYZE linked_now")
    gone = run(
        connection,
        f"DELETE FROM {TABLE} AS l WHERE NOT EXISTS (SELECT 1 FROM linked_now n WHERE n.kind = l.kind "
        "AND n.institution_id = l.institution_id AND n.party_id = l.party_id)",
    ).rowcount
    added = run(
        connection,
        f"INSERT INTO {TABLE} (kind, institution_id, party_id) "
        f"SELECT kind, institution_id, party_id FROM linked_now ON CONFLICT DO NOTHING",
    ).rowcount
    return Written(added, gone, value(connection, f"SELECT count(*) FROM {TABLE}"))
