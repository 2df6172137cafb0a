"""Screens at a given size, warm, one client and eight: beside the bare SQL of the same rows and an empty view."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from bench.clients import PARTIAL, Timing, ask, timing
from bench.night import migrate
from bench.phones import phones_of

PORT = 8765
SECONDS = 5.0
WARM_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen to measure: its paths (asked in turn) and whether the fragment is asked for or the whole page."""

    name: str
    paths: tuple[str, ...]
    fragment: bool


def screens_of(database_url: str) -> list[Screen]:
    """The screens, with parameters drawn from the bank at hand (the same ones each time)."""
    chance = random.Random(1)
    with psycopg.connect(database_url) as connection:
        names = [row[0] for row in connection.execute(
            "select name from party_party where kind = 'person' order by md5(id) limit 200")]  # fmt: skip
        phones = phones_of(connection, 200)
        initials = [row[0][1:] for row in connection.execute(
            "select token from party_searchtoken where left(token, 1) = 'i' and length(token) = 4"
            " order by md5(party_id) limit 200")]  # fmt: skip
        parties = [row[0] for row in connection.execute("select id from party_party order by md5(id) limit 400")]
        rich = [row[0] for row in connection.execute(
            "select party_id from insight_customerfigure where business_date = (select max(business_date) from"
            " insight_publication) order by assets desc limit 100")]  # fmt: skip

    def found(texts: Sequence[str]) -> tuple[str, ...]:
        from urllib.parse import quote

        return tuple(f"/customers/?q={quote(text)}" for text in texts)

    two = [name[-2:] for name in names if len(name) >= 2]
    four = [phone[start : start + 4] for phone in phones for start in [chance.randrange(3, 8)]]
    return [
        Screen("list, first page", ("/customers/",), True),
        Screen("list, first page, whole page", ("/customers/",), False),
        Screen("list, page 1,000", (page(database_url, 1000),), True),
        Screen("search, two Chinese characters", found(two), True),
        Screen("search, pinyin initials", found(initials), True),
        Screen("search, four digits of a phone", found(four), True),
        Screen("customer 360", tuple(f"/customers/{party}/" for party in parties + rich), False),
    ]


def page(database_url: str, number: int) -> str:
    """The address of the list's n-th page, reached as a person would: by what each page says is the next."""
    from django.test import Client

    client = signed_in(Client())
    address = "/customers/"
    from html.parser import HTMLParser

    class Next(HTMLParser):
        address = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = dict(attrs)
            if found.get("data-page") == "next":
                self.address = found.get("href") or ""

    for _ in range(number - 1):
        parser = Next()
        parser.feed(client.get(address, headers=PARTIAL).content.decode())
        if not parser.address:
            break  # a small bank has fewer pages: its last one
        address = parser.address
    return address


def signed_in(client: Any) -> Any:
    """A test client signed in as the head-office analyst, who sees every customer."""
    from guanxi.crm.org.models import Staff

    client.force_login(Staff.objects.filter(role="analyst", is_active=True).order_by("id")[0])
    return client


def queries_of(screen: Screen) -> list[list[str]]:
    """For a few of the screen's paths: the statements that fetch its rows, without those of session and shell."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = signed_in(Client())
    client.get("/bench/empty/")
    with CaptureQueriesContext(connection) as shell:
        client.get("/bench/empty/")
    common = {query["sql"].split(" WHERE ")[0] for query in shell.captured_queries}
    found = []
    headers = PARTIAL if screen.fragment else {}
    for path in screen.paths[:40]:
        client.get(path, headers=headers)
        with CaptureQueriesContext(connection) as captured:
            client.get(path, headers=headers)
        found.append([q["sql"] for q in captured.captured_queries if q["sql"].split(" WHERE ")[0] not in common])
    return found


def bare_sql(database_url: str, statements: list[list[str]], *, clients: int, seconds: float) -> Timing:
    """Runs each path's statements with nothing around them, so many clients at a time."""
    measured: list[float] = []

    def client(number: int) -> None:
        own = []
        with psycopg.connect(database_url, autocommit=True) as connection:
            deadline = time.perf_counter() + seconds
            turn = number
            while time.perf_counter() < deadline or not own:
                started = time.perf_counter()
                for sql in statements[turn % len(statements)]:
                    connection.execute(sql.encode()).fetchall()
                own.append((time.perf_counter() - started) * 1000)
                turn += clients
        measured.extend(own)

    _together(client, clients)
    return timing(measured)


def _together(work: Callable[[int], None], clients: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(database_url: str) -> list[dict[str, Any]]:
    """Every screen beside its bare SQL and the empty view, behind row-level security and without it; milliseconds."""
    migrate(database_url)
    os.environ["DATABASE_URL"] = database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    os.environ["GUANXI_RATE_LIMITS"] = "0"
    os.environ["GUANXI_MFA_ROLES"] = ""  # clients of the bench have no phone
    os.environ.setdefault("GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from guanxi.assets import collect
    from guanxi.commands.serve import serve_command
    from guanxi.postgres import site_environment

    collect()

    screens = screens_of(database_url)
    client = signed_in(Client())
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    statements = {screen.name: queries_of(screen) for screen in screens}
    results = []
    for policies in (True, False):
        environment = os.environ | (site_environment() if policies else {})
        server = subprocess.Popen(serve_command(host="127.0.0.1", port=PORT, workers=2), env=environment)
        try:
            _wait()
            for clients in (1, 8):
                for screen in screens:
                    row = _one(database_url, screen, statements[screen.name], cookie, clients)
                    row["row_security"] = policies
                    named = f"{clients} clients, {screen.name}{'' if policies else ' (no policies)'}"
                    print(f"{named}: p50 {row['screen']['p50']:.1f} ms", file=sys.stderr)
                    results.append(row)
        finally:
            server.terminate()
            server.wait()
    return results


def _one(database_url: str, screen: Screen, statements: list[list[str]], cookie: str, clients: int) -> dict[str, Any]:
    ask(PORT, cookie, screen.paths, clients=clients, seconds=WARM_SECONDS, fragment=screen.fragment)
    empty = ask(PORT, cookie, ["/bench/empty/"], clients=clients, seconds=SECONDS / 2, fragment=False)
    shown = ask(PORT, cookie, screen.paths, clients=clients, seconds=SECONDS, fragment=screen.fragment)
    bare = bare_sql(database_url, statements, clients=clients, seconds=SECONDS / 2)
    return {
        "screen_name": screen.name,
        "clients": clients,
        "screen": asdict(shown),
        "empty": asdict(empty),
        "sql": asdict(bare),
        "queries": max(map(len, statements)),
        "ratio_p95": shown.p95 / (bare.p95 + empty.p95),
    }


def _wait() -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
