"""What row-level security costs: the same statements with the scope's condition alone, and behind the policies too.

The statements are those that the list and the search send for people who see differently much. Both ways are asked in
turn, on a connection of the owner's and on one of the site's role: the statements by themselves, and whole requests
through Django's test client (no network, no server in front). What is compared is processor time, this process's and
that of the connection's server process, which a busy machine stretches little; milliseconds that pass it stretches at
random. Where it cannot be read (the server is another machine) it is the milliseconds that passed. The goal is that
policies add a tenth to a list's or search's request at most.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from bench.clients import PARTIAL, Timing, timing
from bench.night import migrate
from bench.phones import phones_of

ROUNDS = 60
GOAL = 0.1
PAGES = 6
RECORDED = 2_000


def people_of() -> list[tuple[str, Any]]:
    """Who asks: the whole bank, a branch, a sub-branch, a book, and, where there is one, a post across the wall."""
    from guanxi.crm.org.models import Institution, Post

    def holder(role: str, kind: str = "") -> Any:
        posts = Post.objects.filter(role=role, valid_to__isnull=True, staff__is_active=True).select_related("staff")
        if kind:
            posts = posts.filter(institution__kind=kind)
        found = posts.order_by("staff_id").first()
        return found.staff if found else None

    wanted = [
        ("whole bank", holder("analyst")),
        ("branch", holder("branch_manager", Institution.Kind.BRANCH)),
        ("sub-branch", holder("branch_manager", Institution.Kind.SUB_BRANCH)),
        ("own book", holder("rm")),
        ("linkage post", holder("linkage")),
    ]
    return [(name, staff) for name, staff in wanted if staff]


def paths_of(database_url: str, scope: Any) -> list[tuple[str, list[str]]]:
    """What is asked for: the list, searches drawn from the bank at hand, customers whom the person may see."""
    from guanxi.crm.party.models import Party

    chance = random.Random(2)
    with psycopg.connect(database_url) as connection:
        names = [row[0] for row in connection.execute(
            "select name from party_party where kind = 'person' order by md5(id || 'p') limit 12")]  # fmt: skip
        phones = phones_of(connection, 12)
    numbers = Party.objects.visible_to(scope).order_by("id").values_list("id", flat=True)[:12]
    four = [phone[start : start + 4] for phone in phones for start in [chance.randrange(3, 8)]]
    return [
        ("list, first page", ["/customers/"]),
        ("search, two Chinese characters", [f"/customers/?q={quote(name[-2:])}" for name in names if len(name) > 1]),
        ("search, four digits of a phone", [f"/customers/?q={quote(digits)}" for digits in four]),
        ("open by number", [f"/customers/{number}/" for number in numbers]),
    ]


def statements_of(staff: Any, paths: list[str]) -> list[str]:
    """The statements that fetch the rows of some paths, as the person sends them, without those of every request."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(staff)
    client.get("/bench/empty/")
    with CaptureQueriesContext(connection) as shell:
        client.get("/bench/empty/")
    common = {query["sql"].split(" WHERE ")[0] for query in shell.captured_queries}
    found = []
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            client.get(path, headers=PARTIAL)
        found += [q["sql"] for q in captured.captured_queries if q["sql"].split(" WHERE ")[0] not in common]
    return [sql for sql in found if sql.lstrip().upper().startswith(("SELECT", "WITH", "("))]


