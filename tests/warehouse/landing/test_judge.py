"""Spoiled files: every line is accounted for, and judged as plain Python judges it."""

import gzip
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.formats import DATE_FORMATS, DELIMITERS, TIMESTAMP_FORMATS, checked
from guanxi.warehouse.landing.judge import BROKEN
from guanxi.warehouse.landing.quarantine import Explainer, write_quarantine
from guanxi.warehouse.landing.reading import read_file
from guanxi.warehouse.landing.rules import rules
from guanxi.warehouse.sealing import PLAIN
from tests.warehouse.landing import reference
from tests.warehouse.landing.sample import SAMPLE, WIDE_SAMPLE


def words(text, *more):
    return [*text.split(), *more]


# Fields that are nearly right, column by column.
TRIED = (
    ["张三", "", " ", "　", "\t", "é" * 41, "〇" * 40, "𠮷" * 40, "a|b", "?", "NULL", "\\N", "#"],
    words(
        "12.34 12.3 12 -0.05 -0 0 00012.30 12.345 12. .5 +1 1e5 1,000.00 1_000 ０１ 0x10 NaN inf -",
        *("", " 1", "1 ", "9" * 16, "9" * 16 + ".99", "9" * 17, "9" * 40, "0" * 40 + "1"),
    ),
    words("1 -1 1.000001 0.1234567 0.000001 -0.999999 2 1000000 1000001 -1000000", "", "1" * 9, "1" * 10),
    words("0 1 -1 2147483647 2147483648 -2147483648 -2147483649 007 1.0 1e3 1_0 ٣", "", "9" * 30),
    words(
        """20260228 20260230 20261301 20260101 19000101 18991231 21991231 22000101 2026011 202601011 2026-01-01
        2026/01/01 01.01.2026 01/01/2026 1.1.2026 ２０２６０１０１ 2026 2.026e7 20240229 20230229 20260131
        020260228 +20260228 20260228.4 infinity epoch 20260431 2026_0228 0020260228""",
        *("", "2026 1 1", " 2026011", "+2026011", " 20260228", "20260228 "),
    ),
    words(
        """20260228093000 20260230093000 20260228250000 20260228096000 20260228093060 18991231235959 22000101000000
        2026-02-28T09:30:00 20260131235959 2026022809300 2026-1-1
        020260228093000 +20260228093000 20260228093000.0""",
        *("", " 20260228093000", "20260228093000 "),
        *("2026-02-28 09:30:00", "2026/02/28 09:30:00", "20260228 093000", "2026-02-28 9:30:00"),
    ),
    ["active", "closed", "Active", "active ", "", "x"],
    ["1", "0", "", "2", "true", "01"],
    ["", "摘要", "x" * 20, "x" * 21, "e\u0301" * 10, '"'],
)
field = [st.sampled_from(values) for values in TRIED]
good = ["张三", "12.34", "0.5", "7", "20260228", "20260228093000", "active", "1", ""]
nearly = st.tuples(*field).map(list)
one_wrong = st.integers(0, 8).flatmap(
    lambda place: field[place].map(lambda value: [*good[:place], value, *good[place + 1 :]])
)
fields = st.one_of(
    one_wrong, one_wrong, nearly, st.just(good), st.lists(st.sampled_from(good), max_size=24), st.just([*good, ""])
)
odd_bytes = st.sampled_from(
    [
        b"\x80",
        b"\xff",
        b"\x81",
        b"\xd5",
        b"\x81\x30",
        b"\0",
        b"\r",
        b"\n",
        b"|",
        b"|+|",
        b"\xe4\xb8",
        b'"',
        b"\x1f",
        b"\\",
    ]
)
forms = st.builds(
    Format,
    encoding=st.sampled_from(["gb18030", "utf-8"]),
    delimiter=st.sampled_from(DELIMITERS),
    date_format=st.sampled_from(DATE_FORMATS),
    timestamp_format=st.sampled_from(TIMESTAMP_FORMATS),
    decimal=st.sampled_from(["point", "implied"]),
    header=st.booleans(),
    compression=st.sampled_from(["", "gzip"]),
)


