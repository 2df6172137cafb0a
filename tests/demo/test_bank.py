"""The synthetic bank's files: the same bytes for the same spec, whole, and what the landing takes without a word."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import date, timedelta

import pytest

from guanxi.demo.bank import BankSpec, write_bank
from guanxi.warehouse.landing.control import read_control
from guanxi.warehouse.landing.tables import TABLES

TINY = BankSpec(customers=300, nights=1, daily_days=10, month_ends=2)


def digest(inbox):
    return {
        str(path.relative_to(inbox)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    }


def test_the_same_spec_gives_the_same_bytes_on_any_number_of_threads(tmp_path, monkeypatch):
    first = write_bank(TINY, tmp_path / "a")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert write_bank(TINY, tmp_path / "b") == first
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    write_bank(replace(TINY, seed=7), tmp_path / "c")
    assert digest(tmp_path / "c") != digest(tmp_path / "a")


def test_a_second_call_writes_nothing(tmp_path):
    first = write_bank(TINY, tmp_path / "inbox")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "inbox").rglob("*")}
    assert write_bank(TINY, tmp_path / "inbox") == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "inbox").rglob("*")} == times


def test_another_spec_replaces_the_inbox(tmp_path):
    write_bank(TINY, tmp_path / "inbox")
    other = write_bank(replace(TINY, plain=True, bad_rows=False), tmp_path / "inbox")
    assert {path.name for path in (tmp_path / "inbox").iterdir() if path.is_dir()} == {str(day) for day in other.days}
    assert not list((tmp_path / "inbox").rglob("*.gz"))
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


class Killed(BaseException):
    """Stands for a process that is gone."""


class KillsItself:
    def __init__(self, at):
        self.at = at

    def report(self, done, total, detail=""):
        if self.at in detail:
            raise Killed


@pytest.mark.parametrize("at", ["ledger", "balance"])
def test_a_killed_call_leaves_no_inbox_and_the_next_one_makes_it_whole(tmp_path, at):
    with pytest.raises(Killed):
        write_bank(TINY, tmp_path / "inbox", KillsItself(at))
    assert not (tmp_path / "inbox").exists()
    written = write_bank(TINY, tmp_path / "inbox")
    assert len(written.files) == 2 * len(TABLES)
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


def test_files_that_no_demo_bank_wrote_are_never_replaced(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "ledger.dat").write_text("ours")
    with pytest.raises(FileExistsError, match="no demo bank wrote"):
        write_bank(TINY, tmp_path / "inbox")
    assert (tmp_path / "inbox" / "ledger.dat").read_text() == "ours"


def test_a_spoilt_marker_counts_for_nothing(tmp_path):
    first = write_bank(TINY, tmp_path / "inbox")
    (tmp_path / "inbox" / "bank.json").write_text("{")
    assert write_bank(TINY, tmp_path / "inbox") == first
    assert json.loads((tmp_path / "inbox" / "bank.json").read_text())


@pytest.mark.parametrize("wrong", [{"customers": 10}, {"nights": -1}, {"daily_days": 0}, {"month_ends": -1}])
def test_specs_that_make_no_bank_are_refused(wrong):
    with pytest.raises(ValueError, match=r"customers|nights"):
        replace(TINY, **wrong)


def test_days_and_month_ends_follow_from_the_spec():
    spec = BankSpec(last_day=date(2026, 11, 20), nights=3, daily_days=90, month_ends=24)
    assert spec.days == tuple(date(2026, 11, 17) + timedelta(days=n) for n in range(4))
    assert spec.first_day == date(2026, 8, 20)
    assert (spec.history_month_ends[0], spec.history_month_ends[-1]) == (date(2024, 8, 31), date(2026, 7, 31))
    assert len(spec.history_month_ends) == 24


def test_every_file_has_the_rows_that_are_noted_of_it(spoilt_bank):
    for file in spoilt_bank.bank.files:
        path = spoilt_bank.inbox / str(file.business_date) / file.file
        control = read_control(path.parent / f"{file.table}.ctl")
        delivered = spoilt_bank.landings[file.business_date][file.table]
        assert (control.rows, path.stat().st_size) == (file.rows, file.bytes)
        assert delivered.rows == file.rows == delivered.accepted + delivered.quarantined


def test_the_quarantine_holds_what_was_spoilt_and_what_hung_on_it(spoilt_bank):
    assert spoilt_bank.quarantine == spoilt_bank.expected
    made = {spoilt.mistake for spoilt in spoilt_bank.bank.spoilt}
    assert len(made - {""}) >= 10
    spoilt = sum(row.rows for row in spoilt_bank.bank.spoilt if row.mistake)
    rows = sum(file.rows for file in spoilt_bank.bank.files)
    assert 0.0005 < spoilt / rows < 0.0015


def test_without_mistakes_everything_is_accepted(good_bank):
    assert good_bank.quarantine == good_bank.expected == {}


def test_the_two_banks_differ_in_the_mistakes_only(good_bank, spoilt_bank):
    assert good_bank.bank.counts == spoilt_bank.bank.counts
    lost = spoilt_bank.one("SELECT count(*) FROM event")
    assert 0 < good_bank.one("SELECT count(*) FROM event") - lost < 200


def test_only_the_opening_brings_history(good_bank):
    spec = BankSpec(customers=1500, nights=2, daily_days=35, month_ends=4)
    dates = "SELECT night, count(DISTINCT balance_date) FROM balance GROUP BY 1 ORDER BY 1"
    assert [count for _, count in good_bank.sql(dates)] == [39, 1, 1]
    held = good_bank.sql("SELECT DISTINCT balance_date FROM balance ORDER BY 1")
    assert tuple(day for (day,) in held[:4]) == spec.history_month_ends
    assert held[4][0] == spec.first_day
    outside = f"event_time < '{spec.first_day}' OR event_time >= '{spec.last_day + timedelta(days=1)}'"
    assert good_bank.one(f"SELECT count(*) FROM event WHERE {outside}") == 0


def test_nights_bring_something_new(good_bank):
    nights = good_bank.bank.days[1:]
    for night in nights:
        rows = {name: delivered.rows for name, delivered in good_bank.landings[night].items()}
        assert rows["event"] > 0
        assert rows["agreement_party"] > 0
        assert rows["institution"] == good_bank.landings[good_bank.bank.days[0]]["institution"].rows
    changes = sum(good_bank.landings[night]["contact_point"].rows for night in nights)
    assert changes > 0
