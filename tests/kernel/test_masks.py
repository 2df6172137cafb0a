"""Laws of masks: never more than was declared, the same when applied twice, and a length that tells nothing."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.kernel import masks
from guanxi.crm.kernel.masks import MASKS, Secret, hide

digits = st.text(string.digits, min_size=1, max_size=24)
signs = st.text(string.digits + string.ascii_letters + "-@.*+ ()省市区县路号弄一王李", max_size=40)
anything = st.one_of(digits, signs, st.text(max_size=60), st.decimals(allow_nan=False, allow_infinity=False).map(str))
NUMBERS = (Secret.RESIDENT_NUMBER, Secret.DOCUMENT_NUMBER, Secret.PHONE, Secret.ACCOUNT, Secret.HANDLE)


@given(st.sampled_from(sorted(Secret)), anything)
def test_a_mask_over_a_mask_changes_nothing(kind, value):
    once = hide(kind, value)
    assert hide(kind, once) == once


@given(st.sampled_from(NUMBERS), anything)
def test_never_more_is_shown_than_was_declared(kind, value):
    shown = [sign for sign in hide(kind, value) if sign not in "*- "]
    assert len(shown) <= MASKS[kind].most


@given(st.sampled_from(NUMBERS), st.text(string.digits, min_size=3, max_size=40))
def test_most_of_a_number_stays_hidden(kind, value):
    shown = [sign for sign in hide(kind, value) if sign.isdigit()]
    assert len(value) - len(shown) >= min(3, len(value))


@given(st.text(string.ascii_lowercase + string.digits + "._", max_size=30), st.sampled_from(["qq.com", "mail.example"]))
def test_of_an_address_of_mail_the_first_character_and_the_domain(local, domain):
    shown, _at, where = masks.email(f"{local}@{domain}").rpartition("@")
    assert where == domain
    assert shown in ("***", f"{local[:1]}***")
    assert len(local) > 2 or shown == "***"


@given(st.integers(0, 99_999_999), st.text("路街巷号幢室一二三0123456789", min_size=1, max_size=20))
def test_of_an_address_nothing_below_the_county(number, street):
    assert masks.address(f"浙江省杭州市西湖区{street}{number}号") == "浙江省杭州市西湖区***"
    assert masks.address(f"{street}{number}号") == "***"


@given(st.text(min_size=1, max_size=300))
def test_in_words_no_number_of_seven_digits_is_left(text):
    shown = masks.words(text + " 6222021234567890 " + text)
    assert "6222021234567890" not in shown
    assert not any(len(run) > 6 for run in "".join(s if s in string.digits else " " for s in shown).split())


@given(st.decimals(min_value=-1, max_value=10**12, places=2))
def test_of_an_income_only_a_band_that_many_share(amount):
    band = hide(Secret.INCOME, amount)
    assert band in [str(words) for _floor, words in masks.BANDS]
    assert hide(Secret.INCOME, amount + Decimal("0.01")) in [str(words) for _floor, words in masks.BANDS]


@given(st.lists(st.integers(1, 30), min_size=2, max_size=2))
def test_the_length_tells_nothing(lengths):
    for kind in (Secret.ACCOUNT, Secret.HANDLE, Secret.DOCUMENT_NUMBER):
        long = {len(hide(kind, "7" * length)) for length in lengths if length > 7}
        assert len(long) < 2, kind
    assert len({len(masks.email("ab" + "c" * length + "@x.cn")) for length in lengths}) == 1


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Secret.PHONE, "13857101234", "138****1234"),
        (Secret.PHONE, "+86 138-5710-1234", "138****1234"),
        (Secret.PHONE, "0571-87654321", "0571-****21"),
        (Secret.PHONE, "0571-87654321-8001", "0571-****21"),
        (Secret.PHONE, "+44 20 7946 0958", "****58"),
        (Secret.PHONE, "95588", "****"),
        (Secret.RESIDENT_NUMBER, "330106198001011234", "3301**************"),
        (Secret.RESIDENT_NUMBER, "33010619800101123X", "3301**************"),
        (Secret.RESIDENT_NUMBER, "330106800101123", "3301**************"),
        (Secret.RESIDENT_NUMBER, "33010619800101", "****"),
        (Secret.DOCUMENT_NUMBER, "E12345678", "E******78"),
        (Secret.DOCUMENT_NUMBER, "军字第20011234号", "军******4号"),
        (Secret.DOCUMENT_NUMBER, "A1234", "****"),
        (Secret.EMAIL, "wang.xiuying@mail.example", "w***@mail.example"),
        (Secret.EMAIL, "ab@mail.example", "***@mail.example"),
        (Secret.EMAIL, "no address", "****"),
        (Secret.HANDLE, "wxid_8823", "w***"),
        (Secret.ADDRESS, "浙江省杭州市西湖区文三路12号3幢501室", "浙江省杭州市西湖区***"),
        (Secret.ADDRESS, "北京市朝阳区建国路1号", "北京市朝阳区***"),
        (Secret.ADDRESS, "上海市浦东新区世纪大道100号", "上海市浦东新区***"),
        (Secret.ADDRESS, "广西壮族自治区河池市巴马瑶族自治县民族路3号", "广西壮族自治区河池市巴马瑶族自治县***"),
        (Secret.ADDRESS, "浙江省义乌市稠城街道12号", "浙江省义乌市***"),
        (Secret.ADDRESS, "杭州市文三路翠苑小区3幢", "杭州市***"),
        (Secret.ADDRESS, "文三路翠苑小区3幢", "***"),
        (Secret.ADDRESS, "12 King Street, London", "***"),
        (Secret.ACCOUNT, "6222 0212 3456 7890", "**** 7890"),
        (Secret.ACCOUNT, "1234", "****"),
        (Secret.WORDS, "请回电 138 5710 1234，谢谢", "请回电 138***34，谢谢"),
        (Secret.WHOLE, "anything", "****"),
    ],
)
def test_how_each_looks(kind, value, expected):
    assert hide(kind, value) == expected


def test_nothing_is_shown_for_nothing():
    assert [hide(kind, None) for kind in Secret] == [""] * len(Secret)
    assert [hide(kind, "") for kind in Secret] == [""] * len(Secret)


def test_an_income_is_a_band_in_the_readers_language():
    with translation.override("en"):
        assert hide(Secret.INCOME, Decimal("180000.00")) == "CNY 100,000 to 300,000"
        assert hide(Secret.INCOME, "no amount") == "****"
        assert hide(Secret.INCOME, Decimal("NaN")) == "****"
