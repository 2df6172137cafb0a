"""A worker killed for good in the middle of a move: the next one ends it, with every customer exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from procrastinate.exceptions import AlreadyEnqueued

from guanxi.crm.handover.models import Handover, Item, State
from guanxi.crm.handover.tasks import tend
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.org.models import Assignment
from guanxi.crm.party.models import Party
from tests.acceptance.test_access_handover import arranged, books, books_of_figures, signed

MORE = 6_000


def add_customers(day) -> None:
    """Thousands of customers of Ai's besides those of the cast, with figures, and the day's books made of all."""
    with connection.cursor() as cursor:
        for model, numbers in ((Party, {"id"}), (CustomerFigure, {"party_id"})):
            names = [field.column for field in model._meta.concrete_fields if field.column]
            taken = ", ".join("'K' || lpad(g::text, 5, '0')" if name in numbers else f"t.{name}" for name in names)
            one = "id = 'P00001'" if model is Party else f"party_id = 'P00001' AND business_date = '{day}'"
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {taken}"
                f" FROM {model._meta.db_table} t, generate_series(1, {MORE}) g WHERE t.{one}"
            )
        cursor.execute("DELETE FROM insight_bookday WHERE business_date = %s", [day])
        cursor.execute(
            "INSERT INTO insight_bookday (business_date, night, institution_id, manager_id, kind, tier, customers,"
            " deposit, loan, wealth, contribution_mtd, contribution_r12) SELECT business_date, business_date,"
            " institution_id, coalesce(manager_id, ''), kind, tier, count(*), sum(deposit), sum(loan), sum(wealth),"
            " sum(contribution_mtd), sum(contribution_r12) FROM insight_customerfigure WHERE business_date = %s"
            " GROUP BY 1, 2, 3, 4, 5, 6",
            [day],
        )
        cursor.execute("ANALYZE")


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """The worker as it runs in a bank: a process of its own, connected as the site's role."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    process = subprocess.Popen(
        [sys.executable, "-m", "guanxi.cli", "worker"],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def waited_for(
    process: subprocess.Popen[bytes], seconds: float, reached: Callable[[Handover], Any], number: int
) -> Any:
    """Looks again and again at a hand-over until it is so far; fails where the worker ends or takes too long."""
    until = time.monotonic() + seconds
    while not reached(Handover.objects.get(pk=number)):
        assert process.poll() is None, "the worker has ended by itself"
        assert time.monotonic() < until, "the worker takes too long"
        time.sleep(0.01)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_and_doubles_nobody(cast):
    add_customers(cast.day)
    mine = set(Party.objects.filter(manager_id="1111").values_list("id", flat=True))
    others = dict(Party.objects.exclude(manager_id="1111").values_list("id", "manager_id"))
    one = signed(cast, arranged(cast, to=("1112", "1121")))  # the last signature asks the worker to begin
    wanted = dict(Item.objects.filter(handover=one).values_list("party_id", "receiver"))
    assert wanted.keys() == mine
    seed = int(os.environ.get("GUANXI_TEST_SEED", "20261127"))
    with worker() as process:
        waited_for(process, 40, lambda now: now.moved, one.pk)
        time.sleep(random.Random(seed).uniform(0, 0.2))  # within the next batch
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    # What it had under way is rolled back as soon as the database notices; until then the hand-over is locked.
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, moved FROM handover_handover WHERE id = %s FOR UPDATE", [one.pk])
        state, moved = cursor.fetchone()
    assert (state, 0 < moved < len(mine)) == (State.MOVING, True), (state, moved)
    check_half(cast, others, wanted, moved)
    with suppress(AlreadyEnqueued):
        tend.defer(timestamp=0)  # as every five minutes
    with worker() as process:
        waited_for(process, 40, lambda now: now.state == State.DONE, one.pk)
    done = Handover.objects.get(pk=one.pk)
    assert (done.moved, done.skipped) == (len(mine), 0)
    check_half(cast, others, wanted, len(mine))
    assert not Party.objects.filter(manager_id="1111").exists()


def check_half(cast, others: dict[str, str], wanted: dict[str, str], moved: int) -> None:
    """Each customer has one manager, is in one open arrangement at most, and counts once in the books."""
    leads = dict(Party.objects.values_list("id", "manager_id"))
    assert leads.keys() == others.keys() | wanted.keys()
    assert {number: leads[number] for number in others} == others
    there = {number for number, state in Item.objects.values_list("party_id", "state") if state == "moved"}
    assert len(there) == moved
    assert all(leads[number] == (to if number in there else "1111") for number, to in wanted.items())
    figures = CustomerFigure.objects.filter(business_date=cast.day).values_list("party_id", "manager_id")
    assert all(leads[number] == manager for number, manager in figures)
    ever = Counter(Assignment.objects.filter(kind="lead").values_list("party_id", flat=True))
    assert ever == dict.fromkeys(there, 1)
    assert books(cast.day) == books_of_figures(cast.day)
