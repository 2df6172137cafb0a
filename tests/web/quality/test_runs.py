"""The nights' runs: the list, one run, its progress, and starting the night's job."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.quality.models import NightRequest, Run
from tests.quality.history import build, running_run, stopped_run
from tests.quality.rewriting import rewrite

pytestmark = pytest.mark.django_db

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_list_shows_the_newest_night_first_with_its_figures(cast, month, sign_in):
    page = sign_in(cast.shi, "en").get(reverse("runs"))
    lines = page.context["page"].lines
    assert [line.business_date for line in lines[:2]] == [datetime.date(2026, 11, 20), datetime.date(2026, 11, 19)]
    assert lines[0].rows == sum(file.rows for file in month.runs[-1].files.all())
    assert lines[0].quarantined == sum(file.quarantined for file in month.runs[-1].files.all())
    assert (lines[0].tests, lines[0].failed, lines[0].warned) == (11, 0, 2)
    assert "2 warnings" in page.text


def test_the_list_turns_its_pages_by_key_and_shows_each_run_once(cast, sign_in):
    Run.objects.all().delete()
    build(75, waiting=0)
    client = sign_in(cast.ann)
    seen: list[str] = []
    after = ""
    for _page in range(3):
        page = client.get(reverse("runs"), {"after": after}).context["page"]
        seen += [line.id for line in page.lines]
        after = page.after
    assert after == ""
    assert len(seen) == len(set(seen)) == 75
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("after", ["nonsense", "2026-13-45~x", "~", "2026-11-20T00:00:00~x"])
def test_a_cursor_that_cannot_be_read_begins_at_the_top(cast, month, sign_in, after):
    page = sign_in(cast.shi).get(reverse("runs"), {"after": after})
    assert page.status_code == 200
    assert page.context["page"].first


def test_the_list_costs_the_same_for_one_run_and_for_thirty(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.ann)
    client.get(reverse("runs"))
    Run.objects.all().delete()
    build(1, waiting=0)
    with django_assert_num_queries(10):
        client.get(reverse("runs"))
    Run.objects.all().delete()
    build(30, waiting=0)
    with django_assert_num_queries(10):
        client.get(reverse("runs"))


def test_a_finished_run_shows_steps_files_reconciliations_and_tests(
    cast, month, sign_in, django_assert_max_num_queries
):
    client = sign_in(cast.shi, "en")
    with django_assert_max_num_queries(11):
        page = client.get(reverse("run", args=["run-20261120"]))
    run = page.context["run"]
    assert [step.name for step in run.steps] == ["land", "build", "publish"]
    assert run.steps[0].start == 0
    assert run.steps[-1].start + run.steps[-1].share == 1000
    assert all(file.accounted for file in run.files)
    assert run.disagreeing == 1
    assert "differs" in page.text
    assert "-0.01" in page.text
    assert [finding.name for finding in run.findings] == ["event_balance_runs_on", "balance_without_agreement"]
    assert run.passed == 9
    assert "hx-get" not in page.context["run"].id


def test_a_running_run_is_asked_for_again_until_it_has_finished(cast, month, sign_in):
    run = running_run(datetime.date(2026, 11, 21))
    client = sign_in(cast.shi, "en")
    address = reverse("run", args=[run.id])
    whole = client.get(address)
    assert f'hx-get="{address}"' in whole.text
    part = client.get(address, headers=PARTIAL)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'value="41"' in part.text  # 31 of 74
    assert "core_agreement" in part.text
    run.status, run.finished_at = Run.Status.DONE, timezone.now()
    run.save()
    part = client.get(address, headers=PARTIAL)
    assert part.status_code == 286
    assert "hx-get" not in part.text


def test_a_run_whose_process_is_gone_says_so(cast, month, sign_in, settings):
    run = running_run(datetime.date(2026, 11, 21))
    settings.WAREHOUSE.mkdir()
    (settings.WAREHOUSE / "lock").write_text("999999")  # left behind: nobody holds it
    client = sign_in(cast.shi, "en")
    part = client.get(reverse("run", args=[run.id]), headers=PARTIAL)
    assert part.status_code == 286
    assert "Interrupted" in part.text
    page = client.get(reverse("runs"))
    assert page.context["state"].abandoned
    assert "Resume" in page.text


def test_a_run_whose_process_holds_the_lock_is_at_work(cast, month, sign_in, settings):
    from guanxi.warehouse.night.lock import only_one

    running_run(datetime.date(2026, 11, 21))
    client = sign_in(cast.shi, "en")
    with only_one(settings.WAREHOUSE):
        state = client.get(reverse("runs")).context["state"]
        assert not state.abandoned
        client.post(reverse("run-start"))
    assert not NightRequest.objects.exists()


def test_a_stopped_run_says_what_to_do_and_offers_to_resume(cast, month, sign_in):
    run = stopped_run(datetime.date(2026, 11, 21))
    client = sign_in(cast.shi, "en")
    page = client.get(reverse("run", args=[run.id]))
    assert "Have the file delivered again, whole" in page.text
    assert "Resume" in page.text
    page = client.get(reverse("runs"))
    assert "stopped" in page.text
    assert "214,377" in page.text


def test_a_run_that_does_not_exist_is_not_found(cast, month, sign_in):
    assert sign_in(cast.shi).get(reverse("run", args=["nobody"])).status_code == 404


def test_the_days_that_wait_in_the_inbox_are_named(cast, month, sign_in, inbox):
    for name in ("2026-11-20", "2026-11-21", "20261122", "notes"):
        (inbox / name).mkdir()
    state = sign_in(cast.shi, "en").get(reverse("runs")).context["state"]
    assert state.waiting == (datetime.date(2026, 11, 21), datetime.date(2026, 11, 22))


def test_the_steward_starts_the_night_once(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    page = client.post(reverse("run-start"), follow=True)
    request = NightRequest.objects.get()
    assert (request.kind, request.status, request.asked_by_id) == ("next", "waiting", cast.shi.id)
    assert page.context["state"].busy
    again = sign_in(cast.guan, "en").post(reverse("run-start"), follow=True)
    assert "is at work already" in again.text
    assert NightRequest.objects.count() == 1
    part = client.get(reverse("runs"), headers=PARTIAL)
    assert part.status_code == 200
    assert 'hx-trigger="every 2s"' in part.text


def test_a_job_that_no_worker_takes_says_how_to_start_one(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    client.post(reverse("run-start"))
    NightRequest.objects.update(asked_at=timezone.now() - datetime.timedelta(minutes=5))
    page = client.get(reverse("runs"))
    assert page.context["state"].request.stuck
    assert "guanxi worker" in page.text


def test_what_a_failed_job_said_is_shown(cast, month, sign_in):
    NightRequest.objects.create(
        kind="next", asked_by=cast.shi, asked_at=timezone.now(), started_at=timezone.now(), finished_at=timezone.now(),
        status="failed", exit_code=1, output="The night of 2026-11-21 stopped: <party.ctl> is missing",
    )  # fmt: skip
    page = sign_in(cast.shi, "en").get(reverse("runs"))
    assert "&lt;party.ctl&gt; is missing" in page.text


def test_a_replay_says_in_numbers_what_it_will_do(cast, month, sign_in, inbox):
    client = sign_in(cast.shi, "en")
    page = client.get(reverse("quarantine-replay"))
    assert "No mended row waits" in page.text
    first = month.rows["required"]
    rewrite(first.pk, status="mended", mended="x", business_date=datetime.date(2026, 11, 18))
    for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
        (inbox / day).mkdir()
    page = client.get(reverse("quarantine-replay"))
    assert "Runs 3 business dates again: 18 Nov 2026 to 20 Nov 2026" in page.text
    assert "1 mended row takes the place" in page.text
    client.post(reverse("run-start"), {"replay": "1"})
    request = NightRequest.objects.get()
    assert (request.kind, request.from_day) == ("replay", datetime.date(2026, 11, 18))


def test_a_replay_without_the_days_in_the_inbox_is_not_offered(cast, month, sign_in):
    rewrite(month.rows["required"].pk, status="mended", mended="x")
    page = sign_in(cast.shi, "en").get(reverse("quarantine-replay"))
    assert page.context["plan"].missing == (datetime.date(2026, 11, 20),)
    assert "The inbox lacks the folders" in page.text
    assert " disabled" in page.text


def test_without_any_night_the_page_says_how_to_get_one(cast, sign_in):
    Run.objects.all().delete()
    page = sign_in(cast.shi, "en").get(reverse("runs"))
    assert "No night has been done yet" in page.text
