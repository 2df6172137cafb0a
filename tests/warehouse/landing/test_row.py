"""A mended line is judged by its contract before it is accepted."""

import pytest

from guanxi.warehouse.landing import check_row
from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.row import check_row as check_row_of_night
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.nights import Night
from tests.warehouse.landing.bank import DAY, NEXT

BALANCE = TABLES["balance"]
RATE = TABLES["exchange_rate"]


def rules(table, text, form=None):
    return [(problem.column, problem.rule) for problem in check_row(table, text, form or table.format)]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("A1|+|20260302|+|12.50|+|", []),
        (
            "|+|20260230|+|12.505|+|x",
            [("agreement_id", "required"), ("balance_date", "type"), ("balance", "type"), ("available", "type")],
        ),
        ("A1|+|20260302|+|12.50", [("", "columns")]),
        ("A1|+|20260302|+|12.50|+|\n", [("", "columns")]),
        ("A1|+|20260302|+|12.50|+|\x00", [("", "encoding")]),
        ("A\ud800|+|20260302|+|12.50|+|", [("", "encoding")]),
        ("A1|+|20260302|+|" + "9" * 17 + "|+|", [("balance", "range")]),
        ("", [("", "columns")]),
    ],
)
def test_a_line_is_judged(text, broken):
    assert rules(BALANCE, text) == broken


def test_a_fixed_line_is_judged_by_its_bytes():
    assert rules(RATE, "USD20260302          7.12345678") == []
    assert rules(RATE, "USD20260302          7.1234567") == [("", "columns")]
    assert rules(RATE, "USD20260302         -7.12345678") == [("mid_rate", "range")]


def test_a_quoted_line_is_judged():
    form = Format(encoding="utf-8", delimiter=",", quote='"')
    assert rules(BALANCE, '"A,1",20260302,"12.50",', form) == []
    assert rules(BALANCE, '"A,1,20260302,12.50,', form) == [("", "columns")]


def test_with_a_night_its_dates_are_judged_too():
    line = "A1|+|20260302|+|12.50|+|"
    assert check_row_of_night(BALANCE, line, BALANCE.format, Night(DAY)) == []
    problems = check_row_of_night(BALANCE, line, BALANCE.format, Night(NEXT, DAY))
    assert [(problem.column, problem.rule) for problem in problems] == [("balance_date", "date")]
