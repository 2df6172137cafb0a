"""The triggers that keep the sums of work while activities are written: an upsert or two a statement, whatever writes.

They belong to the tables' owner, so that whoever may write an activity need not be able to write a sum, and see all
customers and prospects, whose kind decides on which side of the wall an activity is counted.
"""

from __future__ import annotations

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.crm.contact.codes import CONTACTS, Result
from guanxi.crm.insight.models import Tier
from guanxi.crm.kernel.statement_triggers import REFERENCING, TOUCHED, are_there, statement_trigger

TABLE, LEADS = "contact_activity", "sales_lead"
_CONTACTS = ", ".join(f"'{kind.value}'" for kind in sorted(CONTACTS))
_REACHED = f"a.kind IN ({_CONTACTS}) AND coalesce(o.result, '') <> '{Result.NOT_REACHED.value}'"

_SUMS = """
    INSERT INTO effort_effort AS e (staff_id, day, kind, line, number, reached, minutes)
    SELECT staff_id, day, kind, line, sum(turn), sum(turn * reached), sum(turn * minutes)
    FROM (
        SELECT a.turn, a.staff_id, (a.at AT TIME ZONE '{zone}')::date AS day, a.kind,
            coalesce(p.kind, l.kind, '') AS line, ({reached})::int AS reached, coalesce(a.minutes, 0) AS minutes
        FROM ({touched}) a
        LEFT JOIN party_party p ON p.id = a.party_id
        LEFT JOIN {leads} l ON l.id = a.lead_id AND a.party_id IS NULL
        LEFT JOIN contact_outcome o ON o.id = a.outcome_id
    ) AS touched
    GROUP BY staff_id, day, kind, line
    HAVING sum(turn) <> 0 OR sum(turn * reached) <> 0 OR sum(turn * minutes) <> 0
    ORDER BY staff_id, day, kind, line
    ON CONFLICT (staff_id, day, kind, line) DO UPDATE
    SET number = e.number + excluded.number, reached = e.reached + excluded.reached,
        minutes = e.minutes + excluded.minutes;
"""
_PERIODS = """
    INSERT INTO effort_effortperiod AS e (staff_id, span, first, kind, line, number, reached)
    SELECT staff_id, span, date_trunc(span, day::timestamp)::date, kind, line, sum(turn), sum(turn * reached)
    FROM (
        SELECT a.turn, a.staff_id, (a.at AT TIME ZONE '{zone}')::date AS day, a.kind,
            coalesce(p.kind, l.kind, '') AS line, ({reached})::int AS reached
        FROM ({touched}) a
        LEFT JOIN party_party p ON p.id = a.party_id
        LEFT JOIN {leads} l ON l.id = a.lead_id AND a.party_id IS NULL
        LEFT JOIN contact_outcome o ON o.id = a.outcome_id
    ) AS touched CROSS JOIN (VALUES ('week'), ('month')) AS spans (span)
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(turn) <> 0 OR sum(turn * reached) <> 0
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (span, first, staff_id, kind, line) DO UPDATE
    SET number = e.number + excluded.number, reached = e.reached + excluded.reached;
"""
# What was counted by day before there were periods.
_PERIODS_OF_DAYS = """
    INSERT INTO effort_effortperiod (staff_id, span, first, kind, line, number, reached)
    SELECT staff_id, span, date_trunc(span, day::timestamp)::date, kind, line, sum(number), sum(reached)
    FROM effort_effort CROSS JOIN (VALUES ('week'), ('month')) AS spans (span)
    GROUP BY 1, 2, 3, 4, 5
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
_PREMIER = """
    UPDATE effort_premier p SET at = l.at
    FROM (SELECT t.party_id, c.at FROM (SELECT DISTINCT party_id FROM ({touched}) x WHERE party_id IS NOT NULL) t
          LEFT JOIN effort_contacted c ON c.party_id = t.party_id) l
    WHERE p.party_id = l.party_id AND p.at IS DISTINCT FROM l.at;
