"""Customers: their numbers, names, contacts, families and firms; who looks after them; what they hold."""

import re

import pytest

from guanxi.demo.places import COUNTIES, ELSEWHERE
from guanxi.warehouse.identity.checkdigits import credit_check, luhn_check, organisation_check, resident_check

PLACES = {county.code for county in COUNTIES} | set(ELSEWHERE)


def test_resident_identity_numbers_are_valid_and_tell_place_birth_and_sex(good_bank):
    rows = good_bank.sql("""
        SELECT identifier_number, any_value(birth_date), any_value(gender)
        FROM party_identifier JOIN party USING (party_id) WHERE identifier_kind = 'resident_id' GROUP BY 1""")
    assert len(rows) > 1300
    for number, born, sex in rows:
        assert resident_check(number[:17]) == number[17]
        assert number[:6] in PLACES
        assert number[6:14] == born.strftime("%Y%m%d")
        assert sex == ("M" if int(number[16]) % 2 else "F")
    assert len({number for number, *_ in rows}) == good_bank.one(
        "SELECT count(DISTINCT party_id) FROM party_identifier WHERE identifier_kind = 'resident_id'"
    )


def test_credit_codes_are_valid_and_no_two_alike(good_bank):
    codes = [code for (code,) in good_bank.sql(
        "SELECT identifier_number FROM party_identifier WHERE identifier_kind = 'unified_credit_code'")]  # fmt: skip
    assert len(codes) == len(set(codes)) == 75
    for code in codes:
        assert credit_check(code[:17]) == code[17]
        assert organisation_check(code[8:16]) == code[16]
        assert code[2:8] in PLACES


def test_card_numbers_have_their_check_digit(good_bank):
    numbers = good_bank.sql("SELECT DISTINCT account_number FROM agreement WHERE agreement_kind = 'card'")
    assert len(numbers) > 300
    assert all(len(number) == 19 and luhn_check(number[:-1]) == number[-1] for (number,) in numbers)


def test_phones_and_addresses_look_like_phones_and_addresses(good_bank):
    for (number,) in good_bank.sql("SELECT contact_value FROM contact_point WHERE contact_kind = 'mobile'"):
        assert re.fullmatch(r"1[3-9]\d{9}", number)
    for (number,) in good_bank.sql("SELECT contact_value FROM contact_point WHERE contact_kind = 'landline'"):
        assert re.fullmatch(r"07\d\d-\d{8}", number)
    for value, code in good_bank.sql(
        "SELECT contact_value, region_code FROM contact_point WHERE contact_kind LIKE '%address'"
    ):
        assert value.startswith("湖南省")
        assert code in PLACES


def test_every_party_has_a_primary_document_and_every_reference_its_end(good_bank):
    assert (
        good_bank.one("SELECT count(*) FROM party ANTI JOIN (FROM party_identifier WHERE is_primary) USING (party_id)")
        == 0
    )
    manager = "SELECT count(*) FROM party ANTI JOIN staff ON manager_id = staff_id WHERE manager_id IS NOT NULL"
    assert good_bank.one(manager) == 0


def test_relations_join_people_and_firms_as_their_names_say(good_bank):
    kinds = good_bank.sql("""
        SELECT relation_kind, any_value(one.party_kind), any_value(other.party_kind), count(*),
            count(DISTINCT (one.party_kind, other.party_kind))
        FROM party_relation JOIN (SELECT DISTINCT party_id, party_kind FROM party) AS one USING (party_id)
        JOIN (SELECT DISTINCT party_id, party_kind FROM party) AS other ON other.party_id = related_party_id
        GROUP BY 1""")
    ends = {kind: (one, other) for kind, one, other, _, ways in kinds if ways == 1}
    firm, person = "organisation", "person"
    assert ends["spouse"] == ends["parent"] == ends["household"] == (person, person)
    assert ends["legal_representative"] == ends["controller"] == ends["executive"] == (person, firm)
    assert ends["employer"] == (firm, person)
    assert ends["parent_company"] == ends["supplier"] == (firm, firm)


def test_families_make_sense(good_bank):
    wrong = good_bank.one("""
        SELECT count(*) FROM party_relation JOIN party AS one USING (party_id)
        JOIN party AS other ON other.party_id = related_party_id
        WHERE relation_kind = 'parent' AND one.birth_date > other.birth_date - 20 * 365""")
    assert wrong == 0
    same = good_bank.one("""
        SELECT count(*) FROM party_relation JOIN party AS one USING (party_id)
        JOIN party AS other ON other.party_id = related_party_id
        WHERE relation_kind = 'spouse' AND one.gender = other.gender""")
    assert same == 0


def test_shares_in_a_firm_never_exceed_the_whole(good_bank):
    shares = (
        "SELECT sum(share) AS held FROM party_relation WHERE relation_kind = 'shareholder' GROUP BY related_party_id"
    )
    assert good_bank.one(f"SELECT max(held) FROM ({shares})") <= 1


def test_the_cast_is_on_the_payroll(good_bank):
    staff = {
        number: (name, role, institution)
        for number, name, role, institution in good_bank.sql(
            "SELECT DISTINCT staff_id, staff_name, role, institution_id FROM staff WHERE status = 'active'"
        )
    }
    for person in good_bank.bank.cast:
        assert staff[person.staff_id][:2] == (person.name, person.role)
        assert all((person.name_en, person.role_zh, person.role_en, person.about_zh, person.about_en))
    numbers = [person.staff_id for person in good_bank.bank.cast]
    assert numbers == ["000001", "000002", "010001", "010101", "020101", "000003", "000004", "000005", "000006"]
    parents = dict(good_bank.sql("SELECT DISTINCT institution_id, parent_id FROM institution"))
    manager, branch, outsider = (staff[number][2] for number in ("010101", "010001", "020101"))
    assert parents[manager] == branch != parents[outsider]


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_the_relationship_manager_has_persons_and_firms(good_bank, kind):
    own = f"SELECT count(DISTINCT party_id) FROM party WHERE manager_id = '010101' AND party_kind = '{kind}'"
    assert good_bank.one(own) > 3


def test_products_rates_and_curves_cover_what_is_held(good_bank):
    unpriced = """
        SELECT count(*) FROM agreement JOIN product USING (product_id, night)
        WHERE annual_rate IS NULL AND curve_code IS NOT NULL"""
    assert good_bank.one(unpriced) == 0
    days = "SELECT min(valid_from) FROM {} WHERE currency = 'CNY'"
    oldest = good_bank.one("SELECT min(opened_on) FROM agreement")
    assert good_bank.one(days.format("rate")) <= oldest
    assert good_bank.one(days.format("ftp_curve")) <= oldest
    currencies = {currency for (currency,) in good_bank.sql("SELECT DISTINCT currency FROM agreement")}
    rated = {currency for (currency,) in good_bank.sql("SELECT DISTINCT currency FROM exchange_rate")}
    assert currencies - {"CNY"} <= rated == {"USD", "HKD"}
