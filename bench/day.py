"""The relationship manager's day at size: each page over HTTP from the served site, beside bare SQL and an empty view.

The site is served as always (granian, its own role, row-level security, the audit log); one client asks, then eight
different people at once. Bare SQL is the statements of the same pages of the same people, sent by the tables' owner,
whom no policy binds, with nothing around them.
"""

from __future__ import annotations

import datetime
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import daybank, dayleads
from bench.clients import PARTIAL, ask
from bench.screens import bare_sql

NAME = "guanxi_bench_day"
PORT = 8767
CLIENTS = (1, 8)
WARM, SECONDS, SHORT = 1.0, 5.0, 2.0
ASKED = 24  # times, for the processor's clock
LIST, BOARD = "list", "board"
GOALS = {LIST: "under 2.0 times", BOARD: "under 300 ms"}
RATIO, MILLISECONDS = 2.0, 300.0
MANAGERS = tuple(f"m{n}" for n in range(8))
BRANCH = tuple(f"b{n}" for n in range(8))
OFFICE = ("chief",)


@dataclass(frozen=True, slots=True)
class Page:
    """A page to measure: who asks (one after the other, a client each), for what, and which goal it has."""

    name: str
    people: tuple[str, ...]
    path: str
    goal: str
    fragment: bool = False


def pages_of(today: datetime.date) -> tuple[Page, ...]:
    """What a manager, a branch manager and the head office open during a day."""
    monday = today - datetime.timedelta(today.weekday())
    week = f"/calendar/entries/?start={monday}&end={monday + datetime.timedelta(7)}"
    return (
        Page("morning list, manager", MANAGERS, "/morning/", LIST, fragment=True),
        Page("morning list, manager, whole page", MANAGERS, "/morning/", LIST),
        Page("opportunities, manager", MANAGERS, "/opportunities/", LIST, fragment=True),
        Page("opportunities, branch manager", BRANCH, "/opportunities/", LIST, fragment=True),
        Page("opportunities, head office", OFFICE, "/opportunities/", LIST, fragment=True),
        Page("calendar, own week", MANAGERS, "/calendar/", BOARD),
        Page("calendar, entries of the week", MANAGERS, week, BOARD),
        Page("calendar, week of the team", BRANCH, "/calendar/team/", BOARD),
        Page("kanban, manager", MANAGERS, "/pipeline/", BOARD),
        Page("kanban, branch manager", BRANCH, "/pipeline/", BOARD),
        Page("kanban, head office", OFFICE, "/pipeline/", BOARD),
        Page("team board, branch manager", BRANCH, "/team/board/", BOARD),
        Page("team board, head office", OFFICE, "/team/board/", BOARD),
        Page("one manager, branch manager", ("b3",), "/team/board/m3/", BOARD),
        Page("forecast, manager", MANAGERS, "/forecast/", BOARD),
        Page("forecast, branch manager", BRANCH, "/forecast/", BOARD),
        Page("forecast, head office", OFFICE, "/forecast/", BOARD),
        Page("the bell", MANAGERS, "/notices/pulse/", BOARD),
    )


