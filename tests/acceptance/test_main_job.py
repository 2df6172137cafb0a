"""The main job, end to end: files in, nights done, figures published; whatever goes wrong on the way."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from guanxi.sealing import context_of, seal, unseal
from guanxi.warehouse.landing.control import read_control, write_control
from guanxi.warehouse.landing.formats import read_feed
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.landing.write import describe_file
from guanxi.warehouse.night.register import NightRegister
from guanxi.warehouse.night.run import NightStopped, run_nights
from tests.acceptance.nights import SPEC, House, deliver

pytestmark = pytest.mark.long
OPENING, FIRST, LAST = SPEC.days


def test_the_nights_of_a_bank_account_for_every_row(past, finished):
    summary = json.loads((finished.options.warehouse.parent / "var" / "summary.json").read_text())
    assert summary["business_date"] == LAST.isoformat()
    assert finished.business_date() == LAST
    stated = {
        name: sum(read_control(past.files / day.isoformat() / f"{name}.ctl").rows for day in SPEC.days)
        for name in summary["tables"]
    }
    assert stated == {name: counts["rows"] for name, counts in summary["tables"].items()}
    for name, counts in summary["tables"].items():
        assert counts["accepted"] + counts["quarantined"] == counts["rows"], name
    kept_aside = finished.query('select "table", count(*) from quality_quarantinedrow group by 1')
    assert dict(kept_aside) == {n: c["quarantined"] for n, c in summary["tables"].items() if c["quarantined"]}
    assert sum(counts["quarantined"] for counts in summary["tables"].values()) > 0
    for name, table in (("party", "party_party"), ("agreement", "holding_agreement"), ("event", "holding_event")):
        assert summary["tables"][name]["published"] == finished.query(f"select count(*) from {table}")[0][0] > 300
    steps = [(step["business_date"], step["name"]) for step in summary["steps"]]
    assert steps == [(day.isoformat(), name) for day in SPEC.days for name in ("land", "build", "publish")]
    assert all(step["seconds"] > 0 and step["peak_bytes"] > 1 << 20 for step in summary["steps"])
    assert summary["reconciliation"]
    assert all(Decimal(rule["expected"]) == Decimal(rule["actual"]) for rule in summary["reconciliation"])
    for word in ("business date", "accepted", "kept aside", "published", "agrees"):
        assert word in past.printed

    # A second start finds nothing to do, and changes nothing.
    before, files_before = finished.contents(), finished.files()
    status, printed = finished.command("night")
    assert status == 0
    assert "Nothing waits" in printed
    assert (finished.contents(), finished.files()) == (before, files_before)


def test_figures_of_customers_add_up_to_those_of_agreements(finished):
    customers = finished.query(
        "select sum(contribution_mtd), sum(contribution_r12), sum(interest_r12), sum(fees_r12), sum(cost_r12),"
        " sum(expected_loss_r12), sum(deposit + wealth), sum(loan) from insight_customerfigure"
        " where business_date = %s", LAST,
    )[0]  # fmt: skip
    agreements = finished.query(
        "select sum(contribution), sum(contribution_r12), sum(interest_r12), sum(fees_r12), sum(cost_r12),"
        " sum(expected_loss_r12),"
        " sum(f.balance) filter (where a.kind in ('demand_deposit', 'term_deposit', 'wealth', 'insurance', 'fund')),"
        " sum(f.balance) filter (where a.kind in ('loan', 'card'))"
        " from insight_agreementfigure f join holding_agreement a on a.id = f.agreement_id"
        " where business_date = %s and exists (select from party_party p where p.id = f.party_id)", LAST,
    )[0]  # fmt: skip
    assert customers == agreements
    books = finished.query(
        "select sum(deposit + wealth), sum(loan) from insight_bookday where business_date = %s", LAST
    )[0]
    assert books == customers[6:]


def test_a_run_killed_anywhere_ends_with_the_same_bytes(past, untouched):
    undisturbed = past.after[1].copy(untouched.options.warehouse.parent.parent / "undisturbed")
    deliver(past.files, untouched.options.inbox, OPENING)
    chance = random.Random(20261120)
    kills = 0
    for patience in range(60):
        # Later attempts are given more time, so that a slow machine comes to an end as well.
        if not kill_or_finish(untouched, chance.uniform(0.5, 8 + patience)):
            if (untouched.options.inbox / FIRST.isoformat()).exists():
                break
            deliver(past.files, untouched.options.inbox, FIRST)
        else:
            kills += 1
    else:
        pytest.fail("the job never came to its end")
    assert kills >= 3
    assert untouched.contents() == undisturbed.contents()
    assert untouched.files() == undisturbed.files()
    runs = dict(untouched.query("select status, count(*) from quality_run group by 1"))
    assert runs["stopped"] >= 1
    assert "running" not in runs


def kill_or_finish(bank: House, seconds: float) -> bool:
    """Starts the night's job and, where it is still at work after ``seconds``, kills it with all its children."""
    process = bank.start("night")
    try:
        printed, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    assert process.returncode == 0, printed
    return False


