"""Verdicts by file: the round trip of a GB18030 file with a dry run, its errors, its undo; and the thresholds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.identity import filework
from guanxi.crm.identity.merging import BusyError
from guanxi.crm.identity.models import Decision, Merge, MergeFile, Threshold, ThresholdCount, ThresholdSample
from guanxi.crm.identity.services import withdraw
from guanxi.crm.party.models import Party
from guanxi.postgres import MOVING
from tests.identity.pairs import SHI, pair_of
from tests.identity.snapshots import differences, taken
from tests.web.conftest import PARTIAL


@pytest.fixture
def people(cast):
    found = [party for party in cast.book(cast.ai) if party.kind == "person"][:6]
    for one, other in zip(found[::2], found[1::2], strict=True):
        pair_of(one, other)
    return found


@pytest.fixture
def shi(cast) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(cast.shi)
    return client


class Killed(BaseException):
    """The worker's process ended here."""


def killed(*_anything: object) -> None:
    raise Killed


def test_a_file_is_checked_carried_out_and_taken_back(cast, people, shi, pages_files, monkeypatch):
    numbers = [party.id for party in people]
    lines = [
        "记录号,另一记录号,判定,原因",
        f"{numbers[0]},{numbers[1]},同一客户,证件一致",
        f"{numbers[2]},{numbers[3]},different,父子同名",
        f"{numbers[4]},{numbers[5]},maybe,",
        f"{numbers[0]},NOBODY,same,",
        f"{numbers[1]},{numbers[0]},same,又一次",
        f"{numbers[4]},{numbers[4]},same,",
    ]
    before = taken()
    sent = SimpleUploadedFile("判定.csv", "\r\n".join(lines).encode("gb18030"))
    answer = shi.post("/identity/files/", {"file": sent})
    made = MergeFile.objects.get()
    assert answer.headers["Location"] == f"/identity/files/{made.pk}/"
    assert (made.encoding, made.lines.count()) == ("gb18030", 6)
    assert differences(before, taken()) == []  # a dry run
    assert not Decision.objects.exists()
    page = shi.get(f"/identity/files/{made.pk}/")
    assert (page.context["ready"], page.context["wrong"]) == (2, 4)
    errors = shi.get(f"/identity/files/{made.pk}/errors/")
    assert errors.content.startswith(b"\xef\xbb\xbf")
    assert len(errors.content.decode("utf-8-sig").splitlines()) == 5
    assert "NOBODY" in errors.content.decode()

    shi.post(f"/identity/files/{made.pk}/take/")
    shi.post(f"/identity/files/{made.pk}/take/")  # a second tap
    page = shi.get(f"/identity/files/{made.pk}/", headers=PARTIAL)
    assert "hx-trigger" in page.text  # until the worker is done
    assert "<html" not in page.text
    assert (page.context["worked"], page.context["work"]) == (0, 2)
    # Killed after the first line, and taken up again when it has been silent.
    with monkeypatch.context() as patched:
        patched.setattr(filework, "_beat", killed)
        with pytest.raises(Killed):
            filework.work(made.pk)
    assert shi.get(f"/identity/files/{made.pk}/").context["worked"] == 1
    assert filework.carry_on() == 0
    MergeFile.objects.update(beat=timezone.now() - 2 * filework.SILENT)
    assert filework.carry_on() == 1
    filework.work(made.pk)
    filework.work(made.pk)  # once more does nothing
    made.refresh_from_db()
    assert made.state == "applied"
    merge = Merge.objects.get()
    assert (merge.cause, merge.file) == ("file", made.pk)
    assert Decision.objects.get(verdict="different").reason == "父子同名"
    assert not Party.objects.filter(pk=merge.gone).exists()
    shi.post(f"/identity/files/{made.pk}/take/")  # once more changes nothing
    filework.work(made.pk)
    assert Merge.objects.count() == 1

    shi.post(f"/identity/files/{made.pk}/take-back/")
    filework.work(made.pk)
    assert MergeFile.objects.get().state == "undone"
    assert shi.post(f"/identity/files/{made.pk}/take/").status_code == 404
    assert differences(before, taken()) == []
    assert not Decision.objects.filter(withdrawn_at__isnull=True).exists()
    assert shi.get(f"/identity/files/{made.pk}/").context["done"] == 0

    for outsider in (cast.ai, cast.zhu):
        client = Client()
        client.force_login(outsider)
        assert client.get("/identity/files/").status_code == 403
    for bad, words in ((b"\xff\xfe\x00a", "GB18030"), (b"a,b\n1,2\n", "left")):
        refused = shi.post("/identity/files/", {"file": SimpleUploadedFile("x.csv", bad)})
        assert refused.status_code == 422
        assert words in refused.text
    assert shi.post("/identity/files/", {}).status_code == 422


