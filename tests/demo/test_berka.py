"""The Czech bank: every line of the source accounted for, and the ledger's balances kept.

``GUANXI_BERKA_DIR`` names a folder with the real data (``asc/`` in it); the tiny folder is always tested.
"""

import csv
import gzip
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from guanxi.demo.berka import BerkaCounts, BerkaError, write_berka
from guanxi.demo.berka_loans import after, elapsed
from guanxi.demo.berka_source import read_birth, read_source
from tests.demo.berka_folder import LEDGER, write_folder
from tests.demo.landed import Landed, land

REAL = os.environ.get("GUANXI_BERKA_DIR")


@dataclass
class Case:
    real: bool
    source: Path
    landed: Landed


@pytest.fixture(scope="module", params=["tiny", *(["real"] if REAL else [])])
def case(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    real = request.param == "real"
    source = Path(REAL) if real else write_folder(folder / "source")
    written = write_berka(source, folder / "inbox")
    return Case(real, source, land(written, folder / "inbox", folder / "warehouse"))


def rows(case, name):
    for path in (case.source / "asc" / f"{name}.asc", case.source / "asc" / f"{name}.asc.gz"):
        if path.is_file():
            content = path.read_bytes()
            text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
            return list(csv.DictReader(text.splitlines(), delimiter=";"))
    raise AssertionError(name)


def test_every_line_of_the_source_is_accounted_for(case):
    counts = BerkaCounts.of(case.landed.bank)
    assert counts.accounted
    for name in ("account", "client", "disp", "card", "loan", "order", "district"):
        assert counts.read[name] == len(rows(case, name))
    assert counts.left_out["order"] == counts.read["order"]
    if case.real:
        wanted = {"client": 5369, "account": 4500, "disp": 5369, "card": 892, "loan": 682, "district": 77}
        assert {name: counts.delivered[name] for name in wanted} == wanted


def test_nothing_is_quarantined(case):
    assert not case.landed.quarantine


def test_everything_that_is_delivered_lands(case):
    counts, one = BerkaCounts.of(case.landed.bank), case.landed.one
    last = f"night = '{case.landed.bank.days[-1]}'"
    kinds = dict(case.landed.sql(f"SELECT agreement_kind, count(*) FROM agreement WHERE {last} GROUP BY 1"))
    assert kinds["demand_deposit"] == counts.delivered["account"]
    assert kinds["card"] == counts.delivered["card"]
    assert kinds["loan"] == counts.delivered["loan"]
    assert one("SELECT count(*) FROM party") == counts.delivered["client"]
    transactions = sum(count for name, count in counts.delivered.items() if name.startswith("trans"))
    assert one("SELECT count(*) FROM event") == transactions
    roles = counts.delivered["disp"] + counts.delivered["card"] + counts.delivered["loan"]
    assert one("SELECT count(*) FROM agreement_party") == roles
    holders = "SELECT count(*) FROM agreement_party WHERE role = 'authorised_signatory'"
    assert one(holders) == sum(row["type"] == "DISPONENT" for row in rows(case, "disp"))
    assert one(f"SELECT count(*) FROM institution WHERE {last} AND institution_kind = 'sub_branch'") == len(
        rows(case, "district")
    )


def test_the_last_balance_of_each_account_is_the_ledgers(case):
    """Independently of the adapter: on the last day, the balance that no other transaction of that day starts from."""
    accounts = defaultdict(list)
    for transaction in read_source(case.source).transactions:
        accounts[transaction.account_id].append(transaction)
    held = dict(
        case.landed.sql(f"""SELECT agreement_id, arg_max(balance, balance_date) FROM balance
            WHERE night = '{case.landed.bank.days[-1]}' AND agreement_id LIKE 'A%' GROUP BY 1""")
    )
    assert len(held) == len(accounts)
    for account, transactions in accounts.items():
        last = max(transaction.day for transaction in transactions)
        day = [transaction for transaction in transactions if transaction.day == last]
        starts = [transaction.balance - transaction.signed for transaction in day]
        ends = {
            transaction.balance
            for transaction in day
            if not any(abs(transaction.balance - start) <= Decimal("0.10") for start in starts)
        }
        # Where the day ends as it began, every balance is somebody's start.
        assert held[f"A{account:05d}"] in (ends or {transaction.balance for transaction in day})
    if not case.real:
        assert {number: str(balance) for number, balance in held.items()} == LEDGER


def test_the_status_of_a_loan_is_its_grade(case):
    last = case.landed.bank.days[-1]
    found = {
        number: (grade, status, late, owed)
        for number, grade, status, late, owed in case.landed.sql(f"""
            SELECT agreement.agreement_id, risk_grade, status, days_overdue, balance
            FROM agreement LEFT JOIN balance ON balance.agreement_id = agreement.agreement_id
                AND balance.night = agreement.night AND balance_date = agreement.night
            WHERE agreement.night = '{last}' AND agreement_kind = 'loan'""")
    }
    assert len(found) == len(rows(case, "loan"))
    for row in rows(case, "loan"):
        grade, status, late, owed = found[f"L{row['loan_id']}"]
        amount, payment, months = Decimal(row["amount"]), Decimal(row["payments"]), int(row["duration"])
        wanted = {"A": "normal", "B": "loss", "C": "normal", "D": "doubtful"}[row["status"]]
        assert grade == wanted
        if row["status"] == "A":
            assert (status, owed) == ("closed", 0)
        elif row["status"] == "B":
            assert owed == min(amount, 12 * payment)
            assert late > 360
        else:
            assert status == "active"
            granted = date(1900 + int(row["date"][:2]), int(row["date"][2:4]), int(row["date"][4:6]))
            paid = min(months, elapsed(granted, last if row["status"] == "C" else case.landed.bank.days[0]))
            unpaid = 6 if row["status"] == "D" else 0
            assert owed == amount - max(0, paid - unpaid) * payment
            assert (late > 0) == (row["status"] == "D")


def test_birth_numbers_tell_date_and_sex(case):
    people = {
        number: (born, sex) for number, born, sex in case.landed.sql("SELECT party_id, birth_date, gender FROM party")
    }
    for row in rows(case, "client"):
        assert people[f"C{int(row['client_id']):05d}"] == read_birth(row["birth_number"])


def test_birth_numbers_of_women_count_their_months_from_fifty_one():
    assert read_birth("706213") == (date(1970, 12, 13), "F")
    assert read_birth("450204") == (date(1945, 2, 4), "M")


def test_months_are_counted_from_the_grant():
    assert after(date(1997, 1, 31), 1) == date(1997, 2, 28)
    assert elapsed(date(1997, 1, 31), date(1997, 2, 27)) == 0
    assert elapsed(date(1997, 1, 31), date(1997, 2, 28)) == 1
    assert elapsed(date(1993, 7, 5), date(1998, 12, 28)) == 65


def test_transactions_are_booked_in_the_order_that_their_balances_tell(case):
    if case.real:
        pytest.skip("the tiny folder has the disorder")
    day = case.landed.sql("""
        SELECT event_id, event_kind, channel, balance_after FROM event
        WHERE agreement_id = 'A00001' AND event_time::DATE = '1993-03-02' ORDER BY event_time""")
    assert [number for number, *_ in day] == ["T5", "T4"]
    assert [kind for _, kind, *_ in day] == ["withdrawal", "transfer_out"]
    assert [channel for _, _, channel, _ in day] == ["atm", "batch"]


def test_a_transaction_in_two_parts_goes_out_once(case):
    if case.real:
        pytest.skip("the two true parts do not overlap")
    counts = BerkaCounts.of(case.landed.bank)
    assert counts.left_out["trans feup_trans_test"] == 1
    assert case.landed.one("SELECT count(*) FROM event WHERE event_id = 'T7'") == 1


def test_a_card_issued_in_the_last_days_arrives_on_its_night(case):
    issued = "SELECT min(night) FROM agreement WHERE agreement_kind = 'card' AND opened_on = '1998-12-29'"
    assert case.landed.one(issued) == date(1998, 12, 29)


def test_everybody_of_the_cast_is_there_and_the_book_is_not_empty(case):
    staff = {number for (number,) in case.landed.sql("SELECT staff_id FROM staff")}
    assert {person.staff_id for person in case.landed.bank.cast} <= staff
    assert case.landed.one("SELECT count(*) FROM party WHERE manager_id = '010101'") > 0
    assert case.landed.one("SELECT count(*) FROM party ANTI JOIN staff ON manager_id = staff_id") == 0


def test_a_second_call_reads_only_what_the_first_one_noted(case):
    marker = case.landed.inbox / "bank.json"
    before = marker.stat().st_mtime_ns
    assert write_berka(case.source, case.landed.inbox) == case.landed.bank
    assert marker.stat().st_mtime_ns == before


@pytest.mark.parametrize("missing", ["account.asc", "order.asc.gz", "trans_part.asc.gz"])
def test_an_incomplete_folder_is_refused(tmp_path, missing):
    source = write_folder(tmp_path / "source")
    (source / "asc" / missing).unlink()
    if missing.startswith("trans"):
        (source / "derived" / "feup_trans_test.csv").unlink()
    with pytest.raises(BerkaError, match="asc"):
        write_berka(source, tmp_path / "inbox")
    assert not (tmp_path / "inbox").exists()


def test_a_table_without_a_column_is_refused(tmp_path):
    source = write_folder(tmp_path / "source")
    path = source / "asc" / "loan.asc"
    path.write_text(path.read_text().replace('"payments"', '"instalment"'))
    with pytest.raises(BerkaError, match=r"loan\.asc has no column payments"):
        write_berka(source, tmp_path / "inbox")
