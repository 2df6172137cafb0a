"""What happens every day: buying, paying, being paid, signing in.

Every function returns SELECTs of movements: ``agreement_no``, ``day`` (0 is the window's first), ``second``, ``rule``
and ``k`` (which number the movements of an agreement for good), ``event_kind``, ``direction``, ``cents``,
``fee`` in cents, ``channel``, ``side`` and ``side_key`` (who the other side is), ``memo``.
"""

from __future__ import annotations

from datetime import date

from guanxi.demo.calendar import busy_days, months
from guanxi.demo.draws import Draws, array
from guanxi.demo.making import Making, sql_date

HAPPENED = "agreement_no, day, second, rule, k, event_kind, direction, cents, fee, channel, side, side_key, memo"
"""The columns of every SELECT, in this order."""
MEMOS = (
    "代扣", "保费", "取现", "基金申购", "备用金", "存现", "开户", "手续费", "消费", "理财申购", "购房款", "贷款发放",
    "转定期", "转账", "退款", "代发工资", "信用卡还款", "到期利息", "到期转出", "大额转入", "大额转出", "定期到期",
    "工资", "惠商收款", "收益", "理财赎回", "登录", "短信费", "结息", "货款", "贷款还款", "赎回", "还本", "还款",
)  # fmt: skip
"""What a statement says of a movement."""

# Who the other side is; ``side_key`` is a number from which a name is drawn, or a party number.
NOBODY, PERSON, SHOP, UTILITY, CUSTOMER, TRADER = range(6)
# A company buys from and sells to the same few, year in, year out.
PARTNERS = 7
OPENING_SECOND = 9 * 3600


def everyday(making: Making) -> list[str]:
    """All SELECTs of this module; needs ``account``, the main account of each customer."""
    return [
        _ordinary(making, organisations=False),
        _ordinary(making, organisations=True),
        *_salaries(making),
        _merchants(making),
        _credit_cards(making),
        _sign_ins(making),
        _notices(making),
        _interest(making),
    ]


def create_accounts(making: Making) -> None:
    """Makes ``account``: the main demand account of each customer who has not left, with what matters to movements."""
    making.run(f"""
        CREATE TABLE account AS
        SELECT agreement.agreement_no, agreement.party_no, agreement.target, agreement.annual_rate,
            agreement.value_date - {sql_date(making.spec.first_day)} AS opened_day, agreement.sleeps,
            party.party_kind, party.age, party.wealth, party.affluent, party.form, party.manager_id
        FROM agreement JOIN party USING (party_no)
        WHERE agreement.rule = 10 AND agreement.bears
        ORDER BY agreement_no
    """)


def _second(draws: Draws, key: str) -> str:
    """A time of day: banking hours at the counter, from seven to eleven elsewhere, at night for what runs by itself."""
    return (
        f"CASE channel WHEN 'counter' THEN {OPENING_SECOND} + {draws.whole('event.second', key, 8 * 3600)}"
        f" WHEN 'batch' THEN 3600 + {draws.whole('event.second', key, 4 * 3600)}"
        f" ELSE 7 * 3600 + {draws.whole('event.second', key, 16 * 3600)} END::INTEGER"
    )


