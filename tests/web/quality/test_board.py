"""Data quality: what failed, the files beside what is usual, one test's history, the documentation."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from guanxi.crm.quality.models import FileDelivery, Run, TestResult
from tests.quality.history import build

pytestmark = pytest.mark.django_db


def test_what_failed_stands_first(cast, month, sign_in):
    TestResult.objects.filter(run=month.runs[-1], name="tier_is_known").update(status="fail", failures=2)
    page = sign_in(cast.ann, "en").get(reverse("quality"))
    board = page.context["board"]
    assert [test.name for test in board.failing][:1] == ["tier_is_known"]
    assert (board.tests, board.failed, board.warned, board.passed) == (11, 1, 2, 8)
    assert board.models[0].model == "customer_figure"
    assert len(board.models[0].outcomes) == 30
    assert [outcome.status for outcome in board.models[0].outcomes].count("fail") == 2


def test_a_file_of_unusual_size_is_marked_and_a_usual_one_is_not(cast, month, sign_in):
    deliveries = sign_in(cast.ann, "en").get(reverse("quality")).context["deliveries"]
    unusual = {trend.table for trend in deliveries.tables if trend.last.unusual}
    assert unusual == {"contact_point"}
    assert deliveries.unusual == 1
    last = FileDelivery.objects.filter(run=month.runs[-1])
    assert deliveries.quarantined == sum(file.quarantined for file in last)


def test_the_opening_night_does_not_count_as_usual(cast, sign_in):
    Run.objects.all().delete()
    build(8, waiting=0)
    opening = Run.objects.order_by("business_date").first()
    assert opening is not None
    Run.objects.filter(pk=opening.pk).update(previous_business_date=None)
    opening.files.update(rows=90_000_000)
    deliveries = sign_in(cast.ann).get(reverse("quality")).context["deliveries"]
    assert len(deliveries.days) == 7
    assert max(night.rows for trend in deliveries.tables for night in trend.nights) < 1_000_000


def test_a_day_that_was_run_again_counts_once_with_its_newest_run(cast, month, sign_in):
    first = month.runs[-1]
    again = Run.objects.create(
        id="again", business_date=first.business_date, previous_business_date=first.previous_business_date,
        status="done", started_at=first.started_at + datetime.timedelta(hours=3),
    )  # fmt: skip
    TestResult.objects.create(
        run=again, name="tier_is_known", model="customer_figure", severity="error", status="pass", failures=0
    )
    FileDelivery.objects.create(
        run=again, table="party", file="party.dat", delivery="full", encoding="utf-8", bytes=1, rows=7, accepted=7,
        quarantined=0, sha256="",
    )  # fmt: skip
    page = sign_in(cast.ann).get(reverse("quality"))
    assert page.context["board"].runs[-1] == ("again", first.business_date)
    assert len({day for _, day in page.context["board"].runs}) == 30
    party = next(trend for trend in page.context["deliveries"].tables if trend.table == "party")
    assert party.last.rows == 7


def test_the_page_costs_the_same_whatever_stands_on_it(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.ann)
    client.get(reverse("quality"))
    for nights in (1, 30):
        Run.objects.all().delete()
        build(nights, waiting=0)
        with django_assert_num_queries(10):
            client.get(reverse("quality"))
        with django_assert_num_queries(5):
            client.get(reverse("quality-rules"))


def test_rules_count_the_rows_of_each_night(cast, month, sign_in):
    page = sign_in(cast.shi, "en").get(reverse("quality-rules"))
    rules = {(rule.table, rule.rule): rule for rule in page.context["board"].rules}
    assert rules["event", "range"].total == 19
    assert rules["event", "range"].counts[-1] == 19
    assert sum(rules["event", "range"].counts[:-1]) == 0
    assert rules["party", "encoding"].waiting == 1


def test_a_models_tests_come_when_it_is_opened(cast, month, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ann, "en")
    assert "unique_core_event_event_id" not in client.get(reverse("quality")).text
    with django_assert_max_num_queries(6):
        part = client.get(reverse("quality-model", args=["core_event"]))
    assert [test.name for test in part.context["model"].tests] == [
        "event_balance_runs_on",
        "unique_core_event_event_id",
    ]
    assert "<html" not in part.text
    assert client.get(reverse("quality-model", args=["unknown"])).status_code == 404


def test_one_tests_history_shows_each_night(cast, month, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ann, "en")
    with django_assert_max_num_queries(7):
        page = client.get(reverse("quality-test", args=["event_balance_runs_on"]))
    trend = page.context["test"]
    assert len(trend.outcomes) == 30
    assert trend.outcomes[-1].failures == 32
    assert trend.bad_runs == 8
    assert "Did not pass on 8 of 30 nights" in page.text
    assert client.get(reverse("quality-test", args=["unknown"])).status_code == 404


def test_without_any_night_the_page_says_what_will_stand_there(cast, sign_in):
    Run.objects.all().delete()
    page = sign_in(cast.ann, "en").get(reverse("quality"))
    assert "Nothing has been tested yet" in page.text


def test_the_documentation_is_shown_in_a_sandbox_or_says_how_to_make_it(cast, sign_in, settings, tmp_path):
    settings.VAR = tmp_path
    client = sign_in(cast.ann, "en")
    assert "make docs" in client.get(reverse("quality-documentation")).text
    assert client.get(reverse("quality-documentation-site")).status_code == 404
    folder = tmp_path / "docs" / "warehouse"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<script>document.cookie</script>")
    page = client.get(reverse("quality-documentation"))
    assert 'sandbox="allow-scripts"' in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert (
        "#!/model/model.guanxi.customer_figure"
        in client.get(reverse("quality-documentation"), {"model": "customer_figure"}).text
    )
    odd = client.get(reverse("quality-documentation"), {"model": '"><script>'})
    assert "model.guanxi" not in odd.text
    site = client.get(reverse("quality-documentation-site"))
    policy = site.headers["Content-Security-Policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert site.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert b"".join(site.streaming_content).startswith(b"<script>")
