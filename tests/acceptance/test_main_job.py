"""The main job, end to end: files in, nights done, figures published; whatever goes wrong on the way."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from guanxi.warehouse.landing.control import read_control, write_control
from guanxi.warehouse.landing.write import describe_file
from guanxi.warehouse.night.register import NightRegister
from guanxi.warehouse.night.run import NightStopped, run_nights
from tests.acceptance.nights import SPEC, House, bank_files, deliver, house

pytestmark = pytest.mark.long
OPENING, FIRST, SECOND, LAST = SPEC.days


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> Path:
    return bank_files(tmp_path_factory.mktemp("bank"))


@pytest.fixture
def bank(tmp_path, empty_database) -> House:
    return house(tmp_path, empty_database)


def test_the_nights_of_a_bank_account_for_every_row(bank, files):
    deliver(files, bank.options.inbox)
    status, printed = bank.command("night")
    assert status == 0, printed
    summary = json.loads((bank.options.warehouse.parent / "var" / "summary.json").read_text())
    assert summary["business_date"] == LAST.isoformat()
    assert bank.business_date() == LAST
    lines = {
        name: sum(read_control(files / day.isoformat() / f"{name}.ctl").rows for day in SPEC.days)
        for name in summary["tables"]
    }
    assert lines == {name: counts["rows"] for name, counts in summary["tables"].items()}
    for name, counts in summary["tables"].items():
        assert counts["accepted"] + counts["quarantined"] == counts["rows"], name
    kept_aside = bank.query('select "table", count(*) from quality_quarantinedrow group by 1')
    assert dict(kept_aside) == {n: c["quarantined"] for n, c in summary["tables"].items() if c["quarantined"]}
    assert sum(counts["quarantined"] for counts in summary["tables"].values()) > 0
    assert summary["tables"]["party"]["published"] == bank.query("select count(*) from party_party")[0][0] > 300
    assert summary["tables"]["agreement"]["published"] == bank.query("select count(*) from holding_agreement")[0][0]
    steps = [(step["business_date"], step["name"]) for step in summary["steps"]]
    nights = [(day.isoformat(), name) for day in SPEC.days for name in ("land", "build")]
    assert steps == [*nights, (LAST.isoformat(), "publish")]
    assert all(step["seconds"] > 0 and step["peak_bytes"] > 1 << 20 for step in summary["steps"])
    assert summary["reconciliation"]
    assert all(Decimal(rule["expected"]) == Decimal(rule["actual"]) for rule in summary["reconciliation"])

    # A second start finds nothing to do, and changes nothing.
    before, files_before = bank.contents(), bank.files()
    status, printed = bank.command("night")
    assert status == 0
    assert "Nothing waits" in printed
    assert (bank.contents(), bank.files()) == (before, files_before)


def test_figures_of_customers_add_up_to_those_of_agreements(bank, files):
    deliver(files, bank.options.inbox)
    run_nights(bank.options)
    customers = bank.query(
        "select sum(contribution_mtd), sum(contribution_r12), sum(interest_r12), sum(fees_r12), sum(cost_r12),"
        " sum(expected_loss_r12), sum(deposit + wealth), sum(loan) from insight_customerfigure"
        " where business_date = %s", LAST,
    )[0]  # fmt: skip
    agreements = bank.query(
        "select sum(contribution), sum(contribution_r12), sum(interest_r12), sum(fees_r12), sum(cost_r12),"
        " sum(expected_loss_r12), sum(balance) filter (where dimension in ('deposit', 'fee')),"
        " sum(balance) filter (where a.kind in ('loan', 'card'))"
        " from insight_agreementfigure f join holding_agreement a on a.id = f.agreement_id"
        " where business_date = %s and exists (select from party_party p where p.id = f.party_id)", LAST,
    )[0]  # fmt: skip
    assert customers[:6] == agreements[:6]
    assert customers[7] == agreements[7]
    books = bank.query("select sum(deposit + wealth), sum(loan) from insight_bookday where business_date = %s", LAST)[0]
    assert books == customers[6:]


def test_a_run_killed_anywhere_ends_with_the_same_bytes(bank, files, tmp_path, migrated_template):
    deliver(files, bank.options.inbox)
    started = time.monotonic()
    assert bank.command("night")[0] == 0
    undisturbed = time.monotonic() - started
    contents, parquet = bank.contents(), bank.files()

    import secrets

    import psycopg

    from tests.conftest import _address

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{migrated_template}"')
    killed = house(tmp_path / "killed", _address(name))
    deliver(files, killed.options.inbox)
    chance = random.Random(20261120)
    kills = 0
    for _ in range(40):
        process = killed.start("night")
        wait = chance.uniform(0.5, undisturbed * 0.5)
        try:
            process.wait(wait)
        except Exception:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        assert process.returncode == 0
        break
    else:
        pytest.fail("the job never came to its end")
    assert kills >= 3
    assert killed.contents() == contents
    assert killed.files() == parquet
    runs = killed.query("select status, count(*) from quality_run group by 1")
    assert dict(runs)["stopped"] >= 1
    assert "running" not in dict(runs)


def break_file(folder: Path, table: str, change) -> None:
    """Replaces a linked file by its own changed copy, the control file left as it was."""
    control = read_control(folder / f"{table}.ctl")
    file = folder / control.file
    data = change(file.read_bytes())
    file.unlink()
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("rule", "breaking"),
    [
        ("checksum", lambda folder: break_file(folder, "agreement", lambda data: data.replace(b"0", b"1", 1))),
        ("truncated", lambda folder: break_file(folder, "balance", lambda data: data[: len(data) // 2])),
        ("missing", lambda folder: (folder / "event.ctl").unlink()),
        ("missing", lambda folder: next(folder.glob("party.dat*")).unlink()),
    ],
)
def test_a_bad_file_stops_the_night_before_anything_is_published(bank, files, rule, breaking):
    deliver(files, bank.options.inbox, OPENING)
    run_nights(bank.options)
    before = bank.contents()
    deliver(files, bank.options.inbox, FIRST)
    breaking(bank.options.inbox / FIRST.isoformat())
    status, printed = bank.command("night")
    assert status == 1
    assert "stopped before anything was published" in printed
    assert "->" in printed
    assert bank.business_date() == OPENING
    assert bank.contents() == before
    problems = bank.query("select problems from quality_run where status = 'stopped'")[0][0]
    assert problems
    assert all(problem["message"] and problem["what_to_do"] for problem in problems)

    # With the right files in place the same command goes on.
    shutil.rmtree(bank.options.inbox / FIRST.isoformat())
    deliver(files, bank.options.inbox, FIRST)
    assert bank.command("night")[0] == 0
    assert bank.business_date() == FIRST


def test_a_gap_a_wrong_date_and_a_repeated_day_stop_the_night(bank, files):
    deliver(files, bank.options.inbox, OPENING)
    run_nights(bank.options)
    deliver(files, bank.options.inbox, SECOND)
    with pytest.raises(NightStopped) as gap:
        run_nights(bank.options)
    assert FIRST.isoformat() in str(gap.value)

    shutil.rmtree(bank.options.inbox / SECOND.isoformat())
    wrong = bank.options.inbox / FIRST.isoformat()
    shutil.copytree(files / SECOND.isoformat(), wrong)
    with pytest.raises(NightStopped) as date:
        run_nights(bank.options)
    assert SECOND.isoformat() in str(date.value)

    shutil.rmtree(wrong)
    deliver(files, bank.options.inbox, FIRST)
    run_nights(bank.options)
    again = bank.options.inbox / SECOND.isoformat()
    shutil.copytree(files / FIRST.isoformat(), again)
    with pytest.raises(NightStopped):
        run_nights(bank.options)
    assert bank.business_date() == FIRST


def correct(folder: Path) -> None:
    """The bank corrects a day: one balance becomes another amount, and the control file says so."""
    control = read_control(folder / "balance.ctl")
    file = folder / control.file
    lines = file.read_bytes().split(b"\n")
    fields = lines[0].split(b"|+|") if b"|+|" in lines[0] else lines[0].split(b"|")
    delimiter = b"|+|" if b"|+|" in lines[0] else b"|"
    fields[2] = b"987654.32"
    lines[0] = delimiter.join(fields)
    file.unlink()
    file.write_bytes(b"\n".join(lines))
    restate(folder, "balance")


def restate(folder: Path, table: str) -> None:
    """Writes a table's control file anew from its data file."""
    from dataclasses import replace

    from guanxi.warehouse.landing.formats import read_feed
    from guanxi.warehouse.landing.tables import TABLES

    control = read_control(folder / f"{table}.ctl")
    form = read_feed(folder.parent).format(TABLES[table])
    rows, total, checksum = describe_file(folder / control.file, TABLES[table], form)
    (folder / f"{table}.ctl").unlink()
    write_control(folder, replace(control, rows=rows, amount_total=total, sha256=checksum))


