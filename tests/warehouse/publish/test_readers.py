"""Whoever reads while a night is published sees a whole day, and nobody publishes beside another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from threading import Thread
from time import sleep
from unittest import mock

import psycopg
import pytest

from guanxi.warehouse.publish import last_published, publication
from guanxi.warehouse.publish.database import PUBLISHING, PublicationRunningError, TableBusyError
from tests.warehouse.publish.minibank import OPENING

NEXT = date(2026, 5, 30)
THIRD = date(2026, 6, 1)


def test_two_publications_at_once_are_excluded(house):
    house.write()
    with psycopg.connect(house.url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [PUBLISHING])
        with pytest.raises(PublicationRunningError):
            house.publish(patience=0.2)
    house.publish()


def test_whoever_reads_the_figures_all_the_time_is_told_and_nothing_is_published(house):
    night = house.write()
    house.publish()
    before = house.everything()
    with psycopg.connect(house.url) as reader:
        reader.execute("select * from insight_customerfigure").fetchone()
        with pytest.raises(TableBusyError, match="insight_customerfigure"):
            house.publish(night, patience=0.5)
    assert house.everything() == before
    house.publish(night)


def test_a_reader_in_a_long_transaction_does_not_hold_up_the_next_night(house):
    for day in (OPENING, NEXT):
        house.write(day)
        house.publish()
    with psycopg.connect(house.url) as reader, mock.patch("guanxi.warehouse.publish.partitions.RETIRING", 0.3):
        reader.execute("select * from insight_customerfigure where business_date = %s", [OPENING]).fetchone()
        house.write(THIRD)
        house.publish()
        assert last_published(house.url) == THIRD
        assert len(reader.execute("select * from insight_customerfigure").fetchall()) > 0
    fourth = date(2026, 6, 2)
    house.write(fourth)
    house.publish()
    assert house.rows("select distinct business_date from insight_customerfigure order by 1") == [(THIRD,), (fourth,)]


def test_readers_see_a_whole_day_or_the_one_before_at_any_moment(house):
    """Reads all the time while nights are published, each of which gives every balance its day's number."""
    seen, wrong, stop = set(), [], []

    def read():
        with psycopg.connect(house.url, autocommit=True) as reader:
            while not stop:
                with reader.transaction():
                    reader.execute("set transaction isolation level repeatable read")
                    day = reader.execute(
                        "select business_date from insight_publication order by id desc limit 1"
                    ).fetchone()
                    found = reader.execute(
                        "select (select array_agg(distinct balance) from holding_agreement),"
                        " (select array_agg(distinct balance) from insight_agreementfigure where business_date = %s)",
                        [day and day[0]],
                    ).fetchone()
                if day:
                    seen.add(day[0])
                    if found != ([Decimal(day[0].day)], [Decimal(day[0].day)]):
                        wrong.append((day, found))

    def balances(day):
        for row in house.bank.core["core_agreement"]:
            row["balance"] = Decimal(day.day)
        return house.write(day)

    night = balances(OPENING)
    house.publish()
    thread = Thread(target=read)
    thread.start()
    try:
        for day in (NEXT, date(2026, 5, 31), THIRD):
            night = balances(day)
            house.publish()
        house.publish(night)
        sleep(0.1)
    finally:
        stop.append(True)
        thread.join()
    assert not wrong
    assert {OPENING, THIRD} <= seen


def test_partitions_of_a_day_that_was_not_announced_are_removed_by_the_next_publication(house, monkeypatch):
    house.write(OPENING)
    house.publish()
    before = house.everything()
    ahead = publication._Publication._attach_ahead

    def attach_and_fail(self, daily):
        ahead(self, daily)
        assert house.rows("select distinct business_date from insight_customerfigure order by 1") == [
            (OPENING,), (NEXT,),
        ]  # fmt: skip
        raise OSError("the disk is full")

    monkeypatch.setattr(publication._Publication, "_attach_ahead", attach_and_fail)
    house.write(NEXT)
    with pytest.raises(OSError, match="disk is full"):
        house.publish()
    assert house.everything() == before
    monkeypatch.undo()
    house.publish()
    assert last_published(house.url) == NEXT
    assert house.rows("select distinct business_date from insight_customerfigure order by 1") == [(OPENING,), (NEXT,)]
