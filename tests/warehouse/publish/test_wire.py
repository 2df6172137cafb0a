"""What is sent as binary COPY comes out of PostgreSQL as it went in, whatever the values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from unittest import mock

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.warehouse.publish import wire

# Type of PostgreSQL, type of Arrow, values.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def amounts(precision, scale):
    top = 10**precision - 1
    return st.integers(-top, top).map(lambda number: Decimal(f"{number}E-{scale}"))


KINDS = (
    ("text", pa.string(), TEXT),
    ("bytea", pa.binary(), st.binary(max_size=12)),
    ("date", pa.date32(), DATES),
    ("timestamptz", pa.timestamp("us", tz="UTC"), MOMENTS),
    ("boolean", pa.bool_(), st.booleans()),
    ("smallint", pa.int16(), st.integers(-(2**15), 2**15 - 1)),
    ("integer", pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    ("bigint", pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    ("numeric(18,2)", pa.decimal128(18, 2), amounts(18, 2)),
    ("numeric(20,2)", pa.decimal128(20, 2), amounts(20, 2)),
    ("numeric(9,6)", pa.decimal128(9, 6), amounts(9, 6)),
    ("numeric(12,4)", pa.decimal128(12, 4), amounts(12, 4)),
    ("numeric(32,8)", pa.decimal128(32, 8), amounts(32, 8)),
    ("numeric(38,0)", pa.decimal128(38, 0), amounts(38, 0)),
)


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    rows = draw(
        st.lists(
            st.tuples(*(draw(st.sampled_from((values, st.none() | values))) for _, _, values in kinds)), max_size=9
        )
    )
    return kinds, rows


@pytest.fixture(scope="module")
def connection(migrated_template):
    import os

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as opened:
        opened.prepare_threshold = None
        opened.execute("set timezone = 'UTC'")
        yield opened


@settings(max_examples=150, deadline=None)
@given(tables(), st.integers(1, 4))
def test_every_value_arrives_as_it_was_sent(connection, table, rows_a_batch):
    kinds, rows = table
    names = [f"c{position}" for position in range(len(kinds))]
    schema = pa.schema([(name, arrow) for name, (_, arrow, _) in zip(names, kinds, strict=True)])
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    whole = pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
    connection.execute("drop table if exists pg_temp.sent")
    declared = ", ".join(f"{name} {kind}" for name, (kind, _, _) in zip(names, kinds, strict=True))
    connection.execute(f"create temp table sent (place serial, {declared})".encode())
    heard = []
    with mock.patch.object(wire, "ROWS_A_BATCH", rows_a_batch):
        count = wire.copy_into(
            connection, f"copy sent ({', '.join(names)}) from stdin (format binary)", whole.to_reader(), heard.append
        )
    assert count == len(rows) == sum(heard)
    arrived = connection.execute(f"select {', '.join(names)} from sent order by place".encode()).fetchall()
    assert arrived == rows


def test_a_reader_that_breaks_leaves_nothing_behind(connection):
    connection.execute("drop table if exists pg_temp.sent")
    connection.execute("create temp table sent (a integer)")
    batch = pa.record_batch([pa.array([1, 2], pa.int32())], names=["a"])

    def batches():
        yield batch
        raise LookupError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(batch.schema, batches())
    with pytest.raises(LookupError):
        wire.copy_into(connection, "copy sent from stdin (format binary)", reader)
    assert connection.execute("select count(*) from sent").fetchone() == (0,)


def test_what_postgresql_refuses_is_raised_and_the_thread_ends(connection):
    connection.execute("drop table if exists pg_temp.sent")
    connection.execute("create temp table sent (a varchar(2))")
    batch = pa.record_batch([pa.array(["too long"] * 10)], names=["a"])
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch] * 50)
    with pytest.raises(psycopg.errors.StringDataRightTruncation):
        wire.copy_into(connection, "copy sent from stdin (format binary)", reader)


def test_a_type_without_a_binary_form_is_refused():
    batch = pa.record_batch([pa.array([1.5])], names=["a"])
    with pytest.raises(TypeError, match="double"):
        wire.encode(batch)
