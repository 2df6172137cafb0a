"""The team's board at 500 managers and 5,000,000 activities, and the bell of 500 people who have a page open.

Both are asked of the site as it is served (granian, the site's role, row-level security), by one client and by eight
at once.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.clients import ask
from bench.handover import DAY, _database, _django, _names, _values

NAME = "guanxi_bench_board"
MANAGERS, BRANCHES = 500, 25
CUSTOMERS, PREMIER = 250_000, 10  # one in ten is premier: as many as a million customers have
ACTIVITIES, TASKS = 5_000_000, 60_000
MONTHS = 24
PORT = 8766
SECONDS = 8.0


def measure(var: Path) -> dict[str, Any]:
    """Milliseconds of the board for the head office and for a branch, of one manager's page, and of the bell."""
    os.environ["GUANXI_RATE_LIMITS"], os.environ["GUANXI_MFA_ROLES"] = "0", ""
    os.environ.setdefault("GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    _django(_database(var, NAME))
    # What serves knows the database by its address.
    os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].replace("/guanxi?", f"/{NAME}?", 1)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from guanxi.assets import collect
    from guanxi.commands.serve import serve_command, serve_environment
    from guanxi.crm.org.models import Staff

    call_command("migrate", interactive=False, verbosity=0)
    started = time.perf_counter()
    _fill(connection)
    results: dict[str, Any] = {"filled": time.perf_counter() - started, "activities": ACTIVITIES, "managers": MANAGERS}
    collect()
    cookies = {}
    for number in ("chief", "b3", "m3"):
        client = Client()
        client.force_login(Staff.objects.get(pk=number))
        cookies[number] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    connection.close()
    environment = serve_environment()
    server = subprocess.Popen(serve_command(host="127.0.0.1", port=PORT, workers=2), env=environment)
    try:
        _wait(PORT)
        for name, who, paths in (
            ("board, head office, by branch", "chief", ["/team/board/"]),
            ("board, one branch of 20", "b3", ["/team/board/"]),
            ("one manager", "b3", ["/team/board/m3/"]),
            ("the bell", "m3", ["/notices/pulse/"]),
        ):
            for clients in (1, 8):
                ask(PORT, cookies[who], paths, clients=clients, seconds=2, fragment=False)
                found = ask(PORT, cookies[who], paths, clients=clients, seconds=SECONDS, fragment=False)
                results[f"{name}, {clients}"] = asdict(found) | {"a_second": found.count / SECONDS}
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
    return results