def _ordinary(making: Making, *, organisations: bool) -> str:
    draws, spec = making.draws, making.spec
    key = "event_key"
    if organisations:
        who, busy, each = "organisation", 0.3, "greatest(100, sqrt(wealth))"
        kinds = (
            ("transfer_in", "C", 0.46, 9.0, 1.1, "转账"),
            ("transfer_out", "D", 0.36, 10.0, 1.1, "转账"),
            ("deposit", "C", 0.05, 8.0, 0.8, "存现"),
            ("withdrawal", "D", 0.04, 8.0, 0.8, "备用金"),
            ("other", "D", 0.06, 1.5, 0.7, "代扣"),
            ("fee", "D", 0.03, 0.02, 0.3, "手续费"),
        )
    else:
        who, busy, each = "person", 0.15, "greatest(40, sqrt(wealth))"
        kinds = (
            ("purchase", "D", 0.44, 0.9, 0.9, "消费"),
            ("transfer_in", "C", 0.17, 5.0, 0.9, "转账"),
            ("transfer_out", "D", 0.13, 4.5, 0.9, "转账"),
            ("withdrawal", "D", 0.08, 5.0, 0.6, "取现"),
            ("deposit", "C", 0.11, 6.0, 0.7, "存现"),
            ("refund", "C", 0.02, 0.6, 0.7, "退款"),
            ("other", "D", 0.05, 0.8, 0.5, "代扣"),
        )
    names, directions, shares, sizes, spreads, memos = zip(*kinds, strict=True)
    number = draws.weighted("event.kind", key, list(enumerate(shares, 1)))
    days = busy_days(spec, organisations=organisations)
    usual, scatter = (f"{array(list(values))}[number]" for values in (sizes, spreads))
    size = f"{each} * {usual} * exp({scatter} * {draws.normal('event.size', key)})"
    partner = f"agreement_no * 16 + {draws.whole('event.partner', key, PARTNERS)}"
    traded = f"{partner} + CASE direction WHEN 'C' THEN {PARTNERS} ELSE 0 END"
    side = TRADER if organisations else PERSON
    round_sum = "CASE WHEN event_kind IN ('deposit', 'withdrawal') THEN 10000 ELSE 1 END"
    return f"""
        SELECT agreement_no, day, {_second(draws, key)} AS second, 10 AS rule, k, event_kind, direction,
            greatest({round_sum}, ({round_sum} * round(100 * {size} / {round_sum})))::BIGINT AS cents,
            CASE WHEN event_kind = 'fee' THEN greatest(1, (100 * {size})::BIGINT)
                WHEN event_kind = 'transfer_out' AND channel = 'counter' THEN 500 ELSE 0 END::BIGINT AS fee,
            channel,
            CASE event_kind WHEN 'purchase' THEN {SHOP} WHEN 'refund' THEN {SHOP} WHEN 'other' THEN {UTILITY}
                WHEN 'transfer_in' THEN {side} WHEN 'transfer_out' THEN {side} ELSE {NOBODY} END AS side,
            {f"CASE WHEN event_kind LIKE 'transfer%' THEN {traded} ELSE {key} END" if organisations else key}
                AS side_key,
            {array(memos)}[number] AS memo
        FROM (
            SELECT *, {array(names)}[number] AS event_kind, {array(directions)}[number] AS direction,
                {_channel(draws, f"{array(names)}[number]", organisations=organisations)} AS channel
            FROM (
                SELECT *, {number} AS number, {draws.pick("event.day", key, days)} AS day
                FROM (
                    SELECT *, agreement_no * 1024 + k AS event_key
                    FROM (
                        SELECT *, unnest(range(1, 1 + least(1000, floor(
                            {spec.window} * least(2.5, {draws.lognormal("account.busy", "agreement_no", busy, 0.8)})
                            + {draws.unit("account.more", "agreement_no")})::BIGINT))) AS k
                        FROM account
                        WHERE party_kind = '{who}' AND NOT sleeps
                            AND {draws.chance("account.used", "agreement_no", 0.85)}
                    )
                )
            )
        ) WHERE day > opened_day"""


def _channel(draws: Draws, kind: str, *, organisations: bool) -> str:
    key = "event_key"
    if organisations:
        electronic = draws.weighted("event.channel", key, (("internet", 7.0), ("counter", 3.0)))
        return f"""CASE WHEN {kind} IN ('deposit', 'withdrawal') THEN 'counter'
            WHEN {kind} IN ('other', 'fee') THEN 'batch' ELSE {electronic} END"""
    modern = draws.chance(
        "event.modern", key, "CASE WHEN age < 30 THEN 0.97 WHEN age < 50 THEN 0.9 WHEN age < 65 THEN 0.7 ELSE 0.3 END"
    )
    paying = draws.weighted("event.channel", key, (("third_party", 6.0), ("mobile", 2.5), ("pos", 1.5)))
    cash = draws.weighted("event.channel", key, (("atm", 6.0), ("counter", 4.0)))
    habit = draws.weighted("event.habit", key, (("atm", 4.0), ("counter", 6.0)))
    sending = draws.weighted("event.channel", key, (("mobile", 8.0), ("third_party", 1.2), ("internet", 0.8)))
    return f"""CASE
        WHEN {kind} IN ('purchase', 'refund') THEN CASE WHEN {modern} THEN {paying} ELSE 'pos' END
        WHEN {kind} IN ('withdrawal', 'deposit') THEN CASE WHEN {modern} THEN {cash} ELSE {habit} END
        WHEN {kind} = 'other' THEN 'batch'
        ELSE CASE WHEN {modern} THEN {sending} ELSE 'counter' END END"""


