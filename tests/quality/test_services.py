"""Mending, dismissing, starting the night's job: what is written, what is refused, who is recorded."""

from __future__ import annotations

import datetime
import sys

import pghistory
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guanxi.crm.quality import tasks
from guanxi.crm.quality.models import NightRequest, QuarantinedRow
from guanxi.crm.quality.queries.night import latest_request, lock_is_held
from guanxi.crm.quality.queries.quarantine import Filter, row, version_of
from guanxi.crm.quality.services import (
    NightBusyError,
    NothingToReplayError,
    OvertakenError,
    close_lost_requests,
    dismiss_rows,
    mend_row,
    mend_rows,
    restore_rows,
    start_night,
)
from guanxi.warehouse.night.lock import only_one
from tests.quality.rewriting import rewrite

pytestmark = pytest.mark.django_db


def test_every_decision_leaves_a_record_with_its_person(cast, month):
    one = month.rows["required"]
    with pghistory.context(user=cast.shi.id):
        mend_row(row_id=one.pk, text="first", version=version_of(one), staff=cast.shi)
    with pghistory.context(user=cast.guan.id):
        restore_rows(staff=cast.guan, ids=[one.pk])
    found = row(one.pk, clear=True)
    assert found is not None
    assert [(each.status, each.who, each.mended) for each in found.history] == [
        ("waiting", cast.guan.name, "first"),
        ("mended", cast.shi.name, "first"),
    ]


def test_the_history_outlives_a_night_that_wrote_the_row_anew(cast, month):
    one = month.rows["required"]
    mend_row(row_id=one.pk, text="first", version=version_of(one), staff=cast.shi)
    QuarantinedRow.objects.filter(pk=one.pk).delete()
    one.pk, one.status = None, "waiting"
    one.save()
    found = row(one.pk)
    assert found is not None
    assert [each.status for each in found.history] == ["mended"]


def test_writing_a_row_is_no_history_and_no_change_is_none_either(cast, month):
    one = month.rows["value"]
    rewrite(one.pk, message="said better")
    QuarantinedRow.objects.filter(pk=one.pk).update(status="waiting")
    found = row(one.pk)
    assert found is not None
    assert found.history == ()


def test_mending_over_an_old_version_is_refused(cast, month):
    one = month.rows["required"]
    seen = version_of(one)
    mend_row(row_id=one.pk, text="theirs", version=seen, staff=cast.guan)
    with pytest.raises(OvertakenError):
        mend_row(row_id=one.pk, text="mine", version=seen, staff=cast.shi)
    with pytest.raises(OvertakenError):
        mend_rows(
            lines=[(month.rows["value"].pk, version_of(month.rows["value"]), "x"), (one.pk, seen, "mine")],
            staff=cast.shi,
        )
    assert QuarantinedRow.objects.get(pk=one.pk).mended == "theirs"
    assert QuarantinedRow.objects.get(pk=month.rows["value"].pk).status == "waiting"


def test_a_typed_line_survives_being_put_back(cast, month):
    one = month.rows["required"]
    mend_row(row_id=one.pk, text="typed with care", version=version_of(one), staff=cast.shi)
    restore_rows(staff=cast.shi, ids=[one.pk])
    again = QuarantinedRow.objects.get(pk=one.pk)
    assert (again.status, again.mended) == ("waiting", "typed with care")


def test_accepted_rows_are_never_put_back(cast, month):
    QuarantinedRow.objects.update(status="accepted")
    assert restore_rows(staff=cast.shi, ids=list(QuarantinedRow.objects.values_list("pk", flat=True))) == 0


def test_dismissing_by_filter_takes_only_what_waits(cast, month):
    QuarantinedRow.objects.filter(pk=month.rows["event-0"].pk).update(status="mended")
    done = dismiss_rows(staff=cast.shi, chosen=Filter(table="event"))
    assert done.rows == 18
    assert (
        restore_rows(staff=cast.shi, moment=done.moment.replace(microsecond=done.moment.microsecond // 1000 * 1000))
        == 18
    )


def test_the_database_itself_allows_one_open_start(cast):
    NightRequest.objects.create(kind="next", asked_by=cast.shi, asked_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        NightRequest.objects.create(kind="replay", asked_by=cast.guan, asked_at=timezone.now())
    NightRequest.objects.update(finished_at=timezone.now())
    NightRequest.objects.create(kind="replay", asked_by=cast.guan, asked_at=timezone.now())


def test_a_start_becomes_one_job_of_the_worker(cast, month):
    request = start_night(staff=cast.shi)
    job = ProcrastinateJob.objects.get(id=request.job_id)
    assert (job.task_name, job.args) == ("run_night", {"request_id": request.pk})
    with pytest.raises(NightBusyError):
        start_night(staff=cast.guan)
    with pytest.raises(NothingToReplayError):
        start_night(staff=cast.guan, replay=True)


@pytest.mark.parametrize(("code", "status"), [(0, "done"), (1, "failed"), (2, "failed")])
def test_the_job_notes_how_the_night_ended(cast, month, monkeypatch, code, status):
    monkeypatch.setattr(
        tasks, "command", lambda *, replay: [sys.executable, "-c", f"print('夜间作业 '*2000, {replay}); exit({code})"]
    )
    request = start_night(staff=cast.shi)
    assert tasks.run_night(request_id=request.pk) == code
    request.refresh_from_db()
    assert (request.status, request.exit_code) == (status, code)
    assert request.output.endswith("False")
    assert len(request.output) <= tasks.OUTPUT_KEPT
    assert request.finished_at is not None
    assert tasks.run_night(request_id=request.pk) is None


def test_a_replay_is_asked_for_as_one(cast, month):
    rewrite(month.rows["value"].pk, status="mended", mended="x")
    request = start_night(staff=cast.shi, replay=True)
    assert (request.kind, request.from_day) == ("replay", datetime.date(2026, 11, 20))
    assert tasks.command(replay=True) == [sys.executable, "-m", "guanxi.cli", "night", "--replay"]
    assert tasks.command(replay=False) == [sys.executable, "-m", "guanxi.cli", "night"]


def test_a_start_whose_worker_was_killed_does_not_block_for_ever(cast, month):
    request = start_night(staff=cast.shi)
    assert close_lost_requests() == 0
    from django.db import connection

    with connection.cursor() as cursor:  # the worker took it, and its heart stopped
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '5 min') returning id"
        )
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s",
            [cursor.fetchone()[0], request.job_id],
        )
    NightRequest.objects.update(status="running", started_at=timezone.now())
    assert close_lost_requests() == 1
    found = latest_request()
    assert found is not None
    assert (found.status, found.open) == ("lost", False)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now()")
    assert start_night(staff=cast.guan).status == "waiting"


def test_whether_the_warehouse_is_at_work_is_seen_from_its_lock(tmp_path):
    assert lock_is_held(tmp_path) is None
    with only_one(tmp_path):
        assert lock_is_held(tmp_path) is True
    assert lock_is_held(tmp_path) is False
    with only_one(tmp_path):  # looking did not take it
        pass
