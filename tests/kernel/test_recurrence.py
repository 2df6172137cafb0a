"""Recurring times against dateutil and icalendar: zones with every kind of leap, leap days, free days, cuts, shifts."""

# ruff: noqa: DTZ001 - what clocks show is naive

from __future__ import annotations

import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import vRecur

from guanxi.crm.kernel.calendar import WEEKENDS, WorkingCalendar
from guanxi.crm.kernel.recurrence import (
    DAYS,
    CannotShiftError,
    Holidays,
    Recurrence,
    RuleError,
    at_wall,
    counted_less,
    ended_before,
    exists,
    parse,
    shifted,
    wall_of,
)
from guanxi.crm.workdays.published import days_of

DAY = datetime.timedelta(days=1)
# North and south, half an hour of summer time, none any more, a day that was left out, summer time that is winter's.
ZONES = (
    "Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Pacific/Apia", "Africa/Casablanca", "UTC",
)  # fmt: skip
SHOWN = 40
zones = st.sampled_from(ZONES)
starts = st.datetimes(datetime.datetime(2009, 1, 1), datetime.datetime(2030, 12, 31)).map(
    lambda one: one.replace(second=0, microsecond=0, minute=one.minute // 15 * 15)
)
weekdays = st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True).map(",".join)
intervals = st.integers(1, 5).map(lambda many: f";INTERVAL={many}")
weeks = st.sampled_from(("", ";WKST=SU", ";WKST=MO"))


@st.composite
def rules(draw) -> str:
    kind = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    more = draw(intervals) + draw(weeks)
    if kind == "WEEKLY" and draw(st.booleans()):
        more += f";BYDAY={draw(weekdays)}"
    if kind == "MONTHLY":
        days = st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=3, unique=True)
        nth = st.tuples(st.integers(-5, 5).filter(bool), st.sampled_from(DAYS)).map(lambda one: f"{one[0]}{one[1]}")
        more += draw(
            st.one_of(
                st.just(""),
                days.map(lambda found: f";BYMONTHDAY={','.join(map(str, found))}"),
                nth.map(lambda one: f";BYDAY={one}"),
                st.tuples(weekdays, st.sampled_from((-1, 1, 2))).map(lambda one: f";BYDAY={one[0]};BYSETPOS={one[1]}"),
            )
        )
    if kind == "YEARLY" and draw(st.booleans()):
        more += f";BYMONTH={draw(st.integers(1, 12))};BYDAY={draw(st.integers(1, 4))}{draw(st.sampled_from(DAYS))}"
    return f"FREQ={kind}{more}"


def expected(rule: str, start: datetime.datetime, zone: str, many: int = SHOWN) -> list[datetime.datetime]:
    """What dateutil makes of it: its days, the clock of the zone, and nothing at a time that does not exist."""
    here = ZoneInfo(zone)
    walls = (one for one in rrulestr(f"RRULE:{rule}", dtstart=start) if tz.datetime_exists(one, here))
    return [one.replace(tzinfo=here).astimezone(datetime.UTC) for one in islice(walls, many)]


def found(rule: str, start: datetime.datetime, zone: str, many: int = SHOWN) -> list[datetime.datetime]:
    return list(islice(Recurrence(rule, start, zone).originals(), many))


@given(rules(), starts, zones)
def test_a_rule_gives_what_dateutil_gives_by_the_clock_of_its_zone(rule, start, zone):
    times = found(rule, start, zone)
    assert times == expected(rule, start, zone)
    assert times == sorted(set(times))
    # Nine o'clock stays nine o'clock, whatever the clocks do between.
    assert {wall_of(one, zone).time() for one in times} <= {start.time()}


@given(rules(), starts, zones, st.integers(1, 30))
def test_count_counts_what_exists_and_until_is_inclusive(rule, start, zone, many):
    every = found(rule, start, zone, many + 5)
    assert found(f"{rule};COUNT={many}", start, zone) == every[:many]
    assume(len(every) > many)
    last = every[many - 1]
    assert found(f"{rule};UNTIL={last:%Y%m%dT%H%M%SZ}", start, zone) == every[:many]
    local = wall_of(last, zone)
    by_day = [one for one in found(rule, start, zone, many + 5) if wall_of(one, zone).date() <= local.date()]
    assert found(f"{rule};UNTIL={local:%Y%m%d}", start, zone) == by_day
    assert found(ended_before(rule, every[many]), start, zone) == every[:many]
    assert found(counted_less(f"{rule};COUNT={many + 3}", 3), start, zone) == every[:many]


@given(rules())
def test_a_rule_is_read_as_icalendar_reads_it(rule):
    read = parse(rule)
    theirs = vRecur.from_ical(rule)
    assert read.keys() == {name.upper() for name in theirs}
    assert parse(theirs.to_ical().decode()) == read


@given(st.sampled_from(("DAILY", "WEEKLY")), intervals, st.one_of(st.just(""), weekdays), weeks, starts, zones,
       st.integers(-20, 20), st.integers(0, 6))  # fmt: skip
def test_a_series_that_is_moved_is_the_same_series_so_many_days_later(kind, interval, days, week, start, zone, by, at):
    rule = f"FREQ={kind}{interval}{week}"
    if kind == "WEEKLY" and days:
        rule += f";BYDAY={days}"
    times = found(rule, start, zone, 12)
    assume(len(times) > at)
    # A time that the clocks leave out on one day is there on the day it is moved to, and the other way round.
    clock = [wall_of(one, "UTC") for one in found(rule, start, "UTC", 14)]
    assume(all(exists(one, zone) and exists(one + by * DAY, zone) for one in clock))
    was = wall_of(times[at], zone).date()
    try:
        moved = shifted(rule, was, was + by * DAY)
    except CannotShiftError:
        assert "," in days
        assert "INTERVAL=1" not in rule
        return
    walls = [wall_of(one, zone) + by * DAY for one in times]
    begins = datetime.datetime.combine(wall_of(times[0], zone).date() + by * DAY, start.time())
    assert found(moved, begins, zone, 12) == [at_wall(one, zone) for one in walls]