"""
_ALL = f"SELECT 1 AS turn, n.* FROM {TABLE} n"
# Who is premier follows the figures of the newest publication. A night attaches its figures whole and then announces
# them, so it is the announcement that counts there; whatever else writes figures goes through the table above.
FIGURES, PUBLICATIONS = "insight_customerfigure", "insight_publication"
_NEWEST = f"(SELECT business_date FROM {PUBLICATIONS} ORDER BY id DESC LIMIT 1)"
# An activity recorded meanwhile has set a later contact than this statement sees: the later one stays.
_IS_PREMIER = """
    DELETE FROM effort_premier p WHERE {which} AND NOT EXISTS (
        SELECT 1 FROM insight_customerfigure f
        WHERE f.business_date = {newest} AND f.party_id = p.party_id AND f.tier = '{tier}');
    INSERT INTO effort_premier AS p (party_id, institution_id, manager_id, kind, at)
    SELECT f.party_id, f.institution_id, f.manager_id, f.kind, c.at
    FROM insight_customerfigure f LEFT JOIN effort_contacted c ON c.party_id = f.party_id
    WHERE f.business_date = {newest} AND f.tier = '{tier}' AND {of}
    ON CONFLICT (party_id) DO UPDATE
    SET institution_id = excluded.institution_id, manager_id = excluded.manager_id, kind = excluded.kind,
        at = greatest(p.at, excluded.at)
    WHERE (p.institution_id, p.manager_id, p.kind) IS DISTINCT FROM
            (excluded.institution_id, excluded.manager_id, excluded.kind)
        OR greatest(p.at, excluded.at) IS DISTINCT FROM p.at;
"""


def define(using: BaseDatabaseWrapper) -> None:
    """Makes functions and triggers what the code says, and counts what was there before there were any.

    Does nothing while tables are missing.
    """
    needed = (TABLE, LEADS, FIGURES, PUBLICATIONS, "effort_effort", "effort_effortperiod", "effort_premier")
    with using.cursor() as cursor:
        if not are_there(cursor, needed):
            return
        for event in TOUCHED:
            cursor.execute(trigger(event))
            cursor.execute(_figures_trigger(event))
        cursor.execute(lead_trigger())
        told = "INSERT OR DELETE OR UPDATE OF business_date"
        cursor.execute(statement_trigger("effort_publication", told, PUBLICATIONS, _premier()))
        filled = (TABLE, "effort_effort", "effort_effortperiod", "effort_premier")
        cursor.execute(f"SELECT {', '.join(f'EXISTS (SELECT 1 FROM {name})' for name in filled)}")
        recorded, counted, summed, known = cursor.fetchone()
        if recorded and not counted:
            count_all(using)
        elif counted and not summed:
            cursor.execute(_PERIODS_OF_DAYS)
        if not known:
            cursor.execute(_premier())


def trigger(event: str) -> str:
    """One trigger of activities with its function, as SQL."""
    touched = TOUCHED[event]
    last = _NEWER if event == "insert" else _ANEW
    body = "".join(_filled(sql, touched) for sql in (_SUMS, _PERIODS, last, _PREMIER))
    return statement_trigger(f"effort_{event}", event, TABLE, body)


def lead_trigger() -> str:
    """The trigger of prospects: work with one is counted anew where somebody corrects which kind the prospect is."""
    changed = "SELECT r.id FROM removed r JOIN added n USING (id) WHERE r.kind <> n.kind"
    rows = f"SELECT {{turn}} AS turn, x.* FROM {TABLE} x WHERE x.party_id IS NULL AND x.lead_id IN ({changed})"
    sides = ((-1, "removed"), (1, "added"))
    body = "".join(_filled(sql, rows.format(turn=turn), side) for sql in (_SUMS, _PERIODS) for turn, side in sides)
    return statement_trigger("effort_lead", "update", LEADS, body)


def _figures_trigger(event: str) -> str:
    touched = " UNION ".join(
        f"SELECT party_id FROM {name}" for name in ("added", "removed") if f"AS {name}" in REFERENCING[event]
    )
    return statement_trigger(f"effort_figure_{event}", event, FIGURES, _premier(touched))


def _premier(touched: str = "") -> str:
    """Statements that make premier customers what the newest figures say: all, or those among some parties."""
    which, of = (f"{alias}.party_id IN ({touched})" if touched else "true" for alias in "pf")
    return _IS_PREMIER.format(newest=_NEWEST, tier=Tier.PREMIER.value, which=which, of=of)


def count_all(using: BaseDatabaseWrapper) -> None:
    """Counts every activity into sums that are empty, some statements. For the tables' owner."""
    with using.cursor() as cursor:
        cursor.execute(_filled(_SUMS, _ALL))
        cursor.execute(_filled(_NEWER, _ALL))
        cursor.execute(_PERIODS_OF_DAYS)
        cursor.execute(_premier())


def _filled(sql: str, touched: str, leads: str = LEADS) -> str:
    """A statement over what was touched; ``leads`` says of which kind prospects are, or were."""
    zone = settings.TIME_ZONE.replace("'", "''")
    return sql.format(touched=touched, reached=_REACHED, zone=zone, leads=leads)
