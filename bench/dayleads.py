"""A file of 100,000 leads in GB18030, uploaded, checked and taken in over HTTP, with the worker that does both."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

LINES = 100_000
KNOWN = 2_000  # lines that name a customer's phone
PATIENCE = 900.0
TOKEN = "b" * 32  # a form's token against forgery, sent in the cookie and in the header
CITIES = ("杭州", "宁波", "温州", "绍兴", "嘉兴")
PRODUCTS = ("存款", "贷款", "理财", "代发工资", "信用卡")
HEADINGS = "客户名称,手机号码,证件号码,城市,行业代码,意向产品,意向金额,来源,备注"


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of each step, bytes of the file, and how many lines had which outcome."""

    bytes: int
    upload: float
    check: float
    commit: float
    counts: dict[str, int]


def content() -> bytes:
    """The file: nine columns; one line in a hundred names the phone of the line before, one in two hundred is wrong."""
    lines = [HEADINGS]
    for number in range(LINES):
        phone = phone_of(number - 1 if number % 100 == 99 else number)
        if number % 200 == 57:
            phone = "1380"
        identity = _identity(number)
        lines.append(
            f"张{chr(0x4E00 + number % 5000)}{chr(0x5000 + number // 5000)},{phone},{identity},{CITIES[number % 5]},"
            f"C{13 + number % 30},{PRODUCTS[number % 5]},{1 + number % 80}万,展会,有意向{number}"
        )
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def phone_of(number: int) -> str:
    """The phone of a line; those of the first lines are customers'."""
    return f"139{number:08d}"


def _identity(number: int) -> str:
    from guanxi.crm.sales.leads.folding import CHECKS, WEIGHTS

    word = f"330106{1960 + number % 40}0{1 + number % 9}{10 + number % 18}{number // 360 % 1000:03d}"
    return (word + CHECKS[sum(int(sign) * weight for sign, weight in zip(word, WEIGHTS, strict=True)) % 11]).upper()


def put_known(connection: psycopg.Connection) -> None:
    """Gives some customers the phones of the file's first lines: their tokens, as the night makes them."""
    from guanxi.crm.sales.leads.folding import phone_token

    rows = [(phone_token(phone_of(number)), f"P{number:08d}") for number in range(KNOWN)]
    connection.execute("DELETE FROM party_searchtoken WHERE token = ANY(%s)", [[token for token, _party in rows]])
    connection.cursor().executemany(
        "INSERT INTO party_searchtoken (token, institution_id, party_id, kind)"
        " SELECT %s, institution_id, id, kind FROM party_party WHERE id = %s",
        rows,
    )


def take_away(connection: psycopg.Connection) -> None:
    """Removes what an earlier run took in, so that each run finds the same leads."""
    connection.execute("SET session_replication_role = replica")
    made = "SELECT lead_id FROM sales_leadrow WHERE lead_id IS NOT NULL"
    for table, column in (("sales_leadstep", "lead_id"), ("sales_lead", "id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({made})".encode())
    connection.execute("TRUNCATE sales_leadrow, sales_leadimport, sales_leadmapping CASCADE")
    connection.execute("RESET session_replication_role")


def measure(port: int, cookie: str, database_url: str) -> Taken:
    """Uploads the file as a branch manager does, has it checked and taken in; starts a worker and ends it."""
    from guanxi.commands.serve import worker_command

    csv = content()
    with psycopg.connect(database_url, autocommit=True) as connection:
        put_known(connection)
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "guanxi.crm.config.settings",
            "DATABASE_URL": database_url,
        }
        worker = subprocess.Popen(worker_command(), env=environment)
        try:
            _wait_for_worker(connection)
            started = time.perf_counter()
            address = _upload(port, cookie, csv)
            uploaded = time.perf_counter()
            number = address.rstrip("/").rpartition("/")[2]
            _post(port, cookie, f"{address}check/", _chosen(port, cookie, address))
            _until(connection, number, "checked")
            checked = time.perf_counter()
            _post(port, cookie, f"{address}take/", "")
            counts = _until(connection, number, "done")
            done = time.perf_counter()
        finally:
            worker.terminate()
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()
    return Taken(len(csv), uploaded - started, checked - uploaded, done - checked, counts)


def _wait_for_worker(connection: psycopg.Connection) -> None:
    """Until the worker has said that it is there."""
    deadline = time.monotonic() + 120
    while not connection.execute("SELECT 1 FROM procrastinate_workers").fetchone():
        if time.monotonic() > deadline:
            raise RuntimeError("no worker has begun")
        time.sleep(0.2)


def _until(connection: psycopg.Connection, number: str, state: str) -> dict[str, int]:
    deadline = time.monotonic() + PATIENCE
    while True:
        found: Any = connection.execute(
            "SELECT state, counts, problem FROM sales_leadimport WHERE id = %s", [number]
        ).fetchone()
        if found[0] == state:
            return found[1]
        if found[0] == "failed" or time.monotonic() > deadline:
            raise RuntimeError(f"the import is {found[0]}: {found[2]}")
        time.sleep(0.1)


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body=body or None, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, answer.getheader("Location") or "", text


def _headers(cookie: str, kind: str) -> dict[str, str]:
    from django.conf import settings

    return {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": kind,
        "Accept-Language": "zh-hans",
    }


def _post(port: int, cookie: str, path: str, body: str) -> None:
    headers = _headers(cookie, "application/x-www-form-urlencoded")
    status, _location, text = _ask(port, "POST", path, headers, body.encode())
    if status != 302:
        raise RuntimeError(f"{path}: {status} {text[:400]}")


def _upload(port: int, cookie: str, csv: bytes) -> str:
    mark = uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\n\r\n'
    body = head.encode() + csv + f"\r\n--{mark}--\r\n".encode()
    headers = _headers(cookie, f"multipart/form-data; boundary={mark}")
    status, location, text = _ask(port, "POST", "/leads/import/", headers, body)
    if status != 302:
        raise RuntimeError(f"/leads/import/: {status} {text[:400]}")
    return location


def _chosen(port: int, cookie: str, address: str) -> str:
    """The columns as the page proposes them, which is what somebody sends who agrees."""
    from urllib.parse import urlencode

    status, _location, text = _ask(port, "GET", address, _headers(cookie, "text/html"))
    if status != 200:
        raise RuntimeError(f"{address}: {status}")
    pairs = []
    for name, select in re.findall(r'<select[^>]*name="(column-\d+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]*\bselected', select)
        pairs.append((name, chosen[1] if chosen else ""))
    if not any(value == "name" for _name, value in pairs):
        raise RuntimeError("the page proposes no column for the name")
    return urlencode(pairs)


def render(measured: dict[str, Any]) -> list[str]:
    """As lines of the performance page."""
    whole = sum(measured[step] for step in ("upload", "check", "commit"))
    counts = ", ".join(f"{name} {many:,}" for name, many in sorted(measured["counts"].items()) if name != "named")
    return [
        f"| import of {LINES:,} leads, GB18030, {measured['bytes'] / 1e6:.1f} MB | seconds |",
        "|---|---:|",
        *(f"| {step} | {measured[step]:.1f} |" for step in ("upload", "check", "commit")),
        f"| **all** | **{whole:.1f}** |",
        "",
        f"Lines: {counts}.",
    ]
