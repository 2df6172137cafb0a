"""Figures and dates as people read them, from Decimal, never through a float."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.web.display import UNITS, Display
from guanxi.crm.web.preferences import Preferences

AMOUNTS = st.decimals(min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=2)
CHOICES = ["one", "middle", "large"]


def display(language: str = "zh-hans", **choices: str) -> Display:
    return Display.of(language=language, preferences=Preferences.of(choices, {}))


@pytest.mark.parametrize(
    ("language", "unit", "amount", "written"),
    [
        ("zh-hans", "one", "1234567.895", "1,234,567.90"),
        ("zh-hans", "middle", "1234567.89", "123.46"),
        ("zh-hans", "large", "1234567890.12", "12.3457"),
        ("en", "middle", "1234567.89", "1,234.6"),
        ("en", "large", "1234567890.12", "1,234.57"),
        ("zh-hans", "middle", "-49.99", "0.00"),
        ("zh-hans", "middle", "-50", "-0.01"),
    ],
)
def test_amounts(language, unit, amount, written):
    assert display(language, unit=unit).money(Decimal(amount)) == written


@given(AMOUNTS, st.sampled_from(["zh-hans", "en"]), st.sampled_from(CHOICES))
def test_an_amount_is_the_rounded_quotient_whatever_the_unit(amount, language, unit):
    power, places, _name = UNITS[language[:2]][unit]
    written = display(language, unit=unit).money(amount)
    expected = (amount / Decimal(10) ** power).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert Decimal(written.replace(",", "")) == expected
    assert not written.startswith("-0.0") or expected
    whole = written.lstrip("-").split(".")[0].split(",")
    assert all(len(group) == 3 for group in whole[1:])


@given(AMOUNTS, st.sampled_from(CHOICES))
def test_a_change_says_its_direction_three_times(amount, unit):
    one = display(unit=unit)
    drawn = one.change(amount)
    if not Decimal(one.money(abs(amount)).replace(",", "")):
        assert drawn == '<span class="gx-flat">0</span>'
    elif amount > 0:
        assert 'class="gx-up"' in drawn
        assert "▲" in drawn
        assert "+" in drawn
    else:
        assert 'class="gx-down"' in drawn
        assert "▼" in drawn
        assert "-" in drawn


def test_red_means_more_on_chinese_markets_unless_chosen_otherwise():
    assert display("zh-hans").red_up
    assert not display("en").red_up
    assert display("en", colours="red_up").red_up
    assert not display("zh-hans", colours="green_up").red_up


def test_dates_as_people_there_write_them():
    date = datetime.date(2026, 11, 5)
    assert display("zh-hans").day(date) == "2026-11-05"
    assert display("en").day(date) == "5 Nov 2026"
    assert display("zh-hans").short_day(date) == "11-05"
    assert display("zh-hans").month(date) == "2026年11月"
    moment = datetime.datetime(2026, 11, 5, 16, 30, tzinfo=datetime.UTC)
    assert display("zh-hans").moment(moment) == "2026-11-06 00:30"
    assert display("en").day(None) == "–"


@pytest.mark.parametrize(
    ("rate", "written"), [("0.0215", "2.15%"), ("0.02155", "2.155%"), ("0", "0.00%"), ("0.12", "12.00%")]
)
def test_rates_keep_their_basis_points(rate, written):
    assert display().rate(Decimal(rate)) == written


def test_nothing_is_a_dash_never_nought():
    one = display()
    assert one.money(None) == one.percent(None) == one.rate(None) == one.count(None) == "–"
    assert "–" in one.change(None)


def test_preferences_that_cannot_be_read_are_not_chosen():
    odd = Preferences.of({"unit": "cubits", "theme": 7, "colours": None}, {"theme": "dark"})
    assert odd == Preferences(theme="dark")
