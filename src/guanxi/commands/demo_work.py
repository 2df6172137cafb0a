"""What the demo bank's managers did in the last weeks and mean to do next: activities, promises, tasks.

The bank's files know nothing of it, so it is made here, after the nights, set-based from the published customers:
whoever is worth more is spoken with more often, on working days in working hours. The same customers give the same
history.
"""

from __future__ import annotations

import datetime

from guanxi.crm.kernel.calendar import WorkingCalendar

WEEKS = 8
# How many activities a customer of a tier has in these weeks, in hundredths.
OFTEN = {"premier": 260, "core": 90, "standard": 12, "potential": 6, "restricted": 10}
TEXTS = {
    "call": (
        "沟通存款到期安排，客户倾向续存。",
        "了解近期资金往来，客户表示下月有一笔货款到账。",
        "提醒理财到期，客户要求发送新产品说明。",
        "询问手机银行使用情况，协助开通转账限额。",
        "客户咨询大额存单利率，已告知本周报价。",
        "回访服务满意度，客户对网点排队时间有意见。",
    ),
    "visit": (
        "到经营场所走访，开工正常，订单排到下季度。",
        "上门收取资料，核对营业执照和财务报表。",
        "面谈资产配置，客户愿意增加稳健类产品。",
        "与负责人商谈代发工资方案，需总部确认费率。",
        "走访门店，客流较上月增加，有扩店计划。",
    ),
    "meeting": (
        "与财务总监商谈授信方案，约定补充材料。",
        "家庭资产配置面谈，配偶一同参加。",
        "与对公部门一起介绍现金管理服务。",
    ),
    "message": (
        "发送产品说明书。",
        "发送节日问候。",
        "发送对账提示。",
    ),
    "note": (
        "从往来客户处了解到其近期在同业新开结算户。",
        "客户偏好电话联系，上午不便接听。",
        "子女明年留学，关注购汇需求。",
    ),
}
STEPS = ("再次致电", "上门收取资料", "报送授信方案", "发送产品说明", "确认续存意向", "预约面谈")
PROMISES = ("提供利率报价", "协助调整转账限额", "补寄对账单", "预约贵宾室")
ALERTS = ("存单临近到期，联系续存", "大额资金转出，了解去向", "理财到期，推荐续接产品", "贷款临近还款日，提醒备款")
OWN = ("整理本周走访资料", "准备部门例会材料", "完成合规在线培训")

