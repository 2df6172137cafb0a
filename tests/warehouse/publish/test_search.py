"""Whoever is in the data is found by what people type of them, with the statement that the screens use."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.warehouse.publish import publish
from guanxi.warehouse.publish.search import query_tokens, search_sql
from guanxi.warehouse.publish.search.syllables import ways
from guanxi.warehouse.publish.search.tokens import PHONES
from tests.warehouse.publish.bank import PEOPLE, add_party, small_bank
from tests.warehouse.publish.conftest import empty, opened

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗曾单解仇区查朴翟乐覃缪盖任华"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰华建国文玉红志梅鑫波长重朝都乐行会曾晟略女吕律宇"
FIRMS = ("重庆", "北京", "长沙", "厦门", "成都", "ABC", "３６０", "海淀")
TRADES = ("科技", "银行", "音乐", "长江", "实业", "信息", "重工", "行业")


@pytest.fixture(scope="module")
def found_by(publishing_database, tmp_path_factory):
    """Publishes three hundred parties; returns what finds parties by a text, and the parties' published rows."""
    bank = small_bank(tmp_path_factory.mktemp("warehouse"))
    for number in range(300):
        mixed = number * 7919
        if number % 10 == 9:
            kind = "organisation"
            name = FIRMS[mixed % 8] + TRADES[mixed % 7] + GIVEN[mixed % 40 : mixed % 40 + 2] + "有限公司"
        else:
            kind = "person"
            name = SURNAMES[mixed % len(SURNAMES)] + GIVEN[mixed % 41] + (GIVEN[mixed % 37] if number % 3 else "")
        place, manager = ("B11", "S1") if number % 2 else ("B12", "S3")
        add_party(
            bank, f"D{number:05}", kind, name, place, manager,
            phone=f"13{(mixed * 104729) % 10**9:09}", identifier=f"{110101000000000000 + mixed * 1_000_003}",
        )  # fmt: skip
    with psycopg.connect(publishing_database, autocommit=True) as connection:
        empty(connection)
        publish(layout=bank.layout, nights=[bank.write()], database_url=publishing_database, run_id="search")
        yield Finder(connection)


class Finder:
    def __init__(self, connection):
        self.connection = connection
        self.parties = connection.execute(
            "select id, kind, name, name_pinyin, institution_id, manager_id from party_party order by id"
        ).fetchall()
        contacts = sorted(opened(connection, "party_contactpoint", "value").items())
        self.phones = [(party, value) for (party, kind, _place), value in contacts if kind in PHONES]
        numbers = sorted(opened(connection, "party_partyidentifier", "number").items())
        self.identifiers = [(party, value) for (party, _kind, _place), value in numbers]

    def __call__(self, text, **scope):
        sql, parameters = search_sql(query_tokens(text), **{"limit": 1000, **scope})
        return [party for _, party in self.connection.execute(sql.encode(), parameters).fetchall()]


PICK = st.integers(0, 10**6)


def syllables(party, number):
    """One of the readings of a party's name, syllable by syllable."""
    readings = party[3].split(" / ")
    return readings[number % len(readings)].split()


@settings(max_examples=150, deadline=None)
@given(PICK, PICK)
def test_by_any_two_characters_in_a_row(found_by, which, at):
    number, _, name, *_ = found_by.parties[which % len(found_by.parties)]
    plain = "".join(name.split())
    start = at % max(1, len(plain) - 1)
    assert number in found_by(plain[start : start + 2])


@settings(max_examples=100, deadline=None)
@given(PICK, PICK, PICK)
def test_by_any_part_of_the_name_as_it_is_written(found_by, which, at, size):
    number, _, name, *_ = found_by.parties[which % len(found_by.parties)]
    start = at % len(name)
    text = name[start : start + 1 + size % len(name)].strip()
    if len(text) > 1 or (text and not text.isascii()):
        assert number in found_by(text)
        assert number in found_by(text.upper())


@settings(max_examples=100, deadline=None)
@given(PICK, PICK)
def test_by_the_whole_pinyin(found_by, which, reading):
    party = found_by.parties[which % len(found_by.parties)]
    read = syllables(party, reading)
    assert party[0] in found_by("".join(read))
    assert party[0] in found_by(" ".join(read).upper())


@settings(max_examples=150, deadline=None)
@given(PICK, PICK, PICK, st.booleans())
def test_by_pinyin_broken_off_after_a_syllable_or_within_one(found_by, which, reading, stop, within):
    party = found_by.parties[which % len(found_by.parties)]
    read = syllables(party, reading)
    count = 1 + stop % len(read)
    text = "".join(read[:count])
    if within and count < len(read) and read[count].isalpha():
        text += read[count][: 1 + stop % len(read[count])]
    assert party[0] in found_by(text)


@settings(max_examples=100, deadline=None)
@given(PICK, PICK)
def test_by_the_given_names_pinyin(found_by, which, reading):
    people = [party for party in found_by.parties if party[1] == "person"]
    party = people[which % len(people)]
    read = syllables(party, reading)
    if len(read) > 1:
        assert party[0] in found_by("".join(read[1:]))


@settings(max_examples=100, deadline=None)
@given(PICK, PICK, PICK)
def test_by_initials_from_the_first(found_by, which, reading, size):
    party = found_by.parties[which % len(found_by.parties)]
    initials = "".join(syllable[0] for syllable in syllables(party, reading))[:12]
    text = initials[: 1 + size % len(initials)]
    if text.isalpha():
        assert party[0] in found_by(text)


