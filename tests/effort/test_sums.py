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
from guanxi.crm.effort.database import count_all, define
from guanxi.crm.effort.models import Contacted, Effort, EffortPeriod, Premier
from guanxi.crm.effort.queries import Work, coverage_of, lines_of, visits_of, work_of
from guanxi.crm.insight.models import CustomerFigure, Publication
from guanxi.crm.kernel import arrays, protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead
from tests.sales.leads import lead_in

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo(settings.TIME_ZONE)
BEGIN = datetime.datetime(2026, 10, 31, 15, 0, tzinfo=datetime.UTC)  # an hour before a new month at the bank


def reached(one: Activity) -> bool:
    return one.kind in CONTACTS and not (one.outcome and one.outcome.result == "not_reached")


def expected() -> tuple[Counter, dict[str, int]]:
    sums: Counter = Counter()
    last: dict[str, tuple] = {}
    kinds = dict(Party.objects.values_list("id", "kind"))
    for one in Activity.objects.select_related("outcome", "lead"):
        kind = kinds.get(one.party_id, "") if one.party_id or one.lead is None else one.lead.kind
        key = (one.staff_id, one.at.astimezone(ZONE).date(), one.kind, kind)
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


def by_period() -> tuple[Counter, Counter]:
    """Periods as they are kept, and as the days add up to."""
    found: Counter = Counter()
    for row in EffortPeriod.objects.all():
        for name in ("number", "reached"):
            found[(row.staff_id, row.span, row.first, row.kind, row.line), name] += getattr(row, name)
    wanted: Counter = Counter()
    for row in Effort.objects.all():
        for span, first in (
            ("week", row.day - datetime.timedelta(row.day.weekday())),
            ("month", row.day.replace(day=1)),
        ):
            for name in ("number", "reached"):
                wanted[(row.staff_id, span, first, row.kind, row.line), name] += getattr(row, name)
    return +found, +wanted


def premier() -> tuple[set[tuple], set[tuple]]:
    """Premier customers as they are kept, and as the newest figures and the last contacts say."""
    day = Publication.objects.order_by("-id").values_list("business_date", flat=True)[0]
    last = dict(Contacted.objects.values_list("party_id", "at"))
    rows = CustomerFigure.objects.filter(business_date=day, tier="premier")
    wanted = rows.values_list("party_id", "institution_id", "manager_id", "kind")
    kept = Premier.objects.values_list("party_id", "institution_id", "manager_id", "kind", "at")
    return set(kept), {(*row, last.get(row[0])) for row in wanted}


def activity(cast, party, number: int, kind: str, hours: int) -> Activity:
    outcomes = list(Outcome.objects.filter(kind=kind).order_by("position"))
    staff = (cast.ai, cast.qian)[number % 2]
    return Activity(
        key=uuid4(), party=party, kind=kind, at=BEGIN + datetime.timedelta(hours=hours), minutes=number % 40 or None,
        outcome=outcomes[number % len(outcomes)] if outcomes and number % 3 else None, staff=staff,
    )  # fmt: skip


STEPS = [
    "one",
    "many",
    "change",
    "delete",
    "text",
    "figure",
    "hand over",
    "prospect",
    "prospect's kind",
    "customer now",
]
STEP = st.tuples(st.sampled_from(STEPS), st.integers(0, 40), st.integers(0, 72))


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=9))
def test_the_sums_follow_every_change(cast, steps):
    Activity.objects.all().delete()
    lead = lead_in("B11", manager="1111")
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
        elif what == "prospect":
            one = activity(cast, None, number, "call", hours)
            one.lead = lead
            one.save()
        elif what == "kind":
            Lead.objects.filter(pk=lead.pk).update(kind=("person", "organisation")[number % 2])
        elif what == "customer now":
            whom = cast.company if Lead.objects.get(pk=lead.pk).kind == "organisation" else cast.person
            rows.filter(lead=lead, party=None).update(party=whom)
        elif what == "change":
            rows.filter(pk__in=rows.values("pk")[: number % 3 + 1]).update(
                at=BEGIN + datetime.timedelta(hours=hours), staff=cast.bo, minutes=number, outcome=None
            )
        elif what == "delete":
            rows.filter(pk__in=list(rows.values_list("pk", flat=True)[: number % 2 + 1])).delete()
        elif what in ("figure", "hand over"):
            figures = CustomerFigure.objects.filter(party__in=[one.pk for one in parties[: number % 4 + 1]])
            change = {"tier": ("premier", "core")[number % 2]} if what == "figure" else {"manager": cast.lu}
            figures.update(**change)
        else:
            rows.update(text="another word")
        assert kept() == expected(), what
        for found, wanted in (by_period(), premier()):
            assert found == wanted, what


def test_what_was_recorded_before_is_counted_and_the_site_may_not_write_a_sum(cast):
    for number in range(12):
        kind = ("call", "visit", "note")[number % 3]
        activity(cast, cast.book(cast.ai)[number % 4], number, kind, number * 7).save()
    wanted = kept()
    for model in (Effort, EffortPeriod, Contacted, Premier):
        model.objects.all().delete()
    count_all(connection)
    assert kept() == wanted == expected()
    assert by_period()[0] == by_period()[1]
    # An installation that counted by day before there were periods.
    EffortPeriod.objects.all().delete()
    Premier.objects.all().delete()
    define(connection)
    assert by_period()[0] == by_period()[1] != Counter()
    assert premier()[0] == premier()[1] != set()


