"""What each file of each business date holds: SELECTs with the contract's columns, in the order in which to write them.

The SELECTs read tables that lie in their order already and add nothing that would disturb it (no join, and no IN that
would become one), so that even the largest files need no sort. A night's increments, which hold what is new and what
changed on that day, are small and sorted.
"""

from __future__ import annotations

from datetime import date

from guanxi.demo.agreements import payments
from guanxi.demo.catalogue import days_with_exchange_rates, exchange_rates
from guanxi.demo.details import address, mobile, second_mobile
from guanxi.demo.draws import literal
from guanxi.demo.everyday import CUSTOMER, PERSON, SHOP, TRADER, UTILITY
from guanxi.demo.making import Making, sql_date
from guanxi.demo.names import plain_person
from guanxi.demo.trades import BANKS, MERCHANTS, TRADE_NAMES, TRADER_CITIES, TRADER_WORDS, UTILITIES
from guanxi.warehouse.landing.tables.event import EVENT_KINDS


def queries(making: Making, day: date) -> dict[str, str]:
    """The SELECT of every table for one business date, by the table's name, in the contract's order of tables."""
    return {
        "institution": "SELECT * FROM institution",
        "staff": "SELECT * FROM staff",
        "party": _party(making, day),
        "party_identifier": _identifier(making, day),
        "contact_point": _contact(making, day),
        "party_relation": _relation(making, day),
        "product": "SELECT * FROM product",
        "rate": "SELECT * FROM rate",
        "ftp_curve": "SELECT * FROM ftp_curve",
        "exchange_rate": _exchange_rate(making, day),
        "agreement": _agreement(making, day),
        "agreement_party": _agreement_party(making, day),
        "balance": _balance(making, day),
        "event": _event(making, day),
    }


def agreement_id(number: str) -> str:
    """SQL of an agreement's number: fifteen digits."""
    return f"('8101' || lpad(({number})::VARCHAR, 11, '0'))"


def money(cents: str) -> str:
    """SQL of an amount from its cents, exactly."""
    return f"(({cents})::DECIMAL(20, 0) * 0.01)::DECIMAL(18, 2)"


def _since(making: Making, day: date, column: str) -> str:
    """Everything up to the day on the opening, only the day's own in a night."""
    return f"{column} <= {sql_date(day)}" if day == making.spec.opening_day else f"{column} = {sql_date(day)}"


def _opening(making: Making, day: date) -> bool:
    return day == making.spec.opening_day


def _changed(day: date, *kinds: str) -> str:
    words = ", ".join(literal(kind) for kind in kinds)
    return f"party_no IN (SELECT party_no FROM change WHERE changed_on = {sql_date(day)} AND kind IN ({words}))"


def _party(making: Making, day: date) -> str:
    draws = making.draws
    changed = {
        "occupation": "occupation",
        "annual_income": "annual_income",
        "manager_id": "manager_id",
        "investment_risk": "investment_risk",
    }
    where, order = _since(making, day, "opened_on"), ""
    if not _opening(making, day):
        # What changed in earlier nights stays so when something else changes later.
        once = f"party_no IN (SELECT party_no FROM change WHERE changed_on <= {sql_date(day)} AND kind = '%s')"
        other = "left(manager_id, 4) || CASE WHEN right(manager_id, 2) = '01' THEN '02' ELSE '01' END"
        assessed = draws.pick("party.appetite anew", "party_no", ("C1", "C2", "C3", "C4"))
        person = "party_kind = 'person'"
        changed = {
            "occupation": f"CASE WHEN {person} AND {once % 'job'} THEN '自由职业' ELSE occupation END",
            "annual_income": f"CASE WHEN {once % 'income'} THEN (annual_income * 1.1)::BIGINT ELSE annual_income END",
            "manager_id": f"CASE WHEN manager_id IS NOT NULL AND {once % 'manager'} THEN {other} ELSE manager_id END",
            "investment_risk": f"CASE WHEN {person} AND {once % 'risk'} THEN {assessed} ELSE investment_risk END",
        }
        where += f" OR {_changed(day, 'manager', 'risk', 'income', 'job')}"
        order = "ORDER BY party_no"
    return f"""
        SELECT 'U' AS change_code, party_id, party_kind, party_name, NULL AS party_name_en, gender, birth_date,
            CASE party_kind WHEN 'person' THEN 'CHN' END AS nationality, education,
            {changed["occupation"]} AS occupation, {money(changed["annual_income"])} AS annual_income, industry_code,
            organisation_scale, {money("registered_capital")} AS registered_capital, employees, established_on,
            institution_id, {changed["manager_id"]} AS manager_id, opened_on,
            {changed["investment_risk"]} AS investment_risk, aml_risk, restricted, status
        FROM party WHERE {where} {order}"""


