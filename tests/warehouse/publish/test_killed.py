"""A publication that is killed anywhere leaves what was published, and the next one ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from guanxi.warehouse.nights import Night
from tests.warehouse.publish.bank import add_party
from tests.warehouse.publish.conftest import empty
from tests.warehouse.publish.minibank import local

NEXT = date(2026, 5, 30)
THIRD = date(2026, 6, 1)
PUBLISHING = "select from pg_stat_activity where application_name = 'guanxi publish' and datname = current_database()"
PUBLISH = """
import sys
from datetime import date
from pathlib import Path
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.publish import publish
root, url, *days = sys.argv[1:]
days = [date.fromisoformat(day) for day in days]
nights = [Night(day, before if before.year > 1 else None) for before, day in zip(days, days[1:])]
print("ready", flush=True)
publish(layout=Layout(Path(root)), nights=nights, database_url=url, run_id="killed", time_zone="Asia/Shanghai")
"""


def publisher(house, *nights: Night) -> subprocess.Popen:
    before = nights[0].previous or date(1, 1, 1)
    days = [before.isoformat(), *(night.business_date.isoformat() for night in nights)]
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISH, str(house.bank.root), house.url, *days], stdout=subprocess.PIPE
    )


def gone(connection: psycopg.Connection) -> None:
    """Waits until PostgreSQL has noticed that the publication's process is gone, and has ended what it was asked.

    A commit that was asked for before the kill still happens. Rows of a new partition were written frozen: a
    transaction that began before that commit would read them beside the older business date.
    """
    until = time.monotonic() + 60
    while connection.execute(PUBLISHING).fetchone():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.long
def test_killed_anywhere_it_ends_as_undisturbed(house):
    bank = house.bank
    for number in range(1500):
        add_party(bank, f"K{number:05}", "person", "王李张刘"[number % 4] + "小明芳伟"[number % 3 :], "B11", "S1",
                  phone=f"139{number:08}", identifier=f"11010119900101{number:04}")  # fmt: skip
    for number in range(2000):
        bank.event(f"E{number}", f"A{number % 1500:05}1", local(2026, 5, 28))
    bank.month(date(2026, 4, 1))
    opening = bank.write()
    for number in range(0, 1500, 5):
        bank.row("core_party", f"K{number:05}")["institution_id"] = "B12"
        bank.row("core_agreement", f"A{number:05}2")["balance"] = Decimal(number)
    bank.core["core_contact_point"] = bank.core["core_contact_point"][:-200]
    bank.event("E-next", "A000012", local(2026, 5, 30))
    second = bank.write(NEXT)
    bank.month(date(2026, 5, 1))
    bank.change("movement", night=THIRD, party_id="K00001", moved=Decimal(5))
    third = bank.write(THIRD)
    steps = ((opening,), (second, third))

    states = [house.everything()]
    for nights in steps:
        house.publish(*nights, run_id="undisturbed")
        states.append(house.everything())
    process = publisher(house, third)
    process.stdout.readline()
    started = time.monotonic()
    assert process.wait() == 0
    whole = time.monotonic() - started

    seed = int(os.environ.get("GUANXI_TEST_SEED", "20260529"))
    chance = random.Random(seed)
    killed = 0
    for attempt in range(2):
        empty(house.connection)
        for position, nights in enumerate(steps):
            for _ in range(4):
                process = publisher(house, *nights)
                process.stdout.readline()
                try:
                    process.wait(chance.uniform(0, whole * 1.2))
                    break
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    killed += 1
                    gone(house.connection)
                    # Killed before its commit or after it: what people see is one of the two, and whole.
                    assert house.everything() in states[position : position + 2], (seed, attempt)
            if house.everything() != states[position + 1]:
                house.publish(*nights)
            assert house.everything() == states[position + 1], (seed, attempt)
        house.publish(third)
        assert house.everything() == states[-1], (seed, attempt)
        assert house.one("select count(*) from pg_class where relnamespace = 'inbox'::regnamespace") == 0
        assert not house.rows(PUBLISHING)
    assert killed > 3
