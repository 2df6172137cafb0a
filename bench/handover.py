"""A mass hand-over: one manager's 100,000 customers to twenty others, in one job, and back again."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path
from typing import Any

import psycopg

DATABASE = "guanxi_bench_handover"
CUSTOMERS, OTHERS, RECEIVERS = 100_000, 200_000, 20
DAY = datetime.date(2026, 11, 20)


def measure(var: Path, customers: int = CUSTOMERS) -> dict[str, Any]:
    """Previews, signs, moves and undoes, as the site's role; seconds for each, and of the longest batch."""
    _django(_database(var))
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    call_command("migrate", interactive=False, verbosity=0)
    _fill(connection, customers)
    from guanxi.crm.handover import services
    from guanxi.crm.handover.preview import make_preview
    from guanxi.crm.kernel.protection import entered
    from guanxi.crm.kernel.scope import Scope
    from guanxi.crm.org.models import Staff
    from guanxi.crm.org.queries import institution_tree

    today = timezone.localdate()
    services._defer = lambda handover_id: None
    chief, giver = Staff.objects.get(pk="chief"), Staff.objects.get(pk="giver")
    scope = Scope.everything("chief")
    results: dict[str, Any] = {"customers": customers, "receivers": RECEIVERS}
    with entered(scope):
        draft = services.begin_draft(by=chief, giver_id="giver")
        draft = services.change_draft(
            handover_id=draft.pk,
            by=chief,
            changes={"rule": "contribution", "effective_on": today, "reason": "bench"},
            receivers=[f"r{number}" for number in range(RECEIVERS)],
        )
        results["preview"] = _seconds(
            lambda: make_preview(handover=draft, scope=scope, day=DAY, today=today, tree=institution_tree(1))
        )
        services.put_to_signature(handover_id=draft.pk, by=chief, today=today)
        services.sign(handover_id=draft.pk, by=giver, side="giver", staff_id="giver")
        for number in range(RECEIVERS):
            one = Staff.objects.get(pk=f"r{number}")
            services.sign(handover_id=draft.pk, by=one, side="receiver", staff_id=one.pk)
    batches: list[float] = []
    real = services.move_next

    def timed(handover_id: int, *, today: Any, most: int) -> int:
        started = time.perf_counter()
        try:
            return real(handover_id, today=today, most=most)
        finally:
            batches.append(time.perf_counter() - started)

    services.move_next = timed
    results["move"] = _seconds(lambda: services.carry_out(handover_id=draft.pk))
    results["longest_batch"] = max(batches)
    services.undo(handover_id=draft.pk, by=chief, said="bench")
    results["undo"] = _seconds(lambda: services.carry_out(handover_id=draft.pk))
    draft.refresh_from_db()
    if (draft.moved, draft.back) != (customers, customers):
        raise RuntimeError(f"{draft.moved} moved and {draft.back} went back, of {customers}")
    return results


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _database(var: Path, name: str = DATABASE) -> str:
    from guanxi.postgres import ensure_database

    url = ensure_database(var)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())
        connection.execute(f"create database {name} encoding 'UTF8' template template0".encode())
    return psycopg.conninfo.make_conninfo(url, dbname=name)


def _django(conninfo: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.crm.config.settings"
    import django
    from django.conf import settings

    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    django.setup()
    settings.DATABASES["default"].update(
        NAME=parts["dbname"], HOST=parts.get("host", ""), PORT=parts.get("port", ""), USER=parts.get("user", "")
    )
    settings.ROW_SECURITY = settings.ASSUME_ROLE = True


def _fill(connection: Any, customers: int) -> None:
    """A bank of one branch: the giver's customers and twice as many of others, with two days of figures."""
    from guanxi.crm.insight.models import CustomerFigure
    from guanxi.crm.org.models import Institution, Post, Role, Staff
    from guanxi.crm.party.models import Party

    Institution.objects.create(id="B0", name="B0", kind="bank", path="B0/")
    people = ["chief", "giver", "other", *(f"r{number}" for number in range(RECEIVERS))]
    for number in people:
        role = Role.BRANCH_MANAGER if number == "chief" else Role.RM
        Staff.objects.create(id=number, name=number, institution_id="B0", role=role)
        Post.objects.create(staff_id=number, institution_id="B0", role=role)
    total = customers + OTHERS
    with connection.cursor() as cursor:
        source = f"SELECT 'P' || lpad(g::text, 8, '0') AS n, g FROM generate_series(1, {total}) g"
        manager = f"CASE WHEN g <= {customers} THEN 'giver' ELSE 'other' END"
        known = {"id": "n", "party_id": "n", "kind": "'person'", "institution_id": "'B0'", "manager_id": manager,
                 "tier": "(ARRAY['premier','core','standard'])[1 + g % 3]", "assets": "g % 900000",
                 "deposit": "g % 900000", "contribution_r12": "g % 9000", "business_date": "%s"}  # fmt: skip
        cursor.execute(f"INSERT INTO party_party ({_names(Party)}) SELECT {_values(Party, known)} FROM ({source}) s")
        for day in (DAY, DAY - datetime.timedelta(1)):
            cursor.execute(
                f"CREATE TABLE figures_{day:%Y%m%d} PARTITION OF insight_customerfigure FOR VALUES IN ('{day}')"
            )
            cursor.execute(
                f"INSERT INTO insight_customerfigure ({_names(CustomerFigure)}) "
                f"SELECT {_values(CustomerFigure, known).replace('%s', f"date '{day}'")} FROM ({source}) s"
            )
            cursor.execute(
                "INSERT INTO insight_publication (business_date, snapshot, run_id, published_at, rows)"
                " VALUES (%s, '', '', now(), '{}')", [day],
            )  # fmt: skip
        # The newest publication is that of the newest day.
        cursor.execute("UPDATE insight_publication SET business_date = %s WHERE id = 2", [DAY])
        cursor.execute("UPDATE insight_publication SET business_date = %s WHERE id = 1", [DAY - datetime.timedelta(1)])
        cursor.execute("CREATE TABLE books PARTITION OF insight_bookday DEFAULT")
        cursor.execute(
            "INSERT INTO insight_bookday (business_date, night, institution_id, manager_id, kind, tier, customers,"
            " deposit, loan, wealth, contribution_mtd, contribution_r12) SELECT business_date, business_date,"
            " institution_id, manager_id, kind, tier, count(*), sum(deposit), sum(loan), sum(wealth),"
            " sum(contribution_mtd), sum(contribution_r12) FROM insight_customerfigure GROUP BY 1, 2, 3, 4, 5, 6"
        )
        cursor.execute("VACUUM ANALYZE")


def _fields(model: Any) -> list[Any]:
    kept = [field for field in model._meta.concrete_fields if field.get_internal_type() != "CompositePrimaryKey"]
    return [field for field in kept if field.column]


def _names(model: Any) -> str:
    return ", ".join(field.column for field in _fields(model))


def _values(model: Any, known: dict[str, str]) -> str:
    found = []
    for field in _fields(model):
        kind = field.get_internal_type()
        if field.column in known:
            found.append(known[field.column])
        elif field.null:
            found.append("NULL")
        elif kind in ("CharField", "TextField", "ForeignKey"):
            found.append("'x'" if field.column == "name" else "''")
        elif kind == "DateField":
            found.append("date '2020-01-01'")
        elif kind == "BooleanField":
            found.append("false")
        else:
            found.append("0")
    return ", ".join(found)
