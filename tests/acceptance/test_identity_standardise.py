"""Names, numbers, phones, addresses and dates of the bank's files in one spelling, each with its validity."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.warehouse.identity.checkdigits import credit_check, organisation_check, resident_check
from guanxi.warehouse.identity.standardise import Records, create_features, prepare, standardise

TODAY = date(2026, 11, 20)
PARTY = """party_id VARCHAR, party_kind VARCHAR, party_name VARCHAR, party_name_en VARCHAR, gender VARCHAR,
    birth_date DATE, established_on DATE"""
IDENTIFIER = """party_id VARCHAR, identifier_kind VARCHAR, identifier_number VARCHAR, valid_to DATE,
    is_primary BOOLEAN"""
CONTACT = """party_id VARCHAR, contact_kind VARCHAR, sequence_no INTEGER, contact_value VARCHAR, region_code VARCHAR,
    is_primary BOOLEAN"""


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as made:
        prepare(made, {"431199": "新设区"})
        yield made


def one(connection, expression, *values):
    return connection.execute(f"SELECT {expression}", list(values)).fetchone()[0]


def standard(connection, *, parties=(), identifiers=(), contacts=()):
    """The four tables of standard values and the two of features, as rows by column."""
    tables = {
        "party": (PARTY, parties),
        "identifier": (IDENTIFIER, identifiers),
        "contact": (CONTACT, contacts),
    }
    for name, (columns, rows) in tables.items():
        connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        width = columns.count(",") + 1
        for row in rows:
            padded = [*row, *[None] * (width - len(row))]
            connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * width)})", padded)
    records = Records("FROM party", "FROM identifier", "FROM contact")
    standardise(connection, records, TODAY)
    create_features(connection, records, TODAY)

    def rows(table):
        found = connection.execute(f"FROM {table} ORDER BY ALL")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return rows


def person(number, name, *rest):
    return (number, "person", name, *rest)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("王小明", "王小明"),
        ("　王　小 明 ", "王小明"),
        ("歐陽國華先生", "欧阳国华"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("王小明（曾用名：王大明）", "王小明"),
        ("ＺＨＡＮＧ　Ｗｅｉ", "zhang wei"),
        ("Müller-Lüdenscheidt, Ánna", "anna muller ludenscheidt"),
        ("\u200b王小明\ufeff", "王小明"),
        ("", None),
    ],
)
def test_names_of_persons_have_one_spelling(connection, written, name):
    assert one(connection, "person_name(?)", written) == name


def test_a_name_is_parted_read_and_judged(connection):
    rows = standard(connection, parties=[
        person("1", "尉遲恭"), person("2", "曾国强", "Zeng Guoqiang"), person("3", "测试"), person("4", "张3"),
        person("5", "乐山·买买提"), person("6", "王小明（曾用名：王大明）"),
        ("7", "organisation", "湖南省长沙市天心区鑫达建材（集团）有限责任公司"),
        ("8", "organisation", "長沙鑫達建材集團有限公司"),
        ("9", "organisation", "鑫达建材公司（原名：长沙鑫发建材公司）"),
    ])("standard_name")  # fmt: skip
    by = {row["record_id"]: row for row in rows}
    assert (by["1"]["family"], by["1"]["given"], by["1"]["letters"]) == ("尉迟", "恭", "yuchigong")
    assert (by["2"]["family_letters"], by["2"]["given_letters"], by["2"]["latin"]) == (
        "zeng",
        "guoqiang",
        "zengguoqiang",
    )
    assert [by[number]["validity"] for number in "1234"] == ["valid", "valid", "placeholder", "format"]
    assert (by["5"]["family"], by["5"]["given"]) == ("买买提", "乐山")
    assert (by["6"]["name"], by["6"]["former"], by["6"]["original"]) == ("王小明", "王大明", "王小明（曾用名：王大明）")
    assert [by[number]["core"] for number in "789"] == ["鑫达建材"] * 3
    assert [by[number]["code"] for number in "789"] == ["430103", "430100", None]
    assert by["9"]["former"] == "长沙鑫发建材公司"


@given(st.integers(0, 10**17 - 1).map(lambda number: f"{number:017d}"))
def test_a_wrong_digit_of_a_resident_number_is_noticed(connection, body):
    right = body + resident_check(body)
    wrong = body[:3] + str((int(body[3]) + 1) % 10) + body[4:] + right[17]
    validity = "resident_validity(?)"
    assert one(connection, validity, right) != "check_digit"
    assert one(connection, validity, wrong) in ("check_digit", "placeholder")


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_become_the_eighteen_that_the_person_has_now(connection, born, serial):
    body = f"430102{born:%Y%m%d}{serial:03d}"
    old = f"430102{born:%y%m%d}{serial:03d}"
    assert one(connection, "document_number('resident_id', ?)", old) == body + resident_check(body)


def test_documents_are_judged(connection):
    child, future = "43010220300101001", "99010219850203001"
    old = "43012219650203001"  # 望城县, which was a county until 2011
    gone = "43010219201303001"
    credit = "91430102MA4L16JQ9"
    organisation = "MA4L16JQ"
    told = [
        ("1", "resident_id", "43010219850203001" + resident_check("43010219850203001"), "valid"),
        ("2", "resident_id", "430102850203001", "unchecked"),
        ("3", "resident_id", "430102198502030010"[:17] + "0", None),
        ("4", "resident_id", child + resident_check(child), "birth_date"),
        ("5", "resident_id", future + resident_check(future), "region"),
        ("6", "resident_id", old + resident_check(old), "valid"),
        ("7", "resident_id", "111111111111111", "placeholder"),
        ("8", "resident_id", "4301021985", "format"),
        ("9", "passport", "e 1234-5678", "unchecked"),
        ("a", "passport", "1", "placeholder"),
        ("b", "hk_macau_permit", "H0123456702", "unchecked"),
        ("c", "unified_credit_code", credit + credit_check(credit), "valid"),
        ("d", "organisation_code", f"{organisation}-{organisation_check(organisation)}", "valid"),
        ("e", "organisation_code", f"{organisation}-0", None),
        ("f", "resident_id", "43119920000101001" + resident_check("43119920000101001"), "valid"),
        ("g", "taiwan_permit", "0429317701", "unchecked"),
        (
            "h",
            "resident_id",
            gone[:10] + "1301" + gone[14:] + resident_check(gone[:10] + "1301" + gone[14:]),
            "birth_date",
        ),
    ]
    rows = standard(connection, identifiers=[row[:3] for row in told])("standard_document")
    found = {row["record_id"]: row for row in rows}
    wrong = {number for number, *_, validity in told if validity and found[number]["validity"] != validity}
    assert not wrong, {number: found[number] for number in wrong}
    assert {found["3"]["validity"], found["e"]["validity"]} <= {"check_digit", "valid"}
    assert all(found[number]["original"] == written for number, _, written, _ in told)
    assert found["b"]["number"] == "H01234567"
    assert found["g"]["number"] == "04293177"
    assert found["9"]["number"] == "E12345678"
    assert found["d"]["number"] == "MA4L16JQ" + organisation_check(organisation)


def test_phones_become_international_numbers(connection):
    rows = standard(connection, contacts=[
        ("1", "mobile", 1, "+86 138-0013-8000"), ("2", "mobile", 1, "１３８００１３８０００"),
        ("3", "mobile", 1, "12345"),
        ("4", "landline", 1, "(0731) 8234 5678"), ("5", "landline", 1, "0731-82345678转12"),

        ("6", "mobile", 1, "008613800138000"),
        ("7", "mobile", 1, "+44 20 7946 0958"), ("8", "mobile", 1, "+852 9123 4567"), ("9", "mobile", 1, "没有"),
    ])("standard_phone")  # fmt: skip
    mobile, landline = "+8613800138000", "+8673182345678"
    assert [row["number"] for row in rows] == [
        mobile, mobile, None, landline, landline, mobile, "+442079460958", "+85291234567", None
    ]  # fmt: skip
    assert [row["validity"] for row in rows] == ["valid"] * 2 + ["format"] + ["valid"] * 5 + ["format"]
    assert rows[0]["original"] == "+86 138-0013-8000"


@pytest.mark.parametrize(
    ("written", "stated", "code", "validity", "house"),
    [
        ("湖南省长沙市芙蓉区芙蓉路123号锦绣华庭3栋1201室", None, "430102", "valid", "123-3-1201"),
        ("長沙芙蓉區芙蓉路 １２３ 號錦繡華庭 3棟1201", None, "430102", "valid", "123-3-1201"),
        ("湖南湘西吉首市人民路8号", None, "433101", "valid", "8"),
        ("永州市祁阳市永安镇石桥村5组", None, "431181", "valid", "5"),
        ("北京市海淀区中关村大街1号", None, "110108", "valid", "1"),
        ("北京市市辖区海淀区中关村大街1号", None, "110108", "valid", "1"),
        ("上海浦东新区世纪大道100号", None, "310115", "valid", "100"),
        ("内蒙古自治区呼和浩特市新城区中山路3号", None, "150102", "valid", "3"),
        ("鼓楼区中山路1号", None, None, "ambiguous", "1"),
        ("鼓楼区中山路1号", "320106", "320106", "valid", "1"),
        ("某处人民路1号", None, None, "region", "1"),
        ("湖南省永州市新设区人民路2号", None, "431199", "valid", "2"),
        ("7 wallaby place, delmar, cleveland, 2119, sa", None, "2119", "valid", "7"),
    ],
)
def test_addresses_become_division_codes_by_longest_match(connection, written, stated, code, validity, house):
    (row,) = standard(connection, contacts=[("1", "home_address", 1, written, stated)])("standard_address")
    assert (row["code"], row["validity"], row["house"], row["original"]) == (code, validity, house, written)


def test_two_writings_of_an_address_have_the_same_parts(connection):
    rows = standard(connection, contacts=[
        ("1", "home_address", 1, "湖南省长沙市芙蓉区芙蓉路123号锦绣华庭3栋1201室"),
        ("2", "home_address", 1, "长沙芙蓉区 芙蓉路123号,锦绣华庭3栋1201"),
    ])("standard_address")  # fmt: skip
    parts = [[row[name] for name in ("code", "part_1", "part_2", "part_3", "house")] for row in rows]
    assert parts[0] == parts[1] == ["430102", None, "芙蓉路", "锦绣华庭", "123-3-1201"]


def test_a_date_that_nobody_meant_gives_way_to_the_one_in_the_number(connection):
    number = "43010219850203001" + resident_check("43010219850203001")
    rows = standard(
        connection,
        parties=[
            person("1", "王小明", None, None, date(1900, 1, 1)), person("2", "王小明", None, None, date(1985, 3, 2)),
            person("3", "王小明", None, None, date(2090, 1, 1)), person("4", "王小明"),
        ],
        identifiers=[(record, "resident_id", number) for record in "124"],
    )("person_feature")  # fmt: skip
    assert [(row["birth"], row["birth_validity"]) for row in rows] == [
        ("19850203", "valid"), ("19850302", "contradicts_number"), (None, "range"), ("19850203", "valid")
    ]  # fmt: skip
