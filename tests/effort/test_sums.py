"""The sums are what the activities add up to, whatever is recorded, changed and deleted, one by one or many at once."""

from __future__ import annotations

import datetime
from collections import Counter
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from guanxi.crm.contact.codes import CONTACTS, ActivityKind
from guanxi.crm.contact.models import Activity, Outcome
from guanxi.crm.effort.database import count_all
from guanxi.crm.effort.models import Contacted, Effort
from guanxi.crm.effort.queries import coverage_of, lines_of, work_of
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo(settings.TIME_ZONE)
BEGIN = datetime.datetime(2026, 10, 31, 15, 0, tzinfo=datetime.UTC)  # an hour before a new month at the bank


def reached(one: Activity) -> bool:
    return one.kind in CONTACTS and not (one.outcome and one.outcome.result == "not_reached")


def expected() -> tuple[Counter, dict[str, int]]:
    sums: Counter = Counter()
    last: dict[str, tuple] = {}
    kinds = dict(Party.objects.values_list("id", "kind"))
    for one in Activity.objects.select_related("outcome"):
        key = (one.staff_id, one.at.astimezone(ZONE).date(), one.kind, kinds.get(one.party_id, ""))
        sums[key, "number"] += 1
        sums[key, "reached"] += reached(one)
        sums[key, "minutes"] += one.minutes or 0
        if one.party_id and reached(one):
            last[one.party_id] = max(last.get(one.party_id, (one.at, one.pk)), (one.at, one.pk))
    return +sums, {party: pk for party, (_at, pk) in last.items()}


def kept() -> tuple[Counter, dict[str, int]]:
    sums: Counter = Counter()
    for row in Effort.objects.all():
        for name in ("number", "reached", "minutes"):
            sums[(row.staff_id, row.day, row.kind, row.line), name] += getattr(row, name)
    return +sums, dict(Contacted.objects.values_list("party_id", "activity_id"))


def activity(cast, party, number: int, kind: str, hours: int) -> Activity:
    outcomes = list(Outcome.objects.filter(kind=kind).order_by("position"))
    staff = (cast.ai, cast.qian)[number % 2]
    return Activity(
        key=uuid4(), party=party, kind=kind, at=BEGIN + datetime.timedelta(hours=hours), minutes=number % 40 or None,
        outcome=outcomes[number % len(outcomes)] if outcomes and number % 3 else None, staff=staff,
    )  # fmt: skip


STEP = st.tuples(st.sampled_from(["one", "many", "change", "delete", "text"]), st.integers(0, 40), st.integers(0, 72))


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=9))
def test_the_sums_follow_every_change(cast, steps):
    Activity.objects.all().delete()
    parties, kinds = [*cast.book(cast.ai)[:3], cast.company], [kind.value for kind in ActivityKind]
    for what, number, hours in steps:
        kind = kinds[number % len(kinds)]
        party = None if kind == "other" else parties[number % len(parties)]
        rows = Activity.objects.order_by("pk")
        if what == "one":
            activity(cast, party, number, kind, hours).save()
        elif what == "many":
            Activity.objects.bulk_create(
                activity(cast, parties[step % 4], number + step, "call", hours - step) for step in range(5)
            )
        elif what == "change":
            rows.filter(pk__in=rows.values("pk")[: number % 3 + 1]).update(
                at=BEGIN + datetime.timedelta(hours=hours), staff=cast.bo, minutes=number, outcome=None
            )
        elif what == "delete":
            rows.filter(pk__in=list(rows.values_list("pk", flat=True)[: number % 2 + 1])).delete()
        else:
            rows.update(text="another word")
        assert kept() == expected(), what


def test_what_was_recorded_before_is_counted_and_the_site_may_not_write_a_sum(cast):
    for number in range(12):
        kind = ("call", "visit", "note")[number % 3]
        activity(cast, cast.book(cast.ai)[number % 4], number, kind, number * 7).save()
    wanted = kept()
    Effort.objects.all().delete()
    Contacted.objects.all().delete()
    count_all(connection)
    assert kept() == wanted == expected()


def test_behind_a_wall_the_own_line_alone_is_counted(cast):
    today = BEGIN.astimezone(ZONE).date()
    activity(cast, cast.person, 0, "visit", 0).save()
    for number in (0, 2):
        activity(cast, cast.company, number, "call", 0).save()
    wide = Scope.of_institutions("1101", ["B1", "B11", "B12"])
    dates = {"week": today, "month": today.replace(day=1), "today": today}
    assert work_of(wide, [cast.ai.id], **dates)[cast.ai.id].month == 3
    retail, corporate = Scope("1101", retail=wide.retail), Scope("1101", corporate=wide.retail)
    assert work_of(retail, [cast.ai.id], **dates)[cast.ai.id].month == 1
    assert work_of(corporate, [cast.ai.id], **dates)[cast.ai.id].month == 2
    assert lines_of(retail) == ["person", ""]
    assert lines_of(wide) == ["person", "organisation", ""]


def test_coverage_counts_who_was_reached_and_says_the_same_behind_row_security(cast):
    scope = Scope.of_institutions("1101", ["B1", "B11", "B12"])
    since = BEGIN + datetime.timedelta(days=1)
    with protection.entered(scope):
        before = coverage_of(scope, [cast.ai.id], day=cast.day, since=since)[cast.ai.id]
    premier = [one for one in cast.book(cast.ai) if cast.figures[one.id].tier == "premier"]
    assert (before.premier, before.quiet) == (len(premier), len(premier))
    no_answer = Outcome.objects.filter(kind="call", result="not_reached").first()
    late = BEGIN + datetime.timedelta(days=2)
    common = {"kind": "call", "at": late, "staff": cast.bo}
    Activity.objects.create(key=uuid4(), party=premier[0], outcome=no_answer, **common)
    with protection.entered(scope):
        assert coverage_of(scope, [cast.ai.id], day=cast.day, since=since)[cast.ai.id].quiet == len(premier)
    Activity.objects.create(key=uuid4(), party=premier[0], **common)
    with protection.entered(scope):
        found = coverage_of(scope, [cast.ai.id, cast.zhu.id], day=cast.day, since=since)
    assert found[cast.ai.id].quiet == len(premier) - 1
    assert cast.zhu.id not in found
