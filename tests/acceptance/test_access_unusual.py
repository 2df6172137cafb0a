"""The data-protection officer's screens: who stands out, against whom, why; nobody is left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from io import BytesIO
from itertools import count

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.digest import first_id_of
from guanxi.crm.audit.models import Entry
from guanxi.crm.org.models import Assignment, Cover, Role, Staff
from guanxi.crm.party.models import Party
from guanxi.crm.watch.measure import MOST, Measure, distance, finding
from guanxi.crm.watch.models import Inquiry, StaffDay, SummedDay
from guanxi.crm.watch.queries import Period, ranking
from guanxi.crm.watch.sums import catch_up, midnight, sum_day

COUNTS = st.lists(st.integers(0, 500), min_size=1, max_size=30)


# Measuring


@given(st.integers(0, 1000), COUNTS)
def test_a_distance_is_no_less_for_more_and_nothing_at_the_middle_or_below(value, others):
    assert distance(value, others) >= 0
    assert distance(value + 1, others) >= distance(value, others)
    assert distance(min(others), others) == 0
    assert distance(value, []) == 0


@given(st.lists(st.integers(0, 40), min_size=5, max_size=30), st.integers(1_000, 100_000))
def test_one_who_stands_out_does_not_hide_another(others, monster):
    """A mean and a standard deviation would be drawn up by the first; the middle is not."""
    assert distance(400, [*others, monster]) > 3


@given(st.sampled_from(list(Measure)), st.integers(0, 300), COUNTS, COUNTS, st.integers(1, 65))
def test_a_finding_is_capped_and_never_about_little(measure, count, others, own, days):
    found = finding(measure, count, others=others, own_days=own, days=days)
    if found:
        assert 3 <= found.score <= MOST
        assert found.count == count >= 3


def test_what_everybody_does_is_not_unusual():
    assert finding(Measure.OUTSIDE, 200, others=[190, 210, 205, 199, 201], own_days=[10] * 20, days=20) is None
    assert finding(Measure.OUTSIDE, 200, others=[20, 25, 18, 22, 30], own_days=[], days=20) is not None
    assert finding(Measure.REVEALS, 60, others=[55, 60, 62, 70, 58], own_days=[0, 1, 0] * 8, days=5) is not None


# The sums

NOON = datetime.time(12)
NUMBERS = count()


def acted(staff: str, action: str, day: datetime.date, *, at: datetime.time = NOON, times: int = 1, subject: str = "",
          role: str = "rm") -> None:  # fmt: skip
    """Entries of the log as of a moment, written past the log's own clock."""
    begin = timezone.make_aware(datetime.datetime.combine(day, at))
    rows = [
        Entry(
            id=first_id_of(moment) + next(NUMBERS) % 4096, at=moment,
            actor=staff, roles=role, action=action, subject=subject,
            kind="customer", object_id=f"{staff}-{number}-{moment}", detail={}, mac=b"x",
        )
        for number in range(times)
        for moment in [begin + datetime.timedelta(seconds=number)]
    ]  # fmt: skip
    Entry.objects.bulk_create(rows)


def weekdays(today: datetime.date, many: int) -> Iterable[datetime.date]:
    day = today
    while many:
        if day.isoweekday() < 6:
            yield day
            many -= 1
        day -= datetime.timedelta(days=1)


@pytest.fixture
def today() -> datetime.date:
    return timezone.localdate()


def sums(staff: str, day: datetime.date) -> StaffDay:
    sum_day(day, now=timezone.now())
    return StaffDay.objects.get(staff_id=staff, day=day)


@pytest.mark.django_db
def test_a_day_is_summed_as_a_plain_count_would(cast, today):
    day = next(iter(weekdays(today - datetime.timedelta(days=1), 1)))
    own, other = [party.id for party in cast.book(cast.ai)][:5], [party.id for party in cast.book(cast.zhu)][:3]
    for number in own + other:
        acted("1111", "view", day, subject=number)
    acted("1111", "view", day, subject=other[0], at=datetime.time(13))
    acted("1111", "reveal", day, subject=own[0], times=4, at=datetime.time(14))
    acted("1111", "view", day, at=datetime.time(23, 15), times=2)
    acted("1111", "view", day, at=datetime.time(0, 0), times=1)
    acted("1111", "refused", day, at=datetime.time(15), times=3)
    acted("1111", "export", day, at=datetime.time(16), times=2)
    acted("1005", "administration", day, role="administrator", times=7)
    one = sums("1111", day)
    assert (one.reveals, one.outside, one.exports, one.odd, one.refused) == (4, 3, 2, 3, 3)
    assert one.entries == Entry.objects.filter(actor="1111", at__gte=midnight(day)).count()
    assert sums("1005", day).entries == 7
    # Anew makes the same.
    before = list(StaffDay.objects.order_by("staff_id").values_list("staff_id", "entries", "outside"))
    sum_day(day, now=timezone.now())
    assert list(StaffDay.objects.order_by("staff_id").values_list("staff_id", "entries", "outside")) == before


