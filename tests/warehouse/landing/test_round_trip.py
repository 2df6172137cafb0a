"""Whatever is written in any format is read back as it was."""

import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.warehouse.landing.contract import Delivery, Format, Kind
from guanxi.warehouse.landing.control import read_control
from guanxi.warehouse.landing.formats import (
    DATE_FORMATS,
    DECIMALS,
    DELIMITERS,
    TIMESTAMP_FORMATS,
    BadFormat,
    checked,
)
from guanxi.warehouse.landing.judge import BROKEN
from guanxi.warehouse.landing.reading import read_file
from guanxi.warehouse.landing.rules import rules
from guanxi.warehouse.landing.write import data_file, describe_file, write_table
from tests.warehouse.landing.sample import SAMPLE, WIDE_SAMPLE

DAY = date(2026, 3, 2)
# Chinese of two and of four bytes, some beyond the basic plane; Latin with accents; what might be taken for a mark.
LETTERS = "中文人民银行〇㐂𠮷𰻞é€ß  ab|+,;\"'\\#%\t.-0'%＿　"
texts = st.text(st.one_of(st.sampled_from(LETTERS), st.characters(exclude_categories=("Cs", "Cc"))), max_size=20)
names = texts.filter(lambda value: value.strip(" 　\t"))


def money(digits, places):
    unit = Decimal(1).scaleb(-places)
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda number: number * unit)


days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
times = st.builds(datetime.combine, days, st.times().map(lambda clock: clock.replace(microsecond=0)))
row = st.tuples(
    names,
    st.none() | money(18, 2),
    st.none() | st.integers(-(10**6), 10**6).map(lambda number: number * Decimal("0.000001")),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | days,
    st.none() | times,
    st.none() | st.sampled_from(["active", "closed"]),
    st.none() | st.booleans(),
    st.none() | texts,
)
formats = st.builds(
    Format,
    encoding=st.sampled_from(["gb18030", "utf-8", "utf-8-sig"]),
    delimiter=st.sampled_from(DELIMITERS),
    date_format=st.sampled_from(DATE_FORMATS),
    timestamp_format=st.sampled_from(TIMESTAMP_FORMATS),
    decimal=st.sampled_from(DECIMALS),
    header=st.booleans(),
    compression=st.sampled_from(["", "gzip"]),
    layout=st.sampled_from(["delimited", "delimited", "fixed"]),
)


def can_carry(form, value):
    """Whether a text can stand in a file of this format, and comes back as it was."""
    if form.layout == "fixed":
        return not value.endswith(" ")
    return form.quote or form.delimiter not in value + form.delimiter[:-1]


@pytest.mark.long
@settings(max_examples=50, deadline=None)
@given(st.lists(row, max_size=8), formats, st.booleans())
def test_rows_written_are_rows_read(rows, form, quoted):
    form = Format(**{name: getattr(form, name) for name in form.__slots__} | {"quote": '"' * quoted})
    if quoted:
        form = Format(**{name: getattr(form, name) for name in form.__slots__} | {"delimiter": ","})
    rows = [row for row in rows if all(can_carry(form, value) for value in (row[0], row[8] or ""))]
    expected = [(*row[:8], row[8] or None) for row in rows]
    table = WIDE_SAMPLE if form.layout == "fixed" else SAMPLE
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        fill(connection, rows)
        control = write_table(
            connection=connection,
            query="FROM rows",
            table=table,
            format=form,
            folder=Path(folder),
            business_date=DAY,
            delivery=Delivery.FULL,
            opening=False,
        )
        path = Path(folder) / data_file(table.name, form)
        assert read_control(Path(folder) / "sample.ctl") == control
        assert describe_file(path, table, form) == (control.rows, control.amount_total, control.sha256)
        assert control.rows == len(rows)
        assert control.amount_total == sum((row[1] or Decimal(0) for row in rows), Decimal("0.00"))
        assert read(connection, path, table, checked(form, table)) == expected


def fill(connection, rows):
    connection.execute(
        "CREATE TABLE rows (" + ", ".join(f'"{column.name}" {column.sql_type}' for column in SAMPLE.columns) + ")"
    )
    if rows:
        connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(SAMPLE.columns))})", rows)


def read(connection, path, table, form):
    reading = read_file(
        connection=connection,
        path=path,
        table=table,
        form=form,
        rules=rules(table, form, None),
        aside=path.with_name("scratch"),
    )
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    header = "AND rowid > 0" if form.header else ""
    found = connection.execute(f"SELECT {BROKEN}, {names} FROM judged WHERE true {header} ORDER BY rowid").fetchall()
    assert {row[0] for row in found} <= {None}
    assert reading.scratch.rows == len(found)
    return [row[1:] for row in found]


@pytest.mark.parametrize("value", ["a|+|b", "a|+", "a\nb", "a\rb", "a\0b", "a\x1fb"])
def test_the_writer_refuses_a_text_that_would_break_the_line(tmp_path, value):
    with duckdb.connect() as connection:
        fill(connection, [(value, *[None] * 8)])
        with pytest.raises(duckdb.Error, match="name holds"):
            write_table(
                connection=connection,
                query="FROM rows",
                table=SAMPLE,
                format=Format(),
                folder=tmp_path,
                business_date=DAY,
                delivery=Delivery.FULL,
                opening=False,
            )


def test_the_writer_refuses_a_field_wider_than_its_width(tmp_path):
    with duckdb.connect() as connection:
        fill(connection, [("中" * 30 + "𠮷" * 26, *[None] * 8)])
        with pytest.raises(ValueError, match="wider than 160 bytes"):
            write_table(
                connection=connection,
                query="FROM rows",
                table=WIDE_SAMPLE,
                format=Format(layout="fixed"),
                folder=tmp_path,
                business_date=DAY,
                delivery=Delivery.FULL,
                opening=False,
            )


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (Format(encoding="big5"), "big5"),
        (Format(delimiter=";"), "';'"),
        (Format(quote="'", delimiter=","), "quote"),
        (Format(quote='"'), "commas"),
        (Format(layout="fixed"), "no width for days"),
        (Format(layout="json"), "json"),
        (Format(date_format="%y%m%d"), "%y"),
        (Format(decimal="comma"), "comma"),
    ],
)
def test_a_format_that_cannot_be_read_is_refused(form, says):
    with pytest.raises(BadFormat, match=says):
        checked(form, SAMPLE)


def test_every_kind_of_column_is_in_the_sample():
    assert {column.kind for column in SAMPLE.columns} == set(Kind)