def break_file(folder: Path, table: str, change) -> None:
    """Replaces a linked file by its own changed copy, the control file left as it was."""
    file = folder / read_control(folder / f"{table}.ctl").file
    data = change(file.read_bytes())
    file.unlink()
    file.write_bytes(data)


def test_bad_files_stop_the_night_before_anything_is_published(past, opened):
    before = opened.contents()
    breakings = (
        lambda folder: break_file(folder, "agreement", lambda data: data.replace(b"0", b"1", 1)),
        lambda folder: break_file(folder, "balance", lambda data: data[: len(data) // 2]),
        lambda folder: (folder / "event.ctl").unlink(),
        lambda folder: next(folder.glob("party.dat*")).unlink(),
    )
    folder = opened.options.inbox / FIRST.isoformat()
    for breaking in breakings:
        deliver(past.files, opened.options.inbox, FIRST)
        breaking(folder)
        with pytest.raises(NightStopped) as stopped:
            run_nights(opened.options)
        assert all(problem.message and problem.what_to_do for problem in stopped.value.problems)
        shutil.rmtree(folder)
    assert opened.business_date() == OPENING
    assert opened.contents() == before
    runs = opened.query("select problems from quality_run where status = 'stopped'")
    assert len(runs) == len(breakings)
    assert all(problem["what_to_do"] for (problems,) in runs for problem in problems)

    # The command says what to do, and with the right files in place goes on.
    deliver(past.files, opened.options.inbox, FIRST)
    (folder / "party.ctl").unlink()
    status, printed = opened.command("night")
    assert status == 1
    assert "stopped before anything was published" in printed
    assert "party" in printed
    assert "->" in printed
    (folder / "party.ctl").symlink_to(past.files / FIRST.isoformat() / "party.ctl")
    assert opened.command("night")[0] == 0
    assert opened.business_date() == FIRST


def test_a_gap_a_wrong_date_and_a_repeated_day_stop_the_night(past, opened):
    deliver(past.files, opened.options.inbox, LAST)
    with pytest.raises(NightStopped) as gap:
        run_nights(opened.options)
    assert FIRST.isoformat() in str(gap.value)

    shutil.rmtree(opened.options.inbox / LAST.isoformat())
    wrong = opened.options.inbox / FIRST.isoformat()
    shutil.copytree(past.files / LAST.isoformat(), wrong)
    with pytest.raises(NightStopped) as date:
        run_nights(opened.options)
    assert LAST.isoformat() in str(date.value)
    assert opened.business_date() == OPENING


def test_a_day_delivered_again_stops_the_night(past, finished):
    again = finished.options.inbox / LAST.replace(day=LAST.day + 1).isoformat()
    shutil.copytree(past.files / LAST.isoformat(), again)
    for control in again.glob("*.ctl"):
        stated = read_control(control)
        control.unlink()
        write_control(again, replace(stated, business_date=LAST.replace(day=LAST.day + 1)))
    with pytest.raises(NightStopped) as stopped:
        run_nights(finished.options)
    assert any(problem.rule == "repeated_day" for problem in stopped.value.problems)
    assert finished.business_date() == LAST


def write_over(folder: Path, name: str, column: str, value: str) -> None:
    """The first row of a day's file says something else, and the control file with it."""
    table = TABLES[name]
    form = read_feed(folder.parent).format(table)
    control = read_control(folder / f"{name}.ctl")
    file = folder / control.file
    packed = file.suffix == ".gz"
    content = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
    lines = content.split(b"\n")
    fields = lines[0].split(form.delimiter.encode())
    fields[[each.name for each in table.columns].index(column)] = value.encode()
    lines[0] = form.delimiter.encode().join(fields)
    file.unlink()
    content = b"\n".join(lines)
    file.write_bytes(gzip.compress(content) if packed else content)
    rows, total, checksum = describe_file(file, table, form)
    (folder / f"{name}.ctl").unlink()
    write_control(folder, replace(control, rows=rows, amount_total=total, sha256=checksum))


def correct(folder: Path) -> None:
    """The bank corrects a day: one balance becomes another amount."""
    write_over(folder, "balance", "balance", "987654.32")


def test_a_corrected_day_replaces_itself_and_what_rests_on_it(past, finished, opened):
    wrong = finished.contents()
    correct(finished.options.inbox / FIRST.isoformat())
    status, printed = finished.command("night", "--date", FIRST.isoformat())
    assert status == 0, printed
    assert finished.business_date() == LAST
    corrected = finished.contents()
    assert corrected != wrong

    # A warehouse that saw the corrected files only comes to the same.
    deliver(past.files, opened.options.inbox, FIRST, LAST)
    correct(opened.options.inbox / FIRST.isoformat())
    run_nights(opened.options)
    assert opened.files() == finished.files()
    assert opened.contents() == corrected

    # Without the folders of later days nothing is thrown away.
    shutil.rmtree(finished.options.inbox / LAST.isoformat())
    status, printed = finished.command("night", "--date", FIRST.isoformat())
    assert status == 1
    assert LAST.isoformat() in printed
    assert NightRegister(finished.options.warehouse).days() == list(SPEC.days)
    assert finished.contents() == corrected


def test_a_mended_row_is_replayed_and_counts(past, opened):
    table = TABLES["event"]
    for day in (FIRST, LAST):
        deliver(past.files, opened.options.inbox, day)
        if day == FIRST:
            write_over(opened.options.inbox / day.isoformat(), "event", "amount", "12.3A")
        assert opened.command("night")[0] == 0
    day, line, raw, encoding = opened.query(
        'select business_date, line, raw, encoding from quality_quarantinedrow where "table" = %s'
        " and rule = 'type' and \"column\" = 'amount'", "event",
    )[0]  # fmt: skip
    assert (day, line) == (FIRST, 1)
    waiting = "select count(*) from quality_quarantinedrow where status = 'waiting'"
    kept_before = opened.query(waiting)[0][0]
    form = read_feed(past.files).format(table)
    names = [column.name for column in table.columns]
    context = context_of((day, "event", line))
    fields = unseal("quality_quarantinedrow.raw", context, raw).decode(encoding).split(form.delimiter)
    fields[names.index("amount")] = "12.34"
    mended_line = bytes(seal("quality_quarantinedrow.mended", context, form.delimiter.join(fields).encode()))
    with psycopg.connect(opened.options.database_url) as connection:
        connection.execute(
            "update quality_quarantinedrow set status = 'mended', mended = %s where business_date = %s"
            ' and "table" = %s and line = %s', (mended_line, day, "event", line),
        )  # fmt: skip
    status, printed = opened.command("night", "--replay")
    assert status == 0, printed
    amount = "select amount from holding_event where event_id = %s"
    event_id = fields[names.index("event_id")]
    assert opened.query(amount, event_id) == [(Decimal("12.34"),)]
    mended = 'select status from quality_quarantinedrow where business_date = %s and line = %s and "table" = %s'
    assert opened.query(mended, day, line, "event") == [("accepted",)]
    assert opened.query(waiting)[0][0] == kept_before - 1
    # It stays accepted when a day is done again for another reason.
    assert opened.command("night", "--date", LAST.isoformat())[0] == 0
    assert opened.query(amount, event_id) == [(Decimal("12.34"),)]


def test_two_nights_never_work_at_once_and_only_changed_rows_are_written(past, opened):
    agreements = dict(opened.query("select id, xmin::text from holding_agreement"))
    parties = dict(opened.query("select id, xmin::text from party_party"))
    deliver(past.files, opened.options.inbox, FIRST)
    first = opened.start("night")
    try:
        lock = opened.options.warehouse / "lock"
        deadline = time.monotonic() + 120
        while lock.read_text() != f"{first.pid} night" and time.monotonic() < deadline:
            time.sleep(0.02)
        status, printed = opened.command("night")
        assert status == 2, printed
        assert str(first.pid) in printed
    finally:
        first.communicate(timeout=300)
    assert first.returncode == 0
    assert opened.business_date() == FIRST
    after = dict(opened.query("select id, xmin::text from holding_agreement"))
    untouched = sum(agreements[key] == after[key] for key in agreements if key in after)
    assert 0.5 * len(agreements) < untouched < len(agreements)
    after = dict(opened.query("select id, xmin::text from party_party"))
    assert sum(parties[key] == after[key] for key in parties if key in after) > 0.9 * len(parties)
