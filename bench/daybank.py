"""The bank in which the day of 500 relationship managers is measured, made by set-based SQL as the tables' owner.

One head office and 25 branches of 20 managers; for a million customers five million activities of two years, 300,000
opportunities, and everything else in proportion. Who has what follows from numbers alone, so that every run has the
same bank; days are counted back and forth from today.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass
from typing import Any

from bench.filling import insert, partition, without_indexes

MANAGERS, BRANCHES = 500, 25
PREMIER = 10  # one customer in ten
DAYS = 730
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
REASONS = ("maturity", "outflow", "inflow", "falling", "birthday", "anniversary", "loan_due", "overdue")
SAID = "客户询问大额存单利率，已说明起点金额与期限，约定下周再联系"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is."""

    customers: int

    @property
    def activities(self) -> int:
        """Of two years."""
        return self.customers * 5

    @property
    def opportunities(self) -> int:
        """A third of them open."""
        return self.customers * 3 // 10


def party(number: str) -> str:
    """A customer's number, as SQL."""
    return f"'P' || lpad(({number})::text, 8, '0')"


def fill(connection: Any, size: Size, today: datetime.date) -> dict[str, float]:
    """Fills an empty database; seconds by what was made. Triggers are off meanwhile, sums are counted at the end."""
    from bench import daywork
    from guanxi.crm.effort.database import count_all
    from guanxi.crm.sales.sum_database import sum_all

    taken: dict[str, float] = {}
    steps = (_staff, _customers, _alerts, _tasks, _activities, daywork.calendars, daywork.opportunities, daywork.leads)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
        for step in steps:
            started = time.perf_counter()
            step(cursor, size, today)
            taken[step.__name__.strip("_")] = time.perf_counter() - started
        cursor.execute("RESET session_replication_role; RESET maintenance_work_mem")
    started = time.perf_counter()
    count_all(connection)
    sum_all(connection)
    taken["sums"] = time.perf_counter() - started
    _publish(connection, size, today)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    taken["vacuum"] = time.perf_counter() - started
    return taken


def _staff(cursor: Any, _size: Size, today: datetime.date) -> None:
    from guanxi.crm.contact.models import MonthGoal
    from guanxi.crm.org.models import Institution, Post, Role, Staff

    Institution.objects.create(id="B", name="浙东银行总行", kind="bank", path="B/")
    Institution.objects.bulk_create(
        Institution(id=f"B{n}", name=f"第{n}分行", kind="branch", path=f"B/B{n}/", depth=1, parent_id="B")
        for n in range(BRANCHES)
    )
    people = [("chief", "B", Role.HEAD_OFFICE), *((f"b{n}", f"B{n}", Role.BRANCH_MANAGER) for n in range(BRANCHES)),
              *((f"m{n}", f"B{n % BRANCHES}", Role.RM) for n in range(MANAGERS))]  # fmt: skip
    Staff.objects.bulk_create(
        Staff(id=n, name=f"{SURNAMES[i % 20]}{GIVEN[i % 26]}", institution_id=place, role=role)
        for i, (n, place, role) in enumerate(people)
    )
    Post.objects.bulk_create(Post(staff_id=n, institution_id=place, role=role) for n, place, role in people)
    insert(cursor, MonthGoal, {
        "staff_id": "'m' || m", "visits": "40 + m % 30", "version": "1",
        "month": f"(date_trunc('month', date '{today}') - make_interval(months => k))::date",
    }, f"SELECT m, k FROM generate_series(0, {MANAGERS - 1}) m, generate_series(0, 23) k")  # fmt: skip