def measure(database_url: str) -> dict[str, Any]:
    """By person and kind of request: processor milliseconds of one request without policies and with them."""
    migrate(database_url)
    os.environ |= {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "GUANXI_RATE_LIMITS": "0",
        "GUANXI_MFA_ROLES": "",
    }
    os.environ.setdefault("GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    import django

    django.setup()
    from django.utils import timezone

    from guanxi.assets import collect
    from guanxi.crm.insight.queries import newest_publication
    from guanxi.crm.org.queries import standing_of

    collect()
    published = newest_publication()
    if published is None:
        raise SystemExit("No night is published here: run make bench BENCH=night first.")
    rows = []
    for name, staff in people_of():
        scope = standing_of(staff, version=published.id, today=timezone.localdate()).scope
        for what, paths in paths_of(database_url, scope):
            statements = statements_of(staff, paths)
            if not statements:
                continue
            without, behind = _in_turn(database_url, statements, scope)
            page, policed = _requests(staff, paths * (12 // len(paths)))
            share = policed.p50 / page.p50 - 1
            print(f"{name}, {what}: {page.p50:.2f} ms, {policed.p50:.2f} ms, {share:.1%} more", file=sys.stderr)
            rows.append(
                {"person": name, "what": what, "statements": len(statements), "requests": len(paths),
                 "without": asdict(without), "behind": asdict(behind), "page": asdict(page), "policed": asdict(policed),
                 "share": share}
            )  # fmt: skip
    return {"rows": rows, "entry": asdict(_entry())}


def _clock(*connections: Any) -> Callable[[int], float]:
    """A clock of milliseconds used by this thread and by the server process of the connection with a number."""
    files = [Path(f"/proc/{connection.info.backend_pid}/schedstat") for connection in connections]
    if not all(file.exists() for file in files):
        return lambda _which: time.perf_counter() * 1000

    def used(which: int) -> float:
        return time.thread_time() * 1000 + int(files[which].read_text(encoding="ascii").split()[0]) / 1e6

    return used


def _site_address(database_url: str) -> str:
    from guanxi.postgres import EMBEDDED_OWNER, WEB_ROLE

    return database_url.replace(f"//{EMBEDDED_OWNER}@", f"//{WEB_ROLE}@", 1)


def _in_turn(database_url: str, statements: list[str], scope: Any) -> tuple[Timing, Timing]:
    """All statements once without policies and once behind them, again and again; the order changes each time."""
    from guanxi.crm.kernel.protection import settings_of

    with (
        psycopg.connect(database_url, autocommit=True) as plain,
        psycopg.connect(_site_address(database_url), autocommit=True) as policed,
    ):
        clock = _clock(plain, policed)
        for key, value in settings_of(scope).items():
            policed.execute("SELECT set_config(%s, %s, false)", [f"guanxi.{key}", value])
        measured: dict[int, list[float]] = {0: [], 1: []}
        for turn in range(ROUNDS + 3):
            for which in ((0, 1), (1, 0))[turn % 2]:
                connection = (plain, policed)[which]
                started = clock(which)
                for sql in statements:
                    connection.execute(sql.encode()).fetchall()
                if turn >= 3:  # the first rounds warm both
                    measured[which].append(clock(which) - started)
    return timing(measured[0]), timing(measured[1])


def _requests(staff: Any, paths: list[str]) -> tuple[Timing, Timing]:
    """Whole requests without policies and behind them, in turn: with the shell's statements and what says who asks."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from guanxi.postgres import WEB_ROLE

    client = Client()
    client.force_login(staff)
    measured: dict[int, list[float]] = {0: [], 1: []}
    owner = connection.connection
    # As the site connects, so that no role is changed for a request.
    site = connection.get_new_connection(connection.get_connection_params() | {"user": WEB_ROLE})
    site.autocommit = True
    ways, clock = (owner, site), _clock(owner, site)
    try:
        for turn in range(PAGES + 1):
            for path in paths:
                for which in ((0, 1), (1, 0))[turn % 2]:
                    connection.connection, settings.ROW_SECURITY = ways[which], bool(which)
                    started = clock(which)
                    client.get(path, headers=PARTIAL)
                    if turn:  # the first turn warms
                        measured[which].append(clock(which) - started)
    finally:
        connection.connection, settings.ROW_SECURITY = owner, False
        site.close()
    return timing(measured[0]), timing(measured[1])


def _entry() -> Timing:
    """Writing one entry of the audit log into this bank's, as a view does."""
    from guanxi.crm.audit.models import Action
    from guanxi.crm.audit.services import record

    measured = []
    for number in range(RECORDED):
        started = time.perf_counter()
        record(action=Action.VIEW, subject=f"bench {number}", kind="customer", detail={"query": "q=x"})
        measured.append((time.perf_counter() - started) * 1000)
    return timing(measured)


def render(customers: str, measured: dict[str, Any]) -> str:
    """The table of the performance page."""
    lines = [
        f"### Row-level security and the audit log at {int(customers):,} customers (processor milliseconds)",
        "",
        "| who asks | for what | SQL without p50 | behind p50 | request without p50 | p95 | behind p50 | p95 | more |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in measured["rows"]:
        one = 1 / row["requests"]
        page, policed = row["page"], row["policed"]
        plain, behind = row["without"]["p50"] * one, row["behind"]["p50"] * one
        mark = "" if row["share"] <= GOAL else " **over**"
        lines.append(
            f"| {row['person']} | {row['what']} | {plain:.2f} | {behind:.2f} |"
            f" {page['p50']:.1f} | {page['p95']:.1f} | {policed['p50']:.1f} | {policed['p95']:.1f} |"
            f" {row['share']:.1%}{mark} |"
        )
    entry = measured["entry"]
    lines += ["", f"One entry of the audit log: p50 {entry['p50']:.2f} ms, p95 {entry['p95']:.2f} ms."]
    return "\n".join(lines)