def _wait(port: int) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _fill(connection: Any) -> None:
    from guanxi.crm.contact.models import Task
    from guanxi.crm.effort.database import count_all
    from guanxi.crm.insight.models import CustomerFigure
    from guanxi.crm.org.models import Institution, Post, Role, Staff
    from guanxi.crm.party.models import Party

    Institution.objects.create(id="B", name="B", kind="bank", path="B/")
    for number in range(BRANCHES):
        Institution.objects.create(id=f"B{number}", name=f"B{number}", kind="branch", path=f"B/B{number}/", depth=1,
                                   parent_id="B")  # fmt: skip
    people = [("chief", "B", Role.HEAD_OFFICE), *((f"b{n}", f"B{n}", Role.BRANCH_MANAGER) for n in range(BRANCHES)),
              *((f"m{n}", f"B{n % BRANCHES}", Role.RM) for n in range(MANAGERS))]  # fmt: skip
    Staff.objects.bulk_create(Staff(id=n, name=n, institution_id=place, role=role) for n, place, role in people)
    Post.objects.bulk_create(Post(staff_id=n, institution_id=place, role=role) for n, place, role in people)
    source = f"SELECT 'P' || lpad(g::text, 8, '0') AS n, g FROM generate_series(1, {CUSTOMERS}) g"
    known = {"id": "n", "party_id": "n", "kind": "'person'", "institution_id": f"'B' || g % {BRANCHES}",
             "manager_id": f"'m' || g % {MANAGERS}", "assets": "g % 900000", "business_date": f"date '{DAY}'",
             "tier": f"CASE WHEN (g / {MANAGERS}) % {PREMIER} = 0 THEN 'premier' ELSE 'core' END"}  # fmt: skip
    task = {"party_id": "n", "key": "gen_random_uuid()", "title": "'x'", "staff_id": known["manager_id"],
            "about_kind": "'customer'", "due_on": "current_date + (g % 60 - 6)", "made_by_id": "'chief'",
            "made_at": "now()", "state": "'open'", "source": "'hand'", "priority": "2", "version": "1"}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO party_party ({_names(Party)}) SELECT {_values(Party, known)} FROM ({source}) s")
        cursor.execute("CREATE TABLE figures PARTITION OF insight_customerfigure DEFAULT")
        cursor.execute(f"INSERT INTO insight_customerfigure ({_names(CustomerFigure)}) "
                       f"SELECT {_values(CustomerFigure, known)} FROM ({source}) s")  # fmt: skip
        cursor.execute("INSERT INTO insight_publication (business_date, snapshot, run_id, published_at, rows)"
                       " VALUES (%s, '', '', now(), '{}')", [DAY])  # fmt: skip
        cursor.execute("CREATE TABLE books PARTITION OF insight_bookday DEFAULT")
        cursor.execute(
            "INSERT INTO insight_bookday (business_date, night, institution_id, manager_id, kind, tier, customers,"
            " deposit, loan, wealth, contribution_mtd, contribution_r12) SELECT business_date, business_date,"
            " institution_id, manager_id, kind, tier, count(*), sum(deposit), sum(loan), sum(wealth),"
            " sum(contribution_mtd), sum(contribution_r12) FROM insight_customerfigure GROUP BY 1, 2, 3, 4, 5, 6"
        )
        names = ", ".join(str(field.column) for field in Task._meta.concrete_fields if field.column != "id")
        values = _values(Task, task | {"id": "0"}).partition(", ")[2]
        cursor.execute(f"INSERT INTO contact_task ({names}) SELECT {values} FROM ({source} ) s WHERE g <= {TASKS}")
        cursor.execute("ALTER TABLE contact_activity DISABLE TRIGGER USER")
        cursor.execute(
            "INSERT INTO contact_activity (key, party_id, about_kind, about_id, kind, inbound, at, minutes, with_whom,"
            " text, staff_id, made_at, version) SELECT gen_random_uuid(), 'P' || lpad(c::text, 8, '0'), 'customer', '',"
            " (ARRAY['call','call','visit','message','note'])[1 + g %% 5], false,"
            " now() - make_interval(mins => ((g * 7919) %% %s)::int), 10, '', 'said this and that', 'm' || c %% %s,"
            " now(), 1 FROM (SELECT g, 1 + (g * 104729) %% %s AS c FROM generate_series(1::bigint, %s) g) s",
            [MONTHS * 30 * 1440, MANAGERS, CUSTOMERS, ACTIVITIES],
        )
        cursor.execute("ALTER TABLE contact_activity ENABLE TRIGGER USER")
    count_all(connection)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("INSERT INTO notices_notice (to_id, kind, about_kind, about_id, facts, key, made_at, mail)"
                       " SELECT 'm' || g %% %s, 'x', '', '', '{}', '', now(), 'off' FROM generate_series(1, %s) g",
                       [MANAGERS, MANAGERS * 40])  # fmt: skip
        cursor.execute(
            "INSERT INTO notices_unread (notice_id, to_id) SELECT id, to_id FROM notices_notice WHERE id % 4 = 0"
        )


def render(measured: dict[str, Any]) -> str:
    """As a table of the performance page."""
    lines = [f"### Team board, {measured['managers']} managers, {measured['activities']:,} activities; the bell", "",
             "| page, clients | p50 | p95 | a second |", "|---|---:|---:|---:|"]  # fmt: skip
    for name, one in measured.items():
        if isinstance(one, dict):
            lines.append(f"| {name} | {one['p50']:.1f} | {one['p95']:.1f} | {one['a_second']:.0f} |")
    return "\n".join(lines)