@given(rules(), st.datetimes(datetime.datetime(2025, 1, 1), datetime.datetime(2026, 6, 30)), zones)
def test_free_days_are_kept_off(rule, start, zone):
    start = start.replace(second=0, microsecond=0)
    rows = list(days_of(2025, 2026))
    calendar = WorkingCalendar(
        frozenset(one[0] for one in rows if one[1] == "holiday"),
        frozenset(one[0] for one in rows if one[1] == "workday"),
    )
    before = datetime.datetime(2026, 12, 25, tzinfo=datetime.UTC)

    def of(holidays: Holidays):
        return list(islice(Recurrence(rule, start, zone, holidays).occurrences(before, calendar), SHOWN))

    kept = list(Recurrence(rule, start, zone, Holidays.KEEP).occurrences(before, calendar))
    assert all(one.original == one.starts for one in kept)
    works = [one for one in kept if calendar.is_working_day(wall_of(one.starts, zone).date())]
    assert of(Holidays.SKIP) == works[:SHOWN]
    pushed = of(Holidays.NEXT)
    assert len({one.starts for one in pushed}) == len(pushed)
    originals = {one.original for one in kept}
    for one in pushed:
        was, now = wall_of(one.original, zone).date(), wall_of(one.starts, zone).date()
        assert one.original in originals
        assert now == calendar.on_or_after(was)


def test_the_day_that_only_leap_years_have():
    start = datetime.datetime(2024, 2, 29, 9)
    years = [one.year for one in found("FREQ=YEARLY", start, "Asia/Shanghai", 4)]
    assert years == [2024, 2028, 2032, 2036]
    months = [wall_of(one, "UTC").month for one in found("FREQ=MONTHLY;COUNT=5", datetime.datetime(2026, 1, 31), "UTC")]
    assert months == [1, 3, 5, 7, 8]
    last = found("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", datetime.datetime(2028, 1, 31, 9), "UTC")
    assert [one.day for one in last] == [31, 29, 31]


def test_the_hour_that_is_left_out_and_the_hour_that_comes_twice():
    # In New York the clocks leap from two to three on 8 March 2026, and back on 1 November.
    start = datetime.datetime(2026, 3, 7, 2, 30)
    days = [wall_of(one, "America/New_York").day for one in found("FREQ=DAILY;COUNT=3", start, "America/New_York")]
    assert days == [7, 9, 10]
    (twice,) = found("FREQ=DAILY;COUNT=1", datetime.datetime(2026, 11, 1, 1, 30), "America/New_York")
    assert twice == datetime.datetime(2026, 11, 1, 5, 30, tzinfo=datetime.UTC), "the first of the two"
    # A first time that does not exist is reckoned with the offset from before: half past three.
    assert at_wall(datetime.datetime(2026, 3, 8, 2, 30), "America/New_York").hour == 7
    # Samoa left a whole day out.
    days = [wall_of(one, "Pacific/Apia").day for one in found("FREQ=DAILY;COUNT=3", datetime.datetime(2011, 12, 29, 9),
                                                                "Pacific/Apia")]  # fmt: skip
    assert days == [29, 31, 1]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("", "rule"), ("FREQ=HOURLY", "FREQ"), ("FREQ=SECONDLY;COUNT=9", "FREQ"), ("INTERVAL=2", "FREQ"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"), ("FREQ=DAILY;COUNT=0", "COUNT"), ("FREQ=DAILY;COUNT=100000", "COUNT"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "UNTIL"), ("FREQ=DAILY;UNTIL=20261301", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"), ("FREQ=WEEKLY;BYDAY=2MO", "BYDAY"), ("FREQ=MONTHLY;BYMONTHDAY=32",
        "BYMONTHDAY"), ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"), ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "BYMONTHDAY"), ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-30", "BYMONTHDAY"), ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO", "BYSETPOS"), ("FREQ=DAILY;FREQ=DAILY", "FREQ"), ("FREQ=DAILY;X", "X"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"), ("FREQ=DAILY;BYWEEKNO=4", "BYWEEKNO"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_said_by_its_part(rule, wrong):
    with pytest.raises(RuleError) as refused:
        parse(rule)
    assert str(refused.value) == wrong


def test_rules_that_name_their_days_otherwise_do_not_move():
    first = datetime.date(2026, 1, 5)
    for rule in ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=YEARLY;BYYEARDAY=5"):
        with pytest.raises(CannotShiftError):
            shifted(rule, first, first + DAY)
    assert shifted("FREQ=MONTHLY;BYDAY=1MO", first, first + DAY) == "FREQ=MONTHLY;BYDAY=1TU"
    assert shifted("FREQ=MONTHLY;BYDAY=-1MO", datetime.date(2026, 1, 26), datetime.date(2026, 1, 27)) == (
        "FREQ=MONTHLY;BYDAY=-1TU"
    )
    assert shifted("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=5", first, datetime.date(2026, 2, 6)) == (
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=6"
    )
    (one,) = Recurrence("FREQ=DAILY;COUNT=2", datetime.datetime(2026, 1, 1), "UTC").occurrences(
        datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), WEEKENDS
    )
    assert one.starts.day == 1
