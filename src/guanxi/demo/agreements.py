"""Agreements: the rules of :mod:`guanxi.demo.holdings` applied to every customer, priced, with what became of them."""

from __future__ import annotations

from guanxi.demo.holdings import Rule, rules
from guanxi.demo.making import Making, sql_date
from guanxi.warehouse.identity.checkdigits import luhn_check_sql

CAST_BRANCH = "810101"


def create_agreements(making: Making) -> None:
    """Makes ``agreement``: one row each, numbered in the order of customers and rules; amounts in whole cents.

    Of our own: ``rule``, ``target`` (what stands on it before the window, or at its opening within the window),
    ``months`` of the term, ``pay_day`` and ``instalment`` of a loan, ``overdue_since``, ``matures_on`` (the first
    maturity), ``renewed_on`` and ``ended_on`` where that happens, ``lingers`` (matured, but not yet fetched),
    ``bears`` (has a balance in the daily window), ``sleeps`` (its holder does nothing).
    """
    window = making.spec.window
    parts = [_held(making, rule) for rule in rules(making.draws, window)]
    making.run("CREATE TABLE held AS " + " UNION ALL ".join(parts))
    _dated(making)
    _priced(making)
    for table in ("held", "dated_agreement"):
        making.run(f"DROP TABLE {table}")


def _held(making: Making, rule: Rule) -> str:
    """SELECT of everything one rule gives: holder, product, amounts in yuan, term, and age in days."""
    draws, spec = making.draws, making.spec
    last = sql_date(spec.last_day)
    # Who left the bank has only the closed account, and perhaps the card, to show for it.
    who = rule.who if rule.number in (10, 41) else f"({rule.who}) AND closed_on IS NULL"
    days, months = "NULL::INTEGER", "NULL::INTEGER"
    if rule.terms:
        place = draws.weighted("agreement.term", "key", [(n, term[2]) for n, term in enumerate(rule.terms, 1)])
        days = f"{[term[0] for term in rule.terms]}[{place}]"
        months = f"{[term[1] for term in rule.terms]}[{place}]"
    age = rule.age or f"({draws.unit('agreement.age', 'key')} * (term_days + {max(0, spec.window - 4)}))::INTEGER"
    return f"""
        SELECT {rule.number} AS rule, party_no, key, {rule.product} AS product_id, '{rule.kind}' AS agreement_kind,
            {rule.currency} AS currency, party_opened_on, party_closed_on, institution_id, sleeps, wealth,
            ({rule.amount})::DOUBLE AS amount, ({rule.target})::DOUBLE AS target, term_days, months,
            greatest(party_opened_on, {last} - ({age})::INTEGER) AS value_date,
            {draws.chance("agreement.renews", "key", rule.renews) if rule.renews else "false"} AS auto_renew,
            {rule.repayment} AS repayment, {rule.margin}::DOUBLE AS margin
        FROM (
            SELECT *, {days} AS term_days, {months} AS months
            FROM (
                SELECT *, party_no * 1000 + {rule.number * 10} + seq AS key
                FROM (
                    SELECT *, unnest(range(1, holdings + 1)) AS seq
                    FROM (
                        SELECT *, opened_on AS party_opened_on, closed_on AS party_closed_on,
                            {last} - opened_on AS tenure, ({rule.count})::BIGINT AS holdings
                        FROM party WHERE {who}
                    )
                )
            )
        )
        WHERE {rule.amount} IS NULL OR {rule.amount} > 0"""


def _dated(making: Making) -> None:
    draws, spec = making.draws, making.spec
    first, last = sql_date(spec.first_day), sql_date(spec.last_day)
    loan = "agreement_kind = 'loan'"
    # Arrears begin on a pay day that is missed. Most are young, some are old.
    missed = f"{last} - 2 - (420 * pow({draws.unit('agreement.arrears', 'key')}, 2.2))::INTEGER"
    pay_day = "least(day(value_date), 28)"
    # Large loans are watched more closely; the cast's sub-branch has some to look at.
    bad = f"CASE WHEN amount > 1500000 THEN 0.002 WHEN institution_id = '{CAST_BRANCH}' THEN 0.15 ELSE 0.018 END"
    making.run(f"""
        CREATE TABLE dated_agreement AS
        WITH matured AS (
            SELECT *,
                CASE WHEN months > 0 THEN (value_date + to_months(months))::DATE END AS matures_on,
                {loan} AND {draws.chance("agreement.bad", "key", bad)} AS bad,
                CASE WHEN {loan} THEN {pay_day} END AS pay_day
            FROM held
        ), missed AS (
            SELECT *,
                CASE WHEN NOT bad THEN NULL
                    WHEN repayment = 'bullet' AND matures_on > {last} THEN NULL
                    WHEN repayment = 'bullet' THEN matures_on
                    ELSE (date_trunc('month', {missed}) + to_days(pay_day - 1))::DATE END AS missed_on
            FROM matured
        ), late AS (
            SELECT *, CASE WHEN missed_on > value_date + 25 AND missed_on < {last}
                AND missed_on <= coalesce(matures_on, missed_on) THEN missed_on END AS overdue_since
            FROM missed
        ), ended AS (
            SELECT *,
                CASE
                    WHEN party_closed_on IS NOT NULL THEN party_closed_on
                    WHEN matures_on < {first} THEN {first} - 1
                    WHEN agreement_kind = 'term_deposit' AND NOT auto_renew AND matures_on <= {last}
                        AND {draws.chance("agreement.fetched", "key", 0.85)} THEN matures_on
                    WHEN {loan} AND overdue_since IS NULL AND matures_on <= {last} THEN matures_on
                    WHEN agreement_kind IN ('wealth', 'fund') AND {draws.chance("agreement.redeemed", "key", 0.06)}
                        THEN {first} + {draws.whole("agreement.redeemed on", "key", spec.window)}::INTEGER
                END AS drawn_end
            FROM late
        )
        SELECT *,
            CASE WHEN drawn_end > value_date THEN drawn_end
                WHEN party_closed_on IS NOT NULL THEN greatest(party_closed_on, value_date) END AS ended_on,
            CASE WHEN agreement_kind = 'term_deposit' AND auto_renew AND matures_on BETWEEN {first} AND {last}
                THEN matures_on END AS renewed_on
        FROM ended
    """)


