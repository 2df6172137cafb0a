"""The ledger: movements become events with a balance after each, and events become end-of-day balances, exactly."""

from __future__ import annotations

from guanxi.demo.calendar import days_to_spring_festival
from guanxi.demo.draws import literal
from guanxi.demo.everyday import HAPPENED, MEMOS, NOBODY, OPENING_SECOND, create_accounts, everyday
from guanxi.demo.making import Making, sql_date
from guanxi.demo.turnings import turnings
from guanxi.warehouse.landing.tables.event import CHANNELS, EVENT_KINDS

OWED = "agreement_kind IN ('loan', 'card')"
COLUMNS = "agreement_no, moment, turn, event_kind, direction, cents, fee, channel, side, side_key, memo"


def create_movements(making: Making) -> None:
    """Makes ``movement``: everything that happens within the window, in no order; amounts in cents.

    ``moment`` is the second since the window began; ``turn`` tells the movements of one second apart.
    """
    create_accounts(making)
    # Words are kept as numbers: the ledger sorts these rows twice.
    for name, words in (("event_kind", EVENT_KINDS), ("channel", CHANNELS), ("memo", MEMOS)):
        making.run(f"CREATE TYPE {name}_word AS ENUM ({', '.join(map(literal, words))})")
    making.run("CREATE TYPE direction_word AS ENUM ('C', 'D')")
    making.run(
        "CREATE TABLE movement (agreement_no INTEGER, moment INTEGER, turn BIGINT, event_kind event_kind_word, "
        "direction direction_word, cents BIGINT, fee INTEGER, channel channel_word, side TINYINT, side_key BIGINT, "
        "memo memo_word)"
    )
    for select in [*everyday(making), *turnings(making)]:
        making.run(f"""
            INSERT INTO movement
            SELECT agreement_no, day * 86400 + second, rule * {2**40} + k, event_kind, direction, cents, fee, channel,
                side, side_key, memo
            FROM ({select}) AS happened({HAPPENED})
        """)
    for table in ("wage", "wage_bill", "repayment", "card_payment"):
        making.run(f"DROP TABLE {table}")