def _salaries(making: Making) -> list[str]:
    """Pay on the employer's day (the Friday before a weekend), what the employer pays out, and what is spent of it."""
    draws, spec = making.draws, making.spec
    firsts = ", ".join(sql_date(month) for month in months(spec.first_day, spec.last_day))
    first = sql_date(spec.first_day)
    making.run(f"""
        CREATE TABLE wage AS
        SELECT payroll.party_no, employer, monthly_pay AS cents, paid_on - {first} AS day, paid_on,
            account.agreement_no, account.age
        FROM (
            SELECT *, nominal - CASE isodow(nominal) WHEN 6 THEN 1 WHEN 7 THEN 2 ELSE 0 END AS paid_on
            FROM (SELECT *, (month + to_days(payday - 1))::DATE AS nominal
                  FROM payroll, (SELECT unnest([{firsts}]) AS month))
        ) AS payroll
        JOIN account USING (party_no)
        WHERE paid_on BETWEEN {first} AND {sql_date(spec.last_day)} AND known_on < paid_on AND day > opened_day
    """)
    making.run("""
        CREATE TABLE wage_bill AS
        SELECT account.agreement_no, day, sum(cents)::BIGINT AS cents, account.opened_day
        FROM wage JOIN account ON account.party_no = wage.employer
        WHERE wage.day > account.opened_day
        GROUP BY ALL
    """)
    key = "agreement_no * 1024 + day"
    spent = f"(cents * (0.45 + 0.5 * {draws.unit('wage.spent', key)}))::BIGINT"
    later = f"day + 1 + {draws.whole('wage.later', key, 9)}"
    return [
        f"""SELECT agreement_no, day, 21600 + {draws.whole("wage.second", key, 3600)}::INTEGER, 11, day, 'salary', 'C',
            cents, 0, 'batch', {CUSTOMER}, employer, '工资' FROM wage""",
        f"""SELECT agreement_no, {later}, 43200 + {draws.whole("wage.second", key, 28800)}::INTEGER, 12, day,
            'transfer_out', 'D', {spent}, 0, CASE WHEN age < 60 THEN 'mobile' ELSE 'counter' END, {PERSON}, {key},
            '转账' FROM wage WHERE {later} < {spec.window} AND {draws.chance("wage.moved", key, 0.8)}""",
        f"""SELECT agreement_no, day, 21000, 13, day, 'transfer_out', 'D', cents, 0, 'batch', {NOBODY}, 0, '代发工资'
            FROM wage_bill""",
        f"""SELECT agreement_no, day, 20000, 14, day, 'transfer_in', 'C',
            (cents * (0.9 + 0.25 * {draws.unit("wage.covered", key)}))::BIGINT, 0, 'internet', {TRADER},
            agreement_no * 16 + {PARTNERS}, '货款'
            FROM wage_bill""",
    ]


def _merchants(making: Making) -> str:
    draws = making.draws
    key = "(agreement_no * 1024 + day)"
    takings = f"greatest(100, (100 * {draws.lognormal('takings.size', key, 380, 0.8)}))::BIGINT"
    return f"""
        SELECT agreement_no, day, 18000, 15, day, 'transfer_in', 'C', {takings}, ({takings} * 0.0038)::BIGINT,
            'third_party', {NOBODY}, 0, '惠商收款'
        FROM (
            SELECT account.*, unnest(range(greatest(0, opened_day + 1), {making.spec.window})) AS day
            FROM account JOIN (SELECT party_no FROM agreement WHERE rule = 64) USING (party_no)
        ) WHERE {draws.chance("takings.day", key, 0.55)}"""