@pytest.mark.django_db
def test_who_covers_or_supports_does_not_look_outside(cast, today):
    day = next(iter(weekdays(today - datetime.timedelta(days=1), 1)))
    covered, supported, strange = (
        book[0].id for book in (cast.book(cast.zhu), cast.book(cast.lu), cast.book(cast.ren))
    )
    Cover.objects.create(staff=cast.zhu, substitute=cast.ai, valid_from=day, valid_to=day)
    Assignment.objects.create(party_id=supported, staff=cast.ai, kind="support", valid_from=day)
    for number in (covered, supported, strange):
        acted("1111", "view", day, subject=number)
    assert sums("1111", day).outside == 1


@pytest.mark.django_db
def test_weekends_are_odd_hours(cast, today):
    saturday = today - datetime.timedelta(days=(today.isoweekday() + 1) % 7 or 7)
    assert saturday.isoweekday() == 6
    acted("1111", "view", saturday, times=5)
    assert sums("1111", saturday).odd == 5


@pytest.mark.django_db
def test_a_day_that_is_over_is_summed_once_and_the_running_one_again(cast, today):
    now = timezone.now()
    for day in (today, today - datetime.timedelta(days=1), today - datetime.timedelta(days=2)):
        acted("1111", "view", day, at=datetime.time(0, 0, 1))
    summed = catch_up(now=now)
    assert summed >= 3
    assert catch_up(now=now) == 0
    later = now + datetime.timedelta(minutes=11)
    open_days = SummedDay.objects.filter(complete=False).count()
    assert 1 <= open_days <= 2
    assert catch_up(now=later) >= 1
    assert SummedDay.objects.get(day=today - datetime.timedelta(days=2)).complete


# The screens


@pytest.fixture
def odd_one(cast, today):
    """A month in which six relationship managers do as always, and Ai has many values shown and looks elsewhere."""
    others = ["1112", "1121", "1211", "1221", "1113", "1114"]
    Staff.objects.bulk_create(
        [Staff(id=number, name=f"经理{number}", institution_id="B11", role="rm") for number in ("1113", "1114")]
    )
    rows, days = [], list(weekdays(today, 40))
    for place, day in enumerate(days):
        for number in (*others, "1111"):
            busy = number == "1111" and place < 10
            rows.append(
                StaffDay(
                    staff_id=number, day=day, roles="rm", entries=60, reveals=14 if busy else 1,
                    outside=20 if busy else place % 2, exports=0, odd=0, refused=0,
                )
            )  # fmt: skip
        rows.append(
            StaffDay(staff_id="1005", day=day, roles="administrator", entries=9, refused=12 if place < 5 else 0)
        )
        rows.append(StaffDay(staff_id="1008", day=day, roles="officer", entries=9))
    StaffDay.objects.bulk_create(rows)
    now = timezone.now()
    everyday = (today - datetime.timedelta(days=back) for back in range(200))
    SummedDay.objects.bulk_create([SummedDay(day=day, made_at=now, complete=True) for day in everyday])
    return cast