def create_ledger(making: Making) -> None:
    """Makes ``event``, numbered by day and time, and ``spell``: the days from and to which each balance stood.

    What is owed is positive: on loans and cards a debit adds and a credit takes away, on everything else the reverse.
    Where the movements would overdraw an account, what stood there at first is raised by as much, so no balance is
    ever below zero. An agreement made within the window begins with the event that put that first amount there.
    """
    spec = making.spec
    first = sql_date(spec.first_day)
    making.run(f"""
        CREATE TABLE running AS
        SELECT {COLUMNS}, CASE WHEN bears THEN
            sum(CASE WHEN direction = 'C' THEN cents ELSE -cents END * sign) OVER (
                PARTITION BY agreement_no ORDER BY moment, turn)::BIGINT END AS total
        FROM movement JOIN (SELECT agreement_no, bears, CASE WHEN {OWED} THEN -1 ELSE 1 END AS sign FROM agreement)
            USING (agreement_no)
    """)
    making.run("DROP TABLE movement")
    # The slack keeps an account that was raised from coming out at exactly nothing.
    making.run(f"""
        CREATE TABLE stand AS
        SELECT agreement_no, agreement_kind, amount, value_date - {first} AS opened_day,
            ended_on - {first} AS ended_day,
            greatest(target, coalesce(-lowest, 0) + CASE WHEN agreement_kind = 'demand_deposit' AND -lowest > target
                THEN {making.draws.whole("account.slack", "agreement_no", 50_000)} ELSE 0 END)::BIGINT AS anchor
        FROM agreement
        LEFT JOIN (SELECT agreement_no, min(total) AS lowest FROM running GROUP BY ALL) USING (agreement_no)
        WHERE bears
        ORDER BY agreement_no
    """)
    firsts = (
        "CASE agreement_kind WHEN 'loan' THEN 'disbursement' WHEN 'wealth' THEN 'subscription' WHEN 'fund' THEN"
        " 'subscription' WHEN 'insurance' THEN 'premium' WHEN 'card' THEN 'purchase' ELSE 'deposit' END"
    )
    making.run(f"""
        CREATE TABLE event AS
        SELECT row_number() OVER () AS event_no, * EXCLUDE (moment, turn), moment // 86400 AS day,
            moment % 86400 AS second
        FROM (
            SELECT {COLUMNS}, total + anchor AS balance
            FROM running LEFT JOIN (SELECT agreement_no, anchor FROM stand) USING (agreement_no)
            UNION ALL
            SELECT agreement_no, opened_day * 86400 + {OPENING_SECOND}, 0, {firsts},
                CASE WHEN {OWED} THEN 'D' ELSE 'C' END, anchor, 0,
                CASE agreement_kind WHEN 'card' THEN 'pos' ELSE 'counter' END, {NOBODY}, 0, '开户', anchor
            FROM stand WHERE opened_day >= 0
            ORDER BY moment, agreement_no, turn
        )
    """)
    making.run("DROP TABLE running")
    making.run(f"""
        CREATE TABLE spell AS
        WITH close AS (
            SELECT agreement_no, day, arg_max(balance, event_no) AS balance FROM event
            WHERE balance IS NOT NULL GROUP BY ALL
            UNION ALL
            SELECT agreement_no, -1, anchor FROM stand WHERE opened_day < 0
        ), spells AS (
            SELECT agreement_no, day, balance,
                lead(day, 1, {spec.window}) OVER (PARTITION BY agreement_no ORDER BY day) AS until
            FROM close
        )
        SELECT agreement_no, greatest(0, day)::INTEGER AS from_day,
            least(until, coalesce(ended_day + 1, {spec.window}))::INTEGER AS to_day, balance,
            CASE agreement_kind WHEN 'demand_deposit' THEN balance WHEN 'card' THEN amount - balance END AS available
        FROM spells JOIN stand USING (agreement_no)
        WHERE to_day > from_day
        ORDER BY agreement_no, from_day
    """)


def create_month_ends(making: Making) -> None:
    """Makes ``month_end``: balances of the month-ends before the window, by agreement and date.

    Deposits and loans go back from what stood at the window's start along a path of their own: fuller before the
    Spring Festival, a little smaller the longer ago; loans by their schedule. No events tell of them.
    """
    spec, draws = making.spec, making.draws
    factors = []
    for number, end in enumerate(reversed(spec.history_month_ends)):
        feast = days_to_spring_festival(end)
        season = 1.12 if feast is not None and -20 <= feast <= 25 else 1.0
        factors.append(f"({sql_date(end)}, {number}, {round((1 - 0.006 * number) * season, 4)})")
    if not factors:
        making.run("CREATE TABLE month_end (agreement_no BIGINT, balance_date DATE, balance BIGINT)")
        return
    first = sql_date(spec.first_day)
    noise = f"(0.85 + 0.3 * {draws.unit('month end', 'agreement_no * 64 + back')})"
    passed = f"date_diff('month', balance_date, {first})"
    making.run(f"""
        CREATE TABLE month_end AS
        SELECT agreement_no, balance_date,
            CASE
                WHEN agreement_kind = 'demand_deposit' THEN round(anchor * factor * {noise})
                WHEN product_id IN ('CD02', 'CD03') THEN round(least(amount, anchor * {noise}))
                WHEN repayment IN ('equal_instalment', 'equal_principal') AND overdue_since IS NULL
                    THEN least(amount, anchor + instalment * {passed})
                ELSE anchor
            END::BIGINT AS balance
        FROM (SELECT agreement_no, anchor FROM stand) JOIN agreement USING (agreement_no),
            (VALUES {", ".join(factors)}) AS ends(balance_date, back, factor)
        WHERE opened_on <= balance_date
        ORDER BY agreement_no, balance_date
    """)