def _customers(cursor: Any, size: Size, today: datetime.date) -> None:
    """Customers with a mobile each, their figures and the books' sums."""
    from guanxi.crm.insight.models import BookDay, CustomerFigure
    from guanxi.crm.party.models import ContactPoint, Party, SearchToken

    day = today - datetime.timedelta(1)
    source = f"SELECT {party('g')} AS n, g FROM generate_series(0, {size.customers - 1}) g"
    given = (f"substr('{GIVEN}', 1 + g / {step} % 26, 1)" for step in (20, 520))
    name = " || ".join([f"substr('{SURNAMES}', 1 + g % 20, 1)", *given])
    known = {
        "kind": "CASE WHEN g / 500 % 20 = 7 THEN 'organisation' ELSE 'person' END", "name": name,
        "institution_id": f"'B' || g % {BRANCHES}", "manager_id": f"'m' || g % {MANAGERS}",
        "opened_on": "date '2015-01-01' + (g % 3000)",
    }  # fmt: skip
    with without_indexes(cursor, "party_party"):
        insert(cursor, Party, known | {"id": "n", "status": "'active'"}, source)
    insert(cursor, ContactPoint, {"party_id": "n", "kind": "'mobile'", "sequence_no": "1", "value": "'\\x00'::bytea",
                                  "is_primary": "true"}, source)  # fmt: skip
    token = {"party_id": "n", "kind": known["kind"], "institution_id": known["institution_id"]}
    with without_indexes(cursor, "party_searchtoken"):
        for word in ("'x1:' || substr(md5(n), 1, 16)", f"'n' || left({name}, 2)"):
            insert(cursor, SearchToken, token | {"token": word}, source)
    amount = "((g::bigint * 104729) % 900000 + 1000)"
    figures = known | {
        "business_date": f"date '{day}'", "party_id": "n", "assets": amount, "deposit": amount,
        "assets_previous": amount, "assets_month_open": amount, "assets_year_open": amount, "loan": "g % 7 * 10000",
        "contribution_r12": "g % 9000", "contribution_mtd": "g % 700", "product_kinds": "1 + g % 5",
        "tier": f"CASE WHEN g / {MANAGERS} % {PREMIER} = 0 THEN 'premier' WHEN g % 3 = 0 THEN 'core' ELSE 'standard'"
                " END",
        "tier_since": "date '2025-01-01'",
    }  # fmt: skip
    with partition(cursor, "insight_customerfigure", day) as table:
        insert(cursor, CustomerFigure, figures, source, table=table)
    cursor.execute("CREATE TABLE insight_bookday_all PARTITION OF insight_bookday DEFAULT")
    insert(cursor, BookDay, {
        name: name for name in ("business_date", "institution_id", "manager_id", "kind", "tier", "customers", "deposit",
                                "loan", "wealth", "contribution_mtd", "contribution_r12")
    } | {"night": "business_date"},
        "SELECT business_date, institution_id, manager_id, kind, tier, count(*) AS customers, sum(deposit) AS deposit,"
        " sum(loan) AS loan, sum(wealth) AS wealth, sum(contribution_mtd) AS contribution_mtd, sum(contribution_r12)"
        f" AS contribution_r12 FROM insight_customerfigure_{day:%Y%m%d} GROUP BY 1, 2, 3, 4, 5")  # fmt: skip


def _alerts(cursor: Any, size: Size, today: datetime.date) -> None:
    """For one customer in twenty what the night found, and what managers have said of such in half a year."""
    from guanxi.crm.contact.models import Mark
    from guanxi.crm.insight.models import Alert

    day = today - datetime.timedelta(1)
    reasons = ", ".join(f"'{one}'" for one in REASONS)
    # One of each twenty, another one in each block: else they would all be the same few managers'.
    source = f"SELECT k, k * 20 + k % 20 AS c FROM generate_series(0, {size.customers // 20 - 1}) k"
    said = f"SELECT g, (g::bigint * 7919 % {size.customers}) AS c FROM generate_series(1, {size.customers // 5}) g"
    with partition(cursor, "insight_alert", day) as table:
        insert(cursor, Alert, {
            "business_date": f"date '{day}'", "party_id": party("c"),
            "reason": f"(ARRAY[{reasons}])[1 + k % {len(REASONS)}]",
            "due_on": f"date '{today}' + (k * 7 % 18 - 3)", "institution_id": f"'B' || c % {BRANCHES}",
            "manager_id": f"'m' || c % {MANAGERS}", "kind": "'person'", "amount": "(c::bigint * 104729) % 900000",
            "many": "1",
        }, source, table=table)  # fmt: skip
    with without_indexes(cursor, "contact_mark"):
        insert(cursor, Mark, {
            "party_id": party("c"), "reason": f"(ARRAY[{reasons}])[1 + g % {len(REASONS)}]",
            "day": f"date '{today}' - g % 180", "staff_id": f"'m' || c % {MANAGERS}",
            "verdict": "CASE WHEN g % 5 = 0 THEN 'useless' ELSE 'done' END",
            "at": "now() - make_interval(days => g % 180)",
        }, said)  # fmt: skip