def test_who_is_premier_follows_the_night_that_is_announced(cast):
    """A night attaches its figures whole, past the table above, and then announces their day."""
    own = cast.book(cast.ai)[0]
    activity(cast, own, 0, "visit", 0).save()
    assert premier()[0] == premier()[1]
    day = cast.day + datetime.timedelta(days=1)
    table = CustomerFigure._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE next_night (LIKE {table} INCLUDING DEFAULTS)")
        cursor.execute(f"INSERT INTO next_night SELECT * FROM {table} WHERE business_date = %s", [cast.day])
        tier = "CASE party_id WHEN %s THEN 'premier' ELSE 'core' END"
        cursor.execute(f"UPDATE next_night SET business_date = %s, tier = {tier}", [day, own.pk])
        cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION next_night FOR VALUES IN ('{day}')")
    assert len(premier()[0]) > 1
    Publication.objects.create(business_date=day, snapshot="", run_id="", published_at=BEGIN, rows={})
    assert premier()[0] == premier()[1]
    assert [row[0] for row in premier()[0]] == [own.pk]
    assert Premier.objects.get().at == BEGIN


@pytest.mark.parametrize("few", [arrays.FEW, 0])
def test_a_week_and_a_month_so_far_leave_out_what_is_entered_ahead(cast, monkeypatch, few):
    monkeypatch.setattr(arrays, "FEW", few)
    activity(cast, cast.person, 1, "visit", 0).save()  # somebody else's
    everything, today = Scope.everything(""), BEGIN.astimezone(ZONE).date()  # Saturday, the last day of a month
    for hours in (-48, 0, 2):  # the last one on Sunday, the first of the next month
        activity(cast, cast.person, 0, "visit", hours).save()
    dates = {"week": datetime.date(2026, 10, 26), "month": datetime.date(2026, 10, 1), "today": today}
    assert work_of(everything, [cast.ai.id], **dates) == {cast.ai.id: Work(2, 2, 2, 2, 0, 2, today)}
    assert visits_of(everything, [cast.ai.id], month=dates["month"], today=today) == {cast.ai.id: 2}
    tomorrow = today + datetime.timedelta(days=1)
    later = work_of(everything, [cast.ai.id], **dates | {"today": tomorrow, "month": tomorrow})[cast.ai.id]
    assert (later.week, later.month, later.last) == (3, 1, tomorrow)
    yesterday = dates | {"today": today - datetime.timedelta(days=1)}
    assert work_of(everything, [cast.ai.id], **yesterday)[cast.ai.id].last == today - datetime.timedelta(days=2)
    assert visits_of(everything, [cast.ai.id], month=dates["month"], today=yesterday["today"]) == {cast.ai.id: 1}


def test_behind_a_wall_the_own_line_alone_is_counted(cast):
    today = BEGIN.astimezone(ZONE).date()
    activity(cast, cast.person, 0, "visit", 0).save()
    for number in (0, 2):
        activity(cast, cast.company, number, "call", 0).save()
    wide = Scope.of_institutions("1101", ["B1", "B11", "B12"])
    week = today - datetime.timedelta(days=today.weekday())
    dates = {"week": week, "month": today.replace(day=1), "today": today}
    assert work_of(wide, [cast.ai.id], **dates)[cast.ai.id].month == 3
    retail, corporate = Scope("1101", retail=wide.retail), Scope("1101", corporate=wide.retail)
    assert work_of(retail, [cast.ai.id], **dates)[cast.ai.id].month == 1
    assert work_of(corporate, [cast.ai.id], **dates)[cast.ai.id].month == 2
    assert lines_of(retail) == ["person", ""]
    assert lines_of(wide) == ["person", "organisation", ""]


def test_coverage_counts_who_was_reached_and_says_the_same_behind_row_security(cast, monkeypatch):
    scope = Scope.of_institutions("1101", ["B1", "B11", "B12"])
    since = BEGIN + datetime.timedelta(days=1)
    with protection.entered(scope):
        before = coverage_of(scope, [cast.ai.id], since=since)[cast.ai.id]
    premier = [one for one in cast.book(cast.ai) if cast.figures[one.id].tier == "premier"]
    assert (before.premier, before.quiet) == (len(premier), len(premier))
    no_answer = Outcome.objects.filter(kind="call", result="not_reached").first()
    late = BEGIN + datetime.timedelta(days=2)
    common = {"kind": "call", "at": late, "staff": cast.bo}
    Activity.objects.create(key=uuid4(), party=premier[0], outcome=no_answer, **common)
    with protection.entered(scope):
        assert coverage_of(scope, [cast.ai.id], since=since)[cast.ai.id].quiet == len(premier)
    Activity.objects.create(key=uuid4(), party=premier[0], **common)
    with protection.entered(scope):
        found = coverage_of(scope, [cast.ai.id, cast.zhu.id], since=since)
    assert found[cast.ai.id].quiet == len(premier) - 1
    assert cast.zhu.id not in found
    # Of many people rows are not narrowed, and whom nobody asked for is left out.
    monkeypatch.setattr(arrays, "FEW", 0)
    assert coverage_of(scope, [cast.ai.id, cast.zhu.id], since=since) == found