def test_two_jobs_on_one_file_do_not_undo_each_others_end(cast, people, shi, pages_files, monkeypatch):
    numbers = [party.id for party in people]
    lines = f"left,right,verdict\n{numbers[0]},{numbers[1]},same\n{numbers[2]},{numbers[3]},different\n"
    shi.post("/identity/files/", {"file": SimpleUploadedFile("v.csv", lines.encode())})
    made = MergeFile.objects.get()
    shi.post(f"/identity/files/{made.pk}/take/")
    MergeFile.objects.update(beat=timezone.now() - 2 * filework.SILENT)
    with psycopg.connect(**connection.get_connection_params()) as night:
        night.execute("SELECT pg_advisory_lock(%s)", [MOVING])
        with pytest.raises(BusyError):
            filework.work(made.pk)
        night.execute("SELECT pg_advisory_unlock(%s)", [MOVING])
    assert filework.carry_on() == 0  # it waits for its next try

    def work_beside(other: Callable[[], object]) -> None:
        """One job does a line, the other job something, before the first goes on."""
        beat, beats = filework._beat, []

        def meanwhile(file: MergeFile) -> None:
            beat(file)
            beats.append(file)
            if len(beats) == 1:
                other()

        with monkeypatch.context() as patched:
            patched.setattr(filework, "_beat", meanwhile)
            filework.work(made.pk)
        made.refresh_from_db()

    def the_rest() -> None:
        """The other job ends what there is, and the steward taps at once."""
        filework.work(made.pk)
        shi.post(f"/identity/files/{made.pk}/take-back/")

    in_force = Decision.objects.filter(withdrawn_at__isnull=True)
    work_beside(the_rest)
    assert (made.state, Merge.objects.count(), in_force.count()) == ("undoing", 1, 2)
    work_beside(lambda: withdraw(asker=SHI, decision_id=in_force.get().pk))
    assert (made.state, made.problem, in_force.count()) == ("undone", "", 0)
    told = Entry.objects.filter(kind="identity.file", object_id=str(made.pk))
    assert [sum(what in one.detail for one in told) for what in ("applied", "undone")] == [1, 1]


def test_thresholds_show_what_each_would_do_and_are_set_with_a_reason(cast, people, shi, pages_files):
    for low, pairs in (("0.5", 40), ("0.9", 7), ("0.99", 3)):
        ThresholdCount.objects.create(kind="person", low=Decimal(low), pairs=pairs)
    left, right = sorted(party.id for party in people[:2])
    ThresholdSample.objects.create(
        kind="person", low=Decimal("0.9"), place=1, left_id=left, right_id=right, probability=Decimal("0.93")
    )
    with CaptureQueriesContext(connection) as queries:
        page = shi.get("/identity/thresholds/?kind=person&low=0.90000000")
    assert page.status_code == 200
    assert len(queries) <= 14
    assert [step.above for step in page.context["steps"]] == [3, 10, 50]
    assert len(page.context["samples"]) == 1
    assert "110101199003074578" not in page.text
    wrong = {"kind": "person", "merge_from": "0.9", "review_from": "0.99", "reason": "试"}
    for values in (wrong, wrong | {"review_from": "x"}, wrong | {"review_from": "0.5", "reason": ""}):
        answer = shi.post("/identity/thresholds/", values)
        assert answer.status_code == 422
        assert 'value="0.9"' in answer.text  # nothing typed is lost
    assert not Threshold.objects.exists()
    right_values = wrong | {"merge_from": "0.999", "review_from": "0.9", "reason": "减少人工"}
    assert shi.post("/identity/thresholds/", right_values).status_code == 302
    assert Threshold.objects.get().made_by_id == cast.shi.id
    assert shi.get("/identity/thresholds/").context["now"].merge_from == Decimal("0.999")