def _identifier(making: Making, day: date) -> str:
    columns = "'U' AS change_code, party_id, identifier_kind, identifier_number"
    known = (
        f"SELECT {columns}, valid_from, valid_to, is_primary FROM identifier WHERE {_since(making, day, 'known_on')}"
    )
    if _opening(making, day):
        return known
    return f"""
        SELECT * FROM (
            {known}
            UNION ALL
            SELECT {columns}, {sql_date(day)}, ({sql_date(day)} + INTERVAL 20 YEAR)::DATE, true
            FROM identifier WHERE is_primary AND {_changed(day, "identifier")}
        ) ORDER BY party_id, identifier_kind"""


def _contact(making: Making, day: date) -> str:
    draws = making.draws
    columns = "party_id, contact_kind, sequence_no, contact_value, region_code, is_primary"
    known = f"SELECT 'U' AS change_code, {columns} FROM contact WHERE {_since(making, day, 'known_on')}"
    if _opening(making, day):
        return known
    # A new number takes the place of the first; whoever has a new one gives up the second.
    return f"""
        SELECT * FROM (
            {known}
            UNION ALL
            SELECT 'U', party_id, 'mobile', 1, {mobile(draws, "party_no", "new")}, NULL, true
            FROM party WHERE {_changed(day, "phone")}
            UNION ALL
            SELECT 'D', {columns} FROM contact
            WHERE contact_kind = 'mobile' AND sequence_no = 2 AND {second_mobile(draws)} AND {_changed(day, "phone")}
            UNION ALL
            SELECT 'U', party_id, 'home_address', 1, {address(draws, " anew")}, county_code, true
            FROM (SELECT party.*, party_no + 2000000000 AS home, city, county, county_code
                  FROM party JOIN sub_branch USING (sub_no) WHERE party_kind = 'person' AND {_changed(day, "address")})
        ) ORDER BY party_id, contact_kind, sequence_no"""


def _relation(making: Making, day: date) -> str:
    columns = "party_id, related_party_id, relation_kind, share, valid_from"
    known = f"SELECT 'U' AS change_code, {columns}, valid_to FROM relation WHERE {_since(making, day, 'known_on')}"
    if _opening(making, day):
        return known
    left = _changed(day, "job").replace("party_no IN", "related_no IN")
    return f"""
        SELECT * FROM (
            {known}
            UNION ALL
            SELECT 'D', {columns}, {sql_date(day)} FROM relation
            WHERE relation_kind = 'employer' AND known_on < {sql_date(day)} AND {left}
        ) ORDER BY party_id, related_party_id, relation_kind"""


def _exchange_rate(making: Making, day: date) -> str:
    days = days_with_exchange_rates(making.spec) if _opening(making, day) else (day,)
    rows = ", ".join(
        f"('{currency}', {sql_date(rated)}, {rate}::DECIMAL(18, 8))"
        for currency, rated, rate in exchange_rates(making.spec, days)
    )
    return f"SELECT * FROM (VALUES {rows}) AS rates(currency, rate_date, mid_rate)"


def _agreement(making: Making, day: date) -> str:
    today = sql_date(day)
    renewed = f"renewed_on <= {today}"
    late = f"overdue_since < {today}"
    days = f"CASE WHEN agreement_kind = 'loan' THEN CASE WHEN {late} THEN {today} - overdue_since ELSE 0 END END"
    missed = f"(1 + {payments('overdue_since', today)})"
    monthly = (
        "CASE WHEN repayment IN ('equal_instalment', 'equal_principal') THEN instalment ELSE 0 END"
        " + amount * annual_rate / 12"
    )
    overdue = f"CASE WHEN matures_on <= {today} THEN target ELSE least(target, ({missed} * ({monthly}))::BIGINT) END"
    grade = (
        f"CASE WHEN NOT coalesce({late}, false) THEN CASE WHEN key % 97 = 0 THEN 'special_mention' ELSE 'normal' END"
        f" WHEN {today} - overdue_since <= 90 THEN 'special_mention'"
        f" WHEN {today} - overdue_since <= 180 THEN 'substandard'"
        f" WHEN {today} - overdue_since <= 360 THEN 'doubtful' ELSE 'loss' END"
    )
    return f"""
        SELECT {agreement_id("agreement_no")} AS agreement_id, agreement_kind,
            CASE WHEN agreement_kind = 'e_banking' THEN NULL ELSE account_number END AS account_number, product_id,
            party_id, institution_id, currency, opened_on, CASE WHEN ended_on <= {today} THEN ended_on END AS closed_on,
            CASE WHEN ended_on <= {today} THEN 'closed'
                WHEN agreement_kind = 'term_deposit' AND NOT auto_renew AND matures_on <= {today} THEN 'matured'
                WHEN agreement_kind = 'demand_deposit' AND key % 1999 = 0 THEN 'frozen'
                WHEN agreement_kind = 'demand_deposit' AND sleeps THEN 'dormant'
                ELSE 'active' END AS status,
            {money("amount")} AS amount, CASE WHEN {renewed} THEN renewed_rate ELSE annual_rate END AS annual_rate,
            term_days,
            CASE WHEN term_days IS NULL THEN NULL WHEN {renewed} THEN renewed_on ELSE value_date END AS value_date,
            CASE WHEN {renewed} THEN (renewed_on + to_months(months))::DATE ELSE matures_on END AS maturity_date,
            auto_renew, repayment,
            CASE WHEN agreement_kind = 'loan' THEN {grade} END AS risk_grade,
            CASE WHEN product_id IN ('CD02', 'CD03') THEN 0 ELSE {days} END AS days_overdue,
            {money(f"CASE WHEN agreement_kind = 'loan' THEN CASE WHEN {late} THEN {overdue} ELSE 0 END END")}
                AS overdue_amount
        FROM numbered_agreement WHERE opened_on <= {today}"""


