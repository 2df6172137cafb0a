"""The demo bank's calendars: rooms and cars, the weekly meetings, visits planned for the next two weeks and some kept.

Made after the work of the last weeks (``demo_work``), from the same published customers; the same customers give the
same calendar.
"""

from __future__ import annotations

import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from guanxi.crm.kernel.calendar import WorkingCalendar

ROOMS = (
    ("room", "一号会议室", "Meeting room 1", 12),
    ("room", "贵宾洽谈室", "VIP room", 6),
    ("car", "公务用车", "Car", 4),
)
VISITS = ("存款到期面谈", "走访经营场所", "收取授信资料", "资产配置面谈", "代发工资方案沟通", "回访", "送达对账单")
DAYS_BACK, DAYS_AHEAD = 10, 10
MONTHLY_VISITS = 24

_PLANNED = """
INSERT INTO contact_appointment (key, uid, party_id, about_kind, about_id, kind, title, text, place, staff_id, follows,
    starts_at, ends_at, all_day, zone, private, remind_minutes, state, activity_id, detached, made_at, version)
SELECT gen_random_uuid(), gen_random_uuid()::text || '@guanxi', party_id, 'customer', '', 'visit', title, '', '',
    manager_id, true, at, at + interval '1 hour', false, %(zone)s, false, 30,
    CASE WHEN at < %(now)s AND h %% 10 < 8 THEN 'done' ELSE 'planned' END, NULL, false, %(now)s - interval '12 days', 1
FROM (
    SELECT party_id, manager_id, h, (%(titles)s::text[])[1 + (h / 3 %% %(many_titles)s)::int] AS title,
        (day + time '09:30' + make_interval(mins => ((turn - 1) * 150 + (h / 5 %% 3) * 15)::int))
            AT TIME ZONE %(zone)s AS at
    FROM (
        SELECT f.party_id, f.manager_id, abs(hashtextextended(f.party_id, 7)) AS h, place, 1 + (place - 1) %% 3 AS turn,
            (%(days)s::date[])[1 + (place - 1) / 3] AS day
        FROM (
            SELECT party_id, manager_id, row_number() OVER (
                PARTITION BY manager_id ORDER BY hashtextextended(party_id, 11)) AS place
            FROM insight_customerfigure
            WHERE business_date = %(business_date)s AND manager_id IS NOT NULL AND tier IN ('premier', 'core')
        ) AS f
        WHERE place <= 3 * %(many_days)s AND abs(hashtextextended(f.party_id, 13)) %% 4 > 0
    ) AS chosen
) AS timed
"""
_KEPT = """
WITH kept AS (
    INSERT INTO contact_activity (key, party_id, about_kind, about_id, kind, inbound, at, minutes, with_whom, text,
        staff_id, made_at, version)
    SELECT key, party_id, 'appointment', id::text, 'visit', false, starts_at, 60, '', title || '，已完成。', staff_id,
        starts_at + interval '2 hours', 1
    FROM contact_appointment WHERE state = 'done' AND activity_id IS NULL
    RETURNING id, about_id
)
UPDATE contact_appointment a SET activity_id = kept.id FROM kept WHERE kept.about_id = a.id::text
"""
_ATTENDED = """
INSERT INTO contact_attendance (appointment_id, staff_id, answer, starts_at, ends_at, busy)
SELECT id, staff_id, 'own', starts_at, ends_at, true FROM contact_appointment a
WHERE NOT EXISTS (SELECT 1 FROM contact_attendance t WHERE t.appointment_id = a.id)
"""


def make_calendars(*, now: datetime.datetime, calendar: WorkingCalendar) -> int:
    """Writes calendars for every manager of the newest publication; returns how many appointments.

    Does nothing where there are appointments already, or nothing is published. The visits are three statements, the
    meetings one series a sub-branch.
    """
    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    from guanxi.crm.contact.models import Appointment, MonthGoal
    from guanxi.crm.insight.queries import newest_publication

    published = newest_publication()
    if published is None or Appointment.objects.exists():
        return 0
    today = timezone.localdate(now)
    span = [today + datetime.timedelta(days=number) for number in range(-DAYS_BACK, DAYS_AHEAD + 5)]
    days = [day for day in span if calendar.is_working_day(day)]
    values = {
        "zone": settings.TIME_ZONE, "now": now, "business_date": published.business_date, "days": days,
        "many_days": len(days), "titles": list(VISITS), "many_titles": len(VISITS),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLANNED, values)
        cursor.execute(_KEPT)
        cursor.execute(_ATTENDED)
        people = sorted(set(Appointment.objects.values_list("staff_id", flat=True)))
        MonthGoal.objects.bulk_create(
            MonthGoal(staff_id=person, month=today.replace(day=1), visits=MONTHLY_VISITS) for person in people
        )
        _meetings(now, people)
    return Appointment.objects.count()


def _meetings(now: datetime.datetime, people: list[str]) -> None:
    """Rooms and cars of each sub-branch that has managers, and its Monday meeting in the first room."""
    from django.conf import settings
    from django.utils import timezone

    from guanxi.crm.contact.calendar_services import Planned, Repeats, make_appointment
    from guanxi.crm.contact.models import Resource
    from guanxi.crm.kernel.recurrence import Holidays, at_wall
    from guanxi.crm.kernel.scope import Scope
    from guanxi.crm.org.models import Staff

    teams: dict[str, list[str]] = {}
    rows: Any = Staff.objects.filter(pk__in=people).order_by("institution_id", "id")
    for number, place in rows.values_list("id", "institution_id"):
        teams.setdefault(place, []).append(number)
    today = timezone.localdate(now)
    monday = today - datetime.timedelta(days=today.weekday())
    for place, members in teams.items():
        made = [
            Resource.objects.create(
                kind=kind, name_zh=zh, name_en=en, seats=seats, institution_id=place, position=number
            )
            for number, (kind, zh, en, seats) in enumerate(ROOMS, 1)
        ]
        meeting = Planned(
            title="周例会", kind="meeting", zone=settings.TIME_ZONE, minutes=45, remind_minutes=15,
            starts_at=at_wall(datetime.datetime.combine(monday, datetime.time(8, 30)), settings.TIME_ZONE),
            guests=tuple(members[1:20]), resources=(made[0].pk,),
        )  # fmt: skip
        make_appointment(
            scope=Scope.nothing(), by=members[0], key=uuid5(NAMESPACE_URL, f"meeting {place}"), planned=meeting,
            repeats=Repeats(rule="FREQ=WEEKLY;BYDAY=MO", holidays=Holidays.NEXT),
        )  # fmt: skip