@settings(max_examples=100, deadline=None)
@given(PICK, PICK)
def test_by_the_surname_in_full_and_the_initials_of_the_rest(found_by, which, reading):
    people = [party for party in found_by.parties if party[1] == "person"]
    party = people[which % len(people)]
    first, *rest = syllables(party, reading)
    text = first + "".join(syllable[0] for syllable in rest)
    # "geng" is the syllable, and hardly ge n g.
    if all(len(way) > len(rest) - 1 for way in ways(text)):
        assert party[0] in found_by(text)


@settings(max_examples=100, deadline=None)
@given(PICK, PICK, st.integers(4, 11))
def test_by_four_and_more_digits_of_a_phone(found_by, which, at, size):
    number, value = found_by.phones[which % len(found_by.phones)]
    digits = "".join(letter for letter in value if letter.isdigit())
    start = at % (len(digits) - 3)
    assert number in found_by(digits[start : start + size])
    assert number in found_by(value)


@settings(max_examples=60, deadline=None)
@given(PICK)
def test_by_a_whole_number(found_by, which):
    number, identifier = found_by.identifiers[which % len(found_by.identifiers)]
    assert found_by(identifier.lower()).count(number) == 1
    assert number in found_by(number)
    assert number in found_by(f" {number.lower()} ")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("小明", "C0001"),
        ("张小明", "C0001"),
        ("张 小明", "C0001"),
        ("zhangxiaom", "C0001"),
        ("zhangx", "C0001"),
        ("zxm", "C0001"),
        ("zhangxm", "C0001"),
        ("xiaoming", "C0001"),
        ("xm", "C0001"),
        ("zengguofan", "C0002"),
        ("cengguofan", "C0002"),
        ("shantf", "C0003"),
        ("yuchijingde", "C0004"),
        ("jingde", "C0004"),
        ("137 0000 1111", "C0004"),
        ("+86 13700001111", "C0004"),
        ("smith", "C0005"),
        ("tomsm", "C0005"),
        ("TS", "C0005"),
        ("买买提", "C0006"),
        ("abodulamaimaiti", "C0006"),
        ("cqcasy", "C0007"),
        ("chongqingchangan", "C0007"),
        ("zhongqing", "C0007"),
        ("长安实业", "C0007"),
        ("abc科技", "C0008"),
        ("ＡＢＣ", "C0008"),
        ("huaxia", "C0008"),
        ("beijinghuaxiaabckejigufen", "C0008"),
        ("huaxiaabckej", "C0008"),
        ("xiaabc", "C0008"),
        ("abck", "C0008"),
        ("bjhx", "C0008"),
        ("62345678", "C0003"),
        ("010-62345678", "C0003"),
        ("91110000MA000000ab", "C0008"),
        ("lvlue", "C0010"),
        ("lülüe", "C0010"),
        ("lyulyue", "C0010"),
        ("ll", "C0010"),
    ],
)
def test_by_what_people_type(found_by, text, who):
    assert who in found_by(text)


@pytest.mark.parametrize(
    "text", ["", "  ", "·", "'", "zhangxiaomingg", "zxmq", "1380013800099", "没有这个人", "%", "\\"]
)
def test_nobody_is_found_by_what_nobody_has(found_by, text):
    assert "C0001" not in found_by(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered(found_by, text):
    for party in found_by(text.replace("\0", ""), limit=5):
        assert party


def test_a_scope_and_pages_narrow_what_is_found(found_by):
    everywhere = found_by("张")
    assert found_by("张", institution_ids=["B11"]) == [
        number for number in everywhere if {p[0]: p[4] for p in found_by.parties}[number] == "B11"
    ]
    assert found_by("张", institution_ids=[]) == []
    mine = found_by("张", manager_id="S1")
    assert mine
    assert mine == [number for number in everywhere if {p[0]: p[5] for p in found_by.parties}[number] == "S1"]
    sql, parameters = search_sql(query_tokens("zh"), limit=3)
    page = found_by.connection.execute(sql.encode(), parameters).fetchall()
    sql, parameters = search_sql(query_tokens("zh"), limit=1000, after=page[-1])
    rest = found_by.connection.execute(sql.encode(), parameters).fetchall()
    sql, parameters = search_sql(query_tokens("zh"), limit=1000)
    assert page + rest == found_by.connection.execute(sql.encode(), parameters).fetchall()


def test_a_look_up_is_answered_from_the_index_alone(found_by):
    found_by.connection.execute("vacuum analyze party_searchtoken")
    found_by.connection.execute("set enable_seqscan = off")
    for text in ("张小", "zhang", "zxm", "1380", "C0001"):
        sql, parameters = search_sql(query_tokens(text), institution_ids=["B11", "B12"], limit=20)
        plan = "\n".join(line for (line,) in found_by.connection.execute(f"explain {sql}".encode(), parameters))
        assert "Index Only Scan using party_searchtoken_pkey" in plan, plan
        assert "Seq Scan" not in plan, plan
    found_by.connection.execute("set enable_seqscan = on")


def test_the_cast_of_this_test_is_published(found_by):
    assert {row[0] for row in PEOPLE} <= {party[0] for party in found_by.parties}


def test_the_screens_do_not_load_the_warehouse_for_a_search():
    code = (
        "import sys, guanxi.warehouse.publish.search; print(sorted({'duckdb', 'numpy', 'pyarrow'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
