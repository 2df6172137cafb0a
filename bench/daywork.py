"""What the managers of the bench's bank have before them: calendars, opportunities, leads, notifications."""

from __future__ import annotations

import datetime
from typing import Any

from bench.daybank import BRANCHES, MANAGERS, Size, party
from bench.filling import insert, without_indexes

WEEKS = 13  # of calendars, eight of them over
WORKS = "extract(isodow FROM d) < 6"


def calendars(cursor: Any, size: Size, today: datetime.date) -> None:
    """Five visits a manager and day, a series of every morning and one of every week, and the branch's meeting."""
    from guanxi.crm.contact.models import Appointment, Attendance, Series

    monday = today - datetime.timedelta(today.weekday())
    first = monday - datetime.timedelta(56)
    begin = "(d + make_interval(mins => m)) AT TIME ZONE 'Asia/Shanghai'"
    zone = {"zone": "'Asia/Shanghai'"}
    last = first + datetime.timedelta(WEEKS * 7 - 1)
    workdays = f"(SELECT d::timestamp FROM generate_series(date '{first}', '{last}', '1 day') d WHERE {WORKS}) days"
    insert(cursor, Series, zone | {
        "staff_id": "who", "rule": "rule", "minutes": "long", "holidays": "'keep'",
        "starts_at": f"(timestamp '{first}' + make_interval(mins => m)) AT TIME ZONE 'Asia/Shanghai'",
        "made_until": f"timestamptz '{last}'",
    }, f"SELECT 'm' || k AS who, 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' AS rule, 510 AS m, 15 AS long"
       f" FROM generate_series(0, {MANAGERS - 1}) k UNION ALL SELECT 'b' || k, 'FREQ=WEEKLY;BYDAY=MO', 840, 60"
       f" FROM generate_series(0, {BRANCHES - 1}) k")  # fmt: skip
    visited = f"(k + {MANAGERS} * (v + 5 * extract(doy FROM d)::int))::bigint % {size.customers}"
    visits = (
        f"SELECT k, d, 540 + 90 * v AS m, 60 AS long, {visited} AS c"
        f" FROM generate_series(0, {MANAGERS - 1}) k, generate_series(0, 4) v, {workdays}"
    )
    common = zone | {"starts_at": begin, "ends_at": f"{begin} + make_interval(mins => long)", "version": "1",
                     "uid": "gen_random_uuid()::text"}  # fmt: skip
    insert(cursor, Appointment, common | {
        "party_id": party("c"), "kind": "'visit'", "title": "'走访客户'", "staff_id": "'m' || k", "follows": "true",
        "state": f"CASE WHEN d < date '{today}' THEN 'done' ELSE 'planned' END",
    }, visits)  # fmt: skip
    insert(cursor, Appointment, common | {
        "kind": "'meeting'", "title": "CASE WHEN m = 510 THEN '晨会' ELSE '支行周会' END", "staff_id": "staff_id",
        "series_id": "number", "original_at": begin,
    }, f"SELECT number, staff_id, d, m, long FROM (SELECT id AS number, staff_id, minutes AS long, rule,"
       f" CASE minutes WHEN 15 THEN 510 ELSE 840 END AS m FROM contact_series) s, {workdays}"
       " WHERE m = 510 OR extract(isodow FROM d) = 1")  # fmt: skip
    when = {name: f"{name}" for name in ("starts_at", "ends_at")} | {"appointment_id": "number"}
    own = "SELECT id AS number, staff_id, starts_at, ends_at FROM contact_appointment"
    insert(cursor, Attendance, when | {"staff_id": "staff_id", "answer": "'own'"}, own)
    insert(cursor, Attendance, when | {"staff_id": "guest", "answer": "'accepted'"},
           f"SELECT a.*, 'm' || (substr(staff_id, 2)::int + {BRANCHES} * k) AS guest FROM ({own} WHERE staff_id LIKE"
           f" 'b%') a, generate_series(0, {MANAGERS // BRANCHES - 1}) k")  # fmt: skip