def _priced(making: Making) -> None:
    """Gives every agreement the rate of its product, currency and term that was in force on its value date."""
    draws, spec = making.draws, making.spec
    first, last = sql_date(spec.first_day), sql_date(spec.last_day)
    loan = "agreement_kind = 'loan'"
    margin = f"round(margin * ({draws.unit('agreement.margin', 'key')} - 0.25), 4)"
    paid = (
        f"CASE WHEN repayment IN ('equal_instalment', 'equal_principal') THEN least(months - 1, "
        f"{payments('value_date', f'least({first} - 1, coalesce(overdue_since - 1, {last}))')}) ELSE 0 END"
    )
    making.run(f"""
        CREATE TABLE agreement AS
        WITH at_opening AS (
            SELECT held.*, base.annual_rate AS base_rate, later.annual_rate AS renewed_rate
            FROM dated_agreement AS held
            ASOF LEFT JOIN rate AS base
                ON base.product_id = held.product_id AND base.currency = held.currency
                AND base.term_days = {_priced_term("held")} AND base.valid_from <= held.value_date
            ASOF LEFT JOIN rate AS later
                ON later.product_id = held.product_id AND later.currency = held.currency
                AND later.term_days = {_priced_term("held")} AND later.valid_from <= held.renewed_on
        ), cents AS (
            SELECT *,
                CASE WHEN {loan} THEN (base_rate + {margin})::DECIMAL(9, 6)
                    WHEN product_id IN ('CD02', 'CD03') AND {draws.chance("agreement.transactor", "key", 0.65)}
                        THEN 0::DECIMAL(9, 6)
                    ELSE base_rate END AS annual_rate,
                (100 * amount)::BIGINT AS amount_cents,
                {loan} OR agreement_kind IN ('demand_deposit', 'term_deposit', 'wealth', 'fund', 'insurance')
                    OR product_id IN ('CD02', 'CD03') AS has_balance
            FROM at_opening
        ), sized AS (
            SELECT *, CASE WHEN {loan} AND months > 0 THEN amount_cents // months END AS instalment FROM cents
        )
        SELECT row_number() OVER () AS agreement_no, party_no, rule, key, product_id,
            agreement_kind, institution_id, currency, value_date, value_date AS opened_on, ended_on,
            CASE WHEN agreement_kind IN ('demand_deposit', 'e_banking', 'fund')
                OR (agreement_kind = 'card' AND product_id = 'CD01') THEN NULL ELSE amount_cents END AS amount,
            annual_rate, renewed_rate, term_days, months, matures_on, renewed_on,
            CASE WHEN agreement_kind = 'term_deposit' THEN auto_renew END AS auto_renew, repayment, pay_day,
            instalment, overdue_since, sleeps, wealth,
            CASE WHEN NOT has_balance THEN 0
                WHEN agreement_kind = 'loan'
                    THEN amount_cents - instalment * CASE WHEN value_date < {first} THEN {paid} ELSE 0 END
                WHEN target IS NULL THEN amount_cents
                ELSE greatest(1, (100 * target)::BIGINT) END AS target,
            has_balance AND (ended_on IS NULL OR ended_on >= {first}) AS bears
        FROM (SELECT * FROM sized ORDER BY party_no, rule, key)
    """)


def _priced_term(alias: str) -> str:
    """The term under which a product's rate is listed: loans and cards have one base rate, deposits one a term."""
    return (
        f"CASE WHEN {alias}.agreement_kind = 'loan' THEN "
        f"CASE {alias}.product_id WHEN 'LN01' THEN 3650 WHEN 'LN06' THEN 1095 ELSE 365 END "
        f"WHEN {alias}.agreement_kind = 'term_deposit' THEN {alias}.term_days ELSE 0 END"
    )


def payments(start: str, day: str) -> str:
    """SQL of how many monthly pay days lie after ``start`` and not after ``day``; the day of ``start``, at most 28."""
    months = f"(date_diff('month', {start}, {day}) - CASE WHEN day({day}) < least(day({start}), 28) THEN 1 ELSE 0 END)"
    return f"greatest(0, {months})"


def number_agreements(making: Making) -> None:
    """Makes ``numbered_agreement``: ``agreement`` with the holder's number and the number that the customer knows."""
    serial = "lpad(((agreement_no * 7368787 + 12345678901) % 100000000000)::VARCHAR, 11, '0')"
    card = f"CASE product_id WHEN 'CD01' THEN '6231080' ELSE '6250080' END || {serial}"
    making.run(f"""
        CREATE TABLE numbered_agreement AS
        SELECT agreement.*, party.party_id,
            CASE WHEN agreement_kind = 'card' THEN {card} || {luhn_check_sql(f"({card})", 18)}
                ELSE '8101' || substr(agreement.institution_id, 3, 4) || {serial} END AS account_number
        FROM agreement JOIN (SELECT party_no, party_id FROM party) AS party USING (party_no)
        ORDER BY agreement_no
    """)
    # Names of organisations by number, for the statements of those whom they pay.
    making.run("SET VARIABLE employers = (SELECT list(party_name ORDER BY party_no) FROM organisation)")
