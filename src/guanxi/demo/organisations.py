"""Organisations: companies, shops, cooperatives and public bodies, their codes, and who works for them."""

from __future__ import annotations

from collections.abc import Sequence

from guanxi.demo.draws import Draws, array
from guanxi.demo.making import Making, sql_date
from guanxi.demo.persons import FAMILY, WEALTH_CAP
from guanxi.demo.trades import COMPANIES, COOPERATIVES, PUBLIC, SHOPS, TRADE_NAMES, Trade
from guanxi.warehouse.identity.checkdigits import CREDIT_ALPHABET, credit_check_sql, organisation_check_sql

# What kinds of organisation bank here: share, trades, what the credit code's first two characters say (9 registered
# with the market authority, 1 company, 2 shop, 3 cooperative; 12 public institution), median wealth in yuan.
FORMS: tuple[tuple[str, float, tuple[Trade, ...], str, int], ...] = (
    ("large", 0.03, COMPANIES, "91", 1_500_000),
    ("company", 0.42, COMPANIES, "91", 90_000),
    ("shop", 0.33, SHOPS, "92", 12_000),
    ("cooperative", 0.10, COOPERATIVES, "93", 15_000),
    ("public", 0.12, PUBLIC, "12", 250_000),
)


def create_organisations(making: Making) -> None:
    """Makes ``organisation`` (one row each, by party number) and ``payroll`` (one row a salaried person).

    ``legal_representative`` is the party number of the head of a family; the organisation banks where that person does.
    """
    first = making.persons + 1
    draws = making.draws
    heads = (making.persons + FAMILY - 1) // FAMILY
    forms = [(form, share) for form, share, *_ in FORMS]
    making.run(f"""
        CREATE TABLE formed AS
        WITH drawn AS (
            SELECT n AS party_no, n - {first} AS k,
                {draws.whole("organisation.head", "n", heads)} * {FAMILY} + 1 AS legal_representative,
                {draws.weighted("organisation.form", "n", forms)} AS form
            FROM range({first}, {making.spec.customers + 1}) AS numbers(n)
        ), placed AS (
            SELECT drawn.*, person.sub_no, person.party_name AS head_name, person.opened_on AS head_opened_on,
                sub_branch.county_short, sub_branch.county, sub_branch.county_code, sub_branch.city
            FROM drawn
            JOIN person ON person.party_no = drawn.legal_representative
            JOIN sub_branch ON sub_branch.sub_no = person.sub_no
        )
        SELECT *, {_by_form(draws, "trade", "code")} AS industry_code, {_by_form(draws, "trade", "payroll")} AS payroll,
            {_by_form(draws, "trade", "words")} AS words
        FROM placed ORDER BY party_no
    """)
    _organisations(making)
    _payroll(making)
    making.run("DROP TABLE formed")


def _by_form(draws: Draws, name: str, what: str) -> str:
    """SQL that draws a trade by the organisation's form and gives one property of it."""
    cases = []
    for form, _, trades, _, _ in FORMS:
        spread = [trade for trade in trades for _ in range(trade.weight)]
        properties = [getattr(trade, what) for trade in spread]
        if what == "words":
            listed = "[" + ", ".join(array(list(words)) for words in properties) + "]"
        else:
            listed = array(properties)
        cases.append(f"WHEN '{form}' THEN {listed}[1 + {draws.whole('organisation.' + name, 'party_no', len(spread))}]")
    return f"CASE form {' '.join(cases)} END"


