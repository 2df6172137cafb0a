"""Makes the sums of a day: one statement over that day's entries, however many people there are.

A day that is over never changes again, since the log is only added to; so each is summed once, some hours after its
end (an entry of a long transaction comes late), and the page over ninety days of millions of entries reads some
thousand rows. The running day is summed anew every ten minutes.
"""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from guanxi.crm.audit.digest import first_id_of
from guanxi.crm.kernel import protection
from guanxi.crm.watch.models import SummedDay

KEPT = 200
"""So many days are summed: ninety shown, ninety before them to compare with, and some."""
STALE = datetime.timedelta(minutes=10)
SETTLED = datetime.timedelta(hours=3)
_LOCK = 0x67787764

_SUM = """
WITH told AS (
    SELECT e.actor, e.roles, e.action, e.subject, e.kind, e.object_id,
        extract(isodow FROM e.at AT TIME ZONE %(zone)s) > 5
            OR (e.at AT TIME ZONE %(zone)s)::time < %(begin)s OR (e.at AT TIME ZONE %(zone)s)::time >= %(end)s AS odd
    FROM audit_entry e
    WHERE e.at >= %(since)s AND e.at < %(before)s AND e.id >= %(first)s AND e.id < %(next)s AND e.actor <> ''
), seen AS (
    SELECT DISTINCT actor, subject FROM told WHERE subject <> '' AND action IN ('view', 'list', 'search')
), strange AS (
    SELECT s.actor, count(*) AS outside FROM seen s
    JOIN party_party p ON p.id = s.subject
    WHERE p.manager_id IS DISTINCT FROM s.actor
        AND NOT EXISTS (
            SELECT FROM org_cover c WHERE c.substitute_id = s.actor AND c.staff_id = p.manager_id
                AND %(day)s BETWEEN c.valid_from AND c.valid_to)
        AND NOT EXISTS (
            SELECT FROM org_assignment a WHERE a.staff_id = s.actor AND a.party_id = p.id
                AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to >= %(day)s))
    GROUP BY s.actor
)
INSERT INTO watch_staffday (staff_id, day, roles, entries, reveals, outside, exports, odd, refused)
SELECT t.actor, %(day)s, coalesce(mode() WITHIN GROUP (ORDER BY t.roles) FILTER (WHERE t.roles <> ''), ''), count(*),
    count(*) FILTER (WHERE t.action = 'reveal'),
    coalesce(max(o.outside), 0),
    count(DISTINCT t.object_id) FILTER (WHERE t.action = 'export'),
    count(*) FILTER (WHERE t.odd AND t.action NOT IN ('sign_out', 'sign_in_refused')),
    count(*) FILTER (WHERE t.action IN ('refused', 'sign_in_refused'))
FROM told t LEFT JOIN strange o ON o.actor = t.actor
GROUP BY t.actor
"""


def midnight(day: datetime.date) -> datetime.datetime:
    """When a day begins in the bank's time zone."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def sum_day(day: datetime.date, *, now: datetime.datetime) -> None:
    """Makes the sums of one day anew, in one transaction; of everybody who acted, whatever their role."""
    since, before = midnight(day), midnight(day + datetime.timedelta(days=1))
    begin, end = settings.WORKING_HOURS
    with protection.entered(protection.SYSTEM), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, day.toordinal()])
        cursor.execute("DELETE FROM watch_staffday WHERE day = %s", [day])
        cursor.execute(
            _SUM,
            {
                "zone": str(timezone.get_current_timezone()),
                "day": day,
                "since": since,
                "before": before,
                "first": first_id_of(since),
                "next": first_id_of(before),
                "begin": begin,
                "end": end,
            },
        )
        complete = now >= before + SETTLED
        SummedDay.objects.update_or_create(day=day, defaults={"made_at": now, "complete": complete})


def catch_up(*, now: datetime.datetime, most: int = KEPT) -> int:
    """Sums the days that are missing or were not over when they were summed, the newest first; returns how many."""
    today = timezone.localdate(now)
    known = {row.day: row for row in SummedDay.objects.filter(day__gt=today - datetime.timedelta(days=KEPT))}
    oldest = _first_day() or today
    summed = 0
    for back in range(KEPT):
        day = today - datetime.timedelta(days=back)
        row = known.get(day)
        fresh = row is not None and (row.complete or now - row.made_at < STALE)
        if day < oldest or fresh:
            continue
        sum_day(day, now=now)
        summed += 1
        if summed == most:
            break
    return summed


def _first_day() -> datetime.date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(at) FROM audit_entry")  # by the oldest month's own key
        first = cursor.fetchone()[0]
    return timezone.localdate(first) if first else None
