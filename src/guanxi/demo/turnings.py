"""What happens once: deposits made and maturing, loans paid out and paid back, money that comes and goes at a stroke.

Returns SELECTs of movements with the columns of :mod:`guanxi.demo.everyday`. Money that moves between two agreements
of a customer is on both, in the same second or the next.
"""

from __future__ import annotations

from guanxi.demo.agreements import payments
from guanxi.demo.calendar import months
from guanxi.demo.cast import MANAGER
from guanxi.demo.everyday import NOBODY, OPENING_SECOND, PERSON
from guanxi.demo.making import Making, sql_date


def turnings(making: Making) -> list[str]:
    """All SELECTs of this module; needs ``account``."""
    return [*_made(making), *_term_deposits(making), *_investments(making), *_loans(making), *_upheavals(making)]


def _made(making: Making) -> list[str]:
    """The other end of what was made within the window: the main account pays a deposit, receives a loan."""
    first = sql_date(making.spec.first_day)
    pays = {"term_deposit": ("transfer_out", "转定期"), "wealth": ("subscription", "理财申购"),
            "fund": ("subscription", "基金申购"), "insurance": ("premium", "保费")}  # fmt: skip
    made = f"""FROM agreement JOIN account USING (party_no)
        WHERE agreement.currency = 'CNY' AND agreement.bears AND agreement.value_date >= {first}"""
    selects = [
        f"""SELECT account.agreement_no, agreement.value_date - {first}, {OPENING_SECOND} + 60, 21,
            agreement.agreement_no, '{event}', 'D', agreement.target, 0, 'mobile', {NOBODY}, 0, '{memo}' {made}
            AND agreement.agreement_kind = '{kind}'"""
        for kind, (event, memo) in pays.items()
    ]
    for number, event, direction, memo, more in (
        (22, "disbursement", "C", "贷款发放", "true"),
        (23, "transfer_out", "D", "购房款", "agreement.rule = 30"),
    ):
        selects.append(
            f"""SELECT account.agreement_no, agreement.value_date - {first}, {OPENING_SECOND + number}, {number},
            agreement.agreement_no, '{event}', '{direction}', agreement.target, 0, 'batch', {NOBODY}, 0, '{memo}' {made}
            AND agreement.agreement_kind = 'loan' AND {more}"""
        )
    return selects


def _term_deposits(making: Making) -> list[str]:
    """At maturity: interest, and where the deposit is not renewed, all of it back to the main account."""
    first, last = sql_date(making.spec.first_day), sql_date(making.spec.last_day)
    interest = "greatest(1, round(term.target * term.annual_rate * term.term_days / 365))::BIGINT"
    when = f"term.matures_on BETWEEN {first} AND {last} AND term.bears AND term.agreement_kind = 'term_deposit'"
    day = f"term.matures_on - {first}"
    ended = f"{when} AND term.ended_on = term.matures_on"
    return [
        f"""SELECT term.agreement_no, {day}, 7200, 24, 0, 'interest', 'C', {interest}, 0, 'batch', {NOBODY}, 0,
            '到期利息' FROM agreement AS term WHERE {when}""",
        f"""SELECT term.agreement_no, {day}, 7201, 25, 0, 'transfer_out', 'D', term.target + {interest}, 0, 'batch',
            {NOBODY}, 0, '到期转出' FROM agreement AS term WHERE {ended}""",
        f"""SELECT account.agreement_no, {day}, 7202, 26, term.agreement_no, 'transfer_in', 'C',
            term.target + {interest}, 0, 'batch', {NOBODY}, 0, '定期到期' FROM agreement AS term
            JOIN account USING (party_no) WHERE {ended} AND term.currency = 'CNY'""",
    ]


def _investments(making: Making) -> list[str]:
    """Redeemed wealth products and funds: what they earned, and all of it back to the main account."""
    draws = making.draws
    first = sql_date(making.spec.first_day)
    gain = f"(1 + item.target * 0.02 * {draws.unit('redeemed.gain', 'item.agreement_no')})::BIGINT"
    ended = "item.bears AND item.agreement_kind IN ('wealth', 'fund') AND item.ended_on IS NOT NULL"
    day = f"item.ended_on - {first}"
    return [
        f"""SELECT item.agreement_no, {day}, 7200, 27, 0, 'interest', 'C', {gain}, 0, 'batch', {NOBODY}, 0, '收益'
            FROM agreement AS item WHERE {ended}""",
        f"""SELECT item.agreement_no, {day}, 7201, 28, 0, 'redemption', 'D', item.target + {gain}, 0, 'batch',
            {NOBODY}, 0, '赎回' FROM agreement AS item WHERE {ended}""",
        f"""SELECT account.agreement_no, {day}, 7202, 29, item.agreement_no, 'redemption', 'C', item.target + {gain}, 0,
            'batch', {NOBODY}, 0, '理财赎回' FROM agreement AS item JOIN account USING (party_no) WHERE {ended}""",
    ]