def _credit_cards(making: Making) -> str:
    draws, spec = making.draws, making.spec
    key = "(agreement_no * 1024 + k)"
    more = "CASE product_id WHEN 'CD03' THEN 3 ELSE 1 END"
    size = f"greatest(100, (100 * {draws.lognormal('card.size', key, 160, 0.9)} * {more}))::BIGINT"
    day = draws.pick("card.day", key, busy_days(spec, organisations=False))
    return f"""
        SELECT agreement_no, {day} AS day, 25200 + {draws.whole("card.second", key, 57600)}::INTEGER, 40, k,
            'purchase', 'D', {size}, ({size} * 0.006)::BIGINT,
            {draws.pick("card.channel", key, ("pos", "third_party", "third_party"))}, {SHOP}, {key}, '消费'
        FROM (
            SELECT agreement_no, product_id, value_date, unnest(range(1, 1 + ({spec.window}
                * least(1.5, {draws.lognormal("card.busy", "agreement_no", 0.16, 0.7)}))::BIGINT)) AS k
            FROM agreement WHERE rule = 40 AND NOT sleeps
        ) WHERE {day} > value_date - {sql_date(spec.first_day)}"""


def _sign_ins(making: Making) -> str:
    draws, spec = making.draws, making.spec
    key = "(agreement_no * 1024 + k)"
    day = draws.pick("sign in.day", key, busy_days(spec, organisations=False))
    return f"""
        SELECT agreement_no, {day} AS day, 21600 + {draws.whole("sign in.second", key, 64000)}::INTEGER, 60, k,
            'sign_in', 'C', 0, 0, CASE rule WHEN 60 THEN 'mobile' ELSE 'internet' END, {NOBODY}, 0, '登录'
        FROM (
            SELECT agreement_no, rule, value_date, unnest(range(1, 1 + floor({spec.window}
                * least(1.5, {draws.lognormal("sign in.busy", "agreement_no", 0.08, 0.8)}))::BIGINT)) AS k
            FROM agreement WHERE rule IN (60, 62, 63) AND NOT sleeps
        ) WHERE {day} > value_date - {sql_date(spec.first_day)}"""


def _notices(making: Making) -> str:
    """Two yuan a month for text messages, on the fifteenth."""
    return f"""
        SELECT account.agreement_no, day, 5400, 61, day, 'fee', 'D', 200, 200, 'batch', {NOBODY}, 0, '短信费'
        FROM agreement JOIN account USING (party_no), (SELECT unnest({_days_of_month(making, (15,))}) AS day)
        WHERE agreement.rule = 61 AND day > agreement.value_date - {sql_date(making.spec.first_day)}
            AND day > opened_day"""


def _interest(making: Making) -> str:
    """Interest of demand accounts, the day after the quarter's twentieth; on what stood there at the beginning."""
    spec = making.spec
    first = sql_date(spec.first_day)
    paid = "round(target * annual_rate / 4)::BIGINT"
    return f"""
        SELECT agreement_no, day, 7200, 16, day, 'interest', 'C', {paid}, 0, 'batch', {NOBODY}, 0, '结息'
        FROM agreement, (SELECT unnest({_days_of_month(making, (21,), (3, 6, 9, 12))}) AS day)
        WHERE agreement_kind = 'demand_deposit' AND bears AND day > value_date - {first} + 90 AND {paid} > 0"""


def _days_of_month(making: Making, days: tuple[int, ...], within: tuple[int, ...] = tuple(range(1, 13))) -> str:
    """SQL list of the window's days that have one of these numbers in one of these months."""
    spec = making.spec
    numbers = [
        number
        for month in months(spec.first_day, spec.last_day)
        for day in days
        if month.month in within and 0 <= (number := making.day(date(month.year, month.month, day))) < spec.window
    ]
    return f"{numbers}::INTEGER[]"