def opportunities(cursor: Any, size: Size, today: datetime.date) -> None:
    """A third open (one in seven late), of the rest two in five won, over two years; two products and a leader each."""
    from guanxi.crm.holding.models import Product
    from guanxi.crm.sales.models import Opportunity, OpportunityMember, OpportunityProduct, Pipeline, Stage, StageMove

    Product.objects.bulk_create(
        Product(id=f"D{n}", name=f"产品{n}", dimension="deposit", kind="term_deposit", line="both") for n in range(12)
    )
    lines = list(Pipeline.objects.order_by("id").values_list("id", flat=True))
    window = "OVER (PARTITION BY pipeline_id, state"
    cursor.execute(
        f"CREATE TEMP TABLE stage_at AS SELECT pipeline_id, state, id, count(*) {window}) AS many,"
        f" row_number() {window} ORDER BY position) - 1 AS place FROM {Stage._meta.db_table}"
    )
    cursor.execute("SELECT state, min(id) FROM sales_closereason GROUP BY 1")
    reason = dict(cursor.fetchall())
    state = "CASE WHEN g % 3 = 0 THEN 'open' WHEN g % 5 < 2 THEN 'won' ELSE 'lost' END"
    numbered = (
        f"SELECT g, g::bigint * 7919 % {size.customers} AS c, {state} AS state, g * 13 % 700 AS ago,"
        f" (ARRAY{lines})[1 + g / 15 % {len(lines)}] AS line, (g::bigint * 104729 % 2000 + 1) * 1000 AS amount"
        f" FROM generate_series(1, {size.opportunities}) g"
    )
    source = (
        f"SELECT n.*, s.id AS stage FROM ({numbered}) n JOIN stage_at s"
        " ON s.pipeline_id = n.line AND s.state = n.state AND s.place = g / 90 % s.many"
    )
    since = "now() - make_interval(days => CASE WHEN state = 'open' THEN g % 30 ELSE ago END"
    closed = f"CASE WHEN state <> 'open' THEN date '{today}' - ago END"
    with without_indexes(cursor, "sales_opportunity"):
        insert(cursor, Opportunity, {
            "party_id": party("c"), "pipeline_id": "line", "stage_id": "stage", "state": "state",
            "title": "'到期资金承接 ' || g", "need": "'资金到期后的安排'", "decider": "'本人'", "amount": "amount",
            "amount_cny": "amount", "contribution": "amount / 100", "owner_id": f"'m' || c % {MANAGERS}",
            "follows": "true", "institution_id": f"'B' || c % {BRANCHES}", "opened_by_id": f"'m' || c % {MANAGERS}",
            "expected_on": f"CASE WHEN state = 'open' THEN date '{today}' + g * 17 % 210 - 30"
                           f" ELSE date '{today}' - ago + 7 END",
            "opened_at": "now() - make_interval(days => CASE WHEN state = 'open' THEN g % 60 ELSE ago + 60 END)",
            "stage_since": f"{since})",
            "changed_at": f"{since}, secs => g % 86400)",
            "closed_on": closed, "closed_by_id": f"CASE WHEN state <> 'open' THEN 'm' || c % {MANAGERS} END",
            "reason_id": f"CASE state WHEN 'won' THEN {reason['won']} WHEN 'lost' THEN {reason['lost']} END",
        }, source)  # fmt: skip
    every = "SELECT id AS number, owner_id, stage_id, stage_since, amount_cny FROM sales_opportunity"
    insert(cursor, OpportunityMember, {"opportunity_id": "number", "staff_id": "owner_id", "part": "'lead'",
                                       "share": "100"}, every)  # fmt: skip
    insert(cursor, OpportunityProduct, {
        "opportunity_id": "number", "product_id": "'D' || (number + k) % 12", "amount": "amount_cny / 2",
        "contribution": "amount_cny / 200", "below_floor": "number % 50 = 0 AND k = 0",
    }, f"SELECT * FROM ({every}) o, generate_series(0, 1) k")  # fmt: skip
    insert(cursor, StageMove, {
        "opportunity_id": "number", "to_stage_id": "stage_id", "at": "stage_since", "staff_id": "owner_id",
        "version": "1", "pipeline_version": "1", "probability": "10",
    }, every)  # fmt: skip


def leads(cursor: Any, size: Size, _today: datetime.date) -> None:
    """A tenth as many leads as customers, of half a year, with tokens of their own; and what the bells have to say."""
    from guanxi.crm.sales.models import Lead

    many = size.customers // 10
    with without_indexes(cursor, "sales_lead"):
        insert(cursor, Lead, {
            "kind": "'person'", "name": "'线索' || g", "name_folded": "'线索' || g", "source": "'import'",
            "phone_token": "'x1:' || substr(md5('p' || g), 1, 16)", "institution_id": f"'B' || g % {BRANCHES}",
            "manager_id": f"CASE WHEN g % 4 < 3 THEN 'm' || g % {MANAGERS} END", "product": "'deposit'",
            "state": "(ARRAY['accepted', 'converted', 'accepted', 'pool'])[1 + g % 4]", "closing": "''",
            "party_id": f"CASE WHEN g % 4 = 1 THEN {party('g')} END",
            "made_at": "now() - make_interval(days => g % 180)", "made_by_id": "'chief'",
        }, f"SELECT g FROM generate_series(1, {many}) g")  # fmt: skip
    cursor.execute("INSERT INTO notices_notice (to_id, kind, about_kind, about_id, facts, key, made_at, mail)"
                   f" SELECT 'm' || g % {MANAGERS}, 'x', '', '', '{{}}', '', now(), 'off'"
                   f" FROM generate_series(1, {MANAGERS * 40}) g")  # fmt: skip
    cursor.execute(
        "INSERT INTO notices_unread (notice_id, to_id) SELECT id, to_id FROM notices_notice WHERE id % 4 = 0"
    )