def _loans(making: Making) -> list[str]:
    """Pay days: principal off the loan, principal and a month's interest off the main account; cards are paid too."""
    draws, spec = making.draws, making.spec
    first, last = sql_date(spec.first_day), sql_date(spec.last_day)
    firsts = ", ".join(sql_date(month) for month in months(spec.first_day, spec.last_day))
    pay_day = draws.whole("card.pay day", "agreement_no", 24)
    # The schedule pays principal in equal parts (what is left at the end with the last one), or all at maturity.
    making.run(f"""
        CREATE TABLE repayment AS
        WITH due AS (
            SELECT loan.*, account.agreement_no AS account_no, account.opened_day,
                (month + to_days(pay_day - 1))::DATE AS due_on, {payments("loan.value_date", "due_on")} AS turn
            FROM agreement AS loan JOIN account USING (party_no), (SELECT unnest([{firsts}]) AS month)
            WHERE loan.agreement_kind = 'loan' AND loan.bears
        ), paid AS (
            SELECT *, due_on AS paid_on,
                CASE WHEN repayment IN ('equal_instalment', 'equal_principal') THEN instalment ELSE 0 END AS principal
            FROM due WHERE turn >= 1 AND turn < months AND due_on < matures_on AND repayment <> 'bullet'
            UNION ALL
            SELECT * EXCLUDE (once), matures_on, CASE WHEN repayment IN ('equal_instalment', 'equal_principal')
                THEN amount - (months - 1) * instalment ELSE amount END
            FROM (SELECT *, row_number() OVER (PARTITION BY agreement_no ORDER BY due_on) AS once FROM due)
            WHERE once = 1
        )
        SELECT agreement_no, account_no, paid_on - {first} AS day, principal, opened_day,
            (amount * annual_rate / 12)::BIGINT AS interest
        FROM paid
        WHERE paid_on BETWEEN {first} AND {last} AND paid_on > value_date
            AND (overdue_since IS NULL OR paid_on < overdue_since)
    """)
    making.run(f"""
        CREATE TABLE card_payment AS
        SELECT card.agreement_no, account.agreement_no AS account_no, day, account.opened_day,
            (100 * round({draws.lognormal("card.paid", "card.agreement_no * 1024 + day", 700, 0.5)}
                * CASE product_id WHEN 'CD03' THEN 3 ELSE 1 END))::BIGINT AS cents
        FROM (
            SELECT *, (month + to_days({pay_day}::INTEGER))::DATE - {first} AS day
            FROM agreement, (SELECT unnest([{firsts}]) AS month) WHERE rule = 40 AND NOT sleeps
        ) AS card JOIN account USING (party_no)
        WHERE day BETWEEN 0 AND {spec.window - 1} AND day > value_date - {first}
    """)
    return [
        f"""SELECT agreement_no, day, 10800, 30, day, 'repayment', 'C', principal, 0, 'batch', {NOBODY}, 0, '还本'
            FROM repayment WHERE principal > 0""",
        f"""SELECT account_no, day, 10800, 31, agreement_no, 'repayment', 'D', principal + interest, 0, 'batch',
            {NOBODY}, 0, '贷款还款' FROM repayment WHERE principal + interest > 0 AND day > opened_day""",
        f"""SELECT agreement_no, day, 10900, 41, day, 'repayment', 'C', cents, 0, 'batch', {NOBODY}, 0, '还款'
            FROM card_payment""",
        f"""SELECT account_no, day, 10900, 42, agreement_no, 'repayment', 'D', cents, 0, 'batch', {NOBODY}, 0,
            '信用卡还款' FROM card_payment WHERE day > opened_day""",
    ]


def _upheavals(making: Making) -> list[str]:
    """Customers who drift away week by week, and sudden large sums in or out within the last four weeks.

    The book of the cast's relationship manager has more of them, in the last days, so that there is something to see.
    """
    draws, spec = making.draws, making.spec
    own = f"manager_id = '{MANAGER}'"
    span = f"CASE WHEN {own} THEN {min(spec.nights + 2, spec.window)} ELSE {min(28, spec.window)} END"
    recent = f"{spec.window - 1} - {draws.whole('upheaval.day', 'agreement_no', span)}"
    begins = draws.whole("drift.begins", "agreement_no", max(1, spec.window * 2 // 3))
    key = "(agreement_no * 1024 + k)"
    size = draws.unit("upheaval.size", "agreement_no")
    often = f"CASE WHEN {own} THEN 4 ELSE 1 END"
    comes, goes = (draws.chance(f"sudden {way}", "agreement_no", f"0.01 * {often}") for way in ("in", "out"))
    return [
        f"""SELECT agreement_no, {begins} + 7 * k, 50000 + {draws.whole("drift.second", key, 9000)}::INTEGER, 17, k,
            'transfer_out', 'D', (target * 0.11)::BIGINT, 0, 'mobile', {PERSON}, agreement_no, '转账'
            FROM (SELECT *, unnest(range(8)) AS k FROM account
                  WHERE target > 2000000 AND {draws.chance("drift", "agreement_no", f"0.03 * {often}")})
            WHERE {begins} + 7 * k BETWEEN greatest(0, opened_day + 1) AND {spec.window - 1}""",
        f"""SELECT agreement_no, {recent}, 51000, 18, 0, 'transfer_in', 'C',
            (100 * round(greatest(60000 * (1 + 3 * {size}), wealth * (0.4 + 0.8 * {size})), -3))::BIGINT, 0, 'counter',
            {PERSON}, agreement_no, '大额转入' FROM account
            WHERE affluent AND {comes} AND {recent} > opened_day""",
        f"""SELECT agreement_no, {recent}, 52000, 19, 0, 'transfer_out', 'D',
            (100 * round(greatest(50000 * (1 + 2 * {size}), wealth * (0.2 + 0.4 * {size})), -3))::BIGINT, 0, 'counter',
            {PERSON}, agreement_no, '大额转出' FROM account
            WHERE affluent AND {goes} AND {recent} > opened_day""",
    ]
