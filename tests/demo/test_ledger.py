"""Balances are what events made them: exactly, for every agreement and day of the daily window."""

SIGNED = """
    CASE WHEN direction = 'C' THEN amount ELSE -amount END
        * CASE WHEN agreement_kind IN ('loan', 'card') THEN -1 ELSE 1 END
"""
# Agreements once each, whatever the nights, and balances of the daily window by day.
TABLES = f"""
    WITH kinds AS (SELECT agreement_id, any_value(agreement_kind) AS agreement_kind, min(opened_on) AS opened_on,
            max(closed_on) AS closed_on FROM agreement GROUP BY 1),
    daily AS (SELECT * FROM balance WHERE balance_date >= (SELECT min(event_time)::DATE FROM event)),
    moved AS (
        SELECT agreement_id, event_time::DATE AS day, sum({SIGNED}) AS net FROM event JOIN kinds USING (agreement_id)
        WHERE event_kind <> 'sign_in' GROUP BY ALL
    )
"""


def test_a_days_balance_is_the_one_before_and_the_days_events(good_bank):
    wrong = good_bank.sql(f"""{TABLES}
        SELECT today.agreement_id, today.balance_date, today.balance, before.balance, net
        FROM daily AS today
        JOIN daily AS before
            ON before.agreement_id = today.agreement_id AND before.balance_date = today.balance_date - 1
        LEFT JOIN moved ON moved.agreement_id = today.agreement_id AND moved.day = today.balance_date
        WHERE today.balance <> before.balance + coalesce(net, 0)""")
    assert wrong == []


def test_the_first_balance_of_a_new_agreement_is_its_events(good_bank):
    first, wrong = good_bank.sql(f"""{TABLES}
        SELECT count(*), count(*) FILTER (balance <> net) FROM daily
        JOIN kinds ON kinds.agreement_id = daily.agreement_id AND opened_on = balance_date
        JOIN moved ON moved.agreement_id = daily.agreement_id AND day = opened_on
        WHERE opened_on > (SELECT min(balance_date) FROM daily)""")[0]
    assert first > 10
    assert wrong == 0


def test_balance_after_runs_with_the_events_and_ends_at_the_days_balance(good_bank):
    wrong = good_bank.sql(f"""{TABLES}, ordered AS (
            SELECT event.*, {SIGNED} AS signed, lag(balance_after) OVER (PARTITION BY agreement_id ORDER BY event_id)
                AS before FROM event JOIN kinds USING (agreement_id) WHERE event_kind <> 'sign_in'
        ) SELECT count(*) FROM ordered WHERE before IS NOT NULL AND balance_after <> before + signed""")
    assert wrong == [(0,)]
    wrong = good_bank.sql(f"""{TABLES}, last AS (
            SELECT agreement_id, event_time::DATE AS day, arg_max(balance_after, event_id) AS ended FROM event
            WHERE event_kind <> 'sign_in' GROUP BY ALL
        ) SELECT count(*), count(*) FILTER (balance IS DISTINCT FROM ended)
        FROM last LEFT JOIN daily ON daily.agreement_id = last.agreement_id AND balance_date = day""")
    assert wrong[0][0] > 1000
    assert wrong[0][1] == 0


def test_nothing_is_ever_overdrawn(good_bank):
    assert good_bank.one("SELECT min(balance) FROM balance") >= 0
    assert good_bank.one("SELECT min(balance_after) FROM event") >= 0


def test_events_come_in_the_order_of_their_numbers_and_times(good_bank):
    wrong = good_bank.one("""
        SELECT count(*) FROM (SELECT event_time, lag(event_time) OVER (ORDER BY event_id) AS before FROM event)
        WHERE before > event_time""")
    assert wrong == 0
    assert good_bank.one("SELECT count(*) - count(DISTINCT event_id) FROM event") == 0


def test_what_is_closed_ends_at_nothing_and_is_heard_of_no_more(good_bank):
    ended, wrong = good_bank.sql(f"""{TABLES}
        SELECT count(*), count(*) FILTER (balance <> 0) FROM kinds
        JOIN daily ON daily.agreement_id = kinds.agreement_id AND balance_date = closed_on""")[0]
    assert ended > 5
    assert wrong == 0
    late = f"{TABLES} SELECT count(*) FROM daily JOIN kinds USING (agreement_id) WHERE balance_date > closed_on"
    assert good_bank.one(late) == 0
    late = f"{TABLES} SELECT count(*) FROM event JOIN kinds USING (agreement_id) WHERE event_time::DATE > closed_on"
    assert good_bank.one(late) == 0


def test_agreements_without_events_stand_still(good_bank):
    moving = good_bank.one(f"""{TABLES}
        SELECT count(*) FROM (SELECT agreement_id FROM daily GROUP BY 1 HAVING count(DISTINCT balance) > 1)
        ANTI JOIN moved USING (agreement_id)""")
    assert moving == 0


def test_money_between_two_agreements_of_a_customer_is_on_both(good_bank):
    made = good_bank.sql("""
        SELECT sum(amount) FILTER (event_kind = 'deposit' AND agreement_kind = 'term_deposit' AND memo = '开户'),
            sum(amount) FILTER (memo = '转定期'),
            sum(amount) FILTER (memo = '到期转出'), sum(amount) FILTER (memo = '定期到期'),
            sum(amount) FILTER (event_kind = 'salary'), sum(amount) FILTER (memo = '代发工资')
        FROM event JOIN (SELECT DISTINCT agreement_id, agreement_kind FROM agreement WHERE currency = 'CNY')
            USING (agreement_id)""")[0]
    opened, paid, matured, received, salaries, wages = made
    assert opened == paid > 0
    assert matured == received > 0
    # A wage bill is paid from an account; the salaries of it may have come before the employer's account did.
    assert 0 < wages <= salaries