def _agreement_party(making: Making, day: date) -> str:
    return f"""
        SELECT 'U' AS change_code, {agreement_id("agreement_no")} AS agreement_id, party_id, role, valid_from, valid_to
        FROM role WHERE {_since(making, day, "known_on")}"""


def _balance(making: Making, day: date) -> str:
    number = making.day(day)
    spec = making.spec
    columns = f"{agreement_id('agreement_no')} AS agreement_id, {money('balance')} AS balance"
    if not _opening(making, day):
        return f"""SELECT {columns}, {sql_date(day)} AS balance_date, {money("available")} AS available
            FROM spell WHERE from_day <= {number} AND to_day > {number}"""
    # Numbers and amounts are made into text once a spell, not once a day.
    return f"""
        SELECT {columns}, balance_date, NULL::DECIMAL(18, 2) AS available FROM month_end
        UNION ALL
        SELECT agreement_id, balance, {sql_date(spec.first_day)} + day::INTEGER AS balance_date, available
        FROM (
            SELECT *, unnest(days) AS day
            FROM (
                SELECT {columns}, {money("available")} AS available,
                    range(from_day, least(to_day, {number + 1})) AS days
                FROM spell
            )
        )"""


def _event(making: Making, day: date) -> str:
    draws, spec = making.draws, making.spec
    number = making.day(day)
    within = f"day <= {number}" if _opening(making, day) else f"day = {number}"
    codes = "[" + ", ".join(f"'T{1000 + 10 * place}'" for place in range(len(EVENT_KINDS))) + "]"
    happened = f"({sql_date(spec.first_day)} + day::INTEGER)"
    shop = draws.pick("side.shop", "side_key", MERCHANTS)
    utility = draws.pick("side.utility", "side_key", UTILITIES)
    # A made-up account at another bank; employers have theirs with us, and their names are known.
    account = f"'6217' || lpad({draws.whole('side.account', 'side_key', 10**15)}::VARCHAR, 15, '0')"
    return f"""
        SELECT strftime({happened}, '%Y%m%d') || lpad(event_no::VARCHAR, 10, '0') AS event_id,
            {agreement_id("agreement_no")} AS agreement_id, {happened}::TIMESTAMP + to_seconds(second) AS event_time,
            event_kind, {codes}[list_position({list(EVENT_KINDS)}, event_kind)] AS event_code, direction,
            {money("cents")} AS amount, {money("balance")} AS balance_after, channel,
            CASE side WHEN {PERSON} THEN {plain_person(draws, "side.person", "side_key")} WHEN {SHOP} THEN {shop}
                WHEN {UTILITY} THEN {utility} WHEN {TRADER} THEN {_trader(making)}
                WHEN {CUSTOMER} THEN getvariable('employers')[side_key - {making.persons}] END AS counterparty_name,
            CASE side WHEN {PERSON} THEN {account} END AS counterparty_account,
            CASE side WHEN {PERSON} THEN {draws.pick("side.bank", "side_key", BANKS)} END AS counterparty_bank,
            {money("CASE WHEN fee > 0 THEN fee END")} AS fee_amount, memo
        FROM event WHERE {within}"""


def _trader(making: Making) -> str:
    """SQL of the name of a company's partner in trade: often a customer of ours too, else a company from elsewhere."""
    draws = making.draws
    words = " || ".join(
        draws.pick(f"trader.{place}", "side_key", choices)
        for place, choices in enumerate((TRADER_CITIES, TRADE_NAMES, TRADE_NAMES, TRADER_WORDS))
    )
    ours = f"getvariable('employers')[1 + {draws.whole('trader.ours', 'side_key', making.organisations)}]"
    return f"CASE WHEN {draws.chance('trader.is ours', 'side_key', 0.4)} THEN {ours} ELSE {words} || '有限公司' END"
