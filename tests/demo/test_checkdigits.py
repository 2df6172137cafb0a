"""Check digits against the examples that the standards themselves print, and SQL against Python."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.warehouse.identity import checkdigits as check

DIGITS = "0123456789"


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_resident_identity_numbers_of_gb_11643(number):
    assert check.resident_check(number[:17]) == number[17]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216", "9144030071526726XG"])
def test_unified_social_credit_codes_of_gb_32100(code):
    """The example of the standard, and two codes that large companies print on their own sites."""
    assert check.credit_check(code[:17]) == code[17]


def test_the_organisation_code_of_gb_11714():
    assert check.organisation_check("D2143569") == "X"


def test_the_card_number_of_iso_7812():
    assert check.luhn_check("7992739871") == "3"


@pytest.mark.parametrize("function", [check.resident_check, check.credit_check, check.organisation_check])
def test_a_body_of_another_length_is_refused(function):
    with pytest.raises(ValueError, match="does not have"):
        function("123")


@given(
    st.text(DIGITS, min_size=17, max_size=17),
    st.text(check.CREDIT_ALPHABET, min_size=17, max_size=17),
    st.text(check.ORGANISATION_ALPHABET, min_size=8, max_size=8),
    st.text(DIGITS, min_size=18, max_size=18),
)
def test_sql_says_the_same_as_python(resident, credit, organisation, card):
    row = duckdb.execute(
        f"SELECT {check.resident_check_sql('a')}, {check.credit_check_sql('b')}, "
        f"{check.organisation_check_sql('c')}, {check.luhn_check_sql('d', 18)} "
        "FROM (SELECT ? AS a, ? AS b, ? AS c, ? AS d)",
        [resident, credit, organisation, card],
    ).fetchone()
    assert row == (
        check.resident_check(resident),
        check.credit_check(credit),
        check.organisation_check(organisation),
        check.luhn_check(card),
    )