def test_a_corrected_day_replaces_itself_and_what_rests_on_it(bank, files, tmp_path, migrated_template):
    deliver(files, bank.options.inbox)
    run_nights(bank.options)
    wrong = bank.contents()
    correct(bank.options.inbox / FIRST.isoformat())
    status, printed = bank.command("night", "--date", FIRST.isoformat())
    assert status == 0, printed
    assert bank.business_date() == LAST
    corrected, corrected_files = bank.contents(), bank.files()
    assert corrected != wrong

    # A warehouse that saw the corrected files only comes to the same.
    shutil.rmtree(bank.options.warehouse)
    bank.options.warehouse.mkdir()
    run_nights(bank.options)
    assert bank.files() == corrected_files
    assert bank.contents() == corrected

    # Without the folders of later days nothing is thrown away.
    shutil.rmtree(bank.options.inbox / SECOND.isoformat())
    status, printed = bank.command("night", "--date", FIRST.isoformat())
    assert status == 1
    assert SECOND.isoformat() in printed
    assert NightRegister(bank.options.warehouse).days() == list(SPEC.days)


def test_a_mended_row_is_replayed_and_counts(bank, files):
    import psycopg

    deliver(files, bank.options.inbox)
    run_nights(bank.options)
    day, line, raw, encoding = bank.query(
        'select business_date, line, raw, encoding from quality_quarantinedrow where "table" = %s'
        " and rule = 'type' and \"column\" = 'amount' order by business_date limit 1", "event",
    )[0]  # fmt: skip
    kept_before = bank.query("select count(*) from quality_quarantinedrow where status = 'waiting'")[0][0]
    from guanxi.warehouse.landing.formats import read_feed
    from guanxi.warehouse.landing.tables import TABLES

    form = read_feed(files).format(TABLES["event"])
    fields = bytes(raw).decode(encoding).split(form.delimiter)
    names = [column.name for column in TABLES["event"].columns]
    fields[names.index("amount")] = "12.34"
    with psycopg.connect(bank.options.database_url) as connection:
        connection.execute(
            "update quality_quarantinedrow set status = 'mended', mended = %s where business_date = %s"
            ' and "table" = %s and line = %s', (form.delimiter.join(fields), day, "event", line),
        )  # fmt: skip
    status, printed = bank.command("night", "--replay")
    assert status == 0, printed
    event_id = fields[names.index("event_id")]
    assert bank.query("select amount from holding_event where event_id = %s", event_id) == [(Decimal("12.34"),)]
    assert bank.query("select status from quality_quarantinedrow where business_date = %s and line = %s"
                      ' and "table" = %s', day, line, "event") == [("accepted",)]  # fmt: skip
    kept = bank.query("select count(*) from quality_quarantinedrow where status = 'waiting'")[0][0]
    assert kept == kept_before - 1
    # It stays accepted when the day is done again for another reason.
    assert bank.command("night", "--date", day.isoformat())[0] == 0
    assert bank.query("select amount from holding_event where event_id = %s", event_id) == [(Decimal("12.34"),)]


