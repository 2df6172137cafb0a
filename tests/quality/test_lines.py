"""Raw lines: split and joined again they are the same, and every odd byte is seen."""

from __future__ import annotations

import datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.quality.lines import (
    CannotJoin,
    difference,
    explain,
    format_of,
    join_fields,
    pieces_of,
    readable,
    split_line,
    split_text,
)
from guanxi.warehouse.landing import check_row
from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.tables import TABLES

RATE = TABLES["rate"]
FORMATS = [
    Format(),
    Format(delimiter="|"),
    Format(delimiter="\t", encoding="utf-8"),
    Format(delimiter=",", quote='"', encoding="utf-8"),
    Format(delimiter=",", quote='"'),
]
# What a field may hold: no control characters, no half of a surrogate pair, no mark for unreadable bytes.
FIELD = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd"), max_size=20)


@given(st.sampled_from(FORMATS), st.lists(FIELD, min_size=5, max_size=5))
def test_fields_that_can_be_joined_come_back(form, values):
    try:
        text = join_fields(values, RATE, form)
    except CannotJoin:
        return
    assert [field.value for field in split_text(text, RATE, form)] == values
    encoded = text.encode(form.codec)
    assert [field.value for field in split_line(encoded, RATE, form)] == values


@given(st.sampled_from(FORMATS), st.binary(max_size=60))
def test_any_bytes_can_be_shown_and_none_is_lost(form, raw):
    line = raw.replace(b"\n", b"").replace(b"\r", b"")
    fields = split_line(line, RATE, form, "annual_rate")
    assert len(fields) >= len(RATE.columns)
    assert all(isinstance(piece.text, str) for field in fields for piece in field.pieces)
    readable(line, form.codec)
    if form.delimiter == "|":
        joined = form.delimiter.join(field.value for field in fields[: max(1, line.count(b"|") + 1)])
        assert joined.encode(form.codec, "surrogateescape") == line or line.count(b"|") < len(RATE.columns)


@pytest.mark.parametrize(("value", "allowed"), [("a|", True), ("a|+", False), ("a|+|b", False), ("a+", True)])
def test_a_value_that_would_part_the_line_elsewhere_is_refused(value, allowed):
    values = [value, "CNY", "0", "20260101", "0.01"]
    if allowed:
        assert split_text(join_fields(values, RATE, Format()), RATE, Format())[0].value == value
    else:
        with pytest.raises(CannotJoin) as refused:
            join_fields(values, RATE, Format())
        assert refused.value.column == "product_id"


def test_half_a_character_before_a_delimiter_does_not_swallow_it():
    raw = b"D001|CNY|0|20260101|" + "张".encode("gb18030")[:1]
    half = raw.replace(b"CNY", b"C\xd5")
    fields = split_line(half, RATE, Format(delimiter="|"))
    assert [field.value for field in fields][:1] == ["D001"]
    assert len(fields) == len(RATE.columns)
    assert fields[1].broken


def test_odd_bytes_and_unseen_characters_stand_out():
    parts = pieces_of("王\udcb7\udcff芳\u200b")
    assert [(piece.text, piece.odd) for piece in parts] == [
        ("王", False),
        ("B7 FF", True),
        ("芳", False),
        ("200B", True),
    ]


@given(FIELD, FIELD)
def test_what_differs_between_two_lines_is_what_is_left_beside_what_is_the_same(before, after):
    (head, old, tail), (same_head, new, same_tail) = difference(before, after, beside=1_000)
    assert (head, tail) == (same_head, same_tail)
    assert (head + old + tail, head + new + tail) == (before, after)
    assert (old, new) == ("", "") or before != after
    short = difference(before, after, beside=2)
    assert (short[0][1], short[1][1]) == (old, new)


def test_a_fixed_width_line_is_cut_padded_and_accepted():
    table = TABLES["exchange_rate"]
    values = ["USD", "20261120", "7.10"]
    line = join_fields(values, table, table.format)
    assert len(line) == 31
    assert [field.value for field in split_text(line, table, table.format)] == values
    assert check_row(table, line, table.format) == []
    with pytest.raises(CannotJoin):
        join_fields(["USDT", "20261120", "7.10"], table, table.format)


def test_the_format_is_the_inboxs_and_the_contracts_where_there_is_none(tmp_path):
    table = TABLES["party"]
    day = datetime.date(2026, 11, 20)
    assert format_of(table, day, tmp_path / "nowhere", "utf-8") == Format(encoding="utf-8")
    (tmp_path / "feed.toml").write_text('[default]\ndelimiter = "|"\n')
    assert format_of(table, day, tmp_path, "gb18030").delimiter == "|"
    (tmp_path / "2026-11-20").mkdir()
    control = "table=party\nbusiness_date=2026-11-20\nfile=party.dat\ndelivery=increment\nrows=1\n"
    (tmp_path / "2026-11-20" / "party.ctl").write_text(
        f"{control}sha256={'0' * 64}\nopening=0\ndelimiter=,\nencoding=utf-8\n"
    )
    form = format_of(table, day, tmp_path, "gb18030")
    assert (form.delimiter, form.encoding) == (",", "utf-8")
    (tmp_path / "feed.toml").write_text("nonsense = [")
    assert format_of(table, day, tmp_path / "x", "gb18030") == Format()


def test_landings_sentences_are_said_in_chinese_too():
    table = TABLES["party"]
    fields = ["U", "P1", "person", "王芳", "", "F", "19880214", "CHN", "bachelor", *[""] * 7, "B11", "", "20150601"]
    good = "|+|".join([*fields, "", "", "0", "active"])
    assert check_row(table, good, table.format) == []
    wrong = good.replace("王芳", "").replace("bachelor", "x").replace("19880214", "88-2-14")
    problems = check_row(table, wrong, table.format) + check_row(table, good + "|+|", table.format)
    assert {problem.rule for problem in problems} == {"required", "value", "type", "columns"}
    with translation.override("zh-hans"):
        for problem in problems:
            said = explain(rule=problem.rule, table="party", column=problem.column, message=problem.message)
            assert said != problem.message
    with translation.override("en"):
        for problem in problems:
            said = explain(rule=problem.rule, table="party", column=problem.column, message=problem.message)
            assert said == problem.message