def measure(var: Path, customers: int, heard: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Every page and the import; makes the bank first where it is not there in this size and of this day. ``heard`` is
    told what is measured so far.
    """
    url = _prepare(var)
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from guanxi.assets import collect

    today = timezone.localdate()
    mark = f"{customers} {today}"
    with psycopg.connect(url, autocommit=True) as owner:
        row: Any = owner.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                                 [NAME]).fetchone()  # fmt: skip
        if row[0] != mark:
            _empty(owner)
            filled = {}
        else:
            filled = None
    call_command("migrate", interactive=False, verbosity=0)
    if filled is not None:
        filled = daybank.fill(connection, daybank.Size(customers), today)
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON DATABASE {NAME} IS '{mark}'")
        print("made: " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in filled.items()), file=sys.stderr)
    collect()
    cookies = _cookies({person for page in pages_of(today) for person in page.people})
    results: dict[str, Any] = {"customers": customers, "load": os.getloadavg(), "pages": [], "filled": filled}
    statements = {page.name: statements_of(page) for page in pages_of(today)}
    results["processor"] = {page.name: processor_of(page) for page in pages_of(today)}
    heard(results)
    connection.close()
    with served():
        for page in pages_of(today):
            for clients in CLIENTS:
                row = _one(url, page, statements[page.name], cookies, clients)
                results["pages"].append(row)
                heard(results)
                print(f"{page.name}, {clients}: p50 {row['page']['p50']:.1f} p95 {row['page']['p95']:.1f} ms",
                      file=sys.stderr)  # fmt: skip
        results["import"] = asdict(dayleads.measure(PORT, cookies["b3"], url))
    results["load_after"] = os.getloadavg()
    return results


def _prepare(var: Path) -> str:
    """The address of this bank's database, made where it is missing; Django knows it, and the site's role."""
    from guanxi.postgres import ensure_database

    os.environ["GUANXI_RATE_LIMITS"], os.environ["GUANXI_MFA_ROLES"] = "0", ""
    os.environ.setdefault("GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    url = ensure_database(var)
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0".encode())
    os.environ["DATABASE_URL"] = url = url.replace("/guanxi?", f"/{NAME}?", 1)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from django.conf import settings

    settings.ROW_SECURITY = settings.ASSUME_ROLE = True
    return url


def _empty(owner: psycopg.Connection) -> None:
    """Takes away what an earlier run of another size or day has left."""
    owner.execute("DROP SCHEMA public CASCADE")
    owner.execute("CREATE SCHEMA public")
    owner.execute(f"COMMENT ON DATABASE {NAME} IS NULL".encode())


def _cookies(people: set[str]) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    from guanxi.crm.org.models import Staff

    found = {}
    for person in sorted(people):
        client = Client()
        client.force_login(Staff.objects.get(pk=person))
        found[person] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return found


def statements_of(page: Page) -> list[list[str]]:
    """For each who asks: the statements of the page, without those of session and of who asks."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from guanxi.crm.org.models import Staff

    found = []
    for person in page.people:
        client = Client()
        client.force_login(Staff.objects.get(pk=person))
        client.get("/bench/empty/")
        with CaptureQueriesContext(connection) as shell:
            client.get("/bench/empty/")
        common = {query["sql"].split(" WHERE ")[0] for query in shell.captured_queries}
        headers = PARTIAL if page.fragment else {}
        client.get(page.path, headers=headers)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page.path, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{page.path} for {person}: {answer.status_code}")
        found.append([q["sql"] for q in captured.captured_queries if q["sql"].split(" WHERE ")[0] not in common])
    return found


def processor_of(page: Page) -> dict[str, float]:
    """Milliseconds of processor that a page takes, of Python and of the database: what a busy machine stretches least.

    Asked within this process, each of the people in turn, as the site's role; from the kernel's clocks.
    """
    from django.db import connection
    from django.test import Client

    from guanxi.crm.org.models import Staff

    headers = PARTIAL if page.fragment else {}
    clients = []
    for person in page.people:
        client = Client()
        client.force_login(Staff.objects.get(pk=person))
        client.get(page.path, headers=headers)
        clients.append(client)
    session: Any = connection.connection
    session.execute("SET max_parallel_workers_per_gather = 0")  # all of it by the process that is looked at
    backend = session.info.backend_pid
    database, site = _ticks(backend), time.process_time()
    for turn in range(ASKED):
        clients[turn % len(clients)].get(page.path, headers=headers)
    site, database = time.process_time() - site, _ticks(backend) - database
    session.execute("RESET max_parallel_workers_per_gather")
    return {"site": site * 1000 / ASKED, "database": database * 1000 / ASKED}


def _ticks(process: int) -> float:
    """Seconds of processor that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served() -> Iterator[None]:
    """The site under granian with two processes, as its own role."""
    from guanxi.commands.serve import serve_command, serve_environment

    server = subprocess.Popen(serve_command(host="127.0.0.1", port=PORT, workers=2), env=serve_environment())
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        yield
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _one(url: str, page: Page, statements: list[list[str]], cookies: dict[str, str], clients: int) -> dict[str, Any]:
    who = [cookies[person] for person in page.people]

    def asked(path: str, seconds: float, *, fragment: bool) -> Any:
        return ask(PORT, who, [path], clients=clients, seconds=seconds, fragment=fragment)

    asked("/bench/empty/", WARM / 2, fragment=False)
    asked(page.path, WARM, fragment=page.fragment)
    empty = asked("/bench/empty/", SHORT, fragment=False)
    shown = asked(page.path, SECONDS, fragment=page.fragment)
    bare = bare_sql(url, statements, clients=clients, seconds=SHORT)
    return {
        "name": page.name, "clients": clients, "goal": page.goal, "page": asdict(shown), "empty": asdict(empty),
        "sql": asdict(bare), "queries": max(map(len, statements)), "ratio": shown.p95 / (bare.p95 + empty.p95),
        "load": os.getloadavg()[0],
    }  # fmt: skip


def is_met(row: dict[str, Any]) -> bool:
    """Whether a measured page is within its goal."""
    return row["ratio"] < RATIO if row["goal"] == LIST else row["page"]["p95"] < MILLISECONDS


def render(measured: dict[str, Any]) -> str:
    """As tables of the performance page."""
    size = daybank.Size(measured["customers"])
    lines = [
        (
            f"### The day: {size.customers:,} customers, {daybank.MANAGERS} managers, {size.activities:,} activities,"
            f" {size.opportunities:,} opportunities (milliseconds)"
        ),
        "",
        (
            "| page | clients | p50 | p95 | empty view p50 | p95 | bare SQL p50 | p95 | queries | p95 : (SQL + empty) |"
            " goal | load |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|",
    ]
    for row in measured["pages"]:
        shown, empty, sql = row["page"], row["empty"], row["sql"]
        word = "met" if is_met(row) else "**missed**"
        lines.append(
            f"| {row['name']} | {row['clients']} | {shown['p50']:.1f} | {shown['p95']:.1f} | {empty['p50']:.1f} |"
            f" {empty['p95']:.1f} | {sql['p50']:.1f} | {sql['p95']:.1f} | {row['queries']} | {row['ratio']:.1f} |"
            f" {GOALS[row['goal']]}: {word} | {row['load']:.1f} |"
        )
    lines += ["", "| page | processor ms: site | database | together |", "|---|---:|---:|---:|"]
    for name, used in measured.get("processor", {}).items():
        both = used["site"] + used["database"]
        lines.append(f"| {name} | {used['site']:.0f} | {used['database']:.0f} | {both:.0f} |")
    if measured.get("import"):
        lines += ["", *dayleads.render(measured["import"])]
    return "\n".join(lines)