def spoiled(lines, spots):
    """The lines with odd bytes put in at some places."""
    for place, odd in spots:
        if lines:
            line = lines[place % len(lines)]
            cut = place % (len(line) + 1)
            lines[place % len(lines)] = line[:cut] + odd + line[cut:]
    return lines


spots = st.lists(st.tuples(st.integers(0, 10_000), odd_bytes), max_size=3)


def judged(content, table, form, folder):
    """What the landing makes of a file: the accepted rows by line, the quarantine's rows, the reading."""
    form = checked(form, table)
    path = Path(folder) / ("sample.dat.gz" if form.compression else "sample.dat")
    path.write_bytes(gzip.compress(content, 1) if form.compression else content)
    kept = Path(folder) / "rows.parquet"
    with duckdb.connect(config={"threads": 2}) as connection:
        tried = rules(table, form, None)
        reading = read_file(
            connection=connection, path=path, table=table, form=form, rules=tried, aside=Path(folder) / "scratch"
        )
        reading.judge.check_keys()
        accepted, quarantined = reading.judge.counts()
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        header = "AND rowid > 0" if form.header else ""
        rows = connection.execute(
            f"SELECT rowid + 1, {names} FROM judged WHERE {BROKEN} IS NULL {header} ORDER BY 1"
        ).fetchall()
        write_quarantine(
            connection=connection,
            path=kept,
            file=path,
            table=table,
            form=form,
            broken=reading.judge.broken() if quarantined else [],
            explainer=Explainer(reading.judge, []),
            mended={},
            sealing=PLAIN,
        )
        aside = connection.execute(
            f"SELECT line, \"column\", rule, message, raw, encoding, file FROM read_parquet('{kept}') ORDER BY 1"
        ).fetchall()
    assert (len(rows), len(aside)) == (accepted, quarantined)
    assert accepted + quarantined == reading.scratch.rows
    return {row[0]: row[1:] for row in rows}, {row[0]: row[1:] for row in aside}, reading


def lines_of(content, form):
    """The lines of a file as they lie there, by number, without the header."""
    content = content.replace(b"\r\n", b"\n")
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    return {number: line for number, line in enumerate(lines, 1) if not (form.header and number == 1)}


@pytest.mark.parametrize("written", list(zip(DATE_FORMATS, TIMESTAMP_FORMATS, strict=True)), ids=str)
@pytest.mark.parametrize("decimal", ["point", "implied"])
def test_each_value_is_judged_as_plain_python_judges_it(written, decimal, tmp_path):
    form = Format(delimiter="\t", date_format=written[0], timestamp_format=written[1], decimal=decimal)
    lines = []
    for place, values in enumerate(TRIED):
        for value in values:
            row = [f"N{len(lines)}", "", "", "", "", "", "", "", ""]
            row[place] = value
            lines.append("\t".join(row).encode("gb18030"))
    accepted, aside, _ = judged(b"\n".join(lines), SAMPLE, form, tmp_path)
    for number, line in enumerate(lines, 1):
        broken = reference.rule_broken(line, SAMPLE, form)
        if broken == ("", ""):
            texts = reference.split(line, SAMPLE, form)
            values = [reference.value(column, text, form) for column, text in zip(SAMPLE.columns, texts, strict=True)]
            assert accepted.get(number) == tuple(values), (line, aside.get(number))
        else:
            assert aside[number][:2] == broken, line
    assert len(accepted) > len(TRIED)


def as_lines(rows, table, form):
    """The rows as somebody who does not know our writer might write them."""
    if form.layout == "fixed":
        widths = [column.width for column in table.columns]
        return [b"".join(f.encode(form.codec)[:w].ljust(w) for f, w in zip(row, widths, strict=False)) for row in rows]
    if form.quote:
        rows = [[f'"{f}"' if (len(f) + n) % 2 else f for n, f in enumerate(row)] for row in rows]
    return [form.delimiter.join(row).encode(form.codec) for row in rows]


