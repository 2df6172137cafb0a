"""Persons: families of up to four who bank at the same sub-branch, their names, numbers, wealth and work."""

from __future__ import annotations

from guanxi.demo.draws import array
from guanxi.demo.making import Making, sql_date
from guanxi.demo.names import MIDDLE_DOT, decade_of, given_of, surname_of
from guanxi.demo.network import SubBranch, slots
from guanxi.demo.places import COUNTIES, ELSEWHERE
from guanxi.demo.trades import OCCUPATIONS
from guanxi.warehouse.identity.checkdigits import resident_check_sql

FAMILY = 4
AGES = (
    [age for age in range(20, 30) for _ in range(3)]
    + [age for age in range(30, 60) for _ in range(5)]
    + [age for age in range(60, 70) for _ in range(4)]
    + [age for age in range(70, 86) for _ in range(2)]
)

# The wealth, in yuan, that a customer keeps with this bank: a lognormal body, and a Pareto tail of a few in a hundred
# that holds most of it. Chosen so that 4 % of the customers bring about 80 % of the contribution (tests/demo).
BODY_MEDIAN, BODY_SIGMA = 8_500, 1.05
TAIL_SHARE = 0.03
TAIL_FROM, TAIL_EXPONENT, WEALTH_CAP = 260_000, 1.35, 60_000_000


def create_persons(making: Making, subs: list[SubBranch]) -> None:
    """Makes ``person``: one row a person, in the order of party numbers.

    ``family_role`` is head, spouse, child, parent or single; ``wealth`` is in yuan; ``salaried`` says that an employer
    is to be found; ``monthly_pay`` is in cents.
    """
    _families(making, subs)
    _named(making)
    _numbered(making)
    making.run("DROP TABLE family_member")
    making.run("DROP TABLE named_person")


def _families(making: Making, subs: list[SubBranch]) -> None:
    draws = making.draws
    # Every draw on `block` is the family's, every draw on `party_no` the person's own.
    making.run(f"""
        CREATE TABLE family_member AS
        WITH member AS (
            SELECT n AS party_no, (n - 1) // {FAMILY} AS block, (n - 1) % {FAMILY} AS place
            FROM range(1, {making.persons + 1}) AS numbers(n)
        ), family AS (
            SELECT *,
                {draws.pick("family.home", "block", slots(subs))} AS sub_no,
                {draws.unit("family.shape", "block")} AS shape,
                {draws.pick("family.age", "block", AGES)} AS drawn_age
            FROM member
        ), head AS (
            SELECT *, CASE WHEN shape < 0.45 THEN greatest(26, least(68, drawn_age)) ELSE drawn_age END AS head_age
            FROM family
        ), role AS (
            SELECT *,
                CASE
                    WHEN place = 0 AND shape < 0.45 THEN 'head'
                    WHEN place = 1 AND shape < 0.45 THEN 'spouse'
                    WHEN place = 2 AND shape < 0.24 AND head_age >= 40 THEN 'child'
                    WHEN place = 3 AND shape < 0.12 AND head_age <= 58 THEN 'parent'
                    ELSE 'single'
                END AS family_role
            FROM head
        ), aged AS (
            SELECT *,
                CASE family_role
                    WHEN 'head' THEN head_age
                    WHEN 'spouse' THEN greatest(22, head_age - 4 + {draws.whole("person.spouse age", "party_no", 6)})
                    WHEN 'child' THEN head_age - 26 - {draws.whole("person.child age", "party_no", 8)}
                    WHEN 'parent' THEN head_age + 22 + {draws.whole("person.parent age", "party_no", 8)}
                    ELSE CASE WHEN place = 0 THEN drawn_age ELSE {draws.pick("person.age", "party_no", AGES)} END
                END AS age,
                CASE family_role
                    WHEN 'head' THEN 'M'
                    WHEN 'spouse' THEN 'F'
                    ELSE CASE WHEN {draws.chance("person.sex", "party_no", 0.51)} THEN 'M' ELSE 'F' END
                END AS gender
            FROM role
        )
        SELECT party_no, block, place, sub_no, family_role, age, gender,
            {sql_date(making.spec.last_day)} - (age * 365.25)::INTEGER
                - {draws.whole("person.birthday", "party_no", 365)}::INTEGER AS birth_date,
            {draws.chance("family.rich", "block", f"CASE sub_no WHEN 1 THEN {TAIL_SHARE} ELSE {TAIL_SHARE / 2} END")}
                AND family_role IN ('head', 'spouse') AS rich_family,
            -- Older customers have been with the bank for longer; nobody was before the bank's predecessor opened.
            {sql_date(making.spec.last_day)} - {draws.whole("person.tenure", "party_no", "1500 + 60 * age")}::INTEGER
                AS opened_on
        FROM aged ORDER BY party_no
    """)


