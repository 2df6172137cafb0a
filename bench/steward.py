"""The steward's hour: a word on one pair and the next pair, with 50,000 pairs waiting.

A word is what the keyboard sends (a POST that is answered with the address of the next pair); the next pair is the page
behind that address. Words go turn by turn: the same, not the same. Asked through Django's test client as the site's
role, behind row-level security: no network, no server in front.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.clients import PARTIAL, Timing, timing
from bench.filling import insert, partition
from bench.handover import DAY, OTHERS, _database, _django, _fill

DATABASE = "guanxi_bench_steward"
CUSTOMERS, PAIRS, WORDS = 100_000, 50_000, 300
GOAL = 100
"""Words an hour. Thinking takes the most of it; the machine shall not take more than a second of the thirty-six."""
WEIGHTS = [
    {"field": "name", "level": "same", "left_validity": "valid", "right_validity": "valid", "bits": 9.5},
    {"field": "birth", "level": "same", "left_validity": "valid", "right_validity": "valid", "bits": 12.2},
    {"field": "document", "level": "two_off", "left_validity": "valid", "right_validity": "invalid", "bits": 4.1},
    {"field": "phone", "level": "different", "left_validity": "valid", "right_validity": "valid", "bits": -1.4},
    {"field": "address", "level": "two_parts", "left_validity": "valid", "right_validity": "valid", "bits": 3.0},
]


def measure(var: Path) -> dict[str, Any]:
    """Fills a bank, then says word after word; milliseconds of each kind of request."""
    os.environ["GUANXI_RATE_LIMITS"], os.environ["GUANXI_MFA_ROLES"] = "0", ""
    os.environ.setdefault("GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    _django(_database(var, DATABASE))
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from guanxi.assets import collect
    from guanxi.crm.identity.models import Decision, Merge, Pair
    from guanxi.crm.org.models import Post, Role, Staff

    collect()
    call_command("migrate", interactive=False, verbosity=0)
    _fill(connection, CUSTOMERS)
    _hang(connection)
    steward = Staff.objects.create(id="steward", name="steward", institution_id="B0", role=Role.STEWARD)
    Post.objects.create(staff_id="steward", institution_id="B0", role=Role.STEWARD)
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(steward)
    load = os.getloadavg()[0]
    waiting = Pair.objects.count()
    queue = [_ask(client, "/identity/", **({"headers": PARTIAL} if turn % 2 else {}))[0] for turn in range(40)]
    took: dict[str, list[float]] = {"same": [], "different": [], "next": []}
    first = Pair.objects.order_by("-impact", "-left_id", "-right_id")[0]
    at = f"/identity/pairs/{first.left_id}/{first.right_id}/"
    client.get(at)  # what is remembered between requests is remembered now
    started = time.perf_counter()
    for turn in range(WORDS):
        verdict = ("same", "different")[turn % 2]
        said, answer = _ask(client, at, {"verdict": verdict})
        if answer.status_code != 302:
            raise RuntimeError(f"{at}: {answer.status_code}")
        at = answer.headers["Location"]
        took[verdict].append(said)
        took["next"].append(_ask(client, at)[0])
    whole = time.perf_counter() - started
    decided, merged = Decision.objects.count(), Merge.objects.count()
    if (decided, merged) != (WORDS, WORDS // 2):
        raise RuntimeError(f"{decided} decided and {merged} merged, of {WORDS}")
    return {
        "customers": CUSTOMERS + OTHERS,
        "pairs": waiting,
        "words": WORDS,
        "load": load,
        "seconds_a_word": whole / WORDS,
        "timings": {name: asdict(timing(some)) for name, some in (took | {"queue": queue}).items()},
    }


def _ask(client: Any, path: str, data: dict[str, str] | None = None, **more: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = client.get(path, **more) if data is None else client.post(path, data, **more)
    milliseconds = (time.perf_counter() - started) * 1000
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{path}: {answer.status_code}")
    return milliseconds, answer


def _hang(connection: Any) -> None:
    """What hangs on customers, and the pairs: customers 2n - 1 and 2n, the most money at stake first."""
    from guanxi.crm.contact.models import Activity, Task
    from guanxi.crm.holding.models import Agreement, Product
    from guanxi.crm.identity.models import Pair
    from guanxi.crm.insight.models import AgreementFigure

    several = f"SELECT 'P' || lpad(((g - 1) / 3 + 1)::text, 8, '0') AS p, g FROM generate_series(1, {6 * PAIRS}) g"
    with connection.cursor() as cursor:
        insert(cursor, Product, {"id": "'TERM'", "name": "'TERM'", "kind": "'term_deposit'"}, "SELECT 1 AS g")
        held = {"id": "'A' || g", "agreement_id": "'A' || g", "party_id": "p", "product_id": "'TERM'",
                "institution_id": "'B0'", "kind": "'term_deposit'", "currency": "'CNY'", "status": "'active'",
                "balance": "g % 90000", "business_date": f"date '{DAY}'"}  # fmt: skip
        insert(cursor, Agreement, _known(Agreement, held), several)
        with partition(cursor, "insight_agreementfigure", DAY) as table:
            insert(cursor, AgreementFigure, _known(AgreementFigure, held), several, table=table)
        work = {"party_id": "p", "staff_id": "'giver'", "kind": "'call'", "text": "'x'", "title": "'x'",
                "institution_id": "'B0'"}  # fmt: skip
        insert(cursor, Activity, _known(Activity, work), several)
        insert(cursor, Task, _known(Task, work), f"{several} WHERE g % 3 = 0")
        _records(2 * PAIRS)
        waiting = {
            "left_record": "'P' || lpad((2 * g - 1)::text, 8, '0')",
            "right_record": "'P' || lpad((2 * g)::text, 8, '0')", "kind": "'person'", "probability": "0.9",
            "zone": "'steward'", "weights": "'" + json.dumps(WEIGHTS) + "'", "impact": "9000000 - g",
            "institution_id": "'B0'", "manager_id": "'giver'", "first_seen": f"date '{DAY}'",
        }  # fmt: skip
        insert(cursor, Pair, waiting, f"SELECT g FROM generate_series(1, {PAIRS}) g")
        cursor.execute("VACUUM ANALYZE")


def _known(model: Any, values: dict[str, str]) -> dict[str, str]:
    columns = {field.column for field in model._meta.concrete_fields}
    return {column: value for column, value in values.items() if column in columns}


def _records(many: int) -> None:
    """The records of the first customers, their numbers and phones: encrypted, so by Django."""
    from guanxi.crm.identity.models import Record
    from guanxi.crm.party.models import ContactPoint, PartyIdentifier

    said = [
        *(("party_name", "客户"), ("birth_date", "1980-05-01"), ("gender", "M"), ("occupation", "教师")),
        *(("identifier:resident_id", "11010519491231002X"), ("contact:home_address", "长沙市岳麓区银杏路8号")),
    ]
    for first in range(1, many + 1, 5_000):
        numbers = [f"P{number:08d}" for number in range(first, min(first + 5_000, many + 1))]
        Record.objects.bulk_create(
            Record(
                id=number, party_id=number, kind="person", institution_id="B0", manager_id="giver", source="core",
                changed_on=DAY, content=[
                    {"field": field, "value": value, "source": "core", "date": "2026-05-01", "valid": True}
                    for field, value in (*said, ("contact:mobile", f"138{number[-8:]}"))
                ],
            ) for number in numbers
        )  # fmt: skip
        common = {"sequence_no": 1, "is_primary": True}
        PartyIdentifier.objects.bulk_create(
            PartyIdentifier(party_id=number, kind="passport", number=f"E{number[1:]}", **common) for number in numbers
        )
        ContactPoint.objects.bulk_create(
            ContactPoint(party_id=number, kind="mobile", value=f"138{number[-8:]}", **common) for number in numbers
        )


def render(measured: dict[str, Any]) -> str:
    """The table of the performance page."""
    names = {
        "same": "the same: two customers become one, answered with the next pair's address",
        "different": "not the same, answered with the next pair's address",
        "next": "the next pair side by side",
        "queue": "the queue (every other one as a fragment)",
    }
    lines = [
        f"### The steward, {measured['pairs']:,} pairs waiting, {measured['customers']:,} customers",
        "",
        "| request | p50 ms | p95 ms | requests |",
        "|---|---:|---:|---:|",
    ]
    for name, words in names.items():
        one = Timing(**measured["timings"][name])
        lines.append(f"| {words} | {one.p50:.0f} | {one.p95:.0f} | {one.count} |")
    both = (
        f"A word and the next pair together: {measured['seconds_a_word']:.2f} s of the {3600 // GOAL} that a hundred"
        f" an hour leave; the machine's load was {measured['load']:.1f} when it began."
    )
    return "\n".join([*lines, "", both])