@pytest.mark.long
@settings(max_examples=70, deadline=None)
@given(
    st.lists(fields, max_size=12), forms, st.sampled_from(["plain", "plain", "quoted", "fixed"]), spots, st.booleans()
)
@example([good, ["x"] * 8, good], Format(), "plain", [(0, b"\n")], True)
@example([[*good, ""], [*good, "x"], [*good, *"abcdefgh"]], Format(), "plain", [], True)
@example([[*good, *"a" * 300], good, [*good, ""]], Format(), "plain", [], False)
@example([good, good[:-1], [*good, ""]], Format(compression="gzip"), "fixed", [(3, b" "), (1, b"\n")], True)
def test_a_spoiled_file_is_judged_as_plain_python_judges_it(rows, form, kind, spots, ended):
    changes = {"plain": {}, "quoted": {"delimiter": ",", "quote": '"'}, "fixed": {"layout": "fixed"}}
    form = replace(form, **changes[kind])
    table = WIDE_SAMPLE if kind == "fixed" else SAMPLE
    lines = [b"whatever"] * form.header + spoiled(as_lines(rows, table, form), spots)
    content = b"\n".join(lines) + b"\n" * (ended and bool(lines))
    with tempfile.TemporaryDirectory() as folder:
        accepted, aside, reading = judged(content, table, form, folder)
    seen: dict[str, int] = {}
    total = Decimal(0)
    expected = lines_of(content, form)
    assert sorted([*accepted, *aside]) == sorted(expected)
    for number, line in expected.items():
        column, rule = reference.rule_broken(line, table, form)
        texts = reference.split(line, table, form)
        if not isinstance(texts, str):
            if reference.field_broken(table.columns[1], texts[1], form) == "":
                total += reference.value(table.columns[1], texts[1], form) or 0
            if not rule and texts[0] in seen:
                column, rule = "name", "key"
                assert f"line {seen[texts[0]]} already" in aside[number][2]
        if rule:
            assert number in aside, (line, rule)
            assert aside[number][:2] == (column, rule), (line, aside[number])
            assert aside[number][3:5] == (line, form.codec)
            assert aside[number][5] == ("sample.dat.gz" if form.compression else "sample.dat")
        else:
            seen[texts[0]] = number
            assert number in accepted, (line, aside.get(number))
            assert accepted[number] == tuple(
                reference.value(column, text, form) for column, text in zip(table.columns, texts, strict=True)
            )
    assert reading.amount_total == total


def test_messages_name_the_value_and_the_rule(tmp_path):
    form = Format(encoding="utf-8", delimiter="|")
    spoil = {
        1: ("amount", "12.345", "amount is '12.345': it is not a number like -1234.5 with at most 2 decimals"),
        2: ("opened_on", "20260230", "opened_on is '20260230': it is not a date written YYYYMMDD."),
        3: ("name", "", "name is empty: it must have a value."),
        4: ("status", "open", "status is 'open': it must be one of active, closed."),
        5: ("rate", "1.5", "rate is '1.5': it must be at most 1"),
        6: ("memo", "长" * 600, "memo is '" + "长" * 80 + "...': it has more than 20 characters."),
    }
    names = [column.name for column in SAMPLE.columns]
    lines = []
    for name, value, _ in spoil.values():
        row = list(good)
        row[names.index(name)] = value
        lines.append("|".join(row))
    content = "".join(line + "\n" for line in lines).encode() + b"a|b\n" + b"\xd5\xc5|" + b"|" * 7 + b"\n"
    _, aside, _ = judged(content, SAMPLE, form, tmp_path)
    for number, (name, _, message) in spoil.items():
        assert aside[number][0] == name
        assert aside[number][2].startswith(message)
    assert aside[7][:3] == ("", "columns", "The line has 2 columns where the contract has 9.")
    assert aside[8][:3] == ("", "encoding", "The line is not valid UTF-8: D5 at byte 1 is no character.")