_ACTIVITIES = """
INSERT INTO contact_activity (key, party_id, about_kind, about_id, kind, inbound, at, minutes, with_whom, outcome_id,
    text, staff_id, made_at, version)
SELECT gen_random_uuid(), party_id, 'customer', '', kind, kind = 'call' AND h %% 5 = 0, at,
    CASE kind WHEN 'call' THEN 5 + h %% 20 WHEN 'visit' THEN 30 + h %% 60 WHEN 'meeting' THEN 45 + h %% 60 END,
    '', outcome.id, CASE WHEN outcome.result = 'not_reached' THEN '' ELSE text END, manager_id, at, 1
FROM (
    SELECT party_id, manager_id, kind, h, (day + time '09:00' + make_interval(mins => (h / 7 %% 470)::int))
            AT TIME ZONE %(zone)s AS at,
        (%(texts)s::jsonb -> kind ->> (h / 11 %% jsonb_array_length(%(texts)s::jsonb -> kind))::int) AS text
    FROM (
        SELECT f.party_id, f.manager_id, h, (%(days)s::date[])[1 + h / 3 %% %(many)s] AS day,
            CASE WHEN h / 5 %% 100 < 48 THEN 'call' WHEN h / 5 %% 100 < 70 THEN 'visit' WHEN h / 5 %% 100 < 76
                THEN 'meeting' WHEN h / 5 %% 100 < 90 THEN 'message' ELSE 'note' END AS kind
        FROM insight_customerfigure f
        CROSS JOIN generate_series(1, 4) AS turn
        CROSS JOIN LATERAL (SELECT abs(hashtextextended(f.party_id, turn)) AS h) AS drawn
        WHERE f.business_date = %(business_date)s AND f.manager_id IS NOT NULL
            AND turn <= (coalesce((%(often)s::jsonb ->> f.tier)::int, 0) + h %% 100) / 100
    ) AS chosen
) AS said
LEFT JOIN LATERAL (
    SELECT o.id, o.result FROM contact_outcome o
    WHERE o.kind = said.kind AND o.is_active
    ORDER BY o.position
    OFFSET (said.h / 13 %% greatest(
        (SELECT count(*) FROM contact_outcome c WHERE c.kind = said.kind AND c.is_active), 1))
    LIMIT 1
) AS outcome ON true
WHERE at < %(now)s
"""
_TASKS = """
INSERT INTO contact_task (key, party_id, about_kind, about_id, title, text, staff_id, follows, due_on, priority, source,
    state, activity_id, done_at, done_by_id, made_by_id, made_at, version)
SELECT gen_random_uuid(), party_id, 'customer', '', title, '', staff_id, true, due_on, priority, source,
    CASE WHEN over THEN 'done' ELSE 'open' END, activity_id, CASE WHEN over THEN made_at + interval '20 hours' END,
    CASE WHEN over THEN staff_id END, staff_id, made_at, 1
FROM (
    SELECT *, due_on < %(today)s AND h %% 100 < 93 AND made_at + interval '20 hours' < %(now)s AS over
    FROM (
        SELECT a.party_id, a.staff_id, a.id AS activity_id, a.at AS made_at, h,
            CASE WHEN h %% 6 = 0 THEN 'promise' ELSE 'follow_up' END AS source,
            CASE WHEN h %% 6 = 0 THEN 1 ELSE 2 + (h %% 5 = 0)::int END AS priority,
            CASE WHEN h %% 6 = 0 THEN (%(promises)s::text[])[1 + h / 7 %% %(promise_many)s]
                ELSE (%(steps)s::text[])[1 + h / 7 %% %(step_many)s] END AS title,
            coalesce(
                (SELECT d FROM unnest(%(ahead)s::date[]) d WHERE d > (a.at AT TIME ZONE %(zone)s)::date ORDER BY d
                    OFFSET (1 + h %% 6) LIMIT 1), %(today)s) AS due_on
        FROM contact_activity a
        JOIN contact_outcome o ON o.id = a.outcome_id
        CROSS JOIN LATERAL (SELECT abs(hashtextextended(a.party_id, a.id %% 97)) AS h) AS drawn
        WHERE o.follow_up_days IS NOT NULL AND h %% 100 < 70
        UNION ALL
        SELECT f.party_id, f.manager_id, NULL, %(now)s - interval '1 day', h, 'alert', 1 + (h %% 3)::int,
            (%(alerts)s::text[])[1 + h / 7 %% %(alert_many)s],
            (%(ahead)s::date[])[greatest(1, array_length(%(ahead)s::date[], 1) - (h / 9 %% 12)::int)]
        FROM insight_customerfigure f
        CROSS JOIN LATERAL (SELECT abs(hashtextextended(f.party_id, 41)) AS h) AS drawn
        WHERE f.business_date = %(business_date)s AND f.manager_id IS NOT NULL
            AND f.tier IN ('premier', 'core') AND h %% 100 < 6
    ) AS wanted
) AS judged
"""


def make_work(*, now: datetime.datetime, calendar: WorkingCalendar) -> tuple[int, int]:
    """Writes weeks of work for every manager of the newest publication; returns how many activities and tasks.

    Does nothing where there are activities already, or nothing is published. Two statements and a few rows.
    """
    import json
    from uuid import uuid4

    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    from guanxi.crm.contact.models import Activity, Task
    from guanxi.crm.insight.queries import newest_publication

    published = newest_publication()
    if published is None or Activity.objects.exists():
        return 0, 0
    today = timezone.localdate(now)
    past = [today - datetime.timedelta(days=number) for number in range(WEEKS * 7)]
    days = [day for day in past if calendar.is_working_day(day)]
    ahead = [*reversed(days), *(calendar.after(today, number) for number in range(1, 11))]
    values = {
        "zone": settings.TIME_ZONE, "texts": json.dumps(TEXTS, ensure_ascii=False), "often": json.dumps(OFTEN),
        "days": days, "many": len(days), "ahead": ahead, "now": now, "today": today,
        "business_date": published.business_date, "steps": list(STEPS), "step_many": len(STEPS),
        "promises": list(PROMISES), "promise_many": len(PROMISES), "alerts": list(ALERTS), "alert_many": len(ALERTS),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ACTIVITIES, values)
        activities = cursor.rowcount
        cursor.execute(_TASKS, values)
        tasks = cursor.rowcount
        people = sorted(set(Task.objects.values_list("staff_id", flat=True)))
        own = [
            Task(key=uuid4(), title=title, staff_id=person, made_by_id=person, due_on=calendar.after(today, number + 1))
            for person in people
            for number, title in enumerate(OWN)
        ]
        Task.objects.bulk_create(own, batch_size=1_000)
    return activities, tasks + len(own)
