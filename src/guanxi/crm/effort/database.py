"""The triggers that keep the sums of work while activities are written: one upsert a statement, whatever writes.

They belong to the tables' owner, so that whoever may write an activity need not be able to write a sum, and see all
customers, whose kind decides on which side of the wall an activity is counted.
"""

from __future__ import annotations

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.crm.contact.codes import CONTACTS, Result

TABLE = "contact_activity"
# What a statement brought and took, by kind of statement: transition tables of PostgreSQL.
ADDED, REMOVED = "SELECT 1 AS turn, n.* FROM added n", "SELECT -1 AS turn, r.* FROM removed r"
TOUCHED = {"insert": ADDED, "delete": REMOVED, "update": f"{ADDED} UNION ALL {REMOVED}"}
REFERENCING = {
    "insert": "NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
    "update": "NEW TABLE AS added OLD TABLE AS removed",
}
_CONTACTS = ", ".join(f"'{kind.value}'" for kind in sorted(CONTACTS))
_REACHED = f"a.kind IN ({_CONTACTS}) AND coalesce(o.result, '') <> '{Result.NOT_REACHED.value}'"

_SUMS = """
    INSERT INTO effort_effort AS e (staff_id, day, kind, line, number, reached, minutes)
    SELECT staff_id, day, kind, line, sum(turn), sum(turn * reached), sum(turn * minutes)
    FROM (
        SELECT a.turn, a.staff_id, (a.at AT TIME ZONE '{zone}')::date AS day, a.kind, coalesce(p.kind, '') AS line,
            ({reached})::int AS reached, coalesce(a.minutes, 0) AS minutes
        FROM ({touched}) a
        LEFT JOIN party_party p ON p.id = a.party_id
        LEFT JOIN contact_outcome o ON o.id = a.outcome_id
    ) AS touched
    GROUP BY staff_id, day, kind, line
    HAVING sum(turn) <> 0 OR sum(turn * reached) <> 0 OR sum(turn * minutes) <> 0
    ORDER BY staff_id, day, kind, line
    ON CONFLICT (staff_id, day, kind, line) DO UPDATE
    SET number = e.number + excluded.number, reached = e.reached + excluded.reached,
        minutes = e.minutes + excluded.minutes;
"""
_NEWER = """
    INSERT INTO effort_contacted AS c (party_id, at, kind, staff_id, activity_id)
    SELECT DISTINCT ON (a.party_id) a.party_id, a.at, a.kind, a.staff_id, a.id
    FROM ({touched}) a LEFT JOIN contact_outcome o ON o.id = a.outcome_id
    WHERE a.party_id IS NOT NULL AND {reached}
    ORDER BY a.party_id, a.at DESC, a.id DESC
    ON CONFLICT (party_id) DO UPDATE
    SET at = excluded.at, kind = excluded.kind, staff_id = excluded.staff_id, activity_id = excluded.activity_id
    WHERE (excluded.at, excluded.activity_id) >= (c.at, c.activity_id);
"""
# What was changed or deleted may have been the last: the last is looked for anew, by the customer's index.
_ANEW = """
    DELETE FROM effort_contacted c USING ({touched}) t WHERE c.party_id = t.party_id;
    INSERT INTO effort_contacted (party_id, at, kind, staff_id, activity_id)
    SELECT t.party_id, l.at, l.kind, l.staff_id, l.id
    FROM (SELECT DISTINCT party_id FROM ({touched}) x WHERE party_id IS NOT NULL ORDER BY party_id) t
    CROSS JOIN LATERAL (
        SELECT a.at, a.kind, a.staff_id, a.id FROM contact_activity a
        LEFT JOIN contact_outcome o ON o.id = a.outcome_id
        WHERE a.party_id = t.party_id AND {reached}
        ORDER BY a.at DESC, a.id DESC LIMIT 1
    ) l
    ON CONFLICT (party_id) DO UPDATE
    SET at = excluded.at, kind = excluded.kind, staff_id = excluded.staff_id, activity_id = excluded.activity_id;
"""
_TRIGGER = """
CREATE OR REPLACE FUNCTION effort_{event}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
{body}
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION effort_{event}() FROM PUBLIC;
CREATE OR REPLACE TRIGGER effort_{event} AFTER {event} ON {table}
REFERENCING {referencing} FOR EACH STATEMENT EXECUTE FUNCTION effort_{event}();
"""
_ALL = f"SELECT 1 AS turn, n.* FROM {TABLE} n"


def define(using: BaseDatabaseWrapper) -> None:
    """Makes functions and triggers what the code says, and counts what was recorded before there were any.

    Does nothing while tables are missing.
    """
    with using.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('contact_activity') IS NOT NULL AND to_regclass('effort_effort') IS NOT NULL"
        )
        if not cursor.fetchone()[0]:
            return
        for event in TOUCHED:
            cursor.execute(trigger(event).replace("%", "%%"), [])
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {TABLE}) AND NOT EXISTS (SELECT 1 FROM effort_effort)")
        if cursor.fetchone()[0]:
            count_all(using)


def trigger(event: str) -> str:
    """One trigger with its function, as SQL."""
    touched = TOUCHED[event]
    last = _NEWER if event == "insert" else _ANEW
    body = _filled(_SUMS, touched) + _filled(last, touched)
    return _TRIGGER.format(event=event, body=body, table=TABLE, referencing=REFERENCING[event])


def count_all(using: BaseDatabaseWrapper) -> None:
    """Counts every activity into sums that are empty; two statements. For the tables' owner."""
    with using.cursor() as cursor:
        cursor.execute(_filled(_SUMS, _ALL))
        cursor.execute(_filled(_NEWER, _ALL))


def _filled(sql: str, touched: str) -> str:
    zone = settings.TIME_ZONE.replace("'", "''")
    return sql.format(touched=touched, reached=_REACHED, zone=zone)
