"""The log's proof: each way to spoil it is caught and named; many writers keep it whole; the site cannot rewrite it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading

import pytest
from django.db import connection, connections, transaction

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.heads import all_heads, last_head
from guanxi.crm.audit.models import Entry, Link
from guanxi.crm.audit.queries import verified_up_to
from guanxi.crm.audit.sealing import seal
from guanxi.crm.audit.services import record
from guanxi.crm.audit.tables import hold
from guanxi.crm.audit.verification import verify

WRITERS, EACH = 8, 60


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    """A folder of heads of each test's own."""
    settings.AUDIT_HEADS = tmp_path / "heads"
    return settings.AUDIT_HEADS


def as_superuser(sql: str, parameters: list | None = None) -> None:
    """What somebody does who may switch the database's triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0
        cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def log(db) -> list[Entry]:
    """Twenty entries, sealed in two steps."""
    for step in range(2):
        for number in range(10):
            with traced(actor=f"10{number:02d}", roles=["rm"], address="10.0.0.1"):
                record(action="view", subject=f"P{step}{number:04d}", kind="customer", detail={"n": number})
        seal()
    assert verify().whole
    return list(Entry.objects.order_by("id"))


def named(report) -> list[tuple[str, int, int]]:
    return sorted((one.kind, one.number, one.entry_id) for one in report.findings)


def test_a_deleted_row_is_named(log):
    as_superuser("DELETE FROM audit_entry WHERE id = %s", [log[6].id])
    assert named(verify()) == [("removed", 7, log[6].id)]


def test_a_row_deleted_with_its_link_is_named(log):
    as_superuser("DELETE FROM audit_entry WHERE id = %s", [log[6].id])
    as_superuser("DELETE FROM audit_link WHERE number = 7")
    report = verify()
    assert ("broken", 7, 0) in named(report)
    assert "no. 7 to 7" in str(report.findings[0])


@pytest.mark.parametrize(
    "change",
    [
        "actor = '9999'",
        "roles = 'auditor'",
        "address = '10.0.0.2'",
        "request_id = 'x'",
        "action = 'list'",
        "subject = 'P99999'",
        "kind = 'home'",
        "object_id = 'x'",
        "detail = '{\"n\": 7}'",
        "mac = '\\x00'",
    ],
)
def test_a_changed_row_is_named_whichever_column_was_changed(log, change):
    as_superuser(f"UPDATE audit_entry SET {change} WHERE id = %s", [log[3].id])
    assert named(verify()) == [("changed", 4, log[3].id)]


def test_a_row_whose_time_was_moved_is_named(log):
    as_superuser("UPDATE audit_entry SET id = id - 4096 * 1000000::bigint * 3600 WHERE id = %s", [log[3].id])
    kinds = {kind for kind, _number, _entry in named(verify())}
    assert "removed" in kinds
    assert "forged" in kinds


def test_swapped_rows_are_named(log):
    one, other = log[4], log[11]
    columns = "actor, roles, subject, detail, mac"
    values = {
        row.id: [row.actor, row.roles, row.subject, f'{{"n": {row.detail["n"]}}}', row.mac] for row in (one, other)
    }
    for row, by in ((one, other), (other, one)):
        as_superuser(
            f"UPDATE audit_entry SET ({columns}) = (%s, %s, %s, %s::jsonb, %s) WHERE id = %s", [*values[by.id], row.id]
        )
    assert named(verify()) == [("swapped", 5, one.id), ("swapped", 12, other.id)]


def test_swapped_links_are_named(log):
    as_superuser("UPDATE audit_link SET number = CASE number WHEN 5 THEN 12 ELSE 5 END WHERE number IN (5, 12)")
    report = verify()
    found = named(report)
    assert ("swapped", 5, log[11].id) in found
    assert ("swapped", 12, log[4].id) in found
    assert "made as no. 12" in " ".join(map(str, report.findings))


def test_a_truncated_tail_is_named(log):
    as_superuser("DELETE FROM audit_entry WHERE id >= %s", [log[14].id])
    as_superuser("DELETE FROM audit_link WHERE number >= 15")
    report = verify()
    assert named(report) == [("truncated", 15, 0)]
    assert "the last 6 entries are missing" in str(report.findings[0])


def test_a_truncated_tail_stays_named_when_the_log_goes_on(log):
    as_superuser("DELETE FROM audit_entry WHERE id >= %s", [log[14].id])
    as_superuser("DELETE FROM audit_link WHERE number >= 15")
    for _ in range(9):
        record(action="view")
    seal()
    report = verify()
    assert [(one.kind, one.number) for one in report.findings] == [("broken", 15)]
    assert "6 links of the chain are missing: no. 15 to 20" in str(report.findings[0])


def test_an_entry_that_the_site_did_not_write_is_named(log):
    newest = log[-1]
    columns = "at, actor, roles, request_id, address, action, subject, kind, object_id, detail, mac, transaction"
    as_superuser(
        f"INSERT INTO audit_entry (id, {columns}) SELECT id + 1, {columns} FROM audit_entry WHERE id = %s", [newest.id]
    )
    assert named(verify()) == [("forged", 0, newest.id + 1)]
    seal()  # linking it makes it no truer
    assert named(verify()) == [("changed", 21, newest.id + 1)]


def test_a_link_made_without_the_key_does_not_fit(log):
    as_superuser("UPDATE audit_link SET hash = sha256(hash) WHERE number = 20")
    assert ("broken", 20, log[19].id) in named(verify())


def test_a_head_that_was_tampered_with_is_named(log, heads):
    text = (heads / "newest").read_text()
    (heads / "newest").write_text(text.replace('"number": 20', '"number": 19'))
    assert "was not signed" in str(verify().findings[0])


def test_what_another_key_proves_is_not_proved(log, settings):
    settings.AUDIT_KEY = "another key"
    report = verify()
    assert report.found > 20


def test_verifying_goes_on_where_it_stopped_and_a_finding_is_not_forgotten(log):
    assert verified_up_to() == 20
    for _ in range(5):
        record(action="view")
    seal()
    assert verify(after=verified_up_to()).entries == 5
    assert verified_up_to() == 25
    as_superuser("DELETE FROM audit_entry WHERE id = %s", [log[6].id])
    assert verify(after=25).whole  # nothing new
    assert not verify().whole
    assert verified_up_to() == 0


def test_every_sealing_leaves_a_signed_head_outside(log):
    head = last_head()
    assert head is not None
    assert (head.number, head.hash) == (20, bytes(Link.objects.get(number=20).hash))
    assert all(one is not None for _place, one in all_heads())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hostile", [False, True], ids=["eight writers", "and long transactions"])
def test_eight_writers_at_once_keep_the_chain_whole(hostile):
    """Eight threads with their own connections write while two seal; some hold their transaction open on the way."""
    go, done, failures = threading.Barrier(WRITERS + 2), threading.Event(), []

    def write(writer: int) -> None:
        try:
            go.wait()
            for number in range(EACH):
                with traced(actor=f"{writer}"):
                    if hostile and number % 20 == writer:
                        with transaction.atomic():
                            record(action="change", object_id=f"{writer}-{number}")
                            done.wait(0.15)
                    else:
                        record(action="view", object_id=f"{writer}-{number}")
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    def keep_sealing() -> None:
        try:
            go.wait()
            while not done.is_set():
                seal(wait=False)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert failures == []
    seal()
    numbers = list(Link.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, WRITERS * EACH + 1))
    linked = list(Link.objects.values_list("entry_id", flat=True))
    assert sorted(linked) == sorted(Entry.objects.values_list("id", flat=True))
    report = verify()
    assert (report.found, report.entries, report.waiting) == (0, WRITERS * EACH, 0)


@pytest.mark.django_db(transaction=True)
def test_the_sites_role_adds_and_reads_and_nothing_else():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'guanxi_web'")
        made = cursor.fetchone() is None
        if made:
            cursor.execute("CREATE ROLE guanxi_web NOLOGIN")
    try:
        hold(connection)
        record(action="view", subject="P00001")
        seal()
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE guanxi_web")
        record(action="view", subject="P00002")
        assert seal().entries == 1
        assert Entry.objects.filter(subject="P00001").count() == 1
        for table in ("audit_entry", "audit_link", "audit_verification"):
            for sql in (
                f"UPDATE {table} SET id = 1",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"DROP TABLE {table}",
            ):
                statement = sql.replace("SET id", "SET number") if table == "audit_link" else sql
                with (
                    pytest.raises(Exception, match=re.compile("permission denied|must be owner")),
                    transaction.atomic(),
                ):
                    connection.cursor().execute(statement)
        assert verify().whole
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            if made:
                cursor.execute("DROP OWNED BY guanxi_web")
                cursor.execute("DROP ROLE guanxi_web")


@pytest.mark.django_db(transaction=True)
def test_the_command_says_whole_or_names_what_is_wrong(heads):
    name = connection.settings_dict["NAME"]
    for number in range(5):
        record(action="view", subject=f"P{number}")

    def run() -> subprocess.CompletedProcess[str]:
        url = re.sub(r"/[^/?]+\?", f"/{name}?", os.environ["DATABASE_URL"])
        environment = {**os.environ, "DATABASE_URL": url, "GUANXI_AUDIT_HEADS": str(heads)}
        command = [sys.executable, "-m", "guanxi.cli", "audit", "verify"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    good = run()
    assert good.returncode == 0, good.stdout + good.stderr
    assert "The audit log is whole: 5 entries, no. 1 to 5." in good.stdout
    third = Entry.objects.order_by("id")[2]
    as_superuser("DELETE FROM audit_entry WHERE id = %s", [third.id])
    bad = run()
    assert bad.returncode == 1
    assert f"removed: no. 3 entry {third.id}" in bad.stdout
    assert "NOT whole: 1 findings" in bad.stdout
