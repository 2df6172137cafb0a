"""The whole bank of 20,000 customers has the shape of a real one: who is worth what, who moves, who is in arrears."""

from pathlib import Path

import pytest

import guanxi.warehouse
from guanxi.demo.bank import BankSpec, write_bank
from tests.demo.landed import land

pytestmark = pytest.mark.long
ASSUMPTIONS = Path(guanxi.warehouse.__file__).parent / "assumptions"


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shape")
    spec = BankSpec(customers=20_000, nights=0, daily_days=60, month_ends=0, bad_rows=False, plain=True)
    return land(write_bank(spec, folder / "inbox"), folder / "inbox", folder / "warehouse")


# A year's contribution of each customer, roughly: average balance times spread, fees, costs and losses, with the
# warehouse's own assumptions. The transfer price is that of the curve's point in force on the value date.
VALUE = f"""
    WITH cost AS (SELECT key, value FROM '{ASSUMPTIONS}/unit_cost.csv'),
    upkeep AS (SELECT key, value FROM '{ASSUMPTIONS}/upkeep.csv'),
    loss AS (SELECT key, value FROM '{ASSUMPTIONS}/loss_rate.csv'),
    days AS (SELECT count(DISTINCT balance_date) AS n FROM balance),
    adb AS (SELECT agreement_id, sum(balance) / any_value(days.n) AS balance FROM balance, days GROUP BY 1),
    point AS (
        SELECT agreement_id, max(p.term_days) AS term FROM agreement
        JOIN product USING (product_id)
        JOIN (SELECT DISTINCT curve_code, currency, term_days FROM ftp_curve) AS p
            ON p.curve_code = product.curve_code AND p.currency = agreement.currency
            AND p.term_days <= coalesce(agreement.term_days, 0)
        GROUP BY 1
    ),
    priced AS (
        SELECT agreement.*, product.curve_code, product.fee_rate, f.annual_rate AS transfer
        FROM agreement JOIN product USING (product_id) LEFT JOIN point USING (agreement_id)
        ASOF LEFT JOIN ftp_curve AS f
            ON f.curve_code = product.curve_code AND f.currency = agreement.currency AND f.term_days = point.term
            AND f.valid_from <= coalesce(agreement.value_date, agreement.night)
        WHERE agreement.status <> 'closed'
    ),
    held AS (
        SELECT party_id,
            coalesce(adb.balance, 0) * CASE currency WHEN 'USD' THEN 7.1 WHEN 'HKD' THEN 0.9 ELSE 1 END AS b,
            CASE WHEN curve_code IS NULL THEN 0 WHEN agreement_kind IN ('loan', 'card') THEN annual_rate - transfer
                ELSE transfer - annual_rate END AS spread,
            coalesce(fee_rate, 0) AS fee_rate, coalesce(loss.value, 0) AS loss, upkeep.value AS upkeep
        FROM priced LEFT JOIN adb USING (agreement_id) JOIN upkeep ON upkeep.key = agreement_kind
        LEFT JOIN loss ON loss.key = coalesce(risk_grade, CASE WHEN product_id IN ('CD02', 'CD03') THEN 'normal' END)
    ),
    happened AS (
        SELECT party_id, 365 / any_value(days.n)
            * sum(coalesce(fee_amount, 0) - coalesce(exact.value, rough.value, 0.5)) AS v
        FROM days, event JOIN agreement USING (agreement_id)
        LEFT JOIN cost AS exact ON exact.key = channel || ':' || event_kind
        LEFT JOIN cost AS rough ON rough.key = channel || ':*'
        GROUP BY 1
    )
    SELECT party_id, any_value(manager_id) AS manager_id, sum(b * (spread + fee_rate - loss) - upkeep)
        + coalesce(any_value(happened.v), 0) AS v
    FROM held JOIN (SELECT party_id, manager_id FROM party) USING (party_id) LEFT JOIN happened USING (party_id)
    GROUP BY 1
"""


def test_four_in_a_hundred_customers_bring_about_eighty_percent(bank):
    share, total = bank.sql(f"""
        SELECT sum(v) FILTER (place <= 0.04 * count) / sum(v), sum(v)
        FROM (SELECT v, row_number() OVER (ORDER BY v DESC) AS place, count(*) OVER () AS count FROM ({VALUE}))""")[0]
    assert total > 5_000_000
    assert 0.72 < share < 0.88


def test_customers_have_about_two_and_a_half_agreements(bank):
    assert 2.4 < bank.one("SELECT count(*) / (SELECT count(*) FROM party) FROM agreement") < 2.65
    kinds = {kind for (kind,) in bank.sql("SELECT DISTINCT agreement_kind FROM agreement")}
    assert kinds == {
        "demand_deposit", "term_deposit", "loan", "card", "wealth", "insurance", "fund", "e_banking"
    }  # fmt: skip
    levels = "SELECT DISTINCT risk_level FROM agreement JOIN product USING (product_id) WHERE risk_level IS NOT NULL"
    assert {level for (level,) in bank.sql(levels)} >= {"R1", "R2", "R3", "R4"}