def enter(staff, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(staff)
    return client


@pytest.fixture(autouse=True)
def files(pages_files, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.django_db
def test_the_unusual_one_stands_first_with_the_reasons(odd_one, today):
    found = ranking(Period.of(today, 30))
    assert [one.staff_id for one in found.unusual] == ["1111", "1005"]
    assert next(one.measure for one in found.people[0].findings) is Measure.REVEALS
    assert {one.measure for one in found.people[0].findings} == {Measure.REVEALS, Measure.OUTSIDE}
    page = enter(odd_one.dan).get("/unusual/")
    assert page.status_code == 200
    text = page.text
    assert text.index("艾琳") < text.index("管平")
    assert "Values shown in full: " in text
    assert "others in the same role" in text
    assert "this person before" in text
    assert "经理1113" not in text
    assert "经理1113" in enter(odd_one.dan).get("/unusual/?all=1&days=90").text
    # Each number leads to the very entries.
    assert f"/audit/?person=1111&amp;day_since={today - datetime.timedelta(days=29)}" in text
    for url in {reason.url for row in page.context["rows"] for reason in row.reasons}:
        assert enter(odd_one.dan).get(url).status_code == 200


@pytest.mark.django_db
def test_it_is_noted_for_ever_and_by_another(odd_one, today):
    client = enter(odd_one.dan)
    page = client.get("/unusual/1111/?days=30")
    assert "What stands out" in page.text
    refused = client.post("/unusual/1111/note/", {"days": "30", "note": "x"})
    assert refused.status_code == 422
    assert "Choose one." in refused.text
    done = client.post(
        "/unusual/1111/note/", {"days": "30", "outcome": "spoken", "note": "Took over a branch's calls."}
    )
    assert done["Location"] == "/unusual/1111/?days=30"
    assert "Took over a branch" in client.get("/unusual/1111/").text
    assert "Spoken to the person" in client.get("/unusual/").text
    kept = Inquiry.objects.get()
    assert (kept.staff_id, kept.by_id, kept.last) == ("1111", "1008", today)
    assert Entry.objects.get(kind="unusual-note").object_id == "1111"
    with pytest.raises(ProgrammingError), transaction.atomic():
        Inquiry.objects.update(note="nothing")
    # Nobody about themselves: not on the page, not by a request of their own making, not in the table.
    assert "Another officer" in client.get("/unusual/1008/").text
    client.post("/unusual/1008/note/", {"days": "30", "outcome": "explained", "note": "all is well"})
    assert Inquiry.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.create(staff_id="1008", by_id="1008", first=today, last=today, outcome="explained", note="well")


@pytest.mark.django_db
def test_officers_and_auditors_alone(odd_one):
    for who in ("dan", "shen"):
        assert enter(getattr(odd_one, who)).get("/unusual/").status_code == 200
    for who in ("zhu", "ai", "bo", "he", "ann", "shi", "guan", "fu", "yu"):
        client = enter(getattr(odd_one, who))
        for url in ("/unusual/", "/unusual/1111/", "/exports/new/unusual/"):
            assert client.get(url).status_code == 403, (who, url)
        assert client.post("/unusual/1111/note/", {"outcome": "explained", "note": "fine"}).status_code == 403
        assert "/unusual/" not in client.get("/").text
    assert enter(odd_one.dan).get("/unusual/9999/").status_code == 404
    assert not Inquiry.objects.exists()


@pytest.mark.django_db
def test_nobody_is_left_out(odd_one):
    """Whoever acts is measured: the administrator stands out, the officer who looks is in the list as well."""
    everybody = {row.person.staff_id for row in enter(odd_one.shen).get("/unusual/?all=1").context["rows"]}
    assert {"1005", "1008", "1111"} <= everybody
    with traced(actor="1008", roles=[Role.OFFICER]):
        enter(odd_one.dan).get("/unusual/")
    SummedDay.objects.all().delete()
    assert catch_up(now=timezone.now()) >= 1
    assert StaffDay.objects.filter(staff_id="1008", entries__gt=0).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_ranking_leaves_through_the_one_door(odd_one, kind):
    from guanxi.crm.web.exports import services

    client = enter(odd_one.dan)
    client.post("/exports/new/unusual/?days=30", {"purpose": "audit", "reason": "Quarterly report", "kind": kind})
    export = services.Export.objects.get()
    if export.status == "waiting":
        services.write_export(export_id=export.pk)
    content = b"".join(client.get(reverse("export-file", args=[export.pk])).streaming_content)
    if kind == "csv":
        lines = content.decode("utf-8-sig").splitlines()
    else:
        rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
        lines = [",".join(str(cell) for cell in row) for row in rows]
    assert "Values shown in full" in lines[0]
    assert lines[1].startswith("1111,艾琳")
    assert "others in the same role" in lines[1]


@pytest.mark.django_db
def test_what_the_screens_cost_does_not_grow_with_the_log(odd_one, today):
    client = enter(odd_one.dan)
    counts = []
    for _time in range(2):
        client.get("/unusual/?days=90")
        with CaptureQueriesContext(connection) as queries:
            client.get("/unusual/?days=90")
        ranked = len(queries)
        with CaptureQueriesContext(connection) as queries:
            client.get("/unusual/1111/?days=90")
        counts.append((ranked, len(queries)))
        day = next(iter(weekdays(today - datetime.timedelta(days=1), 1)))
        for party in Party.objects.filter(manager_id="1211")[:10]:
            acted("1112", "view", day, subject=party.id, times=20)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 16