def _named(making: Making) -> None:
    draws = making.draws
    surname = surname_of(
        draws,
        "person.surname",
        f"CASE WHEN family_role IN ('head', 'child') OR (family_role = 'parent' AND gender = 'M')"
        f" THEN block * {FAMILY} + 1 ELSE party_no END + 7000000000",
    )
    mothers = surname_of(draws, "person.surname", f"block * {FAMILY} + 2 + 7000000000")
    tail = f"{TAIL_FROM} * (1 - {draws.unit('person.tail', 'party_no')}) ** {-1 / TAIL_EXPONENT}"
    body = draws.lognormal("person.body", "party_no", BODY_MEDIAN, BODY_SIGMA)
    making.run(f"""
        CREATE TABLE named_person AS
        WITH dated AS (
            SELECT *, {decade_of("birth_date")} AS decade, {surname} AS surname FROM family_member
        ), given AS (
            SELECT *, {given_of(draws, "person.given", "party_no", "gender", "decade")} AS given FROM dated
        ), worked AS (
            SELECT *,
                age BETWEEN 21 AND 59 AND {draws.chance("person.salaried", "party_no", 0.36)} AS salaried,
                (100 * round({draws.lognormal("person.pay", "party_no", 4800, 0.42)}, -1))::BIGINT AS monthly_pay,
                CASE
                    WHEN age < 18 THEN least(20000, {body} * 0.3)
                    WHEN rich_family OR {draws.chance("person.rich", "party_no", TAIL_SHARE / 2)}
                        THEN least({WEALTH_CAP}, {tail})
                    WHEN age < 30 THEN {body} * 0.6
                    WHEN age BETWEEN 45 AND 65 THEN {body} * 1.3
                    ELSE {body}
                END AS wealth
            FROM given
        )
        SELECT party_no, block, place, sub_no, family_role, age, gender, birth_date, opened_on, salaried, monthly_pay,
            wealth,
            CASE
                WHEN family_role = 'single' AND {draws.chance("person.dot", "party_no", 0.003)}
                    THEN {draws.pick("person.dotted", "party_no", MIDDLE_DOT)}
                WHEN family_role = 'child' AND length(surname) = 1 AND {draws.chance("person.both", "party_no", 0.05)}
                    THEN surname || {mothers} || given
                ELSE surname || given
            END AS party_name,
            CASE
                WHEN age < 18 THEN NULL
                WHEN {draws.chance("person.schooled", "party_no", 0.25)} THEN NULL
                WHEN age > 60 THEN {draws.weighted("person.school", "party_no", _SCHOOL_OLD)}
                WHEN age > 40 THEN {draws.weighted("person.school", "party_no", _SCHOOL_MIDDLE)}
                ELSE {draws.weighted("person.school", "party_no", _SCHOOL_YOUNG)}
            END AS education,
            CASE
                WHEN age < 20 THEN '学生'
                WHEN age >= 62 THEN '退休'
                WHEN salaried THEN {draws.pick("person.salaried work", "party_no", SALARIED_WORK)}
                ELSE {draws.pick("person.work", "party_no", _OWN_WORK)}
            END AS occupation
        FROM worked ORDER BY party_no
    """)


def _numbered(making: Making) -> None:
    draws = making.draws
    birth = "birth_place::BIGINT * 1000000 + epoch(birth_date)::BIGINT // 86400"
    near = array([county.code for county in COUNTIES])
    body = (
        "birth_place || strftime(birth_date, '%Y%m%d') || "
        "lpad((2 * ((turn + start) % 499) + CASE gender WHEN 'M' THEN 1 ELSE 0 END)::VARCHAR, 3, '0')"
    )
    # The three digits after the date of birth number those born in one place on one day: odd for men, even for women.
    making.run(f"""
        CREATE TABLE person AS
        WITH born AS (
            SELECT person.*, sub_branch.county_code AS home_county,
                CASE
                    WHEN {draws.chance("person.native", "party_no", 0.78)} THEN sub_branch.county_code
                    WHEN {draws.chance("person.province", "party_no", 0.8)}
                        THEN {near}[1 + {draws.whole("person.county", "party_no", len(COUNTIES))}]
                    ELSE {draws.pick("person.elsewhere", "party_no", ELSEWHERE)}
                END AS birth_place
            FROM named_person AS person JOIN sub_branch USING (sub_no)
        ), turned AS (
            SELECT *,
                row_number() OVER (PARTITION BY birth_place, birth_date, gender ORDER BY party_no) AS turn,
                {draws.whole("person.serial", birth, 499)} AS start
            FROM born
        ), numbered AS (
            SELECT * EXCLUDE (turn, start, birth_place), {body} AS body FROM turned
        )
        SELECT * EXCLUDE (body), body || {resident_check_sql("body")} AS resident_id,
            CASE
                WHEN age < 20 OR {draws.chance("person.income unknown", "party_no", 0.25)} THEN NULL
                WHEN salaried THEN monthly_pay * 13
                ELSE (100 * round({draws.lognormal("person.income", "party_no", 36000, 0.7)}
                    + least(2000000, wealth * 0.05), -3))::BIGINT
            END AS annual_income
        FROM numbered ORDER BY party_no
    """)


_SCHOOL_OLD = (("primary", 50.0), ("secondary", 42.0), ("college", 5.0), ("bachelor", 3.0))
_SCHOOL_MIDDLE = (("primary", 12.0), ("secondary", 58.0), ("college", 18.0), ("bachelor", 11.0), ("postgraduate", 1.0))
_SCHOOL_YOUNG = (("secondary", 42.0), ("college", 27.0), ("bachelor", 28.0), ("postgraduate", 3.0))
SALARIED_WORK = OCCUPATIONS[2:11] + OCCUPATIONS[16:]
_OWN_WORK = ("务农", "务农", "务农", "个体经营", "个体经营", "自由职业", "司机", "建筑工人", "厨师", "快递员", "村干部")