def _tasks(cursor: Any, size: Size, today: datetime.date) -> None:
    """A fifth as many tasks as customers, a third of them open, one open one in ten late."""
    from guanxi.crm.contact.models import Task

    source = f"SELECT g, (g::bigint * 104729 % {size.customers}) AS c FROM generate_series(1, {size.customers // 5}) g"
    with without_indexes(cursor, "contact_task"):
        insert(cursor, Task, {
            "party_id": party("c"), "title": "'约客户面谈理财到期安排'", "staff_id": f"'m' || c % {MANAGERS}",
            "made_by_id": f"'m' || c % {MANAGERS}", "follows": "true",
            "due_on": f"date '{today}' + CASE WHEN g % 3 = 0 THEN g / 3 % 60 - 6 ELSE -(g % 400) END",
            "source": "CASE WHEN g % 4 = 0 THEN 'promise' ELSE 'hand' END",
            "state": "CASE WHEN g % 3 = 0 THEN 'open' ELSE 'done' END",
            "done_at": "CASE WHEN g % 3 = 0 THEN NULL ELSE now() - make_interval(days => g % 400) END",
            "done_by_id": f"CASE WHEN g % 3 = 0 THEN NULL ELSE 'm' || c % {MANAGERS} END",
        }, source)  # fmt: skip


def _activities(cursor: Any, size: Size, today: datetime.date) -> None:
    """Half of them with premier customers; of calls one in five is not answered; one in forty is other work."""
    from guanxi.crm.contact.models import Activity

    cursor.execute("SELECT kind, result = 'not_reached', min(id) FROM contact_outcome WHERE kind IN ('call', 'visit')"
                   " GROUP BY 1, 2")  # fmt: skip
    outcomes = {(kind, missed): number for kind, missed, number in cursor.fetchall()}
    premier = f"({MANAGERS * PREMIER} * (h % {size.customers // PREMIER} / {MANAGERS}) + h % {MANAGERS})"
    # Numbers that are prime to what they are taken by: each customer, day and hour comes up equally often.
    source = (
        "SELECT *, (ARRAY['call','call','visit','message','meeting'])[1 + g % 5] AS kind FROM (SELECT g,"
        f" CASE WHEN g % 2 = 0 THEN {premier} ELSE h % {size.customers} END AS c"
        f" FROM (SELECT g, g * 104729 AS h FROM generate_series(1::bigint, {size.activities}) g) n) n"
    )
    hour = "time '08:00' + make_interval(mins => (g * 31 % 540)::int)"
    with without_indexes(cursor, "contact_activity"):
        insert(cursor, Activity, {
            "party_id": f"CASE WHEN g % 40 = 0 THEN NULL ELSE {party('c')} END",
            "kind": "CASE WHEN g % 40 = 0 THEN 'other' ELSE kind END", "staff_id": f"'m' || c % {MANAGERS}",
            "at": f"(date '{today}' - (g * 7919 % {DAYS})::int + {hour}) AT TIME ZONE 'Asia/Shanghai'",
            "minutes": "(5 + g % 40)::smallint", "text": f"'{SAID}'", "about_kind": "'customer'",
            "outcome_id": f"CASE WHEN g % 40 = 0 THEN NULL WHEN kind = 'call' THEN"
                          f" CASE WHEN g / 5 % 5 = 0 THEN {outcomes['call', True]} ELSE {outcomes['call', False]} END"
                          f" WHEN kind = 'visit' THEN {outcomes['visit', False]} END",
        }, source)  # fmt: skip


def _publish(connection: Any, size: Size, today: datetime.date) -> None:
    """Announces the business date, as the night does at its end."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO insight_publication (business_date, snapshot, run_id, published_at, rows)"
                       " VALUES (%s, '', '', now(), '{}')", [today - datetime.timedelta(1)])  # fmt: skip
