"""How names are read: surnames as surnames, words as words, whatever else they are written in."""

from __future__ import annotations

import duckdb
import pytest
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

from guanxi.warehouse.publish.search.names import LONGEST, make_names
from guanxi.warehouse.publish.search.readings import _common, plain
from guanxi.warehouse.publish.search.surnames import COMPOUND_SURNAMES, IN_NAMES, SURNAMES
from guanxi.warehouse.publish.search.syllables import SYLLABLES, ways

READ = {
    ("person", "张小明"): "zhang xiao ming",
    ("person", "曾国藩"): "zeng guo fan / ceng guo fan",
    ("person", "单田芳"): "shan tian fang / dan tian fang",
    ("person", "尉迟敬德"): "yu chi jing de / wei chi jing de",
    ("person", "尉小军"): "wei xiao jun",
    ("person", "区小华"): "ou xiao hua / qu xiao hua",
    ("person", "查良镛"): "zha liang yong / cha liang yong",
    ("person", "李长江"): "li chang jiang / li zhang jiang",
    ("person", "吕略"): "lv lve",
    ("person", "朴"): "piao / pu",
    ("person", "阿卜杜拉·买买提"): "a bo du la mai mai ti",
    ("person", "Tom Smith"): "tom smith",
    ("person", "Antonín Dvořák"): "antonin dvorak",
    ("person", "ＴＯＭ　王"): "tom wang",
    ("person", ""): "",
    ("person", "··"): "",
    ("organisation", "重庆银行"): "chong qing yin hang / zhong qing yin xing",
    (
        "organisation",
        "成都长虹（集团）公司",
    ): "cheng du chang hong ji tuan gong si / cheng dou zhang hong ji tuan gong si",
    ("organisation", "单县360科技"): "dan xian 360 ke ji",
    ("organisation", "厦门ABC贸易"): "xia men abc mao yi / sha men abc mao yi",
}


@pytest.fixture(scope="module")
def read():
    connection = duckdb.connect()

    def names(parties):
        connection.execute("create or replace table party (kind varchar, name varchar)")
        connection.executemany("insert into party values (?, ?)", parties)
        make_names(connection, "from party")
        found = connection.execute("select kind, name, name_pinyin from names").fetchall()
        return {(kind, name): pinyin for kind, name, pinyin in found}

    return names


def test_names_are_read_as_people_read_them(read):
    assert read(list(READ)) == READ


def test_a_name_occurs_once_however_many_bear_it(read):
    assert read([("person", "王芳")] * 3) == {("person", "王芳"): "wang fang"}


def test_a_very_long_name_fits_its_column(read):
    name = "壮" * 200
    assert len(read([("organisation", name)])["organisation", name]) == LONGEST


def test_common_readings_are_those_of_pypinyin():
    common = _common()
    assert len(common) == len(PINYIN_DICT) > 40_000
    assert [c for c in common if lazy_pinyin(c) != [common[c]]] == []
    assert plain("lǜ") == "lv"


def test_surnames_are_read_otherwise_than_the_same_characters_elsewhere():
    common = _common()
    assert {len(letter) for letter in (*SURNAMES, *IN_NAMES)} == {1}
    assert all(SURNAMES[letter] in SYLLABLES and SURNAMES[letter] != common[letter] for letter in SURNAMES)
    assert all(IN_NAMES[letter] in SYLLABLES and IN_NAMES[letter] != common[letter] for letter in IN_NAMES)
    for word, pair in COMPOUND_SURNAMES.items():
        assert len(word) == 2
        assert pair != tuple(IN_NAMES.get(letter, common[letter]) for letter in word)
        assert SYLLABLES.issuperset(pair)


def test_the_syllables_are_all_that_characters_are_read_as():
    read_as = set(_common().values())
    assert read_as - SYLLABLES == {"m", "n", "hm"}, "interjections, which look like initials"
    assert SYLLABLES - read_as == set()


def test_letters_are_cut_into_syllables():
    assert ways("xian") == (("xian",), ("xi", "an"))
    assert ways("zxm") == ()
    assert ways("") == ((),)
    assert ("zhang", "x", "m") in ways("zhangxm", short=True)
    assert len(ways("anananananananananan")) <= 24