def _organisations(making: Making) -> None:
    draws = making.draws
    last = sql_date(making.spec.last_day)
    word = f"words[1 + {draws.whole('organisation.word', 'party_no', 'len(words)')}]"
    first, second = (draws.pick(f"organisation.{n}", "party_no", TRADE_NAMES) for n in ("name one", "name two"))
    wealth = " ".join(
        f"WHEN '{form}' THEN {draws.lognormal('organisation.wealth', 'party_no', median, 1.35)}"
        for form, _, _, _, median in FORMS
    )
    prefixes = " ".join(f"WHEN '{form}' THEN '{prefix}'" for form, _, _, prefix, _ in FORMS)
    making.run(f"""
        CREATE TABLE organisation AS
        WITH named AS (
            SELECT *,
                CASE form
                    WHEN 'large' THEN
                        CASE WHEN {draws.chance("organisation.province", "party_no", 0.5)} THEN '湖南' ELSE
                            regexp_replace(city, '市$', '') END
                        || {first} || {second} || {word}
                        || {_ending(draws, ("股份有限公司", "集团有限公司", "有限责任公司"))}
                    WHEN 'company' THEN
                        CASE WHEN {draws.chance("organisation.county", "party_no", 0.6)} THEN county ELSE city END
                        || {first} || {second} || {word} || {_ending(draws, ("有限公司", "有限公司", "有限责任公司"))}
                    WHEN 'shop' THEN county || {first} || {second} || {word}
                    WHEN 'cooperative' THEN county || {first} || {second} || {word}
                    ELSE county || {_quarter(draws)} || {word}
                END AS party_name,
                CASE form WHEN 'shop' THEN 'micro' WHEN 'cooperative' THEN 'micro' WHEN 'public' THEN NULL
                    WHEN 'large' THEN {draws.pick("organisation.scale", "party_no", ("large", "medium", "medium"))}
                    ELSE {draws.pick("organisation.scale", "party_no", ("small", "small", "micro"))} END
                    AS organisation_scale,
                least({WEALTH_CAP * 2}, CASE form {wealth} END) AS wealth,
                {last} - 200 - {draws.whole("organisation.age", "party_no", 8000)}::INTEGER AS established_on
            FROM formed
        ), sized AS (
            SELECT *,
                greatest(1, round(payroll * CASE form WHEN 'large' THEN 160 WHEN 'company' THEN 14 WHEN 'shop' THEN 1.5
                    WHEN 'public' THEN 25 ELSE 3 END * exp(0.6 * {draws.normal("organisation.staff", "party_no")})))
                    ::INTEGER AS employees,
                CASE form WHEN 'public' THEN NULL WHEN 'shop' THEN NULL ELSE
                    (100 * greatest(100000, round(wealth * (1 + 4 * {draws.unit("organisation.capital", "party_no")}),
                    -5)))::BIGINT END AS registered_capital,
                CASE form {prefixes} END || county_code || {_serial(making)} AS code_body
            FROM named
        ), coded AS (
            SELECT *, code_body || {organisation_check_sql("substr(code_body, 9, 8)")} AS body FROM sized
        )
        SELECT party_no, k, form, sub_no, legal_representative, party_name, industry_code, organisation_scale, wealth,
            employees, registered_capital, established_on, county, county_code, city,
            greatest(established_on + 5, {last} - {draws.whole("organisation.tenure", "party_no", 4200)}::INTEGER)
                AS opened_on,
            body || {credit_check_sql("body")} AS credit_code
        FROM coded ORDER BY party_no
    """)


def _serial(making: Making) -> str:
    """The eight characters of the organisation code: MA and six that no other organisation has."""
    size = len(CREDIT_ALPHABET)
    # A multiplier without a factor 31 visits every six-character word once before any twice.
    scattered = f"((party_no::BIGINT * 387420489 + {making.spec.seed % 1_000_003}) % {size**6})"
    letters = [
        f"substr('{CREDIT_ALPHABET}', 1 + ({scattered} // {size**place} % {size})::INTEGER, 1)" for place in range(6)
    ]
    return "'MA' || " + " || ".join(letters)


def _ending(draws: Draws, endings: Sequence[str]) -> str:
    return draws.pick("organisation.ending", "party_no", endings)


def _quarter(draws: Draws) -> str:
    """Which of a county's schools, clinics and villages: a village's or a township's name."""
    places = (
        "城东",
        "城南",
        "城西",
        "新塘",
        "石桥",
        "双江",
        "龙泉",
        "金星",
        "白马",
        "高桥",
        "清水",
        "梅田",
        "和平",
        "太平",
        "永兴",
    )
    return draws.pick("organisation.quarter", "party_no", places)


def _payroll(making: Making) -> None:
    draws = making.draws
    # An employer has as many places as employees; a salaried person takes one of those at the own sub-branch.
    making.run(f"""
        CREATE TABLE payroll AS
        WITH place AS (
            SELECT party_no AS employer, sub_no, opened_on,
                row_number() OVER (PARTITION BY sub_no ORDER BY party_no, seat) - 1 AS place_no
            FROM (
                SELECT party_no, sub_no, opened_on, unnest(range(least(400, employees))) AS seat
                FROM organisation WHERE form IN ('large', 'company', 'public') AND employees >= 4
            )
        ), places AS (
            SELECT sub_no, count(*) AS places FROM place GROUP BY sub_no
        ), seeking AS (
            SELECT person.party_no, person.sub_no, person.monthly_pay, person.opened_on,
                {draws.whole("person.place", "person.party_no", "places.places")} AS place_no
            FROM person JOIN places USING (sub_no)
            WHERE salaried
        )
        SELECT seeking.party_no, employer, monthly_pay, greatest(seeking.opened_on, place.opened_on) AS known_on,
            {draws.pick("employer.payday", "employer", (5, 8, 10, 10, 12, 15, 15, 18, 20, 25, 28))} AS payday
        FROM seeking JOIN place USING (sub_no, place_no)
        ORDER BY party_no
    """)
