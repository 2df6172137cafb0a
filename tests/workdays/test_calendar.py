"""The working calendar: laws that hold for any calendar, the years that ship, and what follows for deadlines."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.kernel.calendar import WEEKENDS, WorkingCalendar
from guanxi.crm.workdays.models import SpecialDay
from guanxi.crm.workdays.published import ANNOUNCED, days_of
from guanxi.crm.workdays.queries import working_calendar

DAY = datetime.timedelta(days=1)
days = st.dates(datetime.date(2023, 12, 1), datetime.date(2028, 3, 31))  # two leap years within
FIRST = datetime.date(2024, 1, 1)
some = st.frozensets(st.integers(0, 120), max_size=16).map(lambda found: {FIRST + number * DAY for number in found})
calendars = st.builds(WorkingCalendar, holidays=some, workdays=some)
near = st.dates(datetime.date(2023, 12, 20), datetime.date(2024, 5, 10))


@given(calendars, near, st.integers(0, 60))
def test_after_counts_exactly_the_working_days_it_passes(calendar, start, many):
    end = calendar.after(start, many)
    passed = [start + number * DAY for number in range(1, (end - start).days + 1)]
    assert sum(calendar.is_working_day(day) for day in passed) == many == calendar.between(start, end)
    assert many == 0 or calendar.is_working_day(end)


@given(calendars, near, st.integers(0, 20), st.integers(0, 20))
def test_counting_in_two_steps_is_counting_in_one(calendar, start, first, second):
    assert calendar.after(calendar.after(start, first), second) == calendar.after(start, first + second)


@given(some, some, near, st.integers(0, 30), near)
def test_a_further_holiday_never_makes_a_deadline_earlier_nor_a_day_made_up_later(free, worked, start, many, extra):
    calendar = WorkingCalendar(free, worked)
    assert WorkingCalendar(free | {extra}, worked).after(start, many) >= calendar.after(start, many)
    assert WorkingCalendar(free, worked | {extra}).after(start, many) <= calendar.after(start, many)


@given(calendars, near)
def test_on_or_after_is_the_first_working_day(calendar, day):
    found = calendar.on_or_after(day)
    assert calendar.is_working_day(found)
    assert not any(calendar.is_working_day(day + number * DAY) for number in range((found - day).days))


@given(days)
def test_without_further_knowledge_weekends_are_free(day):
    assert WEEKENDS.is_working_day(day) is (day.isoweekday() <= 5)


def test_days_are_counted_forwards():
    with pytest.raises(ValueError, match="forwards"):
        WEEKENDS.after(datetime.date(2026, 1, 1), -1)


def test_the_years_that_ship_are_as_they_were_announced():
    for year, free, worked in ((2025, 28, 5), (2026, 33, 6)):
        rows = list(days_of(year))
        assert len({day for day, *_rest in rows}) == len(rows), "no day is two things"
        assert all(day.year == year for day, *_rest in rows)
        assert sum(kind == "holiday" for _day, kind, *_names in rows) == free
        made_up = [day for day, kind, *_names in rows if kind == "workday"]
        assert len(made_up) == worked
        assert all(day.isoweekday() >= 6 for day in made_up)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "many", "due"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # the Saturday before Spring Festival is worked
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-13", 10, "2026-03-05"),  # the 14th, the 24th to the 28th, then from Monday on
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-08", 2, "2026-10-10"),
        ("2025-12-31", 1, "2026-01-04"),  # the Sunday after New Year is worked
        ("2026-12-31", 1, "2027-01-01"),  # a year that is not announced yet has weekends alone
    ],
)
def test_deadlines_know_holidays_and_days_made_up(cast, start, many, due):
    assert working_calendar().after(datetime.date.fromisoformat(start), many) == datetime.date.fromisoformat(due)


@pytest.mark.django_db
def test_the_migration_wrote_what_is_published(cast):
    stored = set(SpecialDay.objects.values_list("day", "kind", "name_zh", "name_en"))
    assert stored == set(days_of(*ANNOUNCED))


@pytest.mark.django_db
def test_an_administrator_enters_a_year_and_deadlines_follow_at_once(cast, client):
    address = "/administration/workdays/specialday/add/"
    fields = {"kind": "holiday", "name_zh": "元旦", "name_en": "New Year's Day"}
    client.force_login(cast.guan)
    assert working_calendar().after(datetime.date(2026, 12, 31), 1) == datetime.date(2027, 1, 1)
    assert client.post(address, {**fields, "day": "2027-01-01"}).status_code == 302
    assert working_calendar().after(datetime.date(2026, 12, 31), 1) == datetime.date(2027, 1, 4)
    # A Wednesday need not be made up for.
    answer = client.post(address, {**fields, "kind": "workday", "day": "2027-01-06"}, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert "are worked anyway" in answer.text
    delete = "/administration/workdays/specialday/2027-01-01/delete/"
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert working_calendar().after(datetime.date(2026, 12, 31), 1) == datetime.date(2027, 1, 1)
    client.force_login(cast.shen)
    assert client.post(address, {**fields, "day": "2027-01-01"}).status_code == 403
    client.force_login(cast.ai)
    assert client.get(address).status_code == 302