def test_two_nights_never_work_at_once(bank, files):
    deliver(files, bank.options.inbox)
    first = bank.start("night")
    try:
        deadline = time.monotonic() + 60
        while not (bank.options.warehouse / "lock").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        status, printed = bank.command("night")
        assert status == 2
        assert str(first.pid) in printed
    finally:
        first.communicate(timeout=300)
    assert first.returncode == 0
    assert bank.business_date() == LAST


def test_only_changed_rows_are_written(bank, files):
    deliver(files, bank.options.inbox, OPENING, FIRST)
    run_nights(bank.options)
    before = dict(bank.query("select id, xmin::text from holding_agreement"))
    parties = dict(bank.query("select id, xmin::text from party_party"))
    deliver(files, bank.options.inbox, SECOND)
    run_nights(bank.options)
    after = dict(bank.query("select id, xmin::text from holding_agreement"))
    unchanged = sum(before[key] == after[key] for key in before if key in after)
    assert 0.5 * len(before) < unchanged < len(before)
    again = dict(bank.query("select id, xmin::text from party_party"))
    assert sum(parties[key] == again[key] for key in parties if key in again) > 0.9 * len(parties)


def test_the_page_names_the_day_until_the_next_one_is_published(bank, files):
    deliver(files, bank.options.inbox, OPENING)
    run_nights(bank.options)
    assert bank.business_date() == OPENING
    assert bank.query("select previous_business_date from insight_publication") == [(None,)]
    deliver(files, bank.options.inbox, FIRST)
    run_nights(bank.options)
    assert bank.business_date() == FIRST
    assert bank.query("select previous_business_date from insight_publication order by id desc limit 1") == [(OPENING,)]
    assert timedelta(days=1) == FIRST - OPENING