def test_about_one_and_a_half_percent_of_the_loans_are_in_arrears(bank):
    share = "SELECT avg(CASE WHEN days_overdue > 0 THEN 1 ELSE 0 END) FROM agreement WHERE agreement_kind = 'loan'"
    assert 0.008 < bank.one(share) < 0.028
    wrong = bank.one("""
        SELECT count(*) FROM agreement WHERE agreement_kind = 'loan' AND (
            (days_overdue > 0) <> (overdue_amount > 0) OR days_overdue > 360 AND risk_grade <> 'loss'
            OR days_overdue BETWEEN 91 AND 180 AND risk_grade <> 'substandard')""")
    assert wrong == 0


def test_at_most_a_fifth_of_the_agreements_moves_on_a_day_but_for_the_interest_day(bank):
    shares = dict(bank.sql("""
        SELECT event_time::DATE, count(DISTINCT agreement_id) / (SELECT count(*) FROM agreement) FROM event
        GROUP BY 1 ORDER BY 1"""))  # fmt: skip
    interest = [day for day in shares if day.day == 21 and day.month in (3, 6, 9, 12)]
    assert max(share for day, share in shares.items() if day not in interest) < 0.2
    assert 0.04 < sum(shares.values()) / len(shares) < 0.15


def test_days_differ_as_days_do(bank):
    busy = dict(bank.sql("SELECT isodow(event_time), count(*) FROM event WHERE channel = 'internet' GROUP BY 1"))
    assert busy[6] + busy[7] < 0.5 * (busy[1] + busy[2])
    channels = """
        SELECT avg(CASE WHEN channel IN ('mobile', 'third_party', 'internet') THEN 1 ELSE 0 END)
        FROM event JOIN agreement USING (agreement_id) JOIN party USING (party_id)
        WHERE event_kind = 'transfer_out' AND memo = '转账' AND party_kind = 'person' AND birth_date {}"""
    assert bank.one(channels.format("> '1990-01-01'")) > bank.one(channels.format("< '1960-01-01'")) + 0.3
    paydays = dict(bank.sql("SELECT day(event_time), count(*) FROM event WHERE event_kind = 'salary' GROUP BY 1"))
    assert paydays[10] > 3 * paydays.get(1, 0)


def test_most_of_the_well_to_do_have_a_manager_and_most_of_the_others_have_none(bank):
    assets = """
        SELECT party_id, manager_id, assets FROM party LEFT JOIN (
            SELECT party_id, sum(balance) AS assets FROM balance JOIN agreement USING (agreement_id, night)
            WHERE balance_date = night AND agreement_kind NOT IN ('loan', 'card') GROUP BY 1
        ) USING (party_id)"""
    managed = "SELECT count(manager_id) / count(*) FROM ({}) WHERE coalesce(assets, 0) {}"
    assert bank.one(managed.format(assets, ">= 100000")) > 0.85
    assert 0.3 < bank.one(managed.format(assets, "< 20000")) < 0.55
    books = (
        "SELECT min(n), max(n) FROM (SELECT count(*) AS n FROM party WHERE manager_id IS NOT NULL GROUP BY manager_id)"
    )
    smallest, largest = bank.sql(books)[0]
    assert smallest > 30
    assert largest < 3000


def test_the_relationship_managers_book_has_something_of_everything(bank):
    own = "party.manager_id = '010101'"
    kinds = dict(bank.sql(f"SELECT party_kind, count(*) FROM party WHERE {own} GROUP BY 1"))
    assert kinds["person"] > 100
    assert kinds["organisation"] > 20
    joined = "FROM agreement JOIN party USING (party_id)"
    soon = f"agreement.status = 'active' AND maturity_date BETWEEN agreement.night AND agreement.night + 30 AND {own}"
    assert bank.one(f"SELECT count(*) {joined} WHERE {soon}") >= 5
    assert bank.one(f"SELECT count(*) {joined} WHERE days_overdue > 0 AND {own}") >= 1
    for memo in ("大额转入", "大额转出"):
        sudden = (
            f"SELECT count(*) FROM event JOIN agreement USING (agreement_id) JOIN party USING (party_id) WHERE {own}"
        )
        assert bank.one(f"{sudden} AND memo = '{memo}'") >= 3
    worth = f"SELECT count(*) FILTER (v >= 30000) FROM ({VALUE}) AS party WHERE {own}"
    assert bank.one(worth) >= 3


def test_some_names_need_four_bytes_of_gb18030_or_a_middle_dot(bank):
    names = [name for (name,) in bank.sql("SELECT party_name FROM party WHERE party_kind = 'person'")]
    rare = [name for name in names if len(name.encode("gb18030")) > 2 * len(name)]
    assert rare
    for name in rare:
        with pytest.raises(UnicodeEncodeError):
            name.encode("gbk")
    assert any("·" in name for name in names)
    assert any(len(name) == 4 and "·" not in name for name in names)
    firms = {name for (name,) in bank.sql("SELECT party_name FROM party WHERE party_kind = 'organisation'")}
    assert any(name.endswith("有限公司") for name in firms)
    assert any(name.endswith("专业合作社") for name in firms)
    assert len(firms) > 950
