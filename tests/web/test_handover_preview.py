"""Previews of many customers: made by the worker while the page waits, and never of what was chosen before."""

from __future__ import annotations

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guanxi.crm.handover import preparing, preview
from guanxi.crm.handover.choosing import What, candidates, many
from guanxi.crm.handover.models import Handover, State
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree, standing_of
from tests.web.test_handovers import arrange

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """A book of 24 customers is large here."""
    monkeypatch.setattr(preparing, "AT_ONCE", 23)


def ask(client, one: Handover, *receivers: str) -> None:
    """The third step again, with other receivers."""
    today = timezone.localdate()
    sent = {"receiver": receivers, "rule": "evenly", "kind": "final", "effective_on": today, "reason": "岗位调整"}
    assert client.post(f"/hand-overs/{one.pk}/to/", sent).status_code == 302


def test_the_page_waits_for_the_worker_and_goes_on_by_itself(
    cast, sign_in, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    bo = sign_in(cast.bo)
    with django_capture_on_commit_callbacks(execute=True):
        one = arrange(bo)
    address = f"/hand-overs/{one.pk}/preview/"
    assert (one.asked, one.previewed, one.items.count()) == (one.version, None, 0)
    jobs = ProcrastinateJob.objects.filter(task_name="guanxi.crm.handover.tasks.prepare_preview")
    assert [job.args for job in jobs] == [{"handover_id": one.pk}]
    with django_capture_on_commit_callbacks(execute=True):
        ask(bo, one, "1112")  # pressed once more: one job that waits is enough
    assert jobs.count() == 1
    page = bo.get(address).content.decode()
    assert "正在分配 24 户客户" in page
    assert "提交签字" not in page
    with django_assert_max_num_queries(16):
        assert bo.get(address, headers=PART).status_code == 200
    bo.post(address)
    assert Handover.objects.get(pk=one.pk).state == State.DRAFT
    for person in (cast.zhu, cast.he):
        assert sign_in(person).get(address, headers=PART).status_code in (403, 404)
    assert preparing.make_asked_of(one.pk)
    part = bo.get(address, headers=PART)
    assert (part.status_code, part["HX-Redirect"]) == (286, address)
    assert "提交签字（24 户）" in bo.get(address).content.decode()
    assert not preparing.make_asked_of(one.pk)
    assert one.items.count() == 24
    bo.post(address)
    part = bo.get(address, headers=PART)
    assert (part.status_code, part["HX-Redirect"]) == (286, f"/hand-overs/{one.pk}/")


def test_two_edits_in_a_row_show_the_second_alone(cast, sign_in, monkeypatch):
    bo = sign_in(cast.bo)
    one = arrange(bo)
    address = f"/hand-overs/{one.pk}/preview/"
    real = preview.share

    def edited_meanwhile(*given):
        monkeypatch.setattr(preview, "share", real)
        ask(bo, one, "1121")
        return real(*given)

    monkeypatch.setattr(preview, "share", edited_meanwhile)
    assert not preparing.make_asked_of(one.pk)  # what it made is of the first edit, and is thrown away
    assert one.items.count() == 0
    assert bo.get(address, headers=PART).status_code == 200
    assert preparing.make_asked_of(one.pk)
    assert set(one.items.values_list("receiver", flat=True)) == {"1121"}
    assert [row.number for row in bo.get(address).context["preview"].receivers] == ["1121"]
    # Edited without asking again: the way leads back to the step before, and the worker has nothing to do.
    bo.post(f"/hand-overs/{one.pk}/what/", {"mode": "named", "numbers": "P00001"})
    part = bo.get(address, headers=PART)
    assert (part.status_code, part["HX-Redirect"]) == (286, f"/hand-overs/{one.pk}/to/")
    assert bo.get(address).status_code == 302
    assert preparing.make_asked() == 0
    # Few customers are shared out within the request, whatever was asked for before.
    ask(bo, one, "1112")
    assert bo.get(address).context["preview"].customers == 1


def test_killed_in_the_middle_nothing_is_kept_and_the_next_look_makes_it(cast, sign_in, monkeypatch):
    bo = sign_in(cast.bo)
    one = arrange(bo)
    real = preview.hanging_on

    def killed(_handover):
        raise KeyboardInterrupt

    monkeypatch.setattr(preview, "hanging_on", killed)
    with pytest.raises(KeyboardInterrupt):
        preparing.make_asked_of(one.pk)
    assert one.items.count() == 0
    assert bo.get(f"/hand-overs/{one.pk}/preview/", headers=PART).status_code == 200
    monkeypatch.setattr(preview, "hanging_on", real)
    assert preparing.make_asked() == 1
    assert one.items.count() == 24


@pytest.mark.parametrize(
    ("what", "numbers"),
    [
        (What(), ""),
        (What(line="retail"), ""),
        (What(tiers=("core", "standard")), ""),
        (What(institutions=("B11",)), ""),
        (What(institutions=("B12",)), ""),
        (What(products=0b101), ""),
        (What(line="corporate", products=0b100, tiers=("standard",)), ""),
        (What(named=True), "P00001, P00002, P99999"),
    ],
)
def test_the_database_counts_what_would_be_chosen(cast, what, numbers):
    scope = standing_of(cast.bo, version=2, today=timezone.localdate()).scopes[Verb.ASSIGN]
    one = Handover(giver_id="1111", what=what.stored(), numbers=numbers)
    tree = institution_tree(2)
    found = len(candidates(one, scope=scope, day=cast.day, tree=tree))
    assert many(one, scope=scope, day=cast.day, tree=tree) == found
    assert many(one, scope=scope, day=cast.day, tree=tree, most=2) == min(2, found)
